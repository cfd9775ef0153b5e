"""The lock that says which server works on a store in PostgreSQL. Network I/O.

It is held by a connection of its own, and so it is free as soon as the server that held it is gone. A connection that
breaks is made anew; where another server has the lock by then, this one must end.
"""

from __future__ import annotations

import logging
import os
import platform
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from odcpub.errors import EngineError
from odcpub.store.again import Undone, again
from odcpub.store.postgres import FOR_SERVER, LOCK, Postgres
from odcpub.waiting import looks

if TYPE_CHECKING:
    import psycopg

LOG = logging.getLogger("odcpub.store")
LOOK_SECONDS = 5.0
ANSWER_SECONDS = 10.0
"""How long the database may leave a look unanswered."""
LAST_SECONDS = 10.0
"""How long the lock of a server that was killed a moment ago is waited for."""
_LONGEST_NAME = 63
_HOLDER = f"""SELECT application_name, to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted
    AND classid = {LOCK} AND objid = {FOR_SERVER} AND pg_locks.database = (
        SELECT oid FROM pg_database WHERE datname = current_database())"""  # noqa: S608 - our own numbers


class HeldByAnother(EngineError):
    """Another server works on the store."""


class Hold:
    """``lost``: called, once, when another server has the lock."""

    def __init__(self, store: Postgres, lost: Callable[[], None]) -> None:
        self._store, self._lost = store, lost
        self._name = f"odcpub server, process {os.getpid()} on {platform.node()}"[:_LONGEST_NAME]
        self._ended = threading.Event()
        self._connection = self._take()
        threading.Thread(target=self._watch, daemon=True).start()

    def close(self) -> None:
        """Gives the lock back."""
        self._ended.set()
        with suppress(Exception):
            self._connection.close()

    @again
    def _take(self) -> psycopg.Connection[Any]:
        """A connection that holds the lock."""
        import psycopg

        with ExitStack() as opened:
            connection = self._store.connect(autocommit=True, name=self._name)
            opened.callback(connection.close)
            try:
                _impatient(connection)
                if any(self._taken(connection) for _ in looks(LAST_SECONDS, 0.1)):
                    opened.pop_all()
                    return connection
                holder, since = connection.execute(_HOLDER.encode()).fetchone() or ("another server", "a moment ago")
            except (psycopg.Error, OSError) as error:
                raise Undone(f"{self._store.where}: its connection broke: {error}", "run the command again") from None
        raise HeldByAnother(
            f"{self._store.where}: is in use by {holder} since {since}; only one server can use a store",
            "end that server, on its machine: odcpub down; then run the command again",
        )

    @staticmethod
    def _taken(connection: psycopg.Connection[Any]) -> bool:
        row = connection.execute(f"SELECT pg_try_advisory_lock({LOCK}, {FOR_SERVER})".encode()).fetchone()
        return row == (True,)

    def _watch(self) -> None:
        import psycopg

        while not self._ended.wait(LOOK_SECONDS):
            try:
                self._connection.execute("SELECT 1")
            except psycopg.Error:
                if not self._ended.is_set():
                    self._again()

    def _again(self) -> None:
        with suppress(Exception):
            self._connection.close()
        try:
            self._connection = self._take()
        except HeldByAnother as error:
            LOG.error("%s", error.message)
            self._ended.set()
            self._lost()
        except Exception:  # it is tried again at the next look, for as long as it takes
            LOG.exception("%s: its lock cannot be taken yet", self._store.where)


def _impatient(connection: psycopg.Connection[Any]) -> None:
    """A server whose network is gone notices that its lock may be another's by now: TCP alone would wait for a quarter
    of an hour."""
    with socket.socket(fileno=os.dup(connection.fileno())) as copy:
        if copy.family != socket.AF_UNIX:
            copy.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(1000 * ANSWER_SECONDS))
