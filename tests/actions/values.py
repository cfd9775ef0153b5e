"""Values of actions in the Python model: scalars as elements hold them, None for no value, tuples for lists, records.
No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from odcpub.model.elements import Basic, DataType, Scalar
from odcpub.model.expressions.tree import Expression, Member


@dataclass(frozen=True)
class Record(Mapping[str, Any]):
    """A row, a structure's value, or a query's computed values; a member that nothing gave has no value. ``of``: the
    entity or structure. ``before``: what a row had when it was read, created or last updated."""

    of: str
    members: Mapping[str, Value]
    before: Mapping[str, Value] = field(default_factory=dict, compare=False)

    def __getitem__(self, name: str) -> Value:
        return self.members.get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)


Value = Scalar | Record | tuple[Any, ...] | None


class Refusal(Exception):
    """What an action refuses. ``errors``: sentences by attribute or input."""

    def __init__(self, code: str, message: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.errors = code, message, dict(errors or {})


class Ambiguous(Exception):
    """The documents leave open what happens: several sentences hold, and the database tells one of them."""


class Fault(Exception):
    """The app's own: 500."""


def record_with(
    owner: Value, type_: DataType, path: tuple[str, ...], types: tuple[DataType, ...], value: Value
) -> Record:
    """``owner`` with another value at the end of ``path``; records on the way that have no value are made."""
    known = owner if isinstance(owner, Record) else Record(type_.target, {})
    first, *rest = path
    inner = value
    if rest:
        inner = record_with(known.members.get(first), types[0], tuple(rest), types[1:], value)
    return Record(known.of, {**known.members, first: inner}, known.before)


def path_of(target: Expression) -> tuple[Expression, tuple[str, ...], tuple[DataType, ...]]:
    """What a chain of members begins with, their names and their types."""
    names: list[Member] = []
    while isinstance(target, Member):
        names.insert(0, target)
        target = target.owner
    return target, tuple(one.name for one in names), tuple(one.type for one in names)


def ordered(value: Scalar, type_: DataType) -> Any:
    """The value as Python orders it: a moment without its Z, which would come behind a fraction."""
    return str(value).removesuffix("Z") if type_.basic is Basic.DATE_TIME else value


def sorted_by(found: Iterable[Any], keys: Iterable[tuple[Any, DataType, bool]]) -> list[Any]:
    """Stable. ``keys``: (what gives the value, its type, whether it is descending); no value comes last, either way."""
    rows = list(found)
    for value, type_, descending in reversed(list(keys)):
        given = [(value(row), row) for row in rows]
        having = [(ordered(one, type_), row) for one, row in given if one is not None]
        having.sort(key=lambda pair: pair[0], reverse=descending)
        rows = [row for _, row in having] + [row for one, row in given if one is None]
    return rows


def rounded(numerator: int, denominator: int) -> int:
    """Half away from zero."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    return sign * ((2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator)))


def units(value: Scalar) -> int:
    """In 1/100,000,000."""
    assert isinstance(value, int | Decimal)
    return value * 10**8 if isinstance(value, int) else _exact(value)


def _exact(value: Decimal) -> int:
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    whole = int("".join(map(str, digits)) or "0")
    moved = exponent + 8
    scaled: int = whole * 10**moved if moved >= 0 else whole // 10**-moved
    return -scaled if sign else scaled


def from_units(value: int) -> Decimal:
    """The Decimal of so many 1/100,000,000."""
    return Decimal((value < 0, tuple(map(int, str(abs(value)))), -8))
