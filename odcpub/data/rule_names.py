"""Names of rules and indexes: each says what it is and ends in a hash of what it says. No I/O.

So a changed rule is another one, and names alone tell what changed. Where the catalog is read a name says which kind of
rule it is, and whether the platform made it (``kind_of``); nobody else asks a name.
"""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum

from odcpub.model.physical import LIMIT


class RuleKind(StrEnum):
    """What the platform makes, by how it is spelled in a name."""

    FOREIGN_KEY = "fk"
    NOT_BLANK = "filled"
    MIN_LENGTH = "shortest"
    MAX_LENGTH = "longest"
    PATTERN = "pattern"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    NOT_NULL = "present"
    FITS = "fits"
    KNOWN = "known"
    EMPTY = "empty"
    UNIQUE_INDEX = "ux"
    INDEX = "ix"
    REFERENCE_INDEX = "ref"
    FILE = "file"


_OWN = re.compile(rf"__({'|'.join(RuleKind)})_[0-9a-f]{{8}}\Z")


def kind_of(name: str) -> RuleKind | None:
    """What a rule of the platform's own is; None for one of somebody else's."""
    found = _OWN.search(name)
    return RuleKind(found[1]) if found is not None else None


def named(what: str, content: str, *parts: str) -> str:
    """``table__column__what_12345678``: the hash is of ``content``; the front is cut to PostgreSQL's limit."""
    front = "__".join(parts)
    tail = f"__{what}_{_short(content)}"
    if len((front + tail).encode()) > LIMIT:
        tail = f"_{_short(front)}{tail}"
        front = front.encode()[: LIMIT - len(tail)].decode(errors="ignore")
    return front + tail


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
