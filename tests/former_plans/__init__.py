"""Two plans, one after the other, that a former version of odcpub stored (at ce413b3, the last one whose steps were no
classes), and their scripts as they waited. They have a step of every kind, one of them renames an index. Never to be
written anew."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent
AFTER = {1: "be105c9bdc26f2d40eee9a2f688ed811", 2: "ebd4d88c70b7540721aa1d714039d9ae"}
"""The fingerprint of the schema after each plan."""
NUMBERS = tuple(AFTER)


def stored(number: int) -> str:
    """The text of a plan."""
    return (_FOLDER / f"plan{number}.json").read_text()


def pending(number: int) -> list[Path]:
    """The scripts that wait, in order."""
    return sorted((_FOLDER / f"pending{number}").glob("*.py"))
