"""A PostgreSQL server that somebody else runs. Network I/O."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, unquote, urlsplit

from odcpub.engines.database.connection import Server
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.database.reach import DIRECT, Reach
from odcpub.errors import UsageError
from odcpub.model.problems import shown

_MODES = ("verify-full", "verify-ca", "require", "prefer", "allow", "disable")
WHERE = "database address"
_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "channel_binding", "gssencmode", "require_auth")


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
    """The parts of an address; UsageError where it is none, or where it holds a password."""
    example = "write postgresql://user@host:5432/postgres"
    try:
        parts = urlsplit(url)
        port = 5432 if parts.port is None else parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise UsageError(f"{WHERE}: its host or port can't be read", example)
    if parts.scheme not in ("postgresql", "postgres") or not parts.hostname or not parts.username:
        raise UsageError(f"{WHERE}: scheme, user and host are needed", example)
    if parts.password is not None:
        raise UsageError(f"{WHERE}: carries a password", "leave it out: it is asked for and kept encrypted")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.fragment or {"password", "passfile", "sslpassword"} & options.keys():
        raise UsageError(f"{WHERE}: carries a password", "leave it out: it is asked for and kept encrypted")
    unknown = sorted(options.keys() - set(_OPTIONS))
    if unknown:
        raise UsageError(f"{WHERE}: unknown option {shown(unknown[0])}", f"Known are {', '.join(_OPTIONS)}.")
    if options.get("sslmode", _MODES[0]) not in _MODES:
        raise UsageError(f"{WHERE}: unknown sslmode {shown(options['sslmode'])}", f"Known are {', '.join(_MODES)}.")
    database = unquote(parts.path.lstrip("/")) or "postgres"
    return Server(parts.hostname, port, unquote(parts.username), password, database, tuple(sorted(options.items())))
