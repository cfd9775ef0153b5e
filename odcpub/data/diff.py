"""Differences between a live and a target schema, by identity: physical names never change. No I/O.

The order of the result is fixed: tables by name, then the kinds of difference as written below. Only rules that the
platform made itself (known by the form of their names) are ever taken away; an index that an operator added stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from odcpub.data.schema import Check, Column, ForeignKey, IndexDef, Schema, Table

_OWN = re.compile(r"__(fk|filled|shortest|longest|pattern|minimum|maximum|present|fits|ux|ix|ref)_[0-9a-f]{8}\Z")
Record = tuple[str, str, int, bool]


@dataclass(frozen=True, slots=True)
class TableAdded:
    table: Table


@dataclass(frozen=True, slots=True)
class TableKept:
    """A table that the target no longer names, with its references to tables it still names."""

    table: str
    references: tuple[ForeignKey, ...]


@dataclass(frozen=True, slots=True)
class KindChanged:
    """The table of a static entity should now be an entity's, or the other way round."""

    table: str
    was_static: bool


@dataclass(frozen=True, slots=True)
class ColumnAdded:
    table: str
    column: Column


@dataclass(frozen=True, slots=True)
class ColumnKept:
    """A column that the target no longer names."""

    table: str
    column: Column


@dataclass(frozen=True, slots=True)
class TypeChanged:
    table: str
    old: Column
    new: Column


@dataclass(frozen=True, slots=True)
class DefaultChanged:
    table: str
    new: Column


@dataclass(frozen=True, slots=True)
class MandatoryChanged:
    table: str
    new: Column


@dataclass(frozen=True, slots=True)
class ReferenceAdded:
    """``retargeted``: the reference the same column had so far, to another table."""

    table: str
    key: ForeignKey
    retargeted: ForeignKey | None = None


@dataclass(frozen=True, slots=True)
class RuleChanged:
    """The same reference with another delete rule."""

    table: str
    old: ForeignKey
    new: ForeignKey


@dataclass(frozen=True, slots=True)
class ReferenceDropped:
    table: str
    key: ForeignKey


@dataclass(frozen=True, slots=True)
class CheckAdded:
    table: str
    check: Check


@dataclass(frozen=True, slots=True)
class CheckDropped:
    table: str
    check: Check


@dataclass(frozen=True, slots=True)
class RuleUnchecked:
    """A check or reference that holds for new rows, while the older ones have not been looked at."""

    table: str
    rule: Check | ForeignKey


@dataclass(frozen=True, slots=True)
class IndexAdded:
    """Also one that a failed attempt left behind invalid."""

    table: str
    index: IndexDef


@dataclass(frozen=True, slots=True)
class IndexDropped:
    table: str
    index: IndexDef


@dataclass(frozen=True, slots=True)
class RecordsChanged:
    table: str
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class RecordsRemoved:
    table: str
    records: tuple[Record, ...]


Difference = (
    TableAdded | TableKept | KindChanged | ColumnAdded | ColumnKept | TypeChanged | DefaultChanged | MandatoryChanged
    | ReferenceAdded | RuleChanged | ReferenceDropped | CheckAdded | CheckDropped | RuleUnchecked | IndexAdded
    | IndexDropped | RecordsChanged | RecordsRemoved
)  # fmt: skip


def differences(live: Schema | None, target: Schema) -> tuple[Difference, ...]:
    """What has to become different in ``live`` for ``target`` to hold."""
    there = {table.name: table for table in live.tables} if live is not None else {}
    wanted = {table.name: table for table in target.tables}
    found: list[Difference] = []
    for name in sorted(there.keys() | wanted.keys()):
        if name not in there:
            found.append(TableAdded(wanted[name]))
        elif name not in wanted:
            blocking = tuple(key for key in there[name].foreign_keys if key.target in wanted and own(key.name))
            found.append(TableKept(name, blocking))
        elif there[name].static != wanted[name].static:
            found.append(KindChanged(name, there[name].static))
        else:
            found += _table(there[name], wanted[name])
    return tuple(found)


def own(name: str) -> bool:
    """Whether the platform made this rule."""
    return _OWN.search(name) is not None


def _table(live: Table, target: Table) -> Iterator[Difference]:
    yield from _columns(live, target)
    yield from _references(live, target)
    yield from _checks(live, target)
    yield from _indexes(live, target)
    if target.static:
        yield from _records(live, target)


def _columns(live: Table, target: Table) -> Iterator[Difference]:
    there = {column.name: column for column in live.columns}
    wanted = {column.name: column for column in target.columns}
    for name in sorted(wanted):
        new, old = wanted[name], there.get(name)
        if old is None:
            yield ColumnAdded(live.name, new)
            continue
        if old.type != new.type or old.identity != new.identity:
            yield TypeChanged(live.name, old, new)
        elif old.default != new.default:
            yield DefaultChanged(live.name, new)
        if old.nullable != new.nullable:
            yield MandatoryChanged(live.name, new)
    for name in sorted(there.keys() - wanted.keys()):
        yield ColumnKept(live.name, there[name])


def _references(live: Table, target: Table) -> Iterator[Difference]:
    there = {key.name: key for key in live.foreign_keys if own(key.name)}
    wanted = {key.name: key for key in target.foreign_keys}
    gone = {key.column: key for name, key in sorted(there.items()) if name not in wanted}
    for name in sorted(wanted):
        key = wanted[name]
        if name in there:
            if not there[name].validated:
                yield RuleUnchecked(live.name, key)
            continue
        old = gone.get(key.column)
        if old is not None and old.target == key.target:
            yield RuleChanged(live.name, gone.pop(key.column), key)
        else:
            yield ReferenceAdded(live.name, key, old)
    changed = {key.column for name, key in wanted.items() if name not in there}
    for name in sorted(there.keys() - wanted.keys()):
        key = there[name]
        if gone.get(key.column) == key or key.column not in changed:
            yield ReferenceDropped(live.name, key)


def _checks(live: Table, target: Table) -> Iterator[Difference]:
    there = {check.name: check for check in live.checks if own(check.name)}
    wanted = {check.name: check for check in target.checks}
    for name in sorted(wanted):
        if name not in there:
            yield CheckAdded(live.name, wanted[name])
        elif not there[name].validated:
            yield RuleUnchecked(live.name, wanted[name])
    for name in sorted(there.keys() - wanted.keys()):
        yield CheckDropped(live.name, there[name])


def _indexes(live: Table, target: Table) -> Iterator[Difference]:
    there = {index.name: index for index in live.indexes if own(index.name)}
    wanted = {index.name: index for index in target.indexes}
    for name in sorted(wanted):
        if name not in there or not there[name].valid:
            yield IndexAdded(live.name, wanted[name])
    for name in sorted(there.keys() - wanted.keys()):
        yield IndexDropped(live.name, there[name])


def _records(live: Table, target: Table) -> Iterator[Difference]:
    there = {record[0]: record for record in live.records}
    wanted = {record[0]: record for record in target.records}
    changed = tuple(wanted[key] for key in sorted(wanted) if there.get(key) != wanted[key])
    removed = tuple(there[key] for key in sorted(there.keys() - wanted.keys()) if there[key][3])
    if changed:
        yield RecordsChanged(live.name, changed)
    if removed:
        yield RecordsRemoved(live.name, removed)
