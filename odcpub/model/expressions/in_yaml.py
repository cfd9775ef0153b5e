"""Expressions in YAML: written in quotes, and found again where YAML took a part of one for something else. No I/O.

Without quotes a comma within braces ends a value, and a blank with ``#`` begins a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from odcpub.model.expressions.parse import parse
from odcpub.model.expressions.syntax import ExpressionError

_END = re.compile(r"[,}]|\s#")
_ENDS = 20


def quoted(expression: str, sign: str = "=") -> str:
    """What authors write for an expression in single quotes: its text, after the ``sign`` of where it stands."""
    return f"'{sign}" + expression.replace("'", "''") + "'"


def cut_short(line: str, at: int, taken: str) -> str:
    """The expression that an author probably wrote in ``line`` from ``at`` on, behind its ``=`` if it has one, where
    YAML took only ``taken`` of it; empty where YAML took all of it, or what follows makes no expression of it."""
    rest = line[at:]
    for end in islice(_ends(rest), _ENDS):
        text = rest[:end].strip()
        if len(text) <= len(taken.strip()):
            return ""
        if can_be(text):
            return text
    return ""


def _ends(rest: str) -> Iterator[int]:
    """Where an expression may end, the last place first."""
    yield len(rest)
    yield from reversed([found.start() for found in _END.finditer(rest)])


def can_be(text: str) -> bool:
    """Whether ``text`` is an expression, whatever its names mean."""
    try:
        parse(text)
    except ExpressionError:
        return False
    return True
