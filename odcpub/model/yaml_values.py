"""Plain scalars of YAML → values, by the core schema of YAML 1.2. No I/O."""

from __future__ import annotations

import re
from decimal import Decimal

MAX_NUMBER = 64
"""Characters of a number, and its largest exponent."""

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), Decimal("Infinity")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), Decimal("-Infinity")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), Decimal("NaN")),
}
TOO_LONG = object()
"""Stands for a number of more characters than MAX_NUMBER."""
_FIRST = frozenset("-+.0123456789~nNtTfF")


def resolve(text: str) -> object:
    """A plain scalar's value by YAML 1.2's core schema: None, bool, int, Decimal, the text itself, or
    TOO_LONG."""
    if text and text[0] not in _FIRST:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return TOO_LONG if len(text) > MAX_NUMBER else int(text, 0 if text[:2] in ("0o", "0x") else 10)
    if _FLOAT.fullmatch(text):
        exponent = re.split("[eE]", text)[1:]
        if len(text) > MAX_NUMBER or (exponent and abs(int(exponent[0])) > MAX_NUMBER):
            return TOO_LONG
        return Decimal(text)
    return text
