"""Physical names in the database: a function of an element's first name alone. No I/O.

``OpenedAt`` → ``opened_at``; what exceeds PostgreSQL's 63 bytes is cut and gets eight hash digits.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

LIMIT = 63
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=65_536)
def physical(*keys: str) -> str:
    """The physical name made of the given first names, joined by two underscores."""
    name = "__".join(_BOUNDARY.sub("_", key).lower() for key in keys)
    if len(name.encode()) <= LIMIT:
        return name
    return _cut(name, LIMIT)


def asset_label(name: str) -> str:
    """The DNS label that the first name of an asset gives it, as commands and addresses have it: ``HelpDesk`` →
    ``help-desk``."""
    return physical(name).replace("_", "-").strip("-")


def companions(column: str) -> tuple[str, str]:
    """The columns beside that of a Binary Data attribute: of its file's name and of its media type (``photo$name``,
    ``photo$type``). No attribute's own column has a dollar sign in it."""
    longest = LIMIT - len("$name")
    front = column if len(column.encode()) <= longest else _cut(column, longest)
    return f"{front}$name", f"{front}$type"


def _cut(name: str, longest: int) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name.encode()[: longest - 9].decode(errors='ignore')}_{digest}"
