"""A schema as a migration plan's steps leave it, dispatched on their class. No I/O.

It is what PostgreSQL's catalog would say of the tables afterwards; a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial, singledispatch
from typing import TypeVar

from odcpub.data import steps
from odcpub.data.limits import read_check
from odcpub.data.rule_names import kind_of
from odcpub.data.schema import Check, Column, FileRule, ForeignKey, IndexDef, Schema, Table
from odcpub.data.target import is_static

_Named = TypeVar("_Named", Check, Column, FileRule, ForeignKey, IndexDef)
_TEXTS = re.compile(r"'(?:[^']|'')*'")
_QUOTED = re.compile(r'"((?:[^"]|"")+)"')


def migrated(schema: Schema | None, done: Iterable[steps.Step]) -> Schema:
    """The schema after these steps, in their order. Raises KeyError where a step's table is not there."""
    tables = {table.name: table for table in schema.tables} if schema is not None else {}
    for step in done:
        tables[step.table] = _created(step) if isinstance(step, steps.CreateTable) else _after(step, tables[step.table])
    return Schema(tuple(tables[name] for name in sorted(tables)))


def _created(step: steps.CreateTable) -> Table:
    checks = tuple(_check(one.name, one.expression, step.columns, validated=True) for one in step.checks)
    return Table(step.table, step.columns, checks=checks, static=is_static(step.columns))


def _check(name: str, expression: str, columns: Iterable[Column], validated: bool = False) -> Check:
    """``columns``: of its table; it is about the first of them that it names."""
    named = {found.replace('""', '"') for found in _QUOTED.findall(_TEXTS.sub("", expression))}
    column = next((one.name for one in columns if one.name in named), "")
    return read_check(name, expression, validated, column)


def _without(there: tuple[_Named, ...], name: str) -> tuple[_Named, ...]:
    return tuple(one for one in there if one.name != name)


def _changed(there: tuple[_Named, ...], name: str, change: Callable[[_Named], _Named]) -> tuple[_Named, ...]:
    return tuple(change(one) if one.name == name else one for one in there)


def _column(table: Table, name: str, change: Callable[[Column], Column]) -> Table:
    return replace(table, columns=_changed(table.columns, name, change))


@singledispatch
def _after(step: steps.Step, table: Table) -> Table:
    raise NotImplementedError(type(step))


@_after.register
def _(step: steps.AddColumn, table: Table) -> Table:
    return replace(table, columns=(*table.columns, step.column))


@_after.register
def _(step: steps.AlterType, table: Table) -> Table:
    return _column(table, step.column, partial(replace, type=step.type, default=step.default))


@_after.register
def _(step: steps.SetDefault, table: Table) -> Table:
    return _column(table, step.column, partial(replace, default=step.default))


@_after.register
def _(step: steps.DropNotNull, table: Table) -> Table:
    return _column(table, step.column, partial(replace, nullable=True))


@_after.register
def _(step: steps.SetNotNull, table: Table) -> Table:
    return _column(table, step.column, partial(replace, nullable=False))


@_after.register
def _(step: steps.Annotate, table: Table) -> Table:
    if not step.column:
        return replace(table, annotation=step.annotation)
    return _column(table, step.column, partial(replace, annotation=step.annotation))


@_after.register
def _(step: steps.AddFileRule, table: Table) -> Table:
    rule = FileRule(step.name, step.column)
    return replace(table, file_rules=(*_without(table.file_rules, rule.name), rule))


@_after.register
def _(step: steps.AddCheck, table: Table) -> Table:
    check = _check(step.name, step.expression, table.columns)
    return replace(table, checks=(*_without(table.checks, check.name), check))


@_after.register
def _(step: steps.AddForeignKey, table: Table) -> Table:
    own = kind_of(step.name) is not None
    key = ForeignKey(step.name, step.column, step.target, step.on_delete, step.validated, own)
    return replace(table, foreign_keys=(*_without(table.foreign_keys, key.name), key))


@_after.register
def _(step: steps.Validate, table: Table) -> Table:
    return replace(
        table,
        checks=_changed(table.checks, step.name, partial(replace, validated=True)),
        foreign_keys=_changed(table.foreign_keys, step.name, partial(replace, validated=True)),
    )


@_after.register
def _(step: steps.DropConstraint, table: Table) -> Table:
    return replace(
        table, checks=_without(table.checks, step.name), foreign_keys=_without(table.foreign_keys, step.name)
    )


@_after.register
def _(step: steps.CreateIndex, table: Table) -> Table:
    index = IndexDef(step.name, step.columns, step.unique, own=kind_of(step.name) is not None)
    return replace(table, indexes=(*_without(table.indexes, index.name), index))


@_after.register
def _(step: steps.DropIndex, table: Table) -> Table:
    return replace(table, indexes=_without(table.indexes, step.name))


@_after.register
def _(step: steps.RenameIndex, table: Table) -> Table:
    own = kind_of(step.to) is not None
    return replace(table, indexes=_changed(table.indexes, step.name, partial(replace, name=step.to, own=own)))


@_after.register
def _(step: steps.UpsertRecords, table: Table) -> Table:
    records = {record[0]: record for record in (*table.records, *step.records)}
    return replace(table, records=tuple(records[key] for key in sorted(records)))


@_after.register
def _(step: steps.DeactivateRecords, table: Table) -> Table:
    records = (record if record[0] not in step.keys else (*record[:3], False) for record in table.records)
    return replace(table, records=tuple(records))
