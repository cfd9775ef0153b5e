"""What was made of a value that never changes is made once, and known as long as that value is. No I/O.

An element, a table or an assembly that a change leaves alone is the very same object as before, so that the cost of
what follows from it grows with the change and not with the model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar, TypeVarTuple
from weakref import ref

Of = TypeVarTuple("Of")
V = TypeVar("V")


class Once(Generic[*Of, V]):
    """``make``, asked once for the very same objects; it must be a function of these alone, and what it makes must not
    hold them. Nothing is kept alive: where one of the objects goes, what was made of it goes. The objects' classes need
    ``weakref_slot=True``. Safe in threads."""

    def __init__(self, make: Callable[[*Of], V]) -> None:
        self._make = make
        self._made: dict[tuple[int, ...], tuple[V, tuple[ref[object], ...]]] = {}

    def __call__(self, *of: *Of) -> V:
        """What was made of these objects, or is now. Raises what ``make`` raises, and keeps nothing then."""
        number, made = tuple(map(id, of)), self._made  # an object's number is its own until it goes
        known = made.get(number)
        if known is None:
            known = self._make(*of), tuple(ref(one, lambda _: made.pop(number, None)) for one in of)
            made[number] = known
        return known[0]
