"""A relay between an app and its database that keeps what the app has sent, message by message. Does I/O: sockets.

PostgreSQL's protocol, version 3: a message is a letter, its length (4 bytes, itself included) and its content; only a
connection's first messages have no letter.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

SYNC = "S"
"""The end of a round trip: the database answers all that came before."""
PARSE = "P"
BIND = "B"
QUERY = "Q"
_ENCRYPTION = tuple(code.to_bytes(4, "big") for code in (80877103, 80877104))
"""Asks for TLS or GSSAPI; where there is none, the connection's first message follows."""


@dataclass
class Wire:
    """``sent``: letter and content of each message of the app's; ``received``: bytes of the database's."""

    port: int = 0
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    received: int = 0

    def clear(self) -> None:
        self.sent.clear()
        self.received = 0

    def count(self, letter: str) -> int:
        return sum(one == letter for one, _ in self.sent)

    def statements(self) -> list[str]:
        """Texts that were sent to be parsed, or executed at once."""
        parsed = [content.split(b"\0")[1] for letter, content in self.sent if letter == PARSE]
        return [text.decode() for text in parsed] + [c[:-1].decode() for letter, c in self.sent if letter == QUERY]

    def prepared(self) -> list[str]:
        """Names of the statements that stay."""
        names = [content.split(b"\0")[0].decode() for letter, content in self.sent if letter == PARSE]
        return [name for name in names if name]


@contextmanager
def wire(host: str, port: int) -> Iterator[Wire]:
    """Relays connections of this machine to a server."""
    found = Wire()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found.port = listener.getsockname()[1]
        threading.Thread(target=_accept, args=(listener, host, port, found), daemon=True).start()
        yield found
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, host: str, port: int, found: Wire) -> None:
    with suppress(OSError):
        while True:
            app, _ = listener.accept()
            database = socket.create_connection((host, port))
            threading.Thread(target=_to_database, args=(app, database, found), daemon=True).start()
            threading.Thread(target=_to_app, args=(database, app, found), daemon=True).start()


def _to_database(app: socket.socket, database: socket.socket, found: Wire) -> None:
    kept, first = b"", True
    with app, database, suppress(OSError):
        while data := app.recv(65_536):
            kept += data
            while (message := _next(kept, first)) is not None:
                letter, size = message
                found.sent.append((letter, content := kept[size[0] : size[1]]))
                kept, first = kept[size[1] :], first and content in _ENCRYPTION
            database.sendall(data)


def _next(data: bytes, first: bool) -> tuple[str, tuple[int, int]] | None:
    """The letter of a message that is whole, and where its content begins and ends."""
    start = 0 if first else 1
    if len(data) < start + 4:
        return None
    end = start + int.from_bytes(data[start : start + 4], "big")
    return (chr(data[0]) if start else "", (start + 4, end)) if len(data) >= end else None


def _to_app(database: socket.socket, app: socket.socket, found: Wire) -> None:
    with database, app, suppress(OSError):
        while data := database.recv(65_536):
            found.received += len(data)
            app.sendall(data)
