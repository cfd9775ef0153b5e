"""Portable fingerprints of schemas: names, types, rules; no OIDs, no order of columns or tables. No I/O.

A rule (check, foreign key, index) enters by its name, which holds a hash of its definition, and by whether it is
in force. ``fingerprint`` is of everything the schema has, kept leftovers of dropped elements too: the same chain of
scripts gives the same one on an empty database. ``visible`` leaves out what a target does not name: two stages
that went different ways to the same revision are equal by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from odcpub.data.schema import Schema, Table

EMPTY = "empty"
"""The fingerprint of a schema that is not there or has no tables."""


def fingerprint(schema: Schema | None) -> str:
    """32 hex digits, or ``EMPTY``."""
    if schema is None or not schema.tables:
        return EMPTY
    lines = sorted(line for table in schema.tables for line in _lines(table))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]


def target_fingerprint(schema: Schema) -> str:
    """The marker of a target that ``expand`` records and readiness asks for; also of a target without tables."""
    return "schema-" + fingerprint(schema)


def visible(live: Schema | None, target: Schema) -> Schema:
    """Of the live schema, what the target names: tables, columns, rules, records; the rest is kept, but unseen."""
    wanted = {table.name: table for table in target.tables}
    tables = live.tables if live is not None else ()
    return Schema(tuple(_visible(table, wanted[table.name]) for table in tables if table.name in wanted))


def _visible(live: Table, target: Table) -> Table:
    columns = {column.name for column in target.columns}
    rules = {key.name for key in target.foreign_keys} | {check.name for check in target.checks}
    rules |= {index.name for index in target.indexes}
    records = {record[0] for record in target.records}
    return replace(
        live,
        columns=tuple(column for column in live.columns if column.name in columns),
        foreign_keys=tuple(key for key in live.foreign_keys if key.name in rules),
        checks=tuple(check for check in live.checks if check.name in rules),
        indexes=tuple(index for index in live.indexes if index.name in rules),
        records=tuple(record for record in live.records if record[0] in records),
    )


def _lines(table: Table) -> Iterator[str]:
    yield repr((table.name, "table", table.primary_key, table.static))
    for column in table.columns:
        yield repr((table.name, "column", column.name, column.type, column.nullable, column.default, column.identity))
    for key in table.foreign_keys:
        yield repr((table.name, "reference", key.name, key.column, key.target, key.on_delete, key.validated))
    for check in table.checks:
        yield repr((table.name, "check", check.name, check.validated))
    for index in table.indexes:
        yield repr((table.name, "index", index.name, index.columns, index.unique, index.valid))
    for record in table.records:
        yield repr((table.name, "record", *record))
