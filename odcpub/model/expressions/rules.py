"""Which types go with which: conversions that need not be written, and the types that operators take. No I/O.

A conversion that could lose a part of a value is never made silently: the author writes the function that says how
(ODC truncates a Decimal where an Integer is expected).
"""

from __future__ import annotations

from dataclasses import replace

from odcpub.model import types
from odcpub.model.data_types import DATA_TYPES
from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import tree
from odcpub.model.expressions.python.numbers import DECIMALS, WHOLE_DIGITS
from odcpub.model.expressions.tree import Call, Convert, Expression, Operator

_WIDTH = {Basic.INTEGER: 0, Basic.LONG_INTEGER: 1, Basic.DECIMAL: 2, Basic.CURRENCY: 3}
_BY_WIDTH = (tree.INTEGER, tree.LONG_INTEGER, tree.DECIMAL, tree.CURRENCY)
_TEXTS = frozenset({Basic.TEXT, Basic.EMAIL, Basic.PHONE_NUMBER})
_AS_TEXT = frozenset(DATA_TYPES) - {Basic.BINARY_DATA, Basic.STRUCTURE}
"""What becomes text beside a ``+``."""
_ANY_TARGET = frozenset({Basic.IDENTIFIER, Basic.STRUCTURE})
"""Types that stand for every target where they name none."""

IF = "If"
NO_VALUE = "NoValue"
NOTHING = DataType(Basic.STRUCTURE, target=NO_VALUE)
"""The type of ``NoValue()`` until something beside it says which type is expected."""
NULLS = {
    NO_VALUE: frozenset(DATA_TYPES),
    "NullDate": frozenset({Basic.DATE, Basic.TIME, Basic.DATE_TIME}),
    "NullIdentifier": frozenset({Basic.IDENTIFIER}),
    "NullTextIdentifier": frozenset({Basic.IDENTIFIER}),
}
"""Calls that have no value, and the types that they take on."""

COMPARED = frozenset({Operator.LESS, Operator.GREATER, Operator.AT_MOST, Operator.AT_LEAST})
EQUALITY = frozenset({Operator.EQUAL, Operator.DIFFERENT})
LOGICAL = frozenset({Operator.AND, Operator.OR})


def is_number(type_: DataType) -> bool:
    """Whether it is calculated with."""
    return type_.basic in _WIDTH and not type_.many


def is_text(type_: DataType) -> bool:
    """Whether it is a Text, Email or Phone Number."""
    return type_.basic in _TEXTS and not type_.many


def can_be_text(type_: DataType) -> bool:
    """Whether ``+`` turns such a value into text."""
    return type_.basic in _AS_TEXT and not type_.many


def same(one: DataType, other: DataType) -> bool:
    """Whether values of the one are values of the other, whatever their measures."""
    if one.basic is not other.basic or one.many is not other.many:
        return False
    if NO_VALUE in (one.target, other.target):
        return one.target == other.target
    return one.target == other.target or (one.basic in _ANY_TARGET and not (one.target and other.target))


def near(one: DataType, other: DataType) -> bool:
    """Whether a function that takes the one is meant for the other as well."""
    decimals = {Basic.DECIMAL, Basic.CURRENCY}
    alike = (is_text(one) and is_text(other)) or (not one.many and {one.basic, other.basic} <= decimals)
    return calculable(one) and (alike or same(one, other))


def width(type_: DataType) -> int:
    """How much a type of numbers holds, compared with others; -1 for types of something else."""
    return _WIDTH[type_.basic] if is_number(type_) else -1


def calculated(type_: DataType) -> DataType:
    """The type of a number that was calculated from such ones: without the measures of an attribute."""
    return tree.DECIMAL if type_.basic is Basic.DECIMAL else DataType(type_.basic)


def calculable(type_: DataType) -> bool:
    """Whether every value of a number's type has a place among calculated numbers."""
    if type_.basic is not Basic.DECIMAL:
        return True
    digits, decimals = type_.digits or 0, type_.decimals or 0
    return decimals <= DECIMALS and digits - decimals <= WHOLE_DIGITS


def fits(given: DataType, wanted: DataType) -> bool:
    """Whether a value of type ``given`` may stand where ``wanted`` is expected, converted without being asked."""
    if is_number(given) and not calculable(given):
        return wanted.basic is Basic.DECIMAL and not calculable(wanted)
    if same(given, wanted):
        return True
    if is_number(given) and is_number(wanted):
        return _WIDTH[given.basic] <= _WIDTH[wanted.basic] or wanted.basic is Basic.DECIMAL
    if is_text(given) and is_text(wanted):
        return True
    return given == tree.DATE and wanted == tree.DATE_TIME


def common(one: DataType, other: DataType) -> DataType | None:
    """The type that values of both have without losing anything; None where there is none."""
    if is_number(one) and is_number(other):
        return _wider(one, other)
    if is_text(one) and is_text(other):
        return tree.TEXT if one.basic is not other.basic else DataType(one.basic)
    if same(one, other):
        return one if one.target or one.basic not in _ANY_TARGET else other
    if {one, other} == {tree.DATE, tree.DATE_TIME}:
        return tree.DATE_TIME
    return None


def _wider(one: DataType, other: DataType) -> DataType:
    """Of two types of numbers; a Decimal with more digits than calculated numbers have is the widest."""
    for type_ in (one, other):
        if not calculable(type_):
            return type_
    return _BY_WIDTH[max(_WIDTH[one.basic], _WIDTH[other.basic])]


def adapted(node: Expression, wanted: DataType) -> Expression:
    """``node``; a call that has no value as one of type ``wanted``, if it can be. Of a list it is the empty one."""
    if not isinstance(node, Call) or wanted == NOTHING or (wanted.many and node.function != NO_VALUE):
        return node
    return replace(node, type=wanted) if wanted.basic in NULLS.get(node.function, ()) else node


def converted(node: Expression, wanted: DataType) -> Expression:
    """``node`` as a ``wanted``, which it fits."""
    return node if node.type.basic is wanted.basic else Convert(node, wanted)


def spelled(type_: DataType) -> str:
    """The type as authors write it."""
    if type_ == NOTHING:
        return "NoValue()"
    if type_.basic is Basic.IDENTIFIER and not type_.target:
        return "Identifier of a static entity" if type_.length else "Identifier of an entity"
    return types.spelled(type_)
