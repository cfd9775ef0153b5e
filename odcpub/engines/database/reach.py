"""How apps reach the database: under which address, through which pooler, with how many connections. No I/O."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from odcpub.engines.ports import CONNECTIONS

LAST_PORT = 65535
MOST_CONNECTIONS = 1000
"""Of one process of an app, that may be set."""
NOT_AN_ADDRESS = "is a host, host:port or, for IPv6, [address]:port"
_ADDRESS = re.compile(r"(?P<host>\[(?P<six>[^\[\]]*)\]|[A-Za-z0-9_][A-Za-z0-9_.-]*)(:(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Reach:
    """``host`` and ``port`` where they differ from the server's (else empty, 0). ``pooling``: ``none``, ``session`` or
    ``transaction``, by what a pooler gives a server connection back. ``connections``: of one process at most.
    ``remote``: apps run elsewhere, and may reach what this machine does not."""

    host: str = ""
    port: int = 0
    pooling: str = "none"
    connections: int = CONNECTIONS
    remote: bool = False

    def __str__(self) -> str:
        """``10.0.0.6:6432, transaction pooling``; empty where apps take the platform's way."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        address = f"{host}:{self.port}" if self.port else host
        return address if self.pooling == "none" else f"{address}, {self.pooling} pooling"


DIRECT = Reach()


def parse_address(text: str) -> tuple[str, int]:
    """(host, port) of ``host``, ``host:port``, ``[IPv6]`` or ``[IPv6]:port``, and of an IPv6 address without brackets;
    the port is 0 where none is named. ValueError where it is none of these."""
    if is_bare(text):
        return text, 0
    found = _ADDRESS.fullmatch(text)
    if found is None or not _right(found["six"]) or not 1 <= int(found["port"] or 1) <= LAST_PORT:
        raise ValueError(NOT_AN_ADDRESS)
    return found["six"] or found["host"], int(found["port"] or 0)


def is_bare(text: str) -> bool:
    """Whether it is an IPv6 address without brackets, as settings of before may have it: whether its end is meant as a
    port, nobody can tell."""
    return ":" in text and _right(text)


def _right(six: str | None) -> bool:
    try:
        return six is None or bool(ipaddress.IPv6Address(six))
    except ValueError:
        return False
