"""Static entities of libraries as the database knows them: limits of the columns that hold their identifiers. No I/O.

They have no table. What an app may store is what the locked version of the library has: all its records, also those
that are no longer active, since rows may have them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from odcpub.data.schema import Referent
from odcpub.model.elements import Library


@dataclass(frozen=True, slots=True)
class Enumeration:
    """``referent``: whatever it and its library are called now; ``keys``: of its records."""

    referent: Referent
    keys: tuple[str, ...]


Enumerations = Mapping[str, Enumeration]


def enumerations(libraries: Mapping[str, Library]) -> Enumerations:
    """``Library.FirstName``, as types name them, → what it is."""
    return {
        f"{name}.{static.key}": Enumeration(
            Referent(static.key, library.asset.key), tuple(sorted(record.key for record in static.records))
        )
        for name, library in sorted(libraries.items())
        for static in library.asset.static_entities
    }
