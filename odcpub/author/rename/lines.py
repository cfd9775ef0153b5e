"""A text's lines, whatever breaks they have. No I/O."""

from __future__ import annotations

import re
from bisect import bisect_right

BREAK = re.compile(r"\r\n|\n|\r")
"""What ends a line."""


class Lines:
    """Where the lines of a text begin and end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(found.end() for found in BREAK.finditer(text))]

    def number(self, at: int) -> int:
        """The line that a place is in, from 1."""
        return bisect_right(self.starts, at)

    def start(self, at: int) -> int:
        """Where the line of a place begins."""
        return self.starts[self.number(at) - 1]

    def end(self, at: int) -> int:
        """Where it ends, behind its break."""
        number = self.number(at)
        return self.starts[number] if number < len(self.starts) else len(self.text)

    def ending(self, at: int) -> str:
        """The break of a place's line, or that of the file's first line."""
        found = BREAK.search(self.text, at, self.end(at)) or BREAK.search(self.text)
        return found[0] if found else "\n"

    def at(self, line: int, column: int) -> int:
        """The place of a line and column, both from 1."""
        return self.starts[line - 1] + column - 1
