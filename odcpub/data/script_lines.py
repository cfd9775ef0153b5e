"""A migration's steps as lines of an Alembic script, one writer an operation. No I/O.

Every text of the model is a Python literal; every SQL text goes through ``sa.DDL`` or ``sa.literal_column``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from typing import Any

from odcpub.data.literals import quoted
from odcpub.data.literals import text as literal
from odcpub.data.migration import Step
from odcpub.data.steps import PlainColumn
from odcpub.data.target import named
from odcpub.escaping import escaped
from odcpub.model.physical import companions

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
_EMPTIES = """\
CREATE OR REPLACE FUNCTION odcpub_file_replaced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], NULL, TG_ARGV[1], NULL));
END
$$"""


@dataclass(frozen=True, slots=True)
class Alter:
    """What one ALTER TABLE does, which others of the same table can be joined to."""

    table: str
    clause: str


class Stage(IntEnum):
    """The order of ``tighten``: rules for what is written from now on; a look at the rows that are there; what that
    look makes safe and quick; helpers that are not needed any more; indexes; last what has been replaced by then."""

    ADD, VALIDATE, CHANGE, TIDY, BUILD, DROP_INDEX, DROP = range(7)


Line = Alter | str
Part = tuple[Stage, tuple[Line, ...]]


def step_parts(step: Step) -> tuple[Part, ...]:
    """What scripts do for one step, by the stages of ``tighten``; their order is the same in ``expand``."""
    return _WRITERS[step.operation](dict(step.arguments))


def written(lines: Iterable[Line]) -> Iterator[str]:
    """Lines of a script; neighbours that alter the same table do it in one statement."""
    for table, together in groupby(lines, lambda line: line.table if isinstance(line, Alter) else None):
        if table is None:
            yield from (line for line in together if isinstance(line, str))
        else:
            clauses = dict.fromkeys(line.clause for line in together if isinstance(line, Alter))
            yield execute(f"ALTER TABLE {quoted(table)} {', '.join(clauses)}")


def comment(step: Step) -> str:
    return f"# {escaped(step.summary)}"


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


def _create_table(a: Arguments) -> Iterator[Line]:
    yield "op.create_table("
    yield f"    {_name(a['table'])},"
    for column in a["columns"]:
        yield f"    {_column(column)},"
    yield f"    sa.PrimaryKeyConstraint('id', name={_name(named('pk', 'id', a['table']))}),"
    for name, expression in a["checks"]:
        yield f"    sa.CheckConstraint({_raw(expression)}, name={_name(name)}),"
    yield ")"


def _add_column(a: Arguments) -> Iterator[Line]:
    yield f"op.add_column({_name(a['table'])}, {_column(a['column'])})"


def _alter_type(a: Arguments) -> tuple[Part, ...]:
    table, column = a["table"], quoted(a["column"])
    changes = [f"ALTER {column} DROP DEFAULT"] if a["had_default"] else []
    changes.append(f"ALTER {column} TYPE {a['type']}")
    if a["default"] is not None:
        changes.append(f"ALTER {column} SET DEFAULT {a['default']}")
    alter = [Alter(table, change) for change in changes]
    if not a["guard"]:
        return ((Stage.CHANGE, tuple(alter)),)
    return _guarded(table, named("fits", a["type"], table, a["column"]), a["guard"], alter)


def _guarded(table: str, name: str, expression: str, changes: Iterable[Alter]) -> tuple[Part, ...]:
    """A check that holds for all rows, then the changes it makes safe (and quick), then the check is no longer
    needed."""
    return (
        (Stage.ADD, _again(table, name, f"CHECK ({expression})")),
        (Stage.VALIDATE, (Alter(table, f"VALIDATE CONSTRAINT {quoted(name)}"),)),
        (Stage.CHANGE, tuple(changes)),
        (Stage.TIDY, (Alter(table, f"DROP CONSTRAINT IF EXISTS {quoted(name)}"),)),
    )


def _again(table: str, name: str, rule: str) -> tuple[Alter, ...]:
    """Adds a rule for new rows; run twice it does the same."""
    clauses = (f"DROP CONSTRAINT IF EXISTS {quoted(name)}", f"ADD CONSTRAINT {quoted(name)} {rule} NOT VALID")
    return tuple(Alter(table, clause) for clause in clauses)


def _set_default(a: Arguments) -> Iterator[Line]:
    default = f"SET DEFAULT {a['default']}" if a["default"] is not None else "DROP DEFAULT"
    yield Alter(a["table"], f"ALTER {quoted(a['column'])} {default}")


def _note(a: Arguments) -> Iterator[Line]:
    what = f"COLUMN {quoted(a['table'])}.{quoted(a['column'])}" if a["column"] else f"TABLE {quoted(a['table'])}"
    yield execute(f"COMMENT ON {what} IS {literal(a['comment'])}")


def _drop_not_null(a: Arguments) -> Iterator[Line]:
    yield Alter(a["table"], f"ALTER {quoted(a['column'])} DROP NOT NULL")


def _set_not_null(a: Arguments) -> tuple[Part, ...]:
    table, column = a["table"], quoted(a["column"])
    change = Alter(table, f"ALTER {column} SET NOT NULL")
    return _guarded(table, named("present", a["column"], table, a["column"]), f"{column} IS NOT NULL", [change])


def _add_file_rule(a: Arguments) -> Iterator[Line]:
    """An app that knows of types writes another one each time (templates/api/runtime/Changes.cs)."""
    table, name = quoted(a["table"]), quoted(a["name"])
    file_name, type_ = companions(a["column"])
    kept = f"NEW.{quoted(type_)} IS NOT DISTINCT FROM OLD.{quoted(type_)}"
    yield execute(_EMPTIES)
    when = f"BEFORE UPDATE OF {quoted(a['column'])} ON {table} FOR EACH ROW WHEN ({kept})"
    empties = f"EXECUTE FUNCTION odcpub_file_replaced({literal(file_name)}, {literal(type_)})"
    yield execute(f"CREATE OR REPLACE TRIGGER {name} {when} {empties}")


def _add_check(a: Arguments) -> Iterator[Line]:
    yield from _again(a["table"], a["name"], f"CHECK ({a['expression']})")


def _validate(a: Arguments) -> Iterator[Line]:
    yield Alter(a["table"], f"VALIDATE CONSTRAINT {quoted(a['name'])}")


def _drop_constraint(a: Arguments) -> Iterator[Line]:
    yield Alter(a["table"], f"DROP CONSTRAINT IF EXISTS {quoted(a['name'])}")


def _add_foreign_key(a: Arguments) -> Iterator[Line]:
    refers = f'FOREIGN KEY ({quoted(a["column"])}) REFERENCES {quoted(a["target"])} ("id")'
    rule = f"{refers} ON DELETE {a['on_delete']}"
    if a["validated"]:
        yield Alter(a["table"], f"ADD CONSTRAINT {quoted(a['name'])} {rule}")
    else:
        yield from _again(a["table"], a["name"], rule)


def _create_index(a: Arguments) -> Iterator[Line]:
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


def _drop_index(a: Arguments) -> Iterator[Line]:
    drop = f"op.drop_index({_name(a['name'])}, {_name(a['table'])}, if_exists=True"
    if a["concurrent"]:
        yield from _patiently(f"{drop}, postgresql_concurrently=True)")
    else:
        yield f"{drop})"


def _rename_index(a: Arguments) -> Iterator[Line]:
    yield execute(f"ALTER INDEX {quoted(a['name'])} RENAME TO {quoted(a['to'])}")


def _upsert_records(a: Arguments) -> Iterator[Line]:
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


def _deactivate_records(a: Arguments) -> Iterator[Line]:
    keys = ", ".join(literal(key) for key in a["keys"])
    yield execute(f'UPDATE {quoted(a["table"])} SET "is_active" = false WHERE "id" IN ({keys})')  # noqa: S608


def _at(stage: Stage, write: Callable[[Arguments], Iterator[Line]]) -> Callable[[Arguments], tuple[Part, ...]]:
    """A writer of what is done at one stage."""
    return lambda arguments: ((stage, tuple(write(arguments))),)


_WRITERS: Mapping[str, Callable[[Arguments], tuple[Part, ...]]] = {
    "create_table": _at(Stage.CHANGE, _create_table),
    "add_column": _at(Stage.CHANGE, _add_column),
    "alter_type": _alter_type,
    "set_default": _at(Stage.CHANGE, _set_default),
    "add_file_rule": _at(Stage.CHANGE, _add_file_rule),
    "note": _at(Stage.CHANGE, _note),
    "drop_not_null": _at(Stage.CHANGE, _drop_not_null),
    "set_not_null": _set_not_null,
    "add_check": _at(Stage.ADD, _add_check),
    "validate": _at(Stage.VALIDATE, _validate),
    "drop_constraint": _at(Stage.DROP, _drop_constraint),
    "add_foreign_key": _at(Stage.ADD, _add_foreign_key),
    "create_index": _at(Stage.BUILD, _create_index),
    "drop_index": _at(Stage.DROP_INDEX, _drop_index),
    "rename_index": _at(Stage.CHANGE, _rename_index),
    "upsert_records": _at(Stage.CHANGE, _upsert_records),
    "deactivate_records": _at(Stage.CHANGE, _deactivate_records),
}
