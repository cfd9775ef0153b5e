"""The value of a typed tree. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeAlias

from odcpub.model.data_types import DATA_TYPES
from odcpub.model.elements import Basic, DataType, Scalar
from odcpub.model.expressions import rules
from odcpub.model.expressions.catalog import FUNCTIONS
from odcpub.model.expressions.functions import Evaluated
from odcpub.model.expressions.letters import constants
from odcpub.model.expressions.python.conversions import as_text, date_time_text
from odcpub.model.expressions.python.dates import date_time, start_of, time_of_day
from odcpub.model.expressions.python.numbers import ONE, WHOLE_DIGITS, Number, rounded, scaled, unscaled
from odcpub.model.expressions.python.texts import MOST, TooLong, like
from odcpub.model.expressions.syntax import Fault
from odcpub.model.expressions.tree import (
    Binary,
    Call,
    Convert,
    Expression,
    Extent,
    Followed,
    Index,
    Kind,
    Literal,
    Member,
    Name,
    Operator,
    Size,
    Unary,
    children,
)

Worth: TypeAlias = "Evaluated | Mapping[str, Worth] | tuple[Worth, ...]"
"""A value; a row or structure by its attributes' names; a list, never None."""


class Refused(Exception):
    """What cannot be computed with these values; ``fault`` says why, at its place."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class Overflow(Refused):
    """A calculation whose result its type cannot hold."""


class OutOfRange(Refused):
    """An index that has no value, or where its list has no element."""


Rows = Callable[[str, Scalar], Worth]
"""Gives the row of an entity by its identifier: for references that a query follows."""


def _no_rows(entity: str, identifier: Scalar) -> Worth:
    raise AssertionError(f"a row of {entity} is needed")


def evaluate(
    expression: Expression, names: Mapping[str, Worth], now: datetime, app: str = "", rows: Rows = _no_rows
) -> Worth:
    """What ``expression`` is worth, None for no value. ``names``: the value of each variable, setting and row by what
    authors write; ``now``: with its zone; ``app``: its name. Raises Refused."""
    return _Evaluator(names, now.astimezone(UTC).replace(tzinfo=None), app, rows).value(expression)


_CHANGING = frozenset({"CurrDate", "CurrTime", "CurrDateTime", "GenerateGuid", "GetAppName"})
"""Functions that give another value at another moment, or in another app."""


def is_constant(expression: Expression) -> bool:
    """Whether it gives the same value everywhere and always."""
    if isinstance(expression, Name | Member) or (isinstance(expression, Call) and expression.function in _CHANGING):
        return False
    return all(map(is_constant, children(expression)))


class _Evaluator:
    def __init__(self, names: Mapping[str, Worth], now: datetime, app: str, rows: Rows) -> None:
        self.names = names
        self.rows = rows
        self.world: Mapping[str, Callable[[], str]] = {
            "CurrDate": lambda: now.date().isoformat(),
            "CurrTime": lambda: time_of_day(now.time()),
            "CurrDateTime": lambda: date_time(now),
            "GetAppName": lambda: app,
        }

    def value(self, node: Expression) -> Worth:
        found = _FOUND[type(node)](self, node)
        if found is None or found == "":
            return () if node.type.many else None
        return found

    def plain(self, node: Expression) -> Evaluated:
        """The value of what is neither a list nor a row."""
        found = self.value(node)
        assert not isinstance(found, Mapping | tuple)  # noqa: S101 - the types are checked
        return found

    def literal(self, node: Literal) -> Worth:
        return node.value

    def name(self, node: Name) -> Worth:
        if node.symbol.kind is Kind.CONSTANT:
            return constants()[node.symbol.name]
        return node.symbol.key if node.symbol.kind is Kind.RECORD else self.names[node.symbol.name]

    def member(self, node: Member) -> Worth:
        owner = self.value(node.owner)
        return owner[node.name] if isinstance(owner, Mapping) else None

    def followed(self, node: Followed) -> Worth:
        identifier = self.plain(node.owner)
        return None if identifier is None else self.rows(node.type.target, identifier)

    def index(self, node: Index) -> Worth:
        values, at = self._list(node.owner), self.value(node.index)
        if isinstance(at, int) and 0 <= at < len(values):
            return values[at]
        elements = "no elements" if not values else f"{len(values):,} element{'' if len(values) == 1 else 's'}"
        why = "an index has no value" if at is None else f"a list has {elements}, and there is none at {at}"
        raise OutOfRange(Fault(why, "compare the index with the list's Length first", node.at, node.at + 1))

    def size(self, node: Size) -> Worth:
        values = self._list(node.owner)
        return len(values) if node.extent is Extent.LENGTH else not values

    def _list(self, node: Expression) -> tuple[Worth, ...]:
        found = self.value(node)
        assert isinstance(found, tuple)  # noqa: S101 - the types are checked
        return found

    def convert(self, node: Convert) -> Worth:
        return _converted(self.plain(node.operand), node.operand.type, node.type)

    def unary(self, node: Unary) -> Worth:
        operand = self.plain(node.operand)
        if node.operator is Operator.NOT:
            return operand is not True
        return None if operand is None else _within(-scaled(_number(operand)), node)

    def binary(self, node: Binary) -> Evaluated:
        operator = node.operator
        if operator in rules.LOGICAL:
            decided = operator is Operator.OR
            return decided if (self.value(node.left) is True) is decided else self.value(node.right) is True
        left, right = self.plain(node.left), self.plain(node.right)
        if operator is Operator.LIKE:
            return like(_text(left), _text(right))
        if operator in rules.EQUALITY:
            return (left == right) is (operator is Operator.EQUAL)
        if operator is Operator.PLUS and rules.is_text(node.type):
            return _short(_text(left) + _text(right), node)
        if left is None or right is None:
            return False if operator in rules.COMPARED else None
        if operator in rules.COMPARED:
            return _COMPARISONS[operator](_ordered(left, node.left.type), _ordered(right, node.right.type))
        units = _CALCULATIONS[operator](scaled(_number(left)), scaled(_number(right)))
        return None if units is None else _within(units, node)

    def call(self, node: Call) -> Worth:
        if node.function == rules.IF:
            condition, first, second = node.arguments
            return self.value(first if self.value(condition) is True else second)
        if node.function in self.world:
            return self.world[node.function]()
        function = FUNCTIONS[node.function]
        arguments = [self.value(argument) for argument in node.arguments]
        if not function.empty:
            arguments = [
                "" if value is None and rules.is_text(argument.type) else value
                for value, argument in zip(arguments, node.arguments, strict=True)
            ]
            if None in arguments:
                return None
        assert function.python  # noqa: S101 - the others are known here
        try:
            return _short(_held(function.python(*arguments), node.type), node)
        except TooLong:
            raise _too_long(node) from None


_FOUND: Mapping[type, Callable[..., Worth]] = {
    Literal: _Evaluator.literal,
    Name: _Evaluator.name,
    Member: _Evaluator.member,
    Followed: _Evaluator.followed,
    Index: _Evaluator.index,
    Size: _Evaluator.size,
    Convert: _Evaluator.convert,
    Unary: _Evaluator.unary,
    Binary: _Evaluator.binary,
    Call: _Evaluator.call,
}


def _converted(value: Evaluated, given: DataType, wanted: DataType) -> Evaluated:
    if value is None:
        return None
    if rules.is_text(wanted):
        return date_time_text(str(value)) if given.basic is Basic.DATE_TIME else as_text(value)
    if wanted.basic is Basic.DATE_TIME:
        return start_of(str(value))
    decimal = wanted.basic in (Basic.DECIMAL, Basic.CURRENCY)
    return Decimal(_number(value)) if decimal else value


def _number(value: Scalar) -> Number:
    assert isinstance(value, int | Decimal)  # noqa: S101 - the types are checked
    return value


def _text(value: Evaluated) -> str:
    return "" if value is None else str(value)


def _ordered(value: Scalar, type_: DataType) -> Scalar:
    """The value as Python orders it: a moment without its Z, which would come behind a fraction."""
    return str(value).removesuffix("Z") if type_.basic is Basic.DATE_TIME else value


def _over(one: int, other: int) -> int | None:
    return rounded(one * ONE, other) if other else None


_COMPARISONS: Mapping[Operator, Callable[..., bool]] = {
    Operator.LESS: lambda one, other: one < other,
    Operator.GREATER: lambda one, other: one > other,
    Operator.AT_MOST: lambda one, other: one <= other,
    Operator.AT_LEAST: lambda one, other: one >= other,
}
_CALCULATIONS: Mapping[Operator, Callable[[int, int], int | None]] = {
    Operator.PLUS: lambda one, other: one + other,
    Operator.MINUS: lambda one, other: one - other,
    Operator.TIMES: lambda one, other: rounded(one * other, ONE),
    Operator.OVER: _over,
}
"""On numbers in units of 1/100,000,000."""


def _within(units: int, node: Unary | Binary) -> Number:
    """The calculated number; raises Overflow where its type does not hold it."""
    limits = DATA_TYPES[node.type.basic].whole
    found = units // ONE if limits else unscaled(units)
    if found is not None and (limits is None or limits[0] <= found <= limits[1]):
        return found
    why = f"has more than {WHOLE_DIGITS} digits before the point"
    if limits:
        why = f"is beyond {node.type.basic.value}, which goes from {limits[0]:,} to {limits[1]:,}"
    hint = f"use smaller numbers{', or a Decimal' if limits else ''}"
    raise Overflow(Fault(f"the result of '{node.operator.sign}' {why}", hint, node.at, node.at + 1))


def _short(value: Evaluated, node: Binary | Call) -> Evaluated:
    """A computed text; raises Overflow where it has too many characters."""
    if isinstance(value, str) and len(value) > MOST:
        raise _too_long(node)
    return value


def _too_long(node: Binary | Call) -> Overflow:
    what = f"'{node.operator.sign}'" if isinstance(node, Binary) else node.function
    message = f"the result of {what} has more than {MOST:,} characters"
    return Overflow(Fault(message, "use shorter texts", node.at, node.at + 1))


def _held(value: Evaluated, type_: DataType) -> Evaluated:
    """What a function gave; no value where its type cannot hold it."""
    limits = DATA_TYPES[type_.basic].whole
    if limits and value is not None and not limits[0] <= _number(value) <= limits[1]:
        return None
    return value
