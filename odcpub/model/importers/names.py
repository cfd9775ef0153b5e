"""Names of the model language made from other languages' names. No I/O."""

from __future__ import annotations

import re

from odcpub.model.language import NAME_LENGTH, NAME_PATTERN
from odcpub.model.physical import physical

_GAPS = re.compile(r"[^A-Za-z0-9]+")


def pascal(name: str, fallback: str = "Element") -> str:
    """``firstName``, ``first_name`` and ``first-name`` → ``FirstName``: a valid name, always."""
    parts = [part for part in _GAPS.split(name) if part]
    joined = "".join(part[0].upper() + part[1:] for part in parts) or fallback
    return (joined if joined[0].isalpha() else fallback + joined)[:NAME_LENGTH]


def valid(name: str) -> bool:
    """Whether ``name`` may stand in a model as it is."""
    return re.fullmatch(NAME_PATTERN, name) is not None and len(name) <= NAME_LENGTH


def same_words(source: str, name: str) -> bool:
    """Whether ``name`` is ``source`` but for case and separators: a change that needs no telling."""
    return _GAPS.sub("", source).lower() == _GAPS.sub("", name).lower()


class Namer:
    """Gives each name once. Two names that differ in case alone, or would be one in the database, count as the same."""

    def __init__(self, reserved: tuple[str, ...] = ()) -> None:
        self._taken: set[str] = set()
        for name in reserved:
            self._take(name)

    def free(self, name: str) -> bool:
        """Whether nothing is called so yet."""
        return name.casefold() not in self._taken and physical(name) not in self._taken

    def give(self, wanted: str) -> str:
        """``wanted``, or ``wanted`` with the first number behind it that makes it new."""
        name, number = wanted, 1
        while not self.free(name):
            number += 1
            name = f"{wanted[: NAME_LENGTH - len(str(number))]}{number}"
        self._take(name)
        return name

    def _take(self, name: str) -> None:
        self._taken |= {name.casefold(), physical(name)}
