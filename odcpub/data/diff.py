"""Differences between a live and a target schema, by identity: physical names never change. No I/O.

The order of the result is fixed: tables by name, then the kinds of difference as written below. Only rules that the
platform made itself (known by the form of their names) are ever taken away; an index that an operator added stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from odcpub.data.schema import Check, Column, FileRule, ForeignKey, IndexDef, Record, Schema, Table
from odcpub.once import Once

_KEEPING = {"CASCADE": 0, "SET NULL": 1}


@dataclass(frozen=True, slots=True)
class TableAdded:
    """A table that the database does not have."""

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
    """A column that the database does not have."""

    table: str
    column: Column


@dataclass(frozen=True, slots=True)
class ColumnKept:
    """A column that the target no longer names."""

    table: str
    column: Column


@dataclass(frozen=True, slots=True)
class TypeChanged:
    """A column of another type, or one that is the identifier on one side alone."""

    table: str
    old: Column
    new: Column


@dataclass(frozen=True, slots=True)
class DefaultChanged:
    """A column with another default, or with none on one side."""

    table: str
    new: Column


@dataclass(frozen=True, slots=True)
class MandatoryChanged:
    """A column that may be empty on one side alone."""

    table: str
    new: Column


@dataclass(frozen=True, slots=True)
class ReferenceAdded:
    """A reference that the database does not hold, by any delete rule."""

    table: str
    key: ForeignKey


@dataclass(frozen=True, slots=True)
class RuleChanged:
    """The same reference with another delete rule."""

    table: str
    old: ForeignKey
    new: ForeignKey


@dataclass(frozen=True, slots=True)
class ReferenceDropped:
    """A reference of the platform's own that the target no longer has."""

    table: str
    key: ForeignKey


@dataclass(frozen=True, slots=True)
class CheckAdded:
    """A limit of a kind that its column did not have."""

    table: str
    check: Check


@dataclass(frozen=True, slots=True)
class CheckChanged:
    """A limit of a column says something else now. ``old``: the limits of its kind so far; more than one where a
    migration was left half way."""

    table: str
    old: tuple[Check, ...]
    new: Check


@dataclass(frozen=True, slots=True)
class CheckDropped:
    """A limit of the platform's own that the target no longer has."""

    table: str
    check: Check


@dataclass(frozen=True, slots=True)
class RuleNotValid:
    """A check or reference that holds for new rows, while the older ones have not been looked at."""

    table: str
    rule: Check | ForeignKey


@dataclass(frozen=True, slots=True)
class IndexAdded:
    """Also one that a failed attempt left behind invalid."""

    table: str
    index: IndexDef


@dataclass(frozen=True, slots=True)
class IndexRenamed:
    """The same index, called as an earlier version of the platform called it."""

    table: str
    old: IndexDef
    new: IndexDef


@dataclass(frozen=True, slots=True)
class IndexDropped:
    """An index of the platform's own that the target no longer has."""

    table: str
    index: IndexDef


@dataclass(frozen=True, slots=True)
class FileRuleAdded:
    """Also one that somebody has disabled."""

    table: str
    rule: FileRule


@dataclass(frozen=True, slots=True)
class RecordsChanged:
    """Records of a static entity that are new, or say something else, as they should be."""

    table: str
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class RecordsRemoved:
    """Active records that the target no longer has, as they are."""

    table: str
    records: tuple[Record, ...]


Difference = (
    TableAdded | TableKept | KindChanged | ColumnAdded | ColumnKept | TypeChanged | DefaultChanged | MandatoryChanged
    | ReferenceAdded | RuleChanged | ReferenceDropped | CheckAdded | CheckChanged | CheckDropped | RuleNotValid
    | IndexAdded | IndexRenamed | IndexDropped | FileRuleAdded | RecordsChanged | RecordsRemoved
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
            blocking = tuple(key for key in there[name].foreign_keys if key.target in wanted and key.own)
            found.append(TableKept(name, blocking))
        elif there[name].static != wanted[name].static:
            found.append(KindChanged(name, there[name].static))
        else:
            found += _of(there[name], wanted[name])
    return tuple(found)


def _table(live: Table, target: Table) -> Iterator[Difference]:
    yield from _columns(live, target)
    yield from _references(live, target)
    yield from _checks(live, target)
    yield from _indexes(live, target)
    yield from (FileRuleAdded(live.name, rule) for rule in target.file_rules if rule not in live.file_rules)
    if target.static:
        yield from _records(live, target)


_of: Once[Table, Table, tuple[Difference, ...]] = Once(lambda live, target: tuple(_table(live, target)))


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
        if old.default != new.default:
            yield DefaultChanged(live.name, new)
        if old.nullable != new.nullable:
            yield MandatoryChanged(live.name, new)
    for name in sorted(there.keys() - wanted.keys()):
        yield ColumnKept(live.name, there[name])


def _references(live: Table, target: Table) -> Iterator[Difference]:
    there = {key.name: key for key in live.foreign_keys if key.own}
    wanted = {key.name: key for key in target.foreign_keys}
    # Of several for one column, left by a migration half way, the one that keeps most stands for what was so far.
    gone = sorted((key for name, key in there.items() if name not in wanted), key=lambda key: (kept(key), key.name))
    before = {(key.column, key.target): key for key in gone}
    for name in sorted(wanted):
        key = wanted[name]
        if name not in there:
            old = before.get((key.column, key.target))
            yield RuleChanged(live.name, old, key) if old is not None else ReferenceAdded(live.name, key)
            gone = [one for one in gone if one != old]
        elif not there[name].validated:
            yield RuleNotValid(live.name, key)
    for key in sorted(gone, key=lambda key: key.name):
        yield ReferenceDropped(live.name, key)


def kept(key: ForeignKey) -> int:
    """How much of the rows that refer to a deleted one stays: nothing, all but the reference, everything."""
    return _KEEPING.get(key.on_delete, 2)


def _checks(live: Table, target: Table) -> Iterator[Difference]:
    there = {check.name: check for check in live.checks if check.own}
    wanted = {check.name: check for check in target.checks}
    gone = {name: there[name] for name in sorted(there.keys() - wanted.keys())}
    for name in sorted(wanted):
        if name not in there:
            yield _check_added(live.name, wanted[name], gone)
        elif not there[name].validated:
            yield RuleNotValid(live.name, wanted[name])
    for check in gone.values():
        yield CheckDropped(live.name, check)


def _check_added(table: str, new: Check, gone: dict[str, Check]) -> Difference:
    """Takes out of ``gone`` what the new one takes the place of."""
    same = (new.column, new.kind)
    old = tuple(gone.pop(name) for name, check in tuple(gone.items()) if (check.column, check.kind) == same)
    return CheckChanged(table, old, new) if old else CheckAdded(table, new)


def _indexes(live: Table, target: Table) -> Iterator[Difference]:
    there = {index.name: index for index in live.indexes if index.own}
    wanted = {index.name: index for index in target.indexes}
    gone = {name: there[name] for name in sorted(there.keys() - wanted.keys())}
    for name in sorted(wanted):
        if name not in there:
            same = next((old for old in gone.values() if old.valid and says(old) == says(wanted[name])), None)
            yield IndexAdded(live.name, wanted[name]) if same is None else IndexRenamed(live.name, same, wanted[name])
            gone = {old: index for old, index in gone.items() if index != same}
        elif not there[name].valid:
            yield IndexAdded(live.name, wanted[name])
    for index in gone.values():
        yield IndexDropped(live.name, index)


def says(index: IndexDef) -> tuple[tuple[str, ...], bool]:
    """What an index is, whatever it is called."""
    return index.columns, index.unique


def _records(live: Table, target: Table) -> Iterator[Difference]:
    there = {record[0]: record for record in live.records}
    wanted = {record[0]: record for record in target.records}
    changed = tuple(wanted[key] for key in sorted(wanted) if there.get(key) != wanted[key])
    removed = tuple(there[key] for key in sorted(there.keys() - wanted.keys()) if there[key][3])
    if changed:
        yield RecordsChanged(live.name, changed)
    if removed:
        yield RecordsRemoved(live.name, removed)
