"""Names of variables in the C# of actions: the model's own, made safe. Pure, no I/O.

A variable that is called like a type of the code would hide it, and C# knows no two variables of a name in blocks
within one another. What collides gets a number behind it.
"""

from __future__ import annotations

from collections.abc import Collection

from odcpub.compiler.class_names import TAKEN
from odcpub.compiler.literals import csharp_identifier, csharp_literal
from odcpub.compiler.marked import CSharp

_TAKEN = TAKEN | {"call", "given", "mark", "run"}
"""What no variable is called: types, members, and variables that the code has besides the model's."""


class Scope:
    """The variables of a block and of the blocks around it. ``taken``: names that none of them has."""

    def __init__(self, outer: Scope | None = None, taken: Collection[str] = ()) -> None:
        self._outer = outer
        self._taken = taken
        self._names: dict[str, CSharp] = {}
        self._used: set[str] = set()

    def within(self) -> Scope:
        """A block in this one."""
        return Scope(self)

    def declare(self, name: str) -> CSharp:
        """The C# name of a variable that this block declares. Declare them all before a block within it is printed."""
        if name not in self._names:
            self._names[name] = self.fresh(name)
        return self._names[name]

    def fresh(self, name: str) -> CSharp:
        """A name that nothing around has."""
        wanted = csharp_identifier(name)
        found, number = wanted, 1
        while self._has(found.removeprefix("@")):
            number += 1
            found = CSharp.code("{}{}", wanted, csharp_literal(number))
        self._used.add(found.removeprefix("@"))
        return found

    def bind(self, name: str, code: CSharp) -> None:
        """Another C# name for a variable of this block."""
        self._names[name] = code

    def find(self, name: str) -> CSharp:
        """The C# name of a variable that is known here."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope._names:
                return scope._names[name]
            scope = scope._outer
        raise KeyError(name)

    def _has(self, bare: str) -> bool:
        if bare in _TAKEN:
            return True
        scope: Scope | None = self
        while scope is not None:
            if bare in scope._used or bare in scope._taken:
                return True
            scope = scope._outer
        return False
