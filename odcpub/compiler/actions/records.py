"""The records of an action: rows with the attributes that it uses, and what its queries compute. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from odcpub.compiler.actions.walk import Walked, updated_again
from odcpub.compiler.actions.world import World
from odcpub.compiler.class_names import TAKEN, class_name
from odcpub.compiler.expressions.csharp_pieces import type_of
from odcpub.compiler.expressions.sql_parts import TYPES as SQL_TYPES
from odcpub.compiler.literals import csharp_identifier, csharp_literal, csharp_string, csharp_type, sql_name
from odcpub.compiler.marked import CSharp, Sql
from odcpub.compiler.structures import OF_RECORD, member_name
from odcpub.model.data_types import DATA_TYPES
from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions.queries import is_attribute
from odcpub.model.expressions.scope import Attribute
from odcpub.model.expressions.tree import Member
from odcpub.model.logic import tree
from odcpub.model.physical import physical

_READERS = {
    Basic.DATE_TIME: CSharp.code("Moment"),
    Basic.LONG_INTEGER: CSharp.code("Long"),
    Basic.IDENTIFIER: CSharp.code("Long"),
    Basic.CURRENCY: CSharp.code("Decimal"),
    Basic.BINARY_DATA: CSharp.code("Bytes"),
    Basic.EMAIL: CSharp.code("Text"),
    Basic.PHONE_NUMBER: CSharp.code("Text"),
}
"""Methods of the runtime's reader that are not called like the type."""
_OF_ROWS = OF_RECORD | {"Changes", "Columns", "Read", "Saved"}


@dataclass(frozen=True, slots=True)
class Field:
    """A property of a record: the attribute that it holds, and how it is read from a row of a query."""

    attribute: str
    name: CSharp
    type: CSharp
    reader: CSharp


@dataclass(frozen=True, slots=True)
class Row:
    """A record in C#. ``columns``: what a row of an entity selects, of the table called t; None for computed values.
    ``created``: the action creates such rows.
    ``changed``: fields that the action sets and saves, None where it updates no such row; ``again``: it may update one
    twice."""

    name: CSharp
    fields: tuple[Field, ...]
    columns: Sql | None = None
    changed: tuple[Field, ...] | None = None
    again: bool = False
    created: bool = False

    def property_of(self, attribute: str) -> CSharp:
        return next(field.name for field in self.fields if field.attribute == attribute)


def is_text(type_: DataType, statics: frozenset[str]) -> bool:
    """Whether values are texts: those of text types, and identifiers of static entities."""
    if type_.basic is Basic.IDENTIFIER:
        return type_.target in statics or type_.length is not None
    return DATA_TYPES[type_.basic].csharp == "string?"


def cast(value: Sql, type_: DataType, statics: frozenset[str]) -> Sql:
    """A value that is selected, in a type that stays when a column's grows."""
    if type_.basic is Basic.BINARY_DATA:
        return value
    if is_text(type_, statics):
        return Sql.code("{}::text", value)
    whole = type_.basic in (Basic.INTEGER, Basic.LONG_INTEGER, Basic.IDENTIFIER)
    return Sql.code("{}::bigint", value) if whole else Sql.code("{}::" + SQL_TYPES[type_.basic], value)


def records_of(walked: Walked, world: World) -> Mapping[str, Row]:
    """The records that an action needs, by the target of their type."""
    # Of structures and libraries too, which the code names beside them.
    taken = {class_name(walked.action.name).removeprefix("@"), *world.short_names}
    used, changed, updated = _usage(walked, world)
    again = updated_again(walked.steps)
    created = {step.entity for step in walked.steps if isinstance(step, tree.Create) and step.variable}
    found: dict[str, Row] = {}
    for entity in sorted(used):
        name = _fresh(f"{entity}Row", taken)
        saved = changed.get(entity, set()) if entity in updated else None
        row = _row(name, world.attributes[entity], used[entity], saved, world)
        found[entity] = replace(row, again=entity in again, created=entity in created)
    for step in walked.steps:
        if isinstance(step, tree.Summary):
            symbol = step.variable.symbol
            if symbol.type.target not in found:
                name = _fresh(f"{symbol.name}Values", taken)
                found[symbol.type.target] = _computed(name, step, world)
    return found


def _fresh(wanted: str, taken: set[str]) -> CSharp:
    found = csharp_identifier(wanted)
    while found in taken or found in TAKEN:
        found = CSharp.code("{}_", found)
    taken.add(found)
    return found


def _usage(walked: Walked, world: World) -> tuple[dict[str, set[str]], dict[str, set[str]], set[str]]:
    """Which attributes of which entities' rows are read or set, which are set, and which entities' rows are updated."""
    used: dict[str, set[str]] = {}
    changed: dict[str, set[str]] = {}
    updated: set[str] = set()
    for step in walked.steps:
        if isinstance(step, tree.Get | tree.Query) or (isinstance(step, tree.Create) and step.variable):
            used.setdefault(step.entity, set())
        elif isinstance(step, tree.Update):
            updated.add(step.row.type.target)
        elif isinstance(step, tree.Set):
            for entity, attribute in _targets(step, world):
                changed.setdefault(entity, set()).add(attribute)
    for node in walked.nodes:
        if isinstance(node, Member) and world.is_row(node.owner.type) and not is_attribute(node):
            used.setdefault(node.owner.type.target, set()).add(node.name)
    return used, changed, updated


def _targets(step: tree.Set, world: World) -> Iterator[tuple[str, str]]:
    for one in step.assignments:
        if isinstance(one.target, Member) and world.is_row(one.target.owner.type):
            yield one.target.owner.type.target, one.target.name


def _row(name: CSharp, known: Mapping[str, Attribute], used: set[str], saved: set[str] | None, world: World) -> Row:
    attributes = {"Id": known["Id"]} | {name: one for name, one in known.items() if name in used}
    fields = _fields(name, {name: one.type for name, one in attributes.items()}, world)
    selected = (
        cast(Sql.code("t.{}", sql_name(physical(one.key))), one.type, world.statics) for one in attributes.values()
    )
    columns = Sql.joined(", ", selected)
    changed = None if saved is None else tuple(field for field in fields if field.attribute in saved)
    return Row(name, fields, columns, changed)


def _computed(name: CSharp, step: tree.Summary, world: World) -> Row:
    types = {one.name: one.value.type for one in step.groups} | {one.name: one.type for one in step.computed}
    return Row(name, _fields(name, types, world))


def _fields(record: CSharp, types: Mapping[str, DataType], world: World) -> tuple[Field, ...]:
    taken = {*_OF_ROWS, record.removeprefix("@")}
    found = []
    for attribute, type_ in types.items():
        reader = CSharp.code("Text") if is_text(type_, world.statics) else _READERS.get(type_.basic)
        name = member_name(attribute, taken)
        found.append(Field(attribute, name, type_of(type_, world.statics), reader or csharp_type(type_.basic.value)))
    return tuple(found)


def declaration(row: Row) -> Iterator[CSharp]:
    """The lines of a record."""
    parameters = CSharp.joined(", ", (CSharp.code("{} {}", field.type, field.name) for field in row.fields))
    yield CSharp.code("private sealed record {}({})", row.name, parameters)
    yield CSharp.code("{{")
    if row.columns is not None and row.created:
        yield CSharp.code("    public const string Columns = {};", csharp_string(row.columns))
        yield CSharp.code("")
    if row.changed is not None:
        yield CSharp.code("    public {}? Saved {{ get; init; }}", row.name)
        yield CSharp.code("")
    yield from _reading(row)
    if row.changed is not None:
        yield CSharp.code("")
        yield from _changes(row)
    yield CSharp.code("}}")


def _reading(row: Row) -> Iterator[CSharp]:
    values = CSharp.joined(
        ", ",
        (CSharp.code("row.{}({})", field.reader, csharp_literal(at)) for at, field in enumerate(row.fields)),
    )
    made = CSharp.code("new {}({})", row.name, values)
    if row.changed is None:
        yield CSharp.code("    public static {} Read(RowReader row) => {};", row.name, made)
        return
    yield CSharp.code("    public static {} Read(RowReader row) => {}.AsSaved();", row.name, made)
    yield CSharp.code("")
    yield CSharp.code("    public {} AsSaved() => this with {{ Saved = this with {{ Saved = null }} }};", row.name)


def _changes(row: Row) -> Iterator[CSharp]:
    if not row.changed:
        yield CSharp.code("    public Assigned[] Changes() => [];")
        return
    yield CSharp.code("    public Assigned[] Changes() =>")
    yield CSharp.code("    [")
    for field in row.changed:
        name, attribute = field.name, csharp_string(field.attribute)
        yield CSharp.code("        {0} != Saved?.{0} ? new({1}, {0}) : default,", name, attribute)
    yield CSharp.code("    ];")
