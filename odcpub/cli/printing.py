"""What commands print: a line a text, escaped. Progress, which is overwritten, and prompts escape for themselves. Does
I/O: printing.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import unicodedata
from collections.abc import Sequence
from typing import TextIO

from odcpub.errors import counted
from odcpub.escaping import escaped


def say(text: str = "", out: TextIO | None = None) -> None:
    """One line, whatever the text holds: what comes from data, models, logs and other servers cannot make a second
    one, nor anything that a terminal acts on."""
    print(escaped(text), file=out or sys.stdout)


def pasted(path: str) -> str:
    """A path as an argument of a command that is shown to be typed: quoted, and never taken for an option."""
    return shlex.quote(f"./{path}" if path.startswith("-") else path)


def width(text: str) -> int:
    """Columns of a terminal that the text fills: wide signs, such as Chinese ones, fill two."""
    return len(text) if text.isascii() else sum(_columns(sign) for sign in text)


def cut(text: str, columns: int) -> str:
    """The text, or as much of it as fills so many columns."""
    filled = 0
    for at, sign in enumerate(text):
        filled += _columns(sign)
        if filled > columns:
            return text[:at]
    return text


def _columns(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def warn(text: str = "") -> None:
    """One line on stderr."""
    sys.stdout.flush()
    say(text, sys.stderr)


def as_json(data: object) -> None:
    """JSON in ASCII: everything else is an escape of JSON's own, and so is DEL."""
    print(json.dumps(data, indent=2).replace("\x7f", "\\u007f"))


def as_json_line(data: object) -> None:
    """The same on one line, at once: for programs that read answers as they come."""
    print(json.dumps(data).replace("\x7f", "\\u007f"), flush=True)


def screenful(lines: Sequence[str], last: Sequence[str], footer: str) -> None:
    """Lines and the last of them, at once. In a terminal they replace what is on its screen: as many lines as there is
    room for, the last ones, and the footer beneath. Elsewhere they are printed as they are."""
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        columns, rows = shutil.get_terminal_size()
        end = [*last, footer]
        lines = _fitting(lines, columns, rows - 2 - sum(_rows(line, columns) for line in end))
        last = end
        print("\x1b[2J\x1b[H", end="")
    for line in (*lines, *last):
        say(line)
    sys.stdout.flush()


def _fitting(lines: Sequence[str], columns: int, room: int) -> Sequence[str]:
    """The first lines, as many as there is room for, and how many there are besides."""
    for at, line in enumerate(lines):
        room -= _rows(line, columns)
        if room < 0:
            return [*lines[:at], f"… and {counted(len(lines) - at, 'more line')}"]
    return lines


def _rows(line: str, columns: int) -> int:
    return max(1, -(-width(escaped(line)) // columns))
