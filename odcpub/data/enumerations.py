"""Static entities of libraries as the database knows them: limits of the columns that hold their identifiers. No I/O.

They have no table. What an app may store is what the locked version of the library has: all its records, also those
that are no longer active, since rows may have them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from odcpub.data.literals import quoted
from odcpub.data.literals import text as literal
from odcpub.model.elements import Library

_TEXT = re.compile(r"'((?:[^']|'')*)'")


@dataclass(frozen=True, slots=True)
class Enumeration:
    """``identity``: its first name and its library's key, whatever either is called now; ``keys``: of its records."""

    identity: str
    keys: tuple[str, ...]


Enumerations = Mapping[str, Enumeration]


def enumerations(libraries: Mapping[str, Library]) -> Enumerations:
    """``Library.FirstName``, as types name them, → what it is."""
    return {
        f"{name}.{static.key}": Enumeration(
            f"{static.key}@{library.asset.key}", tuple(sorted(record.key for record in static.records))
        )
        for name, library in sorted(libraries.items())
        for static in library.asset.static_entities
    }


def limit(column: str, keys: Iterable[str]) -> str:
    """The expression that holds for these keys."""
    listed = ", ".join(literal(key) for key in sorted(keys))
    return f"{quoted(column)} IN ({listed})" if listed else f"{quoted(column)} IS NULL"


def keys_of(expression: str) -> frozenset[str]:
    """The keys that a limit lets pass, as ``limit`` or as PostgreSQL spells it: all texts in it."""
    return frozenset(found.replace("''", "'") for found in _TEXT.findall(expression))
