"""Steps of a migration as plain values, one builder an operation. No I/O.

``RANKS`` orders them inside a phase: what stands in the way goes first, tables before what refers to them. What an
operation's arguments are is said here; how it is written, in ``odcpub.data.script_lines``.
"""

from __future__ import annotations

from dataclasses import replace

from odcpub.data.diff import Record
from odcpub.data.migration import EXPAND, TIGHTEN, Step
from odcpub.data.notes import comment_text
from odcpub.data.said import fits, mandatory
from odcpub.data.schema import Check, Column, FileRule, ForeignKey, IndexDef, Note, Table
from odcpub.errors import counted

RANKS = (
    "drop_constraint", "rename_index", "create_table", "upsert_records", "drop_not_null", "alter_type", "add_column",
    "set_default", "add_file_rule", "note", "add_check", "add_foreign_key", "validate", "set_not_null", "create_index",
    "drop_index", "deactivate_records",
)  # fmt: skip
PlainColumn = tuple[str, str, bool, str | None, bool, str]


def order(step: Step) -> tuple[int, int, int, str]:
    """The sort key of a step: phase, whether it waits for rows, rank, arguments."""
    rank = RANKS.index(step.operation)
    if step.phase != EXPAND and step.operation == "drop_constraint":
        rank = len(RANKS)  # Each statement stands alone there: a rule goes after the one that takes its place.
    return int(step.phase != EXPAND), int(not step.soon), rank, repr(step.arguments)


def soon(step: Step) -> Step:
    """The same as one of the first statements of ``tighten``: rows that others wait for do not hold it back."""
    return replace(step, phase=TIGHTEN, soon=True)


def plain(column: Column) -> PlainColumn:
    return column.name, column.type, column.nullable, column.default, column.identity, comment_text(column.note)


def create_table(table: Table, element: str) -> Step:
    return _step(
        EXPAND, "create_table", f"create table {table.name}", element,
        table=table.name,
        columns=tuple(plain(column) for column in table.columns),
        checks=tuple((check.name, check.expression) for check in table.checks),
    )  # fmt: skip


def add_column(table: str, column: Column, element: str) -> Step:
    summary = f"add column {table}.{column.name} {column.type}"
    return _step(EXPAND, "add_column", summary, element, table=table, column=plain(column))


def alter_type(phase: str, table: str, old: Column, new: Column, guard: str, element: str) -> Step:
    """Drops the default, changes the type, sets the new default, so that no default is cast by the way.

    ``guard``: an expression that holds for all values which survive, validated as a check first."""
    summary = f"change {table}.{new.name} from {old.type} to {new.type}"
    rule = fits(element, new.type) if phase == TIGHTEN else ""
    return _step(
        phase, "alter_type", summary, element, rule, table=table, column=new.name, type=new.type, default=new.default,
        had_default=old.default is not None or new.default is not None, guard=guard,
    )  # fmt: skip


def set_default(phase: str, table: str, column: Column, element: str) -> Step:
    words = f"set the default of {table}.{column.name}" if column.default else f"no default for {table}.{column.name}"
    return _step(phase, "set_default", words, element, table=table, column=column.name, default=column.default)


def note(table: str, column: str, kept: Note, element: str) -> Step:
    """Of a column, or of the table where ``column`` is empty."""
    what = f"{table}.{column}" if column else table
    said = [f"was called {kept.name or kept.key}"] if kept.key else []
    said += [f"holds identifiers of {kept.refers.partition('@')[0]}"] if kept.refers else []
    said += ["is dropped"] if kept.dropped else []
    words = f"note that {what} {' and '.join(said)}" if said else f"no note on {what}"
    return _step(EXPAND, "note", words, element, table=table, column=column, comment=comment_text(kept))


def drop_not_null(table: str, column: str, element: str) -> Step:
    return _step(
        EXPAND, "drop_not_null", f"{table}.{column} may be empty", element, table=table, column=column
    )  # fmt: skip


def set_not_null(phase: str, table: str, column: str, element: str) -> Step:
    summary = f"{table}.{column} is mandatory"
    return _step(phase, "set_not_null", summary, element, mandatory(element), table=table, column=column)


def add_file_rule(table: str, rule: FileRule, element: str) -> Step:
    summary = f"empty name and type of {table}.{rule.column} where its bytes alone change"
    return _step(EXPAND, "add_file_rule", summary, element, table=table, name=rule.name, column=rule.column)


def add_check(phase: str, table: str, check: Check, element: str, rule: str = "") -> Step:
    return _step(
        phase, "add_check", f"limit {table} by {check.expression}", element, rule,
        table=table, name=check.name, expression=check.expression,
    )  # fmt: skip


def validate(phase: str, table: str, name: str, element: str, rule: str = "") -> Step:
    return _step(phase, "validate", f"check all rows of {table} for {name}", element, rule, table=table, name=name)


def drop_constraint(phase: str, table: str, name: str, element: str, rule: str = "") -> Step:
    return _step(phase, "drop_constraint", f"drop constraint {name} of {table}", element, rule, table=table, name=name)


def add_foreign_key(phase: str, table: str, key: ForeignKey, element: str, validated: bool, rule: str = "") -> Step:
    return _step(
        phase, "add_foreign_key", f"{table}.{key.column} refers to {key.target}, on delete {key.on_delete}", element,
        rule, table=table, name=key.name, column=key.column, target=key.target, on_delete=key.on_delete,
        validated=validated,
    )  # fmt: skip


def create_index(phase: str, table: str, index: IndexDef, element: str, concurrent: bool, rule: str = "") -> Step:
    what = "unique index" if index.unique else "index"
    step = _step(
        phase, "create_index", f"{what} on {table} ({', '.join(index.columns)})", element, rule,
        table=table, name=index.name, columns=index.columns, unique=index.unique, concurrent=concurrent,
    )  # fmt: skip
    return replace(step, concurrent=concurrent)


def drop_index(phase: str, table: str, index: IndexDef, element: str, concurrent: bool, rule: str = "") -> Step:
    step = _step(
        phase, "drop_index", f"drop index {index.name}", element, rule,
        table=table, name=index.name, concurrent=concurrent,
    )  # fmt: skip
    return replace(step, concurrent=concurrent)


def rename_index(table: str, old: IndexDef, new: IndexDef, element: str) -> Step:
    return _step(
        EXPAND, "rename_index", f"rename index {old.name} to {new.name}", element,
        table=table, name=old.name, to=new.name,
    )  # fmt: skip


def upsert_records(table: str, records: tuple[Record, ...], element: str) -> Step:
    words = f"write {counted(len(records), 'record')} of {table}"
    return _step(EXPAND, "upsert_records", words, element, table=table, records=records)


def deactivate_records(table: str, records: tuple[Record, ...], element: str) -> Step:
    keys = tuple(record[0] for record in records)
    return _step(
        EXPAND, "deactivate_records", f"deactivate {', '.join(keys)} of {table}", element, table=table, keys=keys
    )  # fmt: skip


def _step(phase: str, operation: str, summary: str, element: str, rule: str = "", **arguments: object) -> Step:
    return Step(phase, operation, tuple(sorted(arguments.items())), summary, element, rule=rule)
