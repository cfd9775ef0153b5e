"""PostgreSQL for tests: the embedded one always, a server besides where ODCPUB_TEST_DATABASE names one.

``Stage`` is one app in one stage, published by plan, check,
expand, tighten, as the operations do it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from psycopg import sql

from odcpub.data.fingerprint import fingerprint
from odcpub.data.migration import MigrationPlan
from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.data.plan import plan_migration
from odcpub.data.schema import Schema, Table
from odcpub.data.target import target_schema
from odcpub.engines.database import embedded as embedded_server
from odcpub.engines.database.chain import write_scripts
from odcpub.engines.database.chain_folder import ScriptFolder
from odcpub.engines.database.checks import refusal
from odcpub.engines.database.embedded import EmbeddedPostgres
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.database.roles import role_name
from odcpub.engines.database.server import PostgresServer
from odcpub.engines.ports import Place
from odcpub.errors import Refused
from odcpub.model.elements import Asset, Library
from tests import server
from tests.absence import need

ENGINES = ("embedded", "server")
DATABASE = f"odc_test_{os.getpid()}"
"""This process's own, for others test on the same server at the same time."""
QA = f"{DATABASE}_qa"
Row = dict[str, Any]


def few_on_the_server(values: Iterable[Any], *each_time: Any) -> list[Any]:
    """Parameters of a test of what is the same on both engines: on the server each time only these, the others in
    `make long`."""
    long = pytest.mark.long_on("server")
    return [value if value in each_time else pytest.param(value, marks=long) for value in values]


@contextmanager
def engine(kind: str, folder: Path) -> Iterator[Postgres]:
    if kind == "server":
        need("PostgreSQL server", "ODCPUB_TEST_DATABASE")
        made = PostgresServer(server.address(), server.password)
        try:
            yield made
        finally:
            _leave(made)
        return
    embedded = EmbeddedPostgres(folder / "data", folder / "run")
    _hurry(embedded)
    try:
        yield embedded
    finally:
        embedded.close(stop=True)


def _hurry(embedded: EmbeddedPostgres) -> None:
    """Nobody needs these rows after a power cut, nor guesses a password that a test's thousands of logins prove."""
    found = embedded.server()
    with found.connect() as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("SET scram_iterations = 1")
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(found.user), found.password())
        connection.execute(statement)


@contextmanager
def with_socket(folder: Path) -> Iterator[EmbeddedPostgres]:
    """One that listens on a unix socket in the folder, too: its superuser needs no password there, apps do."""
    found = [f"unix_socket_directories={folder}" if "socket" in one else one for one in embedded_server._SETTINGS]
    with patch.object(embedded_server, "_SETTINGS", tuple(found)), engine("embedded", folder) as made:
        with (folder / "data" / "cluster" / "pg_hba.conf").open("a") as access:
            access.write("local all odcpub trust\nlocal all all scram-sha-256\n")
        with made.server().connect() as connection:
            connection.execute("SELECT pg_reload_conf()")
        assert isinstance(made, EmbeddedPostgres)
        yield made


def _leave(engine: Postgres) -> None:
    """Drops this process's databases and roles from a server that others use."""
    with engine.server().connect() as connection:
        databases = connection.execute("SELECT datname FROM pg_database WHERE datname = ANY(%s)", [[DATABASE, QA]])
        for (name,) in databases.fetchall():
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        ours = [f"%{role_name(Place(name, ''))}" for name in (DATABASE, QA)]
        for (name,) in connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE ANY(%s)", [ours]).fetchall():
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


@dataclass
class Stage:
    """One app in one stage of one engine; a new one starts without a schema."""

    engine: Postgres
    folder: Path
    schema: str
    database: str = DATABASE
    number: int = 0
    asset: Asset | None = None
    libraries: dict[str, Library] = field(default_factory=dict)
    late: dict[str, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.engine.prepare(self.place, "a-password")
        with self.connect("") as connection:
            connection.execute(f'DROP SCHEMA "{self.schema}" CASCADE')
        self.engine.prepare(self.place, "a-password")

    @property
    def place(self) -> Place:
        return Place(self.database, self.schema)

    @property
    def chain(self) -> ScriptFolder:
        return ScriptFolder(self.folder)

    def connect(self, schema: str | None = None) -> Any:
        return self.engine.server().connect(self.database, schema=self.schema if schema is None else schema)

    def live(self) -> Schema | None:
        return self.engine.observe(self.place)

    def target(self, asset: Asset) -> Schema:
        return target_schema(asset, self.libraries)

    def plan(self, asset: Asset, ask: bool = True) -> MigrationPlan:
        live, schema, previous = self.live(), self.target(asset), self.asset if ask else None
        plan = plan_migration(live, schema, asset=asset, previous=previous, runs=self.asset)
        found = self.engine.inspect(self.place, plan.checks)
        spared = {one.check.spares for one in found if one.check.spares}
        if spared:
            plan = plan_migration(live, schema, asset=asset, previous=previous, runs=self.asset, not_valid=spared)
        return plan

    def publish(
        self, asset: Asset, ask: bool = True, late: dict[str, list[Row]] | None = None, contract: bool = True
    ) -> MigrationPlan:
        """Publishes whole, or without the contract phase, which the next publish takes over then; ``late``: rows that
        the version still serving writes between the phases."""
        plan = self.plan(asset, ask)
        if plan.refusals:
            raise Refused("the plan is refused", "", plan.refusals)
        found = self.engine.inspect(self.place, plan.checks)
        if found:
            raise refusal(self.schema, found)
        self.number += 1
        write_scripts(plan, self.chain, self.number)
        self.engine.apply(self.place, plan, EXPAND, self.chain, print)
        self.insert(late or {})
        if contract:
            self.engine.apply(self.place, plan, TIGHTEN, self.chain, print)
        self.asset = asset
        return plan

    def insert(self, rows: dict[str, list[Row]]) -> None:
        with self.connect() as connection:
            for table, given in rows.items():
                for row in given:
                    statement = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(
                        sql.Identifier(table),
                        sql.SQL(", ").join(map(sql.Identifier, row)),
                        sql.SQL(", ").join([sql.Placeholder()] * len(row)),
                    )
                    connection.execute(statement, list(row.values()))

    def rows(self) -> dict[str, dict[Any, Row]]:
        """Every row of every table by identifier, hidden columns too."""
        from psycopg.rows import dict_row

        live = self.live()
        found: dict[str, dict[Any, Row]] = {}
        with self.connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
            for table in live.tables if live else ():
                cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table.name)))
                found[table.name] = {row["id"]: row for row in cursor}
        return found

    def fingerprint(self) -> str:
        return fingerprint(self.live())

    def visible_fingerprint(self, asset: Asset) -> str:
        return fingerprint(_named(self.live(), self.target(asset)))


def upgrade_head(stage: Stage, schema: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain Alembic on an empty schema comes to the same portable fingerprint."""
    from alembic import command
    from alembic.config import Config

    server = stage.engine.server()
    with stage.connect("") as connection:
        connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'.encode())
    monkeypatch.setenv(
        "ODCPUB_URL", f"postgresql://{server.user}:{server.password()}@{server.host}:{server.port}/{stage.database}"
    )
    monkeypatch.setenv("ODCPUB_NAMESPACE", schema)
    command.upgrade(Config(str(stage.folder / "alembic.ini")), "head")
    assert fingerprint(stage.engine.observe(Place(stage.database, schema))) == stage.fingerprint()


def _named(live: Schema | None, target: Schema) -> Schema:
    """Of the live schema, what the target names: two stages that went different ways to a revision agree on it."""
    wanted = {table.name: table for table in target.tables}
    tables = live.tables if live is not None else ()
    return Schema(tuple(_named_part(table, wanted[table.name]) for table in tables if table.name in wanted))


def _named_part(live: Table, target: Table) -> Table:
    columns = {column.name for column in target.columns}
    rules = {key.name for key in target.foreign_keys} | {check.name for check in target.checks}
    rules |= {index.name for index in target.indexes}
    records = {record[0] for record in target.records}
    return replace(
        live,
        columns=tuple(column for column in live.columns if column.name in columns),
        foreign_keys=tuple(key for key in live.foreign_keys if key.name in rules),
        checks=tuple(check for check in live.checks if check.name in rules),
        indexes=tuple(index for index in live.indexes if index.name in rules),
        records=tuple(record for record in live.records if record[0] in records),
    )
