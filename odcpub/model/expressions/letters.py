"""Small and capital letters: one rule for every language and every version of Unicode that it knows. No I/O."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from functools import cache

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


CAPITALS, SMALLS = "Capitals", "Smalls"
CAPITALS_SMALL, SMALLS_CAPITAL = "CapitalsSmall", "SmallsCapital"
"""Texts of all letters that change, and of their other forms in the same order: what a database translates by."""


@cache
def constants() -> Mapping[str, str]:
    """These texts by their names."""
    every = "".join(map(chr, (*range(1, 0xD800), *range(0xE000, sys.maxunicode + 1))))
    capitals, small = _changing(every, lower)
    smalls, capital = _changing(every, upper)
    return {CAPITALS: capitals, CAPITALS_SMALL: small, SMALLS: smalls, SMALLS_CAPITAL: capital}


def _changing(every: str, change: Callable[[str], str]) -> tuple[str, str]:
    changed = [(sign, other) for sign, other in zip(every, change(every), strict=True) if sign != other]
    return "".join(sign for sign, _ in changed), "".join(other for _, other in changed)
