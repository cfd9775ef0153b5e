"""Patterns of attributes in PostgreSQL's regular expressions. No I/O.

Browser and server hold a pattern in full; the database repeats what both dialects read alike. A pattern with
anything else is left to the server: a rule that the database reads differently would refuse good values.
"""

from __future__ import annotations

import re

_PIECE = re.compile(
    r"""
      \\[dwsDWS]                                  # classes
    | \\[^A-Za-z0-9]                              # an escaped sign
    | \(\?:|\(|\)|\||\^|\$                        # groups, alternatives, anchors
    | \[\^?(?:\\[dws]|\\[^A-Za-z0-9]|[^\[\]\\])+\]  # a set
    | [*+?]\??                                    # quantifiers
    | \{(?P<low>\d+)(?:,(?P<high>\d*))?\}\??
    | [^\\\[\](){}*+?|^$]                         # any other sign stands for itself
    """,
    re.VERBOSE,
)
MOST_REPEATS = 255
"""PostgreSQL's own bound for ``{n}``."""


def as_postgres(pattern: str) -> str | None:
    """The pattern for the whole text as PostgreSQL reads it; None where it may read it otherwise."""
    position = 0
    while position < len(pattern):
        piece = _PIECE.match(pattern, position)
        if piece is None or any(int(bound) > MOST_REPEATS for bound in piece.groups() if bound):
            return None
        position = piece.end()
    try:
        re.compile(pattern)
    except re.error:
        return None
    return f"^(?:{pattern})$"
