"""Small and capital letters: one rule for every language and every version of Unicode that it knows. No I/O."""

from __future__ import annotations

import re

LATE = re.compile(
    "[\u019b\u0264\u1c89\u1c8a\ua7cb-\ua7cf\ua7d2-\ua7d5\ua7da-\ua7dc\U00010d50-\U00010d85\U00016ea0-\U00016ed3]"
)
"""Letters whose other form came with Unicode 16 or 17, which not every Python, .NET and browser knows: they stay."""


def lower(text: str) -> str:
    """Each character's small form; a character stays where that is not exactly one, and where it is LATE."""
    return "".join(_changed(sign, sign.lower()) for sign in text)


def upper(text: str) -> str:
    """Each character's capital form, by the same rule."""
    return "".join(_changed(sign, sign.upper()) for sign in text)


def _changed(sign: str, other: str) -> str:
    return other if len(other) == 1 and not LATE.match(sign) else sign
