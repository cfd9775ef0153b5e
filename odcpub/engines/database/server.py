"""A PostgreSQL server that somebody else runs. Network I/O."""

from __future__ import annotations

from collections.abc import Callable

from odcpub.address import EXAMPLE, WHERE, address, is_address, parts
from odcpub.engines.database import tls
from odcpub.engines.database.connection import Server
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.database.reach import DIRECT, Reach
from odcpub.engines.ports import Tls
from odcpub.errors import UsageError


class PostgresServer(Postgres):
    """``url``: ``postgresql://user@host:port/database?sslmode=…`` without a password, which ``password`` gives.

    The user must be able to create databases, schemas and roles. ``reach``: how apps reach the server, where that is
    another way than the platform's.
    """

    def __init__(self, url: str, password: Callable[[], str], reach: Reach = DIRECT) -> None:
        self._server = parse(url, password)
        self._reach = reach

    def server(self) -> Server:
        return self._server

    def reach(self) -> Reach:
        return self._reach

    def tls_of_apps(self) -> Tls:
        return tls.for_apps(dict(self._server.options), self._reach.host or self._server.host)

    def close(self, stop: bool = False) -> None:
        """Nothing of this server is ours to end."""


def parse(url: str, password: Callable[[], str]) -> Server:
    """The server at an address; UsageError where it is none, holds a password, or asks for what can't hold for apps."""
    if not is_address(url):
        raise UsageError(f"{WHERE}: scheme, user and host are needed", EXAMPLE)
    found = address(parts(url))
    tls.check(dict(found.options))
    return Server(found.host, found.port, found.user, password, found.database, found.options)
