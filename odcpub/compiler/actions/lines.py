"""Lines of C# with their indents, and with the places in the model that they come from. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from odcpub.compiler.literals import csharp_literal, csharp_path
from odcpub.compiler.marked import CSharp
from odcpub.errors import Place

_STEP, _NEWLINE = CSharp.code("    "), CSharp.code("\n")


class Lines:
    """What is written, line by line. ``depth``: of the first ones, in steps of four blanks; ``placed``: with the places
    that they come from."""

    def __init__(self, depth: int, placed: bool) -> None:
        self._found: list[CSharp] = []
        self._placed = placed
        self._indent = CSharp.joined("", [_STEP] * depth)
        self._mapped = False

    @property
    def text(self) -> CSharp:
        """All lines, without the end of the last one."""
        return CSharp.joined("", self._found[:-1])

    def add(self, *lines: CSharp) -> None:
        """Lines at the current indent."""
        for line in lines:
            self._found += (self._indent, line, _NEWLINE) if line else (_NEWLINE,)

    def place(self, place: Place) -> None:
        """What follows comes from here: compiler and stack traces say so."""
        if self._placed and place.line:
            self._mapped = True
            self._directive(CSharp.code("#line {} {}", csharp_literal(place.line), csharp_path(place.file)))

    def unmapped(self) -> None:
        """What follows comes from no place of the model."""
        if self._mapped:
            self._mapped = False
            self._directive(CSharp.code("#line default"))

    def _directive(self, line: CSharp) -> None:
        self._found += (line, _NEWLINE)

    @contextmanager
    def block(self) -> Iterator[None]:
        """Lines within braces."""
        self.add(CSharp.code("{{"))
        outer = self._indent
        self._indent = CSharp.joined("", (outer, _STEP))
        yield
        self._indent = outer
        self.add(CSharp.code("}}"))
