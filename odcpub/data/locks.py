"""What a step does to the tables that others work with: locks, scans, rewrites, as hazards. No I/O.

Locks are called as ``pg_locks`` calls them, hazards as in the field (stripe/pg-schema-diff has most of them).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Lock(StrEnum):
    """A table's lock modes, weakest first; each conflicts at least with what the one before conflicts with."""

    ROW_SHARE = "RowShareLock"
    ROW_EXCLUSIVE = "RowExclusiveLock"
    SHARE_UPDATE_EXCLUSIVE = "ShareUpdateExclusiveLock"
    SHARE = "ShareLock"
    SHARE_ROW_EXCLUSIVE = "ShareRowExclusiveLock"
    ACCESS_EXCLUSIVE = "AccessExclusiveLock"


_STRENGTH = {lock: at for at, lock in enumerate(Lock)}


@dataclass(frozen=True, slots=True)
class TableLock:
    """The strongest lock that a step takes on a table."""

    table: str
    lock: Lock


def strongest(locks: Iterable[TableLock]) -> tuple[TableLock, ...]:
    """One a table, in the order in which they are first locked."""
    found: dict[str, Lock] = {}
    for one in locks:
        found[one.table] = max(one.lock, found.get(one.table, one.lock), key=_STRENGTH.__getitem__)
    return tuple(TableLock(*one) for one in found.items())


class HazardKind(StrEnum):
    """What a step can do to others; the words are those of plans."""

    ACQUIRES_ACCESS_EXCLUSIVE_LOCK = "AcquiresAccessExclusiveLock"
    ACQUIRES_SHARE_LOCK = "AcquiresShareLock"
    ACQUIRES_SHARE_ROW_EXCLUSIVE_LOCK = "AcquiresShareRowExclusiveLock"
    REWRITES_TABLE = "RewritesTable"
    SCANS_TABLE = "ScansTable"
    BUILDS_INDEX = "BuildsIndex"
    DROPS_INDEX = "DropsIndex"


_TEXTS: Mapping[HazardKind, str] = {
    HazardKind.ACQUIRES_ACCESS_EXCLUSIVE_LOCK: "nobody reads or writes {table} meanwhile",
    HazardKind.ACQUIRES_SHARE_LOCK: "nobody writes {table} meanwhile",
    HazardKind.ACQUIRES_SHARE_ROW_EXCLUSIVE_LOCK: "nobody writes {table} meanwhile",
    HazardKind.REWRITES_TABLE: "every row of {table} is rewritten",
    HazardKind.SCANS_TABLE: "every row of {table} is read",
    HazardKind.BUILDS_INDEX: "an index of {table} is built beside reads and writes, which takes time and disk",
    HazardKind.DROPS_INDEX: "queries of {table} that used the index may be slower",
}
_OF_LOCK = {
    Lock.SHARE: HazardKind.ACQUIRES_SHARE_LOCK,
    Lock.SHARE_ROW_EXCLUSIVE: HazardKind.ACQUIRES_SHARE_ROW_EXCLUSIVE_LOCK,
    Lock.ACCESS_EXCLUSIVE: HazardKind.ACQUIRES_ACCESS_EXCLUSIVE_LOCK,
}
"""Weaker ones keep nobody from reading or writing."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """What whoever uses a table may feel."""

    kind: HazardKind
    table: str

    @property
    def text(self) -> str:
        """The hazard as a sentence about its table."""
        return _TEXTS[self.kind].format(table=self.table)


def of_locks(locks: Iterable[TableLock]) -> Iterator[Hazard]:
    """The hazards that follow from locks alone."""
    return (Hazard(_OF_LOCK[one.lock], one.table) for one in locks if one.lock in _OF_LOCK)
