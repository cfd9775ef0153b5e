"""Labels made from names. Pure, no I/O."""

from __future__ import annotations

import re
from functools import lru_cache

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+")


@lru_cache(maxsize=65_536)
def label(name: str) -> str:
    """``OpenedAt`` → ``Opened at``, ``CustomerID`` → ``Customer ID``, ``Is_Active`` → ``Is active``."""
    first, *rest = [word for word in _BOUNDARY.split(name) if word] or [name]
    return " ".join([first[:1].upper() + first[1:], *(word if word.isupper() else word.lower() for word in rest)])


def in_sentence(text: str) -> str:
    """A label within a sentence: ``Opened at`` → ``opened at``; ``URL`` stays. ``format.js`` has the same."""
    return text if len(text) > 1 and text[0].isupper() and text[1].isupper() else text[:1].lower() + text[1:]


def sentence(text: str) -> str:
    """A description as a sentence, so that another can follow it."""
    bare = text.strip()
    return f"{bare}." if bare and bare[-1] not in ".!?…)" else bare
