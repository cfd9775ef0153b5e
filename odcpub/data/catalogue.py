"""A live schema as names and what is said of each, to tell in words what has changed since. No I/O.

It says what the fingerprint is of (``odcpub.data.fingerprint``): two schemas differ here where they differ there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from odcpub.data.annotations import comment_text
from odcpub.data.schema import Annotation, Schema, Table

Catalogue = Mapping[str, str]
"""``column ticket.note`` → ``text``."""


def catalogue(schema: Schema | None) -> dict[str, str]:
    """Empty for a schema that is not there."""
    return {name: said for table in (schema.tables if schema else ()) for name, said in _said(table)}


def _said(table: Table) -> Iterator[tuple[str, str]]:
    yield f"table {table.name}", f"key {table.primary_key}, static {table.static}"
    for one in table.columns:
        yield f"column {table.name}.{one.name}", repr((one.type, one.nullable, one.default, one.identity))
        if note := _note(one.annotation):
            yield f"comment on {table.name}.{one.name}", note
    for key in table.foreign_keys:
        yield f"reference {table.name}.{key.name}", repr((key.column, key.target, key.on_delete, key.validated))
    for check in table.checks:
        yield f"check {table.name}.{check.name}", repr(check.validated)
    for index in (one for one in table.indexes if one.valid):
        yield f"index {table.name}.{index.name}", repr((index.columns, index.unique))
    for rule in table.file_rules:
        yield f"trigger {table.name}.{rule.name}", repr(rule.in_force)
    for record in table.records:
        yield f"record {table.name}.{record[0]}", repr(record[1:])
    if note := _note(table.annotation):
        yield f"comment on {table.name}", note


def _note(annotation: Annotation) -> str:
    """What the platform has noted; what else the comment says is nobody's plan."""
    return comment_text(replace(annotation, words=""))


def changes(before: Catalogue, after: Catalogue, where: str) -> tuple[str, ...]:
    """What has changed, by name, a line each. ``where``: database and schema. Of a table that came or went, that
    alone."""
    found = [
        _change(name, before, after, where) for name in sorted({*before, *after}) if not _by_table(name, before, after)
    ]
    return tuple(line for line in found if line)


def _by_table(name: str, before: Catalogue, after: Catalogue) -> bool:
    """Whether it is a part of a table that came or went."""
    kind, _, path = name.rpartition(" ")
    table = f"table {path.partition('.')[0]}"
    return kind != "table" and (table in before) != (table in after)


def _change(name: str, before: Catalogue, after: Catalogue, where: str) -> str:
    if before.get(name) == after.get(name):
        return ""
    kind, _, path = name.rpartition(" ")
    verb = "was added" if name not in before else "was removed" if name not in after else "was changed"
    return f"{kind} {where}.{path} {verb}"
