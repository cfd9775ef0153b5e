"""The ``Database`` port on PostgreSQL; where the server comes from is its subclasses' affair. Network and file I/O."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property

from odcpub.data.migration import Finding, MigrationPlan, RowCheck
from odcpub.data.phases import EXPAND, Phase
from odcpub.data.schema import Schema
from odcpub.engines.database import migrate, role_state, roles, sessions
from odcpub.engines.database.app_path import app_path
from odcpub.engines.database.catalog import Known
from odcpub.engines.database.checks import findings
from odcpub.engines.database.condition import condition
from odcpub.engines.database.connection import Server, translated
from odcpub.engines.database.reach import Reach
from odcpub.engines.ports import Condition, Login, Place, Report, Scripts, Tls
from odcpub.errors import OdcpubError


class Postgres(ABC):
    """What embedded PostgreSQL and a server of its own have in common."""

    @abstractmethod
    def server(self) -> Server:
        """How to log in as the platform; starts the server where that is this engine's affair."""

    @abstractmethod
    def reach(self) -> Reach:
        """How apps reach the server."""

    def tls_of_apps(self) -> Tls:
        """How apps encrypt their connections, read anew each time. Raises ``EngineError`` where a file is missing."""
        return Tls()

    @cached_property
    def _known(self) -> Known:
        """What was read last of each schema."""
        return {}

    def condition(self, places: Sequence[Place] = ()) -> Condition:
        return condition(self.server(), self.reach(), places)

    def app_path(self, apps: Sequence[tuple[Place, str]]) -> Condition:
        return app_path(self.server(), self.reach(), [self.login(*one) for one in apps])

    def prepare(self, place: Place, password: str) -> Login:
        roles.prepare(self.server(), place, password)
        return self.login(place, password)

    def check(self, place: Place) -> None:
        roles.check(self.server(), place)

    def access_fault(self, place: Place, password: str) -> str:
        server = self.server()
        try:
            return role_state.access_fault(server, place, password)
        except OdcpubError:
            if self._has(server, place.database):
                raise
            return ""

    def login(self, place: Place, password: str) -> Login:
        server, reach, tls, role = self.server(), self.reach(), self.tls_of_apps(), roles.role_name(place)
        host, port = reach.host or server.host, reach.port or server.port
        return Login(host, port, place.database, place.schema, role, password, reach.pooling, reach.connections, tls)

    def observe(self, place: Place) -> Schema | None:
        server = self.server()
        try:
            return migrate.observe(migrate.Target(server, place, known=self._known))
        except OdcpubError:
            # A login refused for want of the database is told by text alone, in the server's language.
            if self._has(server, place.database):
                raise
            return None

    def _has(self, server: Server, database: str) -> bool:
        with translated("the stage's database"), server.connect() as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            return connection.execute(query, [database]).fetchone() is not None

    def inspect(self, place: Place, checks: Sequence[RowCheck]) -> tuple[Finding, ...]:
        """A check that can be asked only later (its column is not there yet) is left to ``apply``."""
        now = [check for check in checks if EXPAND in check.phases]
        if not now:
            return ()
        where = f"{place.database}.{place.schema}"
        with (
            translated(where),
            self.server().connect(place.database, False, place.schema, sessions.name(place)) as connection,
        ):
            connection.read_only = True
            return findings(connection, now)

    def apply(self, place: Place, plan: MigrationPlan, phase: Phase, scripts: Scripts, report: Report) -> None:
        target = migrate.Target(self.server(), place, known=self._known)
        migrate.apply(target, plan, phase, scripts, report)
