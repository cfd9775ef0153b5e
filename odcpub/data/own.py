"""Which rules and indexes the platform made itself, told by the form of their names. No I/O."""

from __future__ import annotations

import re

_OWN = re.compile(
    r"__(fk|filled|shortest|longest|pattern|minimum|maximum|present|fits|known|empty|ux|ix|ref|file)_[0-9a-f]{8}\Z"
)


def own(name: str) -> bool:
    """Whether the platform made this rule."""
    return bool(kind(name))


def kind(name: str) -> str:
    """What a rule of the platform's own is, by its name: ``known``, ``fk`` …; empty for one of somebody else's."""
    found = _OWN.search(name)
    return found[1] if found is not None else ""
