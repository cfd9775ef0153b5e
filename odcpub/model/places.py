"""Places within the texts of a model, however YAML writes them: in quotes, folded, as a block. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from odcpub.errors import Place
from odcpub.model.yaml_text import Scalar

_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
    "\n": "\n",
}
"""What stands behind a backslash between double quotes → what it means, if not itself."""
_NUMBERED = {"x": 2, "u": 4, "U": 8}
"""The same → how many hexadecimal digits follow."""


def text_place(file: str, lines: Sequence[str], node: Scalar) -> Place:
    """Where the text of a scalar stands: its character ``n`` is at ``.at(n)``. ``lines``: those of the file."""
    line = lines[node.line - 1] if node.line <= len(lines) else ""
    at = node.column - 1 if node.plain else node.column
    if line.startswith(node.text, at) and "\n" not in node.text and (node.plain or line[at - 1] in "'\""):
        return Place(file, node.line, at + 1)
    parts = tuple(_parts(_Source(lines, node.line - 1, node.column - 1), node.text))
    return Place(file, node.line, node.column, parts)


class _Source:
    """Reads a scalar's characters as they stand in the file. ``line`` and ``column`` count from 0."""

    def __init__(self, lines: Sequence[str], line: int, column: int) -> None:
        self.lines = lines
        self.line = line
        self.column = column
        while self.next in ("&", "!"):
            self._word()
        self.style = self.next
        if self.style in ("|", ">"):
            self.line, self.column = self.line + 1, 0
        elif self.style in ("'", '"'):
            self.skip(1)

    @property
    def next(self) -> str:
        """The next character, a line end as such; empty at the end."""
        if self.line >= len(self.lines):
            return ""
        line = self.lines[self.line]
        return line[self.column] if self.column < len(line) else "\n"

    def skip(self, count: int) -> None:
        for _ in range(count):
            end = self.next == "\n"
            self.line, self.column = (self.line + 1, 0) if end else (self.line, self.column + 1)

    def _word(self) -> None:
        """Behind an anchor or a tag, which stand before the value."""
        while self.next and not self.next.isspace():
            self.skip(1)
        while self.next.isspace():
            self.skip(1)

    def sign(self) -> tuple[str, int]:
        """The next character as it is meant, and how many it is written as."""
        line = self.lines[self.line] if self.line < len(self.lines) else ""
        if self.style == "'" and line.startswith("''", self.column):
            return "'", 2
        if self.style != '"' or self.next != "\\":
            return self.next, 1
        kind = line[self.column + 1 : self.column + 2] or "\n"
        if kind not in _NUMBERED:
            return _ESCAPES.get(kind, kind), 2
        digits = line[self.column + 2 : self.column + 2 + _NUMBERED[kind]]
        return chr(int(digits, 16)), 2 + len(digits)


def _parts(source: _Source, text: str) -> Iterator[tuple[int, int, int]]:
    """Where the text's characters stand, each part up to the next. Blanks and line ends are as the file has them, so
    only what stands between them is looked for."""
    part: tuple[int, int] | None = None
    for index, wanted in enumerate(text):
        if wanted.isspace():
            continue
        sign, count = source.sign()
        while sign.isspace():
            source.skip(count)
            sign, count = source.sign()
        if sign != wanted:
            return
        here = source.line, source.column - index
        if here != part:
            yield index, source.line + 1, source.column + 1
            part = here
        source.skip(count)
