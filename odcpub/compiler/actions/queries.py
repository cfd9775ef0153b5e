"""The statements of an action's ``get`` and ``query``: constant text, and the expressions of its parameters. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, LiteralString

from odcpub.compiler.actions.records import Row, cast, is_text
from odcpub.compiler.actions.surroundings import Inside
from odcpub.compiler.actions.world import World
from odcpub.compiler.expressions.queries import Query
from odcpub.compiler.literals import sql_number
from odcpub.compiler.marked import Sql
from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions.tree import (
    Binary,
    Call,
    Convert,
    Expression,
    Kind,
    Literal,
    Member,
    Name,
    Symbol,
    Unary,
)
from odcpub.model.logic import tree
from odcpub.model.logic.tree import Aggregation, Computed, Sort


@dataclass(frozen=True, slots=True)
class Statement:
    """``lines``: of its text. ``arguments``: the values of $1, $2 …"""

    lines: tuple[Sql, ...]
    arguments: tuple[Expression, ...]


def get(step: tree.Get, row: Row, inside: Inside) -> Statement:
    """The row, and a second one that tells that there are several."""
    query = _query(step.entity, inside)
    where = _where(query, step.where)
    lines = (*_select(row, query), *where, Sql.code("LIMIT 2"), *_lock(step.locked))
    return Statement(lines, tuple(query.parameters))


def rows(step: tree.Query, row: Row, inside: Inside) -> Statement:
    """The rows in their order; equals by their identifiers."""
    world, query = inside.world, _query(step.entity, inside)
    where = _where(query, step.where)
    order = [_order(query, one) for one in step.sort]
    order.append(Sql.code('t."id" COLLATE "C"' if step.entity in world.statics else 't."id"'))
    limits = _Limits(query)
    lines = (
        *_select(row, query),
        *where,
        Sql.code("ORDER BY {}", Sql.joined(", ", order)),
        *limits.most(step.maximum),
        *limits.left_out(step.first),
        *_lock(step.locked),
    )
    return Statement(lines, (*query.parameters, *limits.arguments))


def summary(step: tree.Summary, inside: Inside) -> Statement:
    """The values that are computed of all rows, or of each group of them."""
    world, query = inside.world, _query(step.entity, inside)
    groups = [query.value(one.value) for one in step.groups]
    values = [*groups, *(computed(one, query, world.statics) for one in step.computed)]
    types = [*(one.value.type for one in step.groups), *(one.type for one in step.computed)]
    where = _where(query, step.where)
    if not step.groups:
        selected = Sql.joined(
            ", ", (cast(value, type_, world.statics) for value, type_ in zip(values, types, strict=True))
        )
        return Statement((Sql.code("SELECT {}", selected), _from(query), *where), tuple(query.parameters))
    columns = [Sql.code('"c{}"', sql_number(number)) for number in range(1, len(values) + 1)]
    order = [*_orders_of_groups(step, query), *_own_order(step, columns, world)]
    limits = _Limits(query)
    lines = (
        Sql.code("SELECT {}", _outer(columns, types, world)),
        Sql.code("FROM ("),
        Sql.code("  SELECT {}", _named(values, columns)),
        *(Sql.code("  {}", line) for line in (_from(query), *where)),
        Sql.code("  GROUP BY {}", Sql.joined(", ", map(sql_number, range(1, len(groups) + 1)))),
        Sql.code(") t"),
        Sql.code("ORDER BY {}", Sql.joined(", ", order)),
        *limits.most(step.maximum),
    )
    return Statement(lines, (*query.parameters, *limits.arguments))


# Parts of statements


def _query(entity: str, inside: Inside) -> Query:
    """The query of an entity's rows."""
    type_ = DataType(Basic.STRUCTURE, target=entity, target_key=inside.world.rows[entity].key)
    return Query(Symbol(entity, Kind.ROW, type_), inside.world.statics, {*inside.sure, *inside.given})


def _select(row: Row, query: Query) -> Iterator[Sql]:
    yield Sql.code("SELECT {}", row.columns or Sql.code(""))
    yield _from(query)


def _from(query: Query) -> Sql:
    return Sql.code("FROM {}", query.source)


def _where(query: Query, where: Expression | None) -> tuple[Sql, ...]:
    return () if where is None else (Sql.code("WHERE {}", query.condition(where)),)


def _lock(locked: bool) -> tuple[Sql, ...]:
    return (Sql.code("FOR NO KEY UPDATE OF t"),) if locked else ()


def _order(query: Query, sort: Sort) -> Sql:
    return query.order(sort.value, sort.descending)


class _Limits:
    """How many rows there are at most and how many are left out, behind a query's own parameters."""

    def __init__(self, query: Query) -> None:
        self._given = len(query.parameters)
        self.arguments: list[Expression] = []

    def most(self, maximum: Expression | None) -> Iterator[Sql]:
        if isinstance(maximum, Literal) and isinstance(maximum.value, int):
            yield Sql.code("LIMIT {}", sql_number(max(maximum.value, 0)))
        elif maximum is not None:
            yield Sql.code("LIMIT CASE WHEN ${0}::bigint < 0 THEN 0 ELSE ${0}::bigint END", self._place(maximum))

    def left_out(self, first: Expression | None) -> Iterator[Sql]:
        if isinstance(first, Literal) and isinstance(first.value, int):
            yield Sql.code("OFFSET {}", sql_number(max(first.value, 0)))
        elif first is not None:
            yield Sql.code("OFFSET greatest(${}::bigint, 0)", self._place(first))

    def _place(self, value: Expression) -> Sql:
        self.arguments.append(value)
        return sql_number(self._given + len(self.arguments))


# Values of many rows


def computed(one: Computed, query: Query, statics: frozenset[str]) -> Sql:
    """What is computed of all rows of a query. ``statics``: static entities, whose identifiers are texts."""
    if one.value is None:
        return Sql.code("count(*)")
    value = query.value(one.value)
    if one.aggregation is Aggregation.SUM:
        return Sql.code("sum({})" if one.type.basic is Basic.LONG_INTEGER else "sum({})::numeric(28,8)", value)
    if one.aggregation is Aggregation.AVERAGE:
        # As expressions divide.
        return Sql.code("(round(sum({0})::numeric, 60) / nullif(count({0}), 0))::numeric(28,8)", value)
    return Sql.code(_extreme(one, statics), value)


def _extreme(one: Computed, statics: frozenset[str]) -> LiteralString:
    least = one.aggregation is Aggregation.LEAST
    if one.type.basic is Basic.BOOLEAN:
        return "bool_and({})" if least else "bool_or({})"
    if is_text(one.type, statics):
        return 'min(({}) COLLATE "C")' if least else 'max(({}) COLLATE "C")'
    return "min({})" if least else "max({})"


def _named(values: list[Sql], columns: list[Sql]) -> Sql:
    return Sql.joined(", ", (Sql.code("{} AS {}", *pair) for pair in zip(values, columns, strict=True)))


def _outer(columns: list[Sql], types: list[DataType], world: World) -> Sql:
    return Sql.joined(
        ", ",
        (cast(Sql.code("t.{}", column), type_, world.statics) for column, type_ in zip(columns, types, strict=True)),
    )


def _own_order(step: tree.Summary, columns: list[Sql], world: World) -> Iterator[Sql]:
    """Equals are ordered by the groups' values, the first named first."""
    for one, column in zip(step.groups, columns, strict=False):
        yield Sql.code('t.{} COLLATE "C"' if is_text(one.value.type, world.statics) else "t.{}", column)


def _orders_of_groups(step: tree.Summary, query: Query) -> Iterator[Sql]:
    """What the record is sorted by; its values are the columns of the query within."""
    names = [*(one.name for one in step.groups), *(one.name for one in step.computed)]
    numbers = {name: number for number, name in enumerate(names, start=1)}
    row = Name(replace(step.variable.symbol, kind=Kind.ROW, type=replace(step.variable.symbol.type, many=False)))

    def moved(node: Expression) -> Expression:
        if isinstance(node, Member) and node.owner.type.target == row.type.target:
            return replace(node, owner=row, key=f"c{numbers[node.name]}")
        rebuild = _REBUILT.get(type(node))
        return rebuild(node, moved) if rebuild else node

    for sort in step.sort:
        yield query.order(moved(sort.value), sort.descending)


_REBUILT: Mapping[type, Callable[[Any, Callable[[Expression], Expression]], Expression]] = {
    Unary: lambda node, moved: replace(node, operand=moved(node.operand)),
    Convert: lambda node, moved: replace(node, operand=moved(node.operand)),
    Binary: lambda node, moved: replace(node, left=moved(node.left), right=moved(node.right)),
    Call: lambda node, moved: replace(node, arguments=tuple(map(moved, node.arguments))),
}
