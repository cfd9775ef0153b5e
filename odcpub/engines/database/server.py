"""A PostgreSQL server that somebody else runs. Network I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from odcpub.address import EXAMPLE, WHERE, address, is_address, parts
from odcpub.engines.database.connection import Server
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.database.reach import DIRECT, Reach
from odcpub.errors import UsageError
from odcpub.model.problems import shown

_MODES = ("verify-full", "verify-ca", "require", "prefer", "allow", "disable")


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

    def close(self, stop: bool = False) -> None:
        """Nothing of this server is ours to end."""


def parse(url: str, password: Callable[[], str]) -> Server:
    """The server at an address; UsageError where it is none, or where it holds a password."""
    if not is_address(url):
        raise UsageError(f"{WHERE}: scheme, user and host are needed", EXAMPLE)
    found = address(parts(url))
    _check(dict(found.options))
    return Server(found.host, found.port, found.user, password, found.database, found.options)


def _check(options: Mapping[str, str]) -> None:
    if options.get("sslmode", _MODES[0]) not in _MODES:
        raise UsageError(f"{WHERE}: unknown sslmode {shown(options['sslmode'])}", f"Known are {', '.join(_MODES)}.")
