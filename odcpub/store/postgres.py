"""The store's records in PostgreSQL: a schema of their own in the database that an address names. Network I/O.

One transaction brings the schema up to date, under an advisory lock that makes a second server wait for it.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError

from odcpub.address import address, parts
from odcpub.errors import EngineError, OdcpubError, TemporaryEngineError
from odcpub.store.again import Undone, again
from odcpub.store.database import HEAD, upgrade
from odcpub.store.ports import Login

if TYPE_CHECKING:
    import psycopg

SCHEMA = "odcpub"
DURABLE_SCHEMA = "odcpub_dbos"
"""Where DBOS keeps how far each workflow got."""
NAME = "odcpub store"
LOCK = 0x6F6463
"""The advisory locks of this database that are ours; the second number says what for."""
FOR_SCHEMA, FOR_SERVER = 1, 2
_CONFLICTS = ("40001", "40P01", "55P03")


@dataclass(frozen=True, slots=True)
class Postgres:
    """``address``: as people write it, without a password."""

    address: str
    login: Login

    @property
    def where(self) -> str:
        """As messages name it."""
        return f"the store {self.address}"

    @property
    def place(self) -> tuple[str, int, str]:
        """Which server and database, whoever logs in and however."""
        return address(parts(self.address)).place

    def connect(self, autocommit: bool = False, name: str = NAME) -> psycopg.Connection[Any]:
        """A connection in the store's schema. Raises ``Undone`` where nobody answers, for now."""
        try:
            return self.login.connect(autocommit=autocommit, schema=SCHEMA, name=name)
        except TemporaryEngineError as error:
            raise Undone(f"{self.where} does not answer: {error.message}", self._hint()) from None
        except OdcpubError as error:
            hint = f"make what is missing there, or give the address and the password again: {self._command()}"
            raise EngineError(f"{self.where}: {error.message}", hint) from None

    def _hint(self) -> str:
        return f"see whether that server runs; then run the command again; another password: {self._command()}"

    def _command(self) -> str:
        return f"odcpub server set {shlex.quote(f'store={self.address}')}"

    @again
    def open(self) -> Engine:
        """The records' engine, migrated."""
        engine = self.engine()
        try:
            with engine.begin() as connection:
                if version(connection) != HEAD:
                    self.bring_up(connection)
        except DBAPIError as error:
            engine.dispose()
            raise EngineError(
                f"{self.where}: the platform's records cannot be opened: {error.orig}", self._hint()
            ) from None
        except BaseException:
            engine.dispose()
            raise
        return engine

    def engine(self) -> Engine:
        """An engine on the address; a connection that broke while nobody used it is replaced."""
        engine = create_engine(
            "postgresql+psycopg://", creator=self.connect, hide_parameters=True, pool_pre_ping=True, pool_recycle=1800
        )
        event.listen(engine, "handle_error", self._undone)
        return engine

    def durable_engine(self) -> Engine:
        """For DBOS, which waits by itself until a server that is gone is there again, where psycopg says so."""
        return create_engine("postgresql+psycopg://", creator=self._patiently, hide_parameters=True, pool_pre_ping=True)

    def _patiently(self) -> psycopg.Connection[Any]:
        import psycopg

        try:
            return self.connect()
        except Undone as error:
            raise psycopg.OperationalError(f"connection failed: {error.message}") from None

    def bring_up(self, connection: Connection) -> None:
        """Makes the schema, or brings it to the present version, within the connection's transaction."""
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK}, {FOR_SCHEMA})")
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        upgrade(connection, self.where)

    def _undone(self, context: ExceptionContext) -> None:
        """What may pass is told as that; everything else as SQLAlchemy tells it."""
        error = context.original_exception
        if not isinstance(error, Exception):  # the end of the process, for which SQLAlchemy drops the connection
            return
        state = getattr(error, "sqlstate", None) or ""
        if context.is_disconnect or state in _CONFLICTS or state.startswith(("08", "57P")):
            why = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise Undone(f"{self.where} does not answer: {why}", self._hint()) from None
        if state == "42501":
            why = (str(error).strip().splitlines() or ["it may not"])[0]
            there = address(parts(self.address))
            grant = f'GRANT CREATE ON DATABASE "{there.database}" TO "{there.user}"'
            raise EngineError(f"{self.where}: {why}", f"as that server's administrator: {grant}")
        if state == "53100":
            raise EngineError(f"{self.where}: its disk is full", "make room there, then run the same command again")


def version(connection: Connection) -> str:
    """The migration that the records are at; empty where there are none."""
    if connection.exec_driver_sql(f"SELECT to_regclass('{SCHEMA}.alembic_version')").scalar() is None:
        return ""
    return str(connection.exec_driver_sql(f"SELECT version_num FROM {SCHEMA}.alembic_version").scalar())  # noqa: S608
