"""Texts from outside as they are shown: without what a terminal would act on, or a reader would not see. No I/O.

Standard library only, since everything that prints needs it. Escaped is what Unicode does not count as printable:
control characters (C0 and C1), orders that turn the direction of a text, line and paragraph separators, lone
surrogates, unassigned characters; and all signs that show nothing (Unicode, Default_Ignorable_Code_Point): fillers
and joiners, and the selectors of variants, which can carry a whole hidden text. Spaces of all widths stay.
"""

from __future__ import annotations

import re
import unicodedata

NOTHING_SHOWN = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
"""Those that Python counts as printable (a set of a regular expression)."""
_NOTHING_SHOWN = re.compile(f"[{NOTHING_SHOWN}]")


def escaped(text: str) -> str:
    """The text on one line, with ``\\x1b``, ``\\n``, ``\\u202e`` for what is not shown as it is. Escaped again, it
    stays the same; so does whatever can be pasted."""
    if text.isprintable() and not _NOTHING_SHOWN.search(text):
        return text
    return "".join(sign if _shows(sign) else sign.encode("unicode_escape").decode("ascii") for sign in text)


def _shows(sign: str) -> bool:
    return (sign.isprintable() and not _NOTHING_SHOWN.match(sign)) or unicodedata.category(sign) == "Zs"


def in_short(text: object, limit: int) -> str:
    """A value as messages quote it: escaped, its white space single spaces, cut behind ``limit`` characters."""
    line = escaped(" ".join(str(text)[: 4 * limit].split()))
    return line if len(line) <= limit else f"{line[:limit]}…"
