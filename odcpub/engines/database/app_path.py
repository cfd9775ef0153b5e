"""The path of apps to the database, tried from this machine: the address, the pooler there, the server behind it,
with their TLS and, where one has been deployed, with an app's own login. Network I/O, reads only, some seconds at most.

Where apps run elsewhere (``Reach.remote``), what can't be reached from here may be reached from there: no fault of it.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from odcpub.engines.database import login_failure, tls, tls_failure
from odcpub.engines.database.connection import NO_PASSFILE, Server, translated
from odcpub.engines.database.reach import Reach
from odcpub.engines.database.session_settings import forget_environment
from odcpub.engines.ports import Condition, Login
from odcpub.errors import EngineError

if TYPE_CHECKING:
    from odcpub.engines.database.sessions import Connection

SECONDS = 3
"""For one attempt; libpq's least is 2."""
_BEHIND = ("cannot connect to server", "server login", "query_wait_timeout")
"""PgBouncer's words where it comes to no server. The first client waits for them longer than we do, the next not."""
_PASSES = ("too many", "remaining connection slots", "starting up", "shutting down")
_LATE, _ASKED = "timeout expired", "no password supplied"
_PREFIX = re.compile(r"^.*?, port \d+ failed: |^connection failed: ")
_ROLE = (
    "the next publish sets the role right; a pooler must ask the server for its password: auth_query "
    "(docs/operations.md)"
)
_SET = "odcpub engines set database_address=…"


class _Stopped(Exception):
    """How far one comes. ``sure``: apps come no further, and the next deployment alone does not change that."""

    def __init__(self, why: str, hint: str, sure: bool = True) -> None:
        super().__init__(why)
        self.why, self.hint, self.sure = why, hint, sure


@dataclass(frozen=True, slots=True)
class _Entry:
    """A database to log in to, as an app where ``login`` is given. ``ours``: apps have to come to it."""

    database: str
    login: Login | None = None
    ours: bool = True


def app_path(server: Server, reach: Reach, logins: Sequence[Login]) -> Condition:
    """``logins``: of apps; in each database one whose role is on the server is tried.
    Nothing is found where apps take the platform's own way and none has a login."""
    entries = _entries(server, logins)
    users = ", ".join(entry.login.user for entry in entries if entry.login)
    if not users and not str(reach):
        return Condition("")
    one = _Path(server, reach)
    try:
        one.reach_it()
        for entry in entries:
            one.log_in(entry)
    except _Stopped as stopped:
        words = f"apps can't connect: {stopped.why}" if stopped.sure else stopped.why
        return Condition(words, (stopped.hint,) if stopped.hint else (), stopped.sure and not reach.remote)
    return Condition(
        f"{one.hop} lets {users} in" if users else f"{one.hop} answers; no app has a login yet to try there"
    )


def _entries(server: Server, logins: Sequence[Login]) -> tuple[_Entry, ...]:
    """The databases of apps that the server has, each as an app that it knows, too: what was deployed to another server
    is not asked for here. Where there is none, the platform's, to which a pooler need not come."""
    databases: list[str] = []
    roles: list[str] = []
    if logins:
        query = "SELECT ARRAY(SELECT datname::text FROM pg_database), ARRAY(SELECT rolname::text FROM pg_roles)"
        with translated(f"PostgreSQL at {server.place}"), server.connect() as connection:
            databases, roles = connection.execute(query).fetchone() or ([], [])
    there = [one for one in logins if one.database in databases]
    found = {one.database: _Entry(one.database) for one in there}
    found |= {one.database: _Entry(one.database, one) for one in reversed(there) if one.password and one.user in roles}
    return tuple(found.values()) or (_Entry(server.maintenance, ours=False),)


@dataclass(frozen=True, slots=True)
class _Path:
    server: Server
    reach: Reach

    @property
    def host(self) -> str:
        return self.reach.host or self.server.host

    @property
    def port(self) -> int:
        return self.reach.port or self.server.port

    @property
    def who(self) -> str:
        return "the server" if self.reach.pooling == "none" else "the pooler"

    @property
    def hop(self) -> str:
        """``the pooler at 10.0.0.6:6432``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.who} at {host}:{self.port}"

    def reach_it(self) -> None:
        """The first hop: the name, and whether anybody listens."""
        if self.host.startswith("/"):
            return
        try:
            socket.create_connection((self.host, self.port), SECONDS).close()
        except OSError as error:
            raise self._unreached(error) from None

    def _unreached(self, error: OSError) -> _Stopped:
        late = f"no answer within {SECONDS} s"
        why = f"{self.hop} can't be reached: {late if isinstance(error, TimeoutError) else error.strerror or error}"
        if not self.reach.remote:
            return _Stopped(why, f"is it running there, and is the address right? {_SET}")
        if isinstance(error, ConnectionRefusedError):
            hint = f"where pods can't reach it either, nothing can be deployed: is it running there? {_SET}"
            return _Stopped(f"{why}, from this machine", hint, sure=False)
        return _Stopped(f"from this machine {why}; pods may well reach it", "", sure=False)

    def log_in(self, entry: _Entry) -> None:
        """The hops beyond; without a login only as far as somebody without a password comes."""
        try:
            text = self._failure(entry) or ""
            if _LATE in text:
                text = self._failure(entry) or ""
        except EngineError as error:  # a file of TLS
            raise _Stopped(error.message, error.hint) from None
        if text:
            self._judge(text, entry)

    def _failure(self, entry: _Entry) -> str | None:
        """libpq's words for what an attempt failed with; None where it has come through to the server."""
        import psycopg

        try:
            with contextlib.closing(self._connected(entry)) as connection:
                return _answer(connection)
        except psycopg.OperationalError as error:
            return str(error)

    def _connected(self, entry: _Entry) -> Connection:
        """As apps connect, with nothing that a pooler would refuse. The platform's password is for the server alone."""
        forget_environment()
        import psycopg

        return psycopg.connect(
            host=self.host,
            port=self.port,
            user=entry.login.user if entry.login else self.server.user,
            password=entry.login.password if entry.login else "",
            dbname=entry.database,
            passfile=NO_PASSFILE,
            connect_timeout=SECONDS,
            application_name="odcpub",
            autocommit=True,
            **tls.for_libpq(dict(self.server.options)),  # type: ignore[arg-type]
        )

    def _judge(self, text: str, entry: _Entry) -> None:
        """Raises what the words of a failed attempt mean."""
        text = login_failure.decisive(text)
        told = _PREFIX.sub("", login_failure.told(text))
        if login_failure.NOT_LET_IN in text:
            if entry.login:
                raise self._not_let_in(told)
            return
        if (found := self._tls(text)) is not None:
            message = found.message.replace(self.who, self.hop)
            raise _Stopped(message if self.hop in message else f"{self.hop}: {message}", found.hint)
        if self.reach.pooling != "none" and any(sign in text for sign in (*_BEHIND, _LATE)):
            raise self._nobody_behind(told, entry)
        if "FATAL" not in text and _ASKED not in text:
            raise _Stopped(f"{self.hop} does not answer as PostgreSQL does: {told}", f"is the address right? {_SET}")
        if entry.login:
            passes = any(sign in told for sign in _PASSES)
            hint = "that may pass: odcpub doctor looks again" if passes else _ROLE
            raise _Stopped(f"{self.hop} refuses {entry.login.user}: {told}", hint, sure=False)

    def _nobody_behind(self, told: str, entry: _Entry) -> _Stopped:
        hint = "does the server run, and does it let the pooler in? The pooler's log tells why"
        if entry.ours:
            return _Stopped(f"{self.hop} answers, and the server behind it does not: {told}", hint)
        why = f"{self.hop} answers, and the server behind it does not for the database {entry.database}: {told}"
        return _Stopped(why, f"{hint}; if apps do not need that database, the first publish shows more", sure=False)

    def _not_let_in(self, told: str) -> _Stopped:
        why = f"{self.hop} lets no app in: {told}"
        if self.reach.remote:
            return _Stopped(f"from this machine {why}; pods may well be let in", "", sure=False)
        return _Stopped(why, "pg_hba.conf needs a line for it: hostssl where TLS is used")

    def _tls(self, text: str) -> EngineError | None:
        address = "database_address" if self.reach.host else "the database's address"
        peer = tls_failure.Peer(self.host, self.port, dict(self.server.options), self.who, address)
        return tls_failure.explain(text, peer)


def _answer(connection: Connection) -> str | None:
    """A pooler logs in to the server when it is asked for something. What that fails with; None where it does not."""
    low, end = connection.pgconn, time.monotonic() + SECONDS
    low.send_query(b"SELECT 1")
    while low.is_busy():
        if not select.select([low.socket], [], [], max(end - time.monotonic(), 0))[0]:
            return _LATE
        low.consume_input()
    result = low.get_result()
    return result.error_message.decode(errors="replace") if result and result.error_message else None
