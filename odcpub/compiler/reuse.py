"""What an earlier compile made and the next one can take over, so that cost grows with the change. No I/O.

A value is kept under everything it was made from, so taking it over never changes a result.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Reuse:
    """Hold one for each asset. It keeps what the last compile used and forgets the rest."""

    def __init__(self) -> None:
        self._last: dict[Hashable, Any] = {}
        self._now: dict[Hashable, Any] = {}

    def start(self) -> None:
        """A new compile begins."""
        self._last, self._now = self._now, {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        value: T = self._last[key] if key in self._last else make()
        self._now[key] = value
        return value
