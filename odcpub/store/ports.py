"""What the store is given by those who open it, and what its engines have in common. No I/O.

The rooms work with ``odcpub.store.store.Store``: assets, stages, journal, contents (``Contents``) and vault are the
same on both engines, so that only what differs is a port here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import psycopg


class Login(Protocol):
    """A PostgreSQL server and how to log in to it; the database engine's ``Server`` is one."""

    @property
    def place(self) -> str: ...

    def connect(
        self, database: str = "", autocommit: bool = True, schema: str = "", name: str = ""
    ) -> psycopg.Connection[Any]:
        """A new connection to ``database`` (the address's own where it is empty), whose search path is ``schema`` and
        whose application is called ``name``. Raises ``TemporaryEngineError`` where nobody answers."""


RENEWED = timedelta(days=1)
"""A content that was used in this time is not marked as used again."""

LoginOf = Callable[[str, Callable[[], str]], Login]
"""Makes a login of an address and of what gives its password."""


class Contents(Protocol):
    """Contents by the sha256 of their bytes, in hexadecimal: writing the same again changes nothing."""

    def put(self, content: bytes) -> str:
        """Stores the content whole or not at all, for good when this returns; its digest."""

    def has(self, digest: str) -> bool: ...

    def missing(self, digests: Collection[str]) -> frozenset[str]:
        """Those of them that are not there; asked at once."""

    def touch(self, digests: Collection[str]) -> Mapping[str, int]:
        """Those of them that are there, with their bytes. They count as used now, as what is put does; exact to
        ``RENEWED``."""

    def unused(self, since: datetime) -> frozenset[str]:
        """Everything that was last used before that moment."""

    def discard(self, digests: Collection[str], since: datetime) -> int:
        """Removes those of them that were last used before that moment, also where others put or touch them
        meanwhile; how many. Who removes knows that no record refers to them (``odcpub.operations.pruning``)."""

    def get(self, digest: str) -> bytes:
        """The content, whose digest was checked; an EngineError where it is missing or damaged."""

    def digests(self) -> Iterator[str]:
        """Of everything that is stored, sorted."""
