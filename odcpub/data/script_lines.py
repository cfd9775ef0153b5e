"""A migration's steps as lines of an Alembic script, one writer an operation. No I/O.

Every text of the model is a Python literal; every SQL text goes through ``sa.DDL`` or ``sa.literal_column``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from odcpub.data.literals import quoted
from odcpub.data.literals import text as literal
from odcpub.data.migration import Step
from odcpub.data.steps import PlainColumn
from odcpub.data.target import named

_TYPES = {
    "text": "sa.Text()",
    "integer": "sa.Integer()",
    "bigint": "sa.BigInteger()",
    "boolean": "sa.Boolean()",
    "date": "sa.Date()",
    "time without time zone": "sa.Time()",
    "timestamp with time zone": "sa.DateTime(timezone=True)",
    "bytea": "sa.LargeBinary()",
}
_MEASURED = {"character varying": "sa.String", "numeric": "sa.Numeric"}


PATIENT = "60s"
APART = ""
"""Written between lines: what follows is a transaction of its own, so that no lock is held longer than it must be."""


def step_parts(step: Step) -> tuple[tuple[str, ...], ...]:
    """What scripts do for one step: the lines of each transaction."""
    parts: list[list[str]] = [[]]
    for line in _WRITERS[step.operation](dict(step.arguments)):
        if line == APART:
            parts.append([])
        else:
            parts[-1].append(line)
    return tuple((f"# {_comment(step.summary)}", *part) for part in parts)


def _comment(text: str) -> str:
    return "".join("?" if unicodedata.category(char)[0] in "CZ" and char != " " else char for char in text)


def execute(sql: str) -> str:
    """A line that executes an SQL text as it stands."""
    return f"op.execute(sa.DDL({sql.replace('%', '%%')!r}))"


def _type(name: str) -> str:
    if name in _TYPES:
        return _TYPES[name]
    match = re.fullmatch(r"([a-z ]+)\((\d+)(?:,(\d+))?\)", name)
    if match is None:
        raise ValueError(name)
    return f"{_MEASURED[match[1]]}({', '.join(part for part in match.groups()[1:] if part)})"


def _column(column: PlainColumn) -> str:
    name, type_, nullable, default, identity, comment = column
    parts = [_name(name), _type(type_)]
    if identity:
        parts.append("sa.Identity(always=True)")
    parts.append(f"nullable={nullable}")
    if default is not None:
        parts.append(f"server_default={_raw(default)}")
    if comment:
        parts.append(f"comment={comment!r}")
    return f"sa.Column({', '.join(parts)})"


def _name(name: str) -> str:
    return f"q({name!r})"


def _raw(sql: str) -> str:
    return f"sa.literal_column({sql!r})"


Arguments = Mapping[str, Any]


def _create_table(a: Arguments) -> Iterator[str]:
    yield "op.create_table("
    yield f"    {_name(a['table'])},"
    for column in a["columns"]:
        yield f"    {_column(column)},"
    yield f"    sa.PrimaryKeyConstraint('id', name={_name(named('pk', 'id', a['table']))}),"
    for name, expression in a["checks"]:
        yield f"    sa.CheckConstraint({_raw(expression)}, name={_name(name)}),"
    yield ")"


def _add_column(a: Arguments) -> Iterator[str]:
    yield f"op.add_column({_name(a['table'])}, {_column(a['column'])})"


def _alter_type(a: Arguments) -> Iterator[str]:
    column = quoted(a["column"])
    changes = [f"ALTER {column} DROP DEFAULT"] if a["had_default"] else []
    changes.append(f"ALTER {column} TYPE {a['type']}")
    if a["default"] is not None:
        changes.append(f"ALTER {column} SET DEFAULT {a['default']}")
    change = execute(f"ALTER TABLE {quoted(a['table'])} {', '.join(changes)}")
    if not a["guard"]:
        yield change
        return
    name = named("fits", a["type"], a["table"], a["column"])
    yield from _guarded(a["table"], name, a["guard"], change)


def _guarded(table: str, name: str, expression: str, change: str) -> Iterator[str]:
    """A check that holds for all rows, then the change it makes safe (and quick), then the check is no longer
    needed."""
    yield execute(_again(table, name, f"CHECK ({expression})"))
    yield APART
    yield execute(f"ALTER TABLE {quoted(table)} VALIDATE CONSTRAINT {quoted(name)}")
    yield APART
    yield change
    yield f"op.drop_constraint({_name(name)}, {_name(table)}, if_exists=True)"


def _again(table: str, name: str, rule: str) -> str:
    """Adds a rule for new rows; run twice it does the same."""
    drop = f"DROP CONSTRAINT IF EXISTS {quoted(name)}"
    return f"ALTER TABLE {quoted(table)} {drop}, ADD CONSTRAINT {quoted(name)} {rule} NOT VALID"


def _set_default(a: Arguments) -> Iterator[str]:
    default = _raw(a["default"]) if a["default"] is not None else "None"
    yield f"op.alter_column({_name(a['table'])}, {_name(a['column'])}, server_default={default})"


def _note(a: Arguments) -> Iterator[str]:
    what = f"COLUMN {quoted(a['table'])}.{quoted(a['column'])}" if a["column"] else f"TABLE {quoted(a['table'])}"
    yield execute(f"COMMENT ON {what} IS {literal(a['comment'])}")


def _drop_not_null(a: Arguments) -> Iterator[str]:
    yield f"op.alter_column({_name(a['table'])}, {_name(a['column'])}, nullable=True)"


def _set_not_null(a: Arguments) -> Iterator[str]:
    name = named("present", a["column"], a["table"], a["column"])
    change = f"op.alter_column({_name(a['table'])}, {_name(a['column'])}, nullable=False)"
    yield from _guarded(a["table"], name, f"{quoted(a['column'])} IS NOT NULL", change)


def _add_check(a: Arguments) -> Iterator[str]:
    yield execute(_again(a["table"], a["name"], f"CHECK ({a['expression']})"))


def _validate(a: Arguments) -> Iterator[str]:
    yield execute(f"ALTER TABLE {quoted(a['table'])} VALIDATE CONSTRAINT {quoted(a['name'])}")


def _drop_constraint(a: Arguments) -> Iterator[str]:
    yield f"op.drop_constraint({_name(a['name'])}, {_name(a['table'])}, if_exists=True)"


def _add_foreign_key(a: Arguments) -> Iterator[str]:
    refers = f'FOREIGN KEY ({quoted(a["column"])}) REFERENCES {quoted(a["target"])} ("id")'
    rule = f"{refers} ON DELETE {a['on_delete']}"
    if a["validated"]:
        yield execute(f"ALTER TABLE {quoted(a['table'])} ADD CONSTRAINT {quoted(a['name'])} {rule}")
    else:
        yield execute(_again(a["table"], a["name"], rule))


def _create_index(a: Arguments) -> Iterator[str]:
    columns = ", ".join(_name(column) for column in a["columns"])
    arguments = f"{_name(a['name'])}, {_name(a['table'])}, [{columns}], unique={a['unique']}"
    if not a["concurrent"]:
        yield f"op.create_index({arguments})"
        return
    # What a failed attempt left behind is invalid and in the way.
    drop = f"op.drop_index({_name(a['name'])}, {_name(a['table'])}, if_exists=True, postgresql_concurrently=True)"
    yield from _patiently(drop, f"op.create_index({arguments}, postgresql_concurrently=True)")


def _patiently(*lines: str) -> Iterator[str]:
    """Work that waits for others without anybody waiting for it."""
    yield execute(f"SET lock_timeout = '{PATIENT}'")
    yield from lines
    yield execute("SET lock_timeout = '1s'")


def _drop_index(a: Arguments) -> Iterator[str]:
    drop = f"op.drop_index({_name(a['name'])}, {_name(a['table'])}, if_exists=True"
    if a["concurrent"]:
        yield from _patiently(f"{drop}, postgresql_concurrently=True)")
    else:
        yield f"{drop})"


def _upsert_records(a: Arguments) -> Iterator[str]:
    values = ", ".join(
        f"({literal(key)}, {literal(label)}, {order}, {str(active).lower()})"
        for key, label, order, active in a["records"]
    )
    columns = ("label", "order", "is_active")
    update = ", ".join(f"{quoted(name)} = EXCLUDED.{quoted(name)}" for name in columns)
    yield execute(
        f'INSERT INTO {quoted(a["table"])} ("id", "label", "order", "is_active") VALUES {values} '  # noqa: S608
        f'ON CONFLICT ("id") DO UPDATE SET {update}'
    )


def _deactivate_records(a: Arguments) -> Iterator[str]:
    keys = ", ".join(literal(key) for key in a["keys"])
    yield execute(f'UPDATE {quoted(a["table"])} SET "is_active" = false WHERE "id" IN ({keys})')  # noqa: S608


_WRITERS: Mapping[str, Callable[[Arguments], Iterator[str]]] = {
    "create_table": _create_table,
    "add_column": _add_column,
    "alter_type": _alter_type,
    "set_default": _set_default,
    "note": _note,
    "drop_not_null": _drop_not_null,
    "set_not_null": _set_not_null,
    "add_check": _add_check,
    "validate": _validate,
    "drop_constraint": _drop_constraint,
    "add_foreign_key": _add_foreign_key,
    "create_index": _create_index,
    "drop_index": _drop_index,
    "upsert_records": _upsert_records,
    "deactivate_records": _deactivate_records,
}
