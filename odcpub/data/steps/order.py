"""In what order the steps of a phase come: what stands in the way first, tables before what refers to them. No I/O.

Within one class any order will do as long as it is always the same: scripts have the same bytes for the same change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from odcpub.data.annotations import comment_text
from odcpub.data.phases import EXPAND
from odcpub.data.schema import Column
from odcpub.data.steps.base import Step
from odcpub.data.steps.rules import (
    AddCheck,
    AddForeignKey,
    CreateIndex,
    DropConstraint,
    DropIndex,
    RenameIndex,
    Validate,
)
from odcpub.data.steps.tables import (
    AddColumn,
    AddFileRule,
    AlterType,
    Annotate,
    CreateTable,
    DeactivateRecords,
    DropNotNull,
    SetDefault,
    SetNotNull,
    UpsertRecords,
)


def _column(column: Column) -> tuple[object, ...]:
    return (
        column.name, column.type, column.nullable, column.default, column.identity, comment_text(column.annotation)
    )  # fmt: skip


_TOLD_APART: Mapping[type[Step], Callable[[Any], object]] = {
    DropConstraint: lambda one: one.name,
    RenameIndex: lambda one: one.name,
    CreateTable: lambda one: (tuple((check.name, check.expression) for check in one.checks),
                              tuple(_column(column) for column in one.columns)),
    UpsertRecords: lambda one: one.records,
    DropNotNull: lambda one: one.column,
    AlterType: lambda one: (one.column, one.default, one.guard, one.had_default),
    AddColumn: lambda one: _column(one.column),
    SetDefault: lambda one: (one.column, one.default),
    AddFileRule: lambda one: (one.column, one.name),
    Annotate: lambda one: (one.column, comment_text(one.annotation)),
    AddCheck: lambda one: (one.expression, one.name),
    AddForeignKey: lambda one: (one.column, one.name, one.on_delete),
    Validate: lambda one: one.name,
    SetNotNull: lambda one: one.column,
    CreateIndex: lambda one: (one.columns, one.concurrent, one.name),
    DropIndex: lambda one: one.name,
    DeactivateRecords: lambda one: one.keys,
}  # fmt: skip
"""The classes in their order, each with what tells two of its steps apart besides their tables."""
_RANKS = {kind: rank for rank, kind in enumerate(_TOLD_APART)}


def order(step: Step) -> tuple[int, int, int, str]:
    """The sort key of a step: phase, whether it waits for rows, the rank of its class, what it says, as text."""
    rank = _RANKS[type(step)]
    if step.phase != EXPAND and isinstance(step, DropConstraint):
        rank = len(_RANKS)  # Each statement stands alone there: a rule goes after the one that takes its place.
    said = _TOLD_APART[type(step)](step)
    return int(step.phase != EXPAND), int(not step.early), rank, str((said, step.table))
