"""Typed tree → the text that an author would write for it; read again, it is the same tree. No I/O.

Brackets stand where they are needed, arguments that are their defaults are left out, and those behind one have their
names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from odcpub.model.elements import Basic, Scalar
from odcpub.model.expressions import rules
from odcpub.model.expressions.catalog import FUNCTIONS
from odcpub.model.expressions.functions import Parameter
from odcpub.model.expressions.tree import (
    LEVELS,
    Binary,
    Call,
    Convert,
    Expression,
    Followed,
    Index,
    Literal,
    Member,
    Name,
    Operator,
    Size,
    Unary,
)

_BINDING = {operator: level for level, operators in enumerate(LEVELS) for operator in operators}
_PREFIX = len(LEVELS)
_TIGHTEST = _PREFIX + 1


def written(node: Expression) -> str:
    """The text of an expression."""
    return _WRITTEN[type(node)](node)


def _name(node: Name) -> str:
    return node.symbol.name


def _member(node: Member) -> str:
    return f"{_within(node.owner, _TIGHTEST)}.{node.name}"


def _followed(node: Followed) -> str:
    return written(node.owner)


def _index(node: Index) -> str:
    return f"{_within(node.owner, _TIGHTEST)}[{written(node.index)}]"


def _size(node: Size) -> str:
    return f"{_within(node.owner, _TIGHTEST)}.{node.extent}"


def _convert(node: Convert) -> str:
    return written(node.operand)


def _binary(node: Binary) -> str:
    level = _BINDING[node.operator]
    return f"{_within(node.left, level)} {node.operator.sign} {_within(node.right, level + 1)}"


def _unary(node: Unary) -> str:
    operand = _within(node.operand, _PREFIX)
    if node.operator is Operator.NOT:
        return f"not {operand}"
    # A minus right before a number would be a part of it.
    return f"-({operand})" if operand[0].isdigit() else f"-{operand}"


def _within(node: Expression, level: int) -> str:
    """The text of a part that must bind as tightly as ``level`` does."""
    return written(node) if _binds(node) >= level else f"({written(node)})"


def _binds(node: Expression) -> int:
    if isinstance(node, Convert):
        return _binds(node.operand)
    if isinstance(node, Binary):
        return _BINDING[node.operator]
    return _PREFIX if isinstance(node, Unary) else _TIGHTEST


def _call(node: Call) -> str:
    parts: list[str] = []
    left_out = False
    for parameter, argument in zip(FUNCTIONS[node.function].parameters, node.arguments, strict=True):
        if _is_default(parameter, argument):
            left_out = True
        else:
            parts.append(f"{parameter.name}: {written(argument)}" if left_out else written(argument))
    return f"{node.function}({', '.join(parts)})"


def _is_default(parameter: Parameter, argument: Expression) -> bool:
    default = parameter.default
    return default is not None and argument == Literal(default, parameter.types[0])


def _literal(node: Literal) -> str:
    value: Scalar = "" if node.value is None else node.value
    if rules.is_text(node.type):
        return '"' + str(value).replace('"', '""') + '"'
    if node.type.basic is Basic.DATE_TIME:
        return "#" + str(value).replace("T", " ").removesuffix("Z") + "#"
    if node.type.basic in (Basic.DATE, Basic.TIME):
        return f"#{value}#"
    if isinstance(value, Decimal):
        digits = format(value, "f")
        return digits if "." in digits else f"{digits}.0"
    return str(value)


_WRITTEN: Mapping[type, Callable[..., str]] = {
    Literal: _literal,
    Name: _name,
    Member: _member,
    Followed: _followed,
    Index: _index,
    Size: _size,
    Unary: _unary,
    Binary: _binary,
    Call: _call,
    Convert: _convert,
}
