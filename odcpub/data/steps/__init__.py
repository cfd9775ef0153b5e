"""The steps of a migration: a class for each operation. No I/O.

How a step is written in a script: ``odcpub.data.script_lines``; in what order steps come: ``odcpub.data.steps.order``.
What they say of locks, scans and rewrites is how PostgreSQL behaves from version 15 on; a test asks ``pg_locks``.
"""

from __future__ import annotations

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
    Clause,
    CreateTable,
    DeactivateRecords,
    DropNotNull,
    SetDefault,
    SetNotNull,
    UpsertRecords,
)

STEPS = {
    one.operation: one
    for one in (
        AddCheck, AddColumn, AddFileRule, AddForeignKey, AlterType, CreateIndex, CreateTable, DeactivateRecords,
        DropConstraint, DropIndex, DropNotNull, RenameIndex, SetDefault, Annotate, SetNotNull, UpsertRecords, Validate,
    )
}  # fmt: skip
"""The classes by what they are called in a stored plan."""

__all__ = [
    "STEPS",
    "AddCheck",
    "AddColumn",
    "AddFileRule",
    "AddForeignKey",
    "AlterType",
    "Annotate",
    "Clause",
    "CreateIndex",
    "CreateTable",
    "DeactivateRecords",
    "DropConstraint",
    "DropIndex",
    "DropNotNull",
    "RenameIndex",
    "SetDefault",
    "SetNotNull",
    "Step",
    "UpsertRecords",
    "Validate",
]
