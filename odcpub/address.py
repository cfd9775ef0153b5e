"""Addresses of PostgreSQL servers as libpq writes them, taken apart and put together. No I/O.

Standard library only, since the command line reads them too. The rules are those of PostgreSQL's documentation,
"Connection Strings": URIs and keyword=value strings. No message quotes what could be a piece of a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from odcpub.errors import UsageError

WHERE = "database"
EXAMPLE = "write postgresql://user@host:5432/postgres"
CHOOSE = "odcpub engines set database=postgresql://USER@HOST:5432/postgres"
"""The command that chooses a server, for hints."""
SCHEMES = ("postgresql://", "postgres://")
PORT, LAST_PORT = "5432", 65535
DATABASE = "postgres"
"""What the platform logs in to unless told otherwise; libpq would take one that is called like the user."""
OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "channel_binding": "PGCHANNELBINDING",
    "gssencmode": "PGGSSENCMODE",
    "require_auth": "PGREQUIREAUTH",
}
"""What an address may say besides, and the variable of libpq's environment that says the same."""
PLACE = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
FILES = ("sslrootcert", "sslcert", "sslkey")
SECRETS = frozenset({"password", "sslpassword", "scram_client_key", "scram_server_key", "oauth_client_secret"})
_URI = re.compile(
    r"(?:(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?@)?(?P<host>\[[^\]/]*\]|[^:/?]*)(?::(?P<port>[^/?]*))?"
    r"(?:/(?P<dbname>[^?]*))?(?:\?(?P<query>.*))?",
    re.DOTALL,
)
_KEYWORD = re.compile(r"\s*([a-z_]+)\s*=\s*('(?:[^'\\]|\\.)*'|(?:[^\s\\]|\\.)*)(?=\s|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """``host``: a name, an IP address, or the folder of a unix socket; ``database``: the one to log in to first."""

    host: str
    port: int
    user: str
    database: str = DATABASE
    options: tuple[tuple[str, str], ...] = ()

    @property
    def socket(self) -> bool:
        return self.host.startswith("/")

    @property
    def place(self) -> tuple[str, int, str]:
        """Which server, and what it is logged in to first."""
        return self.host, self.port, self.database

    @property
    def login(self) -> tuple[str, int, str]:
        """Whose password it is, and where."""
        return self.host, self.port, self.user

    def url(self) -> str:
        """``postgresql://user@host:5432/postgres?sslmode=…``; ``postgresql://user@/postgres?host=/run/postgresql``."""
        options = list(self.options)
        if self.socket:
            port = [("port", str(self.port))] if str(self.port) != PORT else []
            options = [("host", self.host), *port, *options]
        name = quote(self.host, safe=":")
        name = f"[{name}]" if ":" in name else name
        place = "" if self.socket else f"{name}:{self.port}"
        query = "&".join(f"{key}={quote(value, safe='/')}" for key, value in options)
        path = f"{quote(self.user, safe='')}@{place}/{quote(self.database, safe='')}"
        return f"{SCHEMES[0]}{path}{'?' if query else ''}{query}"


def is_address(text: str) -> bool:
    """Whether it is meant as one, right or wrong."""
    return text.startswith(SCHEMES) or re.match(r"\s*[a-z_]+\s*=", text) is not None


def parts(text: str) -> dict[str, str]:
    """What the address says by libpq's keywords (``host``, ``dbname`` …), empty values left out. UsageError where it
    cannot be read, or where it holds a password."""
    found = dict(_uri(text) if text.startswith(SCHEMES) else _keywords(text))
    if any(found.get(key) for key in SECRETS):
        raise secret()
    if any("\0" in value for value in found.values()):
        raise unreadable()
    return {key: value for key, value in found.items() if value}


def address(found: Mapping[str, str]) -> Address:
    """UsageError where something is missing or unknown; the engine knows what the options' words mean."""
    host, port = found.get("host", ""), found.get("port", PORT)
    if "," in host or "," in port:
        raise UsageError(f"{WHERE}: names several servers", "name the one that takes writes")
    if not host or not found.get("user"):
        raise UsageError(f"{WHERE}: scheme, user and host are needed", EXAMPLE)
    if not (port.isascii() and port.isdecimal() and 1 <= int(port) <= LAST_PORT) or re.search(r"[\s@]", host):
        raise unreadable()
    options = {key: value for key, value in found.items() if key not in PLACE}
    for name in sorted(options.keys() - OPTIONS.keys()):
        known = name if re.fullmatch("[a-z_]{1,40}", name) else "there"
        raise UsageError(f"{WHERE}: unknown option {known}", f"use one of {', '.join(OPTIONS)}")
    return Address(host, int(port), found["user"], found.get("dbname", DATABASE), tuple(sorted(options.items())))


def unreadable() -> UsageError:
    return UsageError(f"{WHERE}: its host or port can't be read", f"{EXAMPLE}; other signs are percent-encoded")


def secret() -> UsageError:
    hint = "leave it out: it is asked for and kept encrypted; a shell keeps what was typed in its history"
    return UsageError(f"{WHERE}: carries a password", hint)


def _uri(text: str) -> Iterator[tuple[str, str]]:
    match = _URI.fullmatch(text.partition("://")[2])
    if match is None:
        raise unreadable()
    said = match.groupdict("")
    if said["password"] or "#" in text or any("@" in said[key] for key in ("host", "port", "dbname")):
        raise secret()  # or a piece of one, whose signs are not percent-encoded
    if (host := said["host"]).startswith("[") != host.endswith("]"):
        raise unreadable()
    said["host"] = host.strip("[]")
    yield from ((key, _decoded(said[key])) for key in PLACE)
    for pair in said["query"].split("&") if said["query"] else ():
        key, equals, value = pair.partition("=")
        if not equals or "=" in value:
            raise unreadable()
        key, value = _decoded(key), _decoded(value)
        yield ("sslmode", "require") if (key, value) == ("ssl", "true") else (key, value)


def _decoded(text: str) -> str:
    if re.search("%(?![0-9A-Fa-f]{2})", text):
        raise unreadable()
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise unreadable() from None


def _keywords(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while text[place:].strip():
        match = _KEYWORD.match(text, place)
        if match is None:
            raise unreadable()
        value = match[2][1:-1] if match[2].startswith("'") else match[2]
        yield match[1], re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
        place = match.end()
