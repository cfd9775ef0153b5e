"""Portable fingerprints of schemas: names, types, rules; no OIDs, no order of columns or tables. No I/O.

A rule (check, foreign key, index, trigger) enters by its name, which holds a hash of its definition, and by whether it
is in force. ``fingerprint`` is of everything the schema has, kept leftovers of dropped elements too: the same chain of
scripts gives the same one on an empty database. Annotations count in it, since plans follow from them; what a database
administrator wrote beside does not. They do not count in a target's, which readiness asks for: an app needs none.
An invalid index, which an attempt left behind that failed, is none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from odcpub.data.annotations import dropped_text, referent_text
from odcpub.data.schema import Schema, Table
from odcpub.once import Once

EMPTY = "empty"
"""The fingerprint of a schema that is not there or has no tables."""


def fingerprint(schema: Schema | None) -> str:
    """32 hex digits, or ``EMPTY``."""
    return _digest(schema, _WHOLE)


def target_fingerprint(schema: Schema) -> str:
    """The marker of a target that ``expand`` records and readiness asks for; also of a target without tables."""
    return "schema-" + _digest(schema, _TARGET)


def _digest(schema: Schema | None, said: Callable[[Table], str]) -> str:
    """``said``: a table's sorted lines. Each begins with the table's name as a literal, and no literal begins another:
    tables in order are lines in order."""
    if schema is None or not schema.tables:
        return EMPTY
    return hashlib.sha256("\n".join(sorted(map(said, schema.tables))).encode()).hexdigest()[:32]


def _lines(table: Table) -> Iterator[str]:
    yield repr((table.name, "table", table.primary_key, table.static))
    for column in table.columns:
        yield repr((table.name, "column", column.name, column.type, column.nullable, column.default, column.identity))
    for key in table.foreign_keys:
        yield repr((table.name, "reference", key.name, key.column, key.target, key.on_delete, key.validated))
    for check in table.checks:
        yield repr((table.name, "check", check.name, check.validated))
    for index in table.indexes:
        if index.valid:
            yield repr((table.name, "index", index.name, index.columns, index.unique, index.valid))
    for rule in table.file_rules:
        yield repr((table.name, "file rule", rule.name, rule.in_force))
    for record in table.records:
        yield repr((table.name, "record", *record))


def _annotations(table: Table) -> Iterator[str]:
    for name, one in (("", table.annotation), *((column.name, column.annotation) for column in table.columns)):
        said = referent_text(one.refers), one.key, one.name, dropped_text(one.dropped)
        if any(said):
            yield repr((table.name, "note", name, *said))


def _sorted(*said: Callable[[Table], Iterator[str]]) -> Once[Table, str]:
    return Once(lambda table: "\n".join(sorted(line for lines in said for line in lines(table))))


_WHOLE, _TARGET = _sorted(_lines, _annotations), _sorted(_lines)
