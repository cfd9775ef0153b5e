"""Characters that no text of a model, a setting or a note holds. No I/O.

Control characters other than line ends and tabs; separators that some programs take for line ends; and orders that
turn the direction of what follows, with which a text can be made to look like another (CVE-2021-42574). The marks
that Arabic and Hebrew need (U+200E, U+200F, U+061C) turn nothing and may stand.
"""

from __future__ import annotations

import re

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def forbidden(text: str) -> str:
    """The first such character as ``U+001B``; empty where there is none."""
    if text.isprintable():
        return ""
    found = FORBIDDEN.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""
