"""Lines of C# with their indents, and with the places in the model that they come from. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from odcpub.compiler.literals import csharp_literal, csharp_path
from odcpub.compiler.marked import CSharp
from odcpub.errors import Place

_STEP = CSharp.code("    ")


class Lines:
    """What is written, line by line. ``depth``: of the first ones, in steps of four blanks; ``placed``: with the places
    that they come from."""

    def __init__(self, depth: int, placed: bool) -> None:
        self.found: list[CSharp] = []
        self._placed = placed
        self._indent = CSharp.joined("", [_STEP] * depth)
        self._mapped = False

    def add(self, *lines: CSharp) -> None:
        """Lines at the current indent."""
        self.found += (CSharp.joined("", (self._indent, line)) if line else line for line in lines)

    def place(self, place: Place) -> None:
        """What follows comes from here: compiler and stack traces say so."""
        if self._placed and place.line:
            self._mapped = True
            self.found.append(CSharp.code("#line {} {}", csharp_literal(place.line), csharp_path(place.file)))

    def unmapped(self) -> None:
        """What follows comes from no place of the model."""
        if self._mapped:
            self._mapped = False
            self.found.append(CSharp.code("#line default"))

    @contextmanager
    def block(self) -> Iterator[None]:
        """Lines within braces."""
        self.add(CSharp.code("{{"))
        outer = self._indent
        self._indent = CSharp.joined("", (outer, _STEP))
        yield
        self._indent = outer
        self.add(CSharp.code("}}"))
