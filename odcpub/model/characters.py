"""Characters that no text of a model, a setting or a note holds, and those that show nothing. No I/O.

Control characters other than line ends and tabs; separators that some programs take for line ends; and orders that
turn the direction of what follows, with which a text can be made to look like another (CVE-2021-42574). The marks
that Arabic and Hebrew need (U+200E, U+200F, U+061C) turn nothing and may stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]"
)
"""Characters without width, as ``Blanks.cs`` and ``rules.js`` have them (docs/model.md, "Blank texts")."""


def is_blank(text: str) -> bool:
    """Whether the text shows nothing: white space and characters without width alone."""
    return not INVISIBLE.sub("", text).strip()


def forbidden(text: str) -> str:
    """The first such character as ``U+001B``; empty where there is none."""
    if text.isprintable():
        return ""
    found = FORBIDDEN.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def between(text: str, told: Iterable[range]) -> Iterator[tuple[str, int, int]]:
    """Those of a file that stand in none of the ranges, which rise: in comments, for one, with which a file can be
    made to look like another. Each as ``U+202E``, with line and column from 1."""
    ranges = iter(told)
    known = next(ranges, range(0))
    line, begins = 1, 0
    for found in FORBIDDEN.finditer(text) if forbidden(text) else ():
        place = found.start()
        while known and known.stop <= place:
            known = next(ranges, range(0))
        if place not in known:
            line += text.count("\n", begins, place)
            begins = text.rfind("\n", 0, place) + 1
            yield forbidden(found[0]), line, place - begins + 1
