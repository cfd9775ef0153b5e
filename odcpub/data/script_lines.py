"""A migration's steps as lines of an Alembic script, dispatched on their class. No I/O.

Every text of the model is a Python literal; every SQL text goes through ``sa.DDL`` or ``sa.literal_column``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import singledispatch
from itertools import groupby

from odcpub.data import steps
from odcpub.data.annotations import comment_text
from odcpub.data.literals import quoted
from odcpub.data.literals import text as literal
from odcpub.data.rule_names import RuleKind, named
from odcpub.data.schema import Column
from odcpub.data.steps.base import LOCK_TIMEOUT
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
Fragment = tuple[Stage, tuple[Line, ...]]


def written(lines: Iterable[Line]) -> Iterator[str]:
    """Lines of a script; neighbours that alter the same table do it in one statement."""
    for table, together in groupby(lines, lambda line: line.table if isinstance(line, Alter) else None):
        if table is None:
            yield from (line for line in together if isinstance(line, str))
        else:
            clauses = dict.fromkeys(line.clause for line in together if isinstance(line, Alter))
            yield execute(f"ALTER TABLE {quoted(table)} {', '.join(clauses)}")


def comment(step: steps.Step) -> str:
    """The step in words, as a line that is a comment."""
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


def _column(column: Column) -> str:
    parts = [_name(column.name), _type(column.type)]
    if column.identity:
        parts.append("sa.Identity(always=True)")
    parts.append(f"nullable={column.nullable}")
    if column.default is not None:
        parts.append(f"server_default={_raw(column.default)}")
    if comment := comment_text(column.annotation):
        parts.append(f"comment={comment!r}")
    return f"sa.Column({', '.join(parts)})"


def _name(name: str) -> str:
    return f"q({name!r})"


def _raw(sql: str) -> str:
    return f"sa.literal_column({sql!r})"


@singledispatch
def fragments(step: steps.Step) -> tuple[Fragment, ...]:
    """What scripts do for one step, by the stages of ``tighten``; their order is the same in ``expand``."""
    raise NotImplementedError(type(step))


def _at(stage: Stage, *lines: Line) -> tuple[Fragment, ...]:
    """What is done at one stage."""
    return ((stage, lines),)


@fragments.register
def _(step: steps.CreateTable) -> tuple[Fragment, ...]:
    columns = (f"    {_column(column)}," for column in step.columns)
    key = f"    sa.PrimaryKeyConstraint('id', name={_name(named('pk', 'id', step.table))}),"
    checks = (f"    sa.CheckConstraint({_raw(one.expression)}, name={_name(one.name)})," for one in step.checks)
    return _at(Stage.CHANGE, "op.create_table(", f"    {_name(step.table)},", *columns, key, *checks, ")")


@fragments.register
def _(step: steps.AddColumn) -> tuple[Fragment, ...]:
    return _at(Stage.CHANGE, f"op.add_column({_name(step.table)}, {_column(step.column)})")


@fragments.register
def _(step: steps.AlterType) -> tuple[Fragment, ...]:
    column = quoted(step.column)
    changes = [f"ALTER {column} DROP DEFAULT"] if step.had_default else []
    changes.append(f"ALTER {column} TYPE {step.type}")
    if step.default is not None:
        changes.append(f"ALTER {column} SET DEFAULT {step.default}")
    alter = [Alter(step.table, change) for change in changes]
    if not step.guard:
        return _at(Stage.CHANGE, *alter)
    return _guarded(step.table, named(RuleKind.FITS, step.type, step.table, step.column), step.guard, alter)


def _guarded(table: str, name: str, expression: str, changes: Iterable[Alter]) -> tuple[Fragment, ...]:
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


@fragments.register
def _(step: steps.SetDefault) -> tuple[Fragment, ...]:
    default = f"SET DEFAULT {step.default}" if step.default is not None else "DROP DEFAULT"
    return _at(Stage.CHANGE, Alter(step.table, f"ALTER {quoted(step.column)} {default}"))


@fragments.register
def _(step: steps.Annotate) -> tuple[Fragment, ...]:
    what = f"COLUMN {quoted(step.table)}.{quoted(step.column)}" if step.column else f"TABLE {quoted(step.table)}"
    return _at(Stage.CHANGE, execute(f"COMMENT ON {what} IS {literal(comment_text(step.annotation))}"))


@fragments.register
def _(step: steps.DropNotNull) -> tuple[Fragment, ...]:
    return _at(Stage.CHANGE, Alter(step.table, f"ALTER {quoted(step.column)} DROP NOT NULL"))


@fragments.register
def _(step: steps.SetNotNull) -> tuple[Fragment, ...]:
    column = quoted(step.column)
    change = Alter(step.table, f"ALTER {column} SET NOT NULL")
    name = named(RuleKind.NOT_NULL, step.column, step.table, step.column)
    return _guarded(step.table, name, f"{column} IS NOT NULL", [change])


@fragments.register
def _(step: steps.AddFileRule) -> tuple[Fragment, ...]:
    """An app that knows of types writes another one each time (templates/api/runtime/Changes.cs)."""
    file_name, type_ = companions(step.column)
    kept = f"NEW.{quoted(type_)} IS NOT DISTINCT FROM OLD.{quoted(type_)}"
    when = f"BEFORE UPDATE OF {quoted(step.column)} ON {quoted(step.table)} FOR EACH ROW WHEN ({kept})"
    empties = f"EXECUTE FUNCTION odcpub_file_replaced({literal(file_name)}, {literal(type_)})"
    trigger = execute(f"CREATE OR REPLACE TRIGGER {quoted(step.name)} {when} {empties}")
    return _at(Stage.CHANGE, execute(_EMPTIES), trigger)


@fragments.register
def _(step: steps.AddCheck) -> tuple[Fragment, ...]:
    return _at(Stage.ADD, *_again(step.table, step.name, f"CHECK ({step.expression})"))


@fragments.register
def _(step: steps.Validate) -> tuple[Fragment, ...]:
    return _at(Stage.VALIDATE, Alter(step.table, f"VALIDATE CONSTRAINT {quoted(step.name)}"))


@fragments.register
def _(step: steps.DropConstraint) -> tuple[Fragment, ...]:
    return _at(Stage.DROP, Alter(step.table, f"DROP CONSTRAINT IF EXISTS {quoted(step.name)}"))


@fragments.register
def _(step: steps.AddForeignKey) -> tuple[Fragment, ...]:
    refers = f'FOREIGN KEY ({quoted(step.column)}) REFERENCES {quoted(step.target)} ("id")'
    rule = f"{refers} ON DELETE {step.on_delete}"
    if step.validated:
        return _at(Stage.ADD, Alter(step.table, f"ADD CONSTRAINT {quoted(step.name)} {rule}"))
    return _at(Stage.ADD, *_again(step.table, step.name, rule))


@fragments.register
def _(step: steps.CreateIndex) -> tuple[Fragment, ...]:
    columns = ", ".join(_name(column) for column in step.columns)
    arguments = f"{_name(step.name)}, {_name(step.table)}, [{columns}], unique={step.unique}"
    if not step.concurrent:
        return _at(Stage.BUILD, f"op.create_index({arguments})")
    # What a failed attempt left behind is invalid and in the way.
    return _at(
        Stage.BUILD,
        *_patiently(step, _drop_index(step), f"op.create_index({arguments}, postgresql_concurrently=True)"),
    )


@fragments.register
def _(step: steps.DropIndex) -> tuple[Fragment, ...]:
    return _at(Stage.DROP_INDEX, *_patiently(step, _drop_index(step)))


def _drop_index(step: steps.CreateIndex | steps.DropIndex) -> str:
    return f"op.drop_index({_name(step.name)}, {_name(step.table)}, if_exists=True, postgresql_concurrently=True)"


def _patiently(step: steps.Step, *lines: str) -> Iterator[str]:
    """Work that waits for others without anybody waiting for it."""
    yield execute(f"SET lock_timeout = '{step.lock_timeout}'")
    yield from lines
    yield execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")


@fragments.register
def _(step: steps.RenameIndex) -> tuple[Fragment, ...]:
    return _at(Stage.CHANGE, execute(f"ALTER INDEX {quoted(step.name)} RENAME TO {quoted(step.to)}"))


@fragments.register
def _(step: steps.UpsertRecords) -> tuple[Fragment, ...]:
    values = ", ".join(
        f"({literal(key)}, {literal(label)}, {order}, {str(active).lower()})"
        for key, label, order, active in step.records
    )
    columns = ("label", "order", "is_active")
    update = ", ".join(f"{quoted(name)} = EXCLUDED.{quoted(name)}" for name in columns)
    sql = (
        f'INSERT INTO {quoted(step.table)} ("id", "label", "order", "is_active") VALUES {values} '  # noqa: S608
        f'ON CONFLICT ("id") DO UPDATE SET {update}'
    )
    return _at(Stage.CHANGE, execute(sql))


@fragments.register
def _(step: steps.DeactivateRecords) -> tuple[Fragment, ...]:
    keys = ", ".join(literal(key) for key in step.keys)
    return _at(
        Stage.CHANGE,
        execute(f'UPDATE {quoted(step.table)} SET "is_active" = false WHERE "id" IN ({keys})'),  # noqa: S608
    )
