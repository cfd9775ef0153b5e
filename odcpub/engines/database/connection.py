"""Connections to a PostgreSQL server, and what its refusals mean in words. Does network I/O."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from odcpub.address import CHOOSE
from odcpub.data.literals import quoted
from odcpub.data.target import RESERVED
from odcpub.engines.database import login_failure, tls, tls_failure
from odcpub.engines.database.session_settings import forget_environment, later, startup
from odcpub.engines.database.sessions import PLAIN
from odcpub.errors import EngineError, Refused, TemporaryEngineError

if TYPE_CHECKING:
    import psycopg

    from odcpub.engines.database.sessions import Connection

CONNECT_SECONDS = 10
LOCK_SECONDS = 60
NO_PASSFILE = "/dev/null/none"
"""Where no file can be: an empty password is none, not the one that the user of this process keeps for others."""

_POOLER, OLD, _SHARED_MEMORY = "pooler", "old", "shared memory segment"

TEMPORARY_STATES = {
    "40001": "serialization failure: another change came at the same time",
    "40P01": "deadlock",
    "53200": "the server is out of memory",
    "53300": "the server has no connection left",
    "55P03": "lock timeout",
    "57P01": "the server is going down",
    "57P03": "the server is starting or stopping",
}
HINTS = {
    "25006": "see default_transaction_read_only and pg_is_in_recovery(): server, database or user is set to read only",
    "28P01": f"the user or password is wrong; give both again: {CHOOSE}",
    "28000": "add a line to pg_hba.conf that lets this user in from here",
    "3D000": "publish: this makes the missing database",
    OLD: "use PostgreSQL 15 or newer",
    "42501": "let the platform's user create databases, schemas and roles: `odcpub doctor` shows the statements",
    "53100": "make room on the server's disk, then run the same command again",
    _SHARED_MEMORY: "give the server's container more shared memory (docker run --shm-size=256m), or set "
    "max_parallel_maintenance_workers=0",
    "53300": "raise max_connections, or close clients that are not needed",
    _POOLER: "name the server itself, which migrations need, and the pooler for apps alone: "
    f"{CHOOSE} database_address=POOLER:6432",
    "55P03": "wait for the end of what holds the lock (see pg_locks and pg_stat_activity), then run the command again",
}


@dataclass(frozen=True, slots=True)
class Server:
    """Where a PostgreSQL server is and how the platform logs in. ``host``: or the folder of a unix socket; ``password``
    is asked for anew each time."""

    host: str
    port: int
    user: str
    password: Callable[[], str]
    maintenance: str = "postgres"
    options: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"Server({self.user}@{self.place})"

    @property
    def local(self) -> bool:
        """Whether nothing that is sent there leaves this machine."""
        return self.host.startswith(("/", "127.")) or self.host in ("localhost", "::1")

    @property
    def place(self) -> str:
        """As messages name it: ``db:5432``, or the file of its socket."""
        return f"{self.host}/.s.PGSQL.{self.port}" if self.host.startswith("/") else f"{self.host}:{self.port}"

    def connect(self, database: str = "", autocommit: bool = True, schema: str = "", name: str = PLAIN) -> Connection:
        """A new connection, called ``name``; its search path is ``schema`` alone."""
        forget_environment()
        import psycopg
        from psycopg import sql

        with translated(f"PostgreSQL at {self.place}"), self._explained(database or self.maintenance):
            connection = psycopg.connect(
                host=self.host,
                port=self.port,
                user=self.user,
                password=self.password(),
                passfile=NO_PASSFILE,
                dbname=database or self.maintenance,
                connect_timeout=CONNECT_SECONDS,
                application_name=name,
                options=startup(lock_timeout=f"{LOCK_SECONDS}s"),
                autocommit=True,
                **tls.for_libpq(dict(self.options)),  # type: ignore[arg-type]
            )
            try:
                _expect_server(connection)
                if schema:
                    connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
                connection.autocommit = autocommit
            except BaseException:
                connection.close()
                raise
            return connection

    @contextlib.contextmanager
    def _explained(self, database: str) -> Iterator[None]:
        """A connection that can't be made for a reason of TLS tells that reason; for want of a right, what gives it."""
        import psycopg

        try:
            yield
        except psycopg.OperationalError as error:
            text = login_failure.decisive(str(error))
            if "permission denied for database" in text:
                hint = f"let its owner or a superuser execute: {login_grant(database, self.user)}"
                raise EngineError(f"PostgreSQL at {self.place}: {login_failure.told(text)}", hint) from None
            found = tls_failure.explain(text, tls_failure.Peer(self.host, self.port, dict(self.options)))
            if error.sqlstate is not None or found is None:
                raise
            raise EngineError(f"PostgreSQL at {self.place}: {found.message}", found.hint) from None


def login_grant(database: str, user: str) -> str:
    """The statement that lets the platform's user log in to a stage's database, and let its apps in."""
    return f"GRANT CONNECT ON DATABASE {quoted(database)} TO {quoted(user)} WITH GRANT OPTION;"


def _expect_server(connection: Connection) -> None:
    """What only later servers can be told, and whether all that was told at the start has come through: a pooler that
    was set up to ignore it would lose locks and settings, too."""
    arrived = f"SELECT current_setting('lock_timeout')::interval = '{LOCK_SECONDS}s'"
    cursor = connection.execute("; ".join(filter(None, (later(connection.info.server_version), arrived))).encode())
    while cursor.nextset():
        pass
    if cursor.fetchone() != (True,):
        where = f"PostgreSQL at {connection.info.host}:{connection.info.port}"
        raise EngineError(f"{where}: a session's settings do not reach it", HINTS[_POOLER])


@contextlib.contextmanager
def translated(where: str) -> Iterator[None]:
    """Turns psycopg's (and SQLAlchemy's wrapped) errors into the platform's, without statement or secret."""
    import psycopg
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except SQLAlchemyError as error:
        original = cause(error)
        if original is not None:
            raise _meaning(where, original) from None
        raise EngineError(
            f"{where}: {type(error).__name__}: the database failed", "see the database server's log"
        ) from None
    except psycopg.Error as error:
        raise _meaning(where, error) from None


def in_use(what: str, hint: str) -> TemporaryEngineError:
    """A lock timeout whose cause is known."""
    return TemporaryEngineError(f"{what}: {TEMPORARY_STATES['55P03']}", hint)


def cause(error: BaseException | None) -> psycopg.Error | None:
    """The server's own words behind what SQLAlchemy made of them, also when a broken connection hid them."""
    import psycopg

    while error is not None and not isinstance(error, psycopg.Error):
        error = getattr(error, "orig", None) or error.__cause__ or error.__context__
    return error


def _meaning(where: str, error: psycopg.Error) -> EngineError | Refused:
    import psycopg

    state = error.sqlstate or ""
    reason = (error.diag.message_primary or str(error)).strip().splitlines() or [type(error).__name__]
    if not state and isinstance(error, psycopg.OperationalError):
        return _unreachable(where, str(error))
    message = f"{where}: {reason[0]}" + (f" ({state})" if state else "")
    if state == "42501" and error.diag.message_detail:
        message += f": {error.diag.message_detail}"
    if state.startswith("23") and error.diag.table_name not in RESERVED:
        hint = "run the same command again, which names the rows: they changed while this ran"
        return Refused(message, hint, [error.diag.message_detail] if error.diag.message_detail else [])
    if state in TEMPORARY_STATES or state.startswith("08"):
        return TemporaryEngineError(f"{message}: {TEMPORARY_STATES.get(state, 'the connection broke')}",
                                    HINTS.get(state, "run the same command again"))  # fmt: skip
    return EngineError(message, HINTS.get(_SHARED_MEMORY if _SHARED_MEMORY in message else state, ""))


def _unreachable(where: str, text: str) -> EngineError:
    """libpq tells failures of logging in by text alone."""
    text = login_failure.decisive(text)
    reason = login_failure.told(text)
    signs = (
        ("password authentication failed", "28P01"),
        ("no password supplied", "28P01"),
        ("no pg_hba.conf entry", "28000"),
        ('role ".*" does not exist', "28P01"),
        ("does not exist", "3D000"),
        ("permission denied", "42501"),
        ("unsupported startup parameter", _POOLER),
        ("unrecognized configuration parameter", OLD),
        ("too many clients", "53300"),
        ("remaining connection slots", "53300"),
    )
    for sign, state in signs:
        if re.search(sign, text):
            kind = TemporaryEngineError if state in TEMPORARY_STATES else EngineError
            return kind(f"{where}: {reason}", HINTS[state])
    hint = "see whether it runs and whether its address is right: odcpub engines"
    return TemporaryEngineError(f"{where}: can't be reached: {reason}", hint)
