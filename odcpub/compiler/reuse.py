"""What an earlier compile made and the next one can take over, so that cost grows with the change. No I/O.

A value is kept with everything it was made from, and compared with it, so taking it over never changes a result.
Comparing is quick: elements of files that were not read again are the same objects.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

T = TypeVar("T")


class Reuse:
    """Hold one for each asset. It keeps what the last compile used and forgets the rest."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[object, object]] = {}
        self._now: dict[str, tuple[object, object]] = {}

    def start(self) -> None:
        """A new compile begins."""
        self._last, self._now = self._now, {}

    def get(self, slot: str, made_from: object, make: Callable[[], T]) -> T:
        """The value of ``slot`` where it was made from the same, else what ``make`` makes."""
        kept = self._last.get(slot)
        if kept is None or kept[0] != made_from:
            kept = (made_from, make())
        self._now[slot] = kept
        return cast("T", kept[1])
