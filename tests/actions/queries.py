"""Queries of the Python model: rows that are chosen, sorted, grouped, computed. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import tree
from odcpub.model.expressions.tree import Expression
from odcpub.model.logic.tree import Aggregation, Computed, Query, Sort, Summary
from tests.actions.computing import within
from tests.actions.values import Record, Value, from_units, ordered, rounded, sorted_by, units

OfRow = Callable[[Expression, Record], Value]
"""What an expression is worth that may name a row."""


class Asking(Protocol):
    """Who asks: its variables."""

    def value(self, expression: Expression, more: Mapping[str, Value] | None = None) -> Value: ...

    def of_row(self, expression: Expression, row: Record) -> Value: ...


def chosen(rows: list[Record], where: Expression | None, of_row: OfRow) -> list[Record]:
    return [row for row in rows if where is None or of_row(where, row) is True]


def queried(step: Query, rows: list[Record], asking: Asking) -> tuple[Record, ...]:
    found = _sorted(chosen(rows, step.where, asking.of_row), step.sort, asking.of_row)
    start = _count(step.first, asking) or 0
    most = _count(step.maximum, asking)
    return tuple(found[start:] if most is None else found[start : start + most])


def _count(expression: Expression | None, asking: Asking) -> int | None:
    """A number of rows; None for no value."""
    found = asking.value(expression) if expression else None
    assert found is None or isinstance(found, int)
    return None if found is None else max(0, found)


def _sorted(rows: Sequence[Record], sort: tuple[Sort, ...], value: OfRow) -> list[Record]:
    def key(one: Sort) -> Callable[[Record], Value]:
        return lambda row: value(one.value, row)

    return sorted_by(rows, [(key(one), one.value.type, one.descending) for one in sort])


def summed(step: Summary, rows: list[Record], asking: Asking) -> Value:
    found = chosen(rows, step.where, asking.of_row)
    if not step.groups:
        return _computed(step, {}, found, asking.of_row)
    groups: dict[tuple[Value, ...], list[Record]] = {}
    for row in found:
        groups.setdefault(tuple(asking.of_row(one.value, row) for one in step.groups), []).append(row)
    keys = sorted_by(groups, [(_at(place), one.value.type, False) for place, one in enumerate(step.groups)])
    names = [one.name for one in step.groups]
    records = [_computed(step, dict(zip(names, key, strict=True)), groups[key], asking.of_row) for key in keys]
    name = step.variable.symbol.name
    made = _sorted(records, step.sort, lambda value, record: asking.value(value, {name: record}))
    return tuple(made[: _count(step.maximum, asking)])


def _at(place: int) -> Callable[[Sequence[Value]], Value]:
    return lambda key: key[place]


def _computed(step: Summary, values: Mapping[str, Value], rows: list[Record], of_row: OfRow) -> Record:
    computed = {
        one.name: len(rows) if one.value is None else _aggregated(one, one.value, rows, of_row) for one in step.computed
    }
    return Record("", {**values, **computed})


def _aggregated(computed: Computed, expression: Expression, rows: list[Record], of_row: OfRow) -> Value:
    type_ = expression.type
    values: list[Any] = [one for row in rows if (one := of_row(expression, row)) is not None]
    if not values:
        return None
    if computed.aggregation is Aggregation.LEAST:
        return _extreme(min, values, type_)
    if computed.aggregation is Aggregation.GREATEST:
        return _extreme(max, values, type_)
    total = sum(map(units, values))
    if computed.aggregation is Aggregation.AVERAGE:
        return within(tree.DECIMAL, from_units(rounded(total, len(values))))
    whole = type_.basic in (Basic.INTEGER, Basic.LONG_INTEGER)
    return within(tree.LONG_INTEGER, total // 10**8) if whole else within(type_, from_units(total))


def _extreme(choose: Callable[..., Any], values: list[Any], type_: DataType) -> Value:
    found: Value = choose(values, key=lambda one: ordered(one, type_))
    return found
