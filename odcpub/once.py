"""What was made of a value that never changes is made once. No I/O.

An element, a table or an assembly that a change leaves alone is the very same object as before, so that the cost of
what follows from it grows with the change and not with the model.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
V = TypeVar("V")


class Once(Generic[P, V]):
    """``make``, asked once for the very same objects; it must be a function of these alone. The latest ``most`` are
    kept, with what was made of them. Safe in threads."""

    def __init__(self, make: Callable[P, V], most: int) -> None:
        self._make, self._most = make, most
        self._made: dict[tuple[int, ...], tuple[object, V]] = {}
        self._guard = threading.Lock()

    def __call__(self, *of: P.args, **named: P.kwargs) -> V:
        number = tuple(map(id, of))  # what is kept keeps its number to itself
        known = self._made.get(number)
        if known is None:
            known = of, self._make(*of, **named)
            with self._guard:
                self._made[number] = known
                while len(self._made) > self._most:
                    del self._made[next(iter(self._made))]
        return known[1]
