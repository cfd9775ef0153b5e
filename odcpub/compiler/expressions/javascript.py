"""Expressions as pages compute them. Pure, no I/O.

The runtime modules are ``templates/expressions``, imported by the names in ``MODULES``; they say how a value of
each type is held. What an operator of truth values gives is never null, and neither is what ``condition`` prints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import LiteralString

from odcpub.compiler.expressions.javascript_functions import FUNCTIONS, arithmetic, as_text
from odcpub.compiler.expressions.javascript_parts import Names, Part
from odcpub.compiler.literals import js_number, js_text
from odcpub.compiler.marked import JavaScript
from odcpub.model.elements import Basic
from odcpub.model.expressions import rules
from odcpub.model.expressions.tree import (
    Binary,
    Call,
    Convert,
    Expression,
    Extent,
    Index,
    Kind,
    Literal,
    Member,
    Name,
    Operator,
    Size,
    Unary,
)
from odcpub.model.literals import as_text as literal_text

MODULES = ("formats", "logic", "moments", "numbers", "readings", "texts")

_CALCULATED: Mapping[Operator, LiteralString] = {
    Operator.PLUS: "plus",
    Operator.MINUS: "minus",
    Operator.TIMES: "times",
    Operator.OVER: "over",
}
_ORDERED: Mapping[Operator, LiteralString] = {
    Operator.LESS: "less",
    Operator.GREATER: "greater",
    Operator.AT_MOST: "atMost",
    Operator.AT_LEAST: "atLeast",
}
_MOMENTS: Mapping[Basic, LiteralString] = {
    Basic.DATE: "moments.parsedDate({})",
    Basic.TIME: "moments.parsedTime({})",
    Basic.DATE_TIME: "moments.parsedDateTime({})",
}


def condition(node: Expression, names: Names) -> JavaScript:
    """JavaScript that is true exactly where ``node`` is True, else false."""
    return _truth(_Printer(names).value(node)).js


def value(node: Expression, names: Names) -> Part:
    """JavaScript that gives exactly the value of ``node``."""
    return _Printer(names).value(node)


class _Printer:
    def __init__(self, names: Names) -> None:
        self.names = names

    def value(self, node: Expression) -> Part:
        return _PRINTED[type(node)](self, node)

    def literal(self, node: Literal) -> Part:
        return _literal(node)

    def name(self, node: Name) -> Part:
        if node.symbol.kind is Kind.RECORD:
            return Part(js_text(node.symbol.key), nullable=False)
        return self.names.symbol(node)

    def member(self, node: Member) -> Part:
        part = self.names.member(node, self.value(node.owner))
        if node.type.many and part.nullable:
            return Part(JavaScript.code("({} ?? [])", part.inner), nullable=False)
        return part

    def index(self, node: Index) -> Part:
        owner, index = self.value(node.owner), self.value(node.index)
        return Part(JavaScript.code("logic.at({}, {})", owner.js, index.js), nullable=not node.type.many)

    def size(self, node: Size) -> Part:
        owner = self.value(node.owner).inner
        if node.extent is Extent.LENGTH:
            return Part(JavaScript.code("{}.length", owner), nullable=False)
        return Part(JavaScript.code("{}.length === 0", owner), nullable=False, atom=False)

    def unary(self, node: Unary) -> Part:
        operand = self.value(node.operand)
        if node.operator is Operator.NOT:
            return Part(JavaScript.code("!{}", _truth(operand).inner), nullable=False)
        form: LiteralString = f"numbers.{arithmetic(node.type)}.negative({{}})"
        return Part(JavaScript.code(form, operand.js), operand.nullable)

    def binary(self, node: Binary) -> Part:
        if node.operator in rules.LOGICAL:
            return self._logical(node)
        left, right = self.value(node.left), self.value(node.right)
        if node.operator is Operator.LIKE:
            return Part(JavaScript.code("texts.like({}, {})", left.js, right.js), nullable=False)
        if node.operator in rules.EQUALITY:
            equality: LiteralString = "{} === {}" if node.operator is Operator.EQUAL else "{} !== {}"
            return Part(JavaScript.code(equality, left.inner, right.inner), nullable=False, atom=False)
        if node.operator in rules.COMPARED:
            module: LiteralString = "texts." if rules.is_text(node.left.type) else "logic."
            form: LiteralString = module + _ORDERED[node.operator] + "({}, {})"
            return Part(JavaScript.code(form, left.js, right.js), nullable=False)
        if node.type.basic is Basic.TEXT:
            parts = [self.value(piece).js for piece in _pieces(node)]
            return Part(JavaScript.code("texts.join({})", JavaScript.joined(", ", parts)))
        calculation: LiteralString = f"numbers.{arithmetic(node.type)}.{_CALCULATED[node.operator]}({{}}, {{}})"
        return Part(JavaScript.code(calculation, left.js, right.js))

    def _logical(self, node: Binary) -> Part:
        form: LiteralString = "{} && {}" if node.operator is Operator.AND else "{} || {}"
        sides = []
        for side in (node.left, node.right):
            part = _truth(self.value(side))
            plain = isinstance(side, Binary) and side.operator not in rules.LOGICAL
            same = isinstance(side, Binary) and side.operator is node.operator
            sides.append(part.js if plain or same else part.inner)
        return Part(JavaScript.code(form, *sides), nullable=False, atom=False)

    def convert(self, node: Convert) -> Part:
        operand = self.value(node.operand)
        if rules.is_text(node.type):
            return as_text(operand, node.operand.type)
        form: LiteralString = "numbers.toDecimal({})"
        if node.type.basic is Basic.DATE_TIME:
            form = "moments.toDateTime({})"
        elif node.type.basic is Basic.LONG_INTEGER:
            form = "numbers.integerToLong({})"
        elif node.operand.type.basic in (Basic.DECIMAL, Basic.CURRENCY):
            return operand
        return Part(JavaScript.code(form, operand.js), operand.nullable)

    def call(self, node: Call) -> Part:
        parts = tuple(self.value(argument) for argument in node.arguments)
        if node.function == rules.IF:
            test, one, other = parts
            whole = JavaScript.code("{} ? {} : {}", _truth(test).inner, one.inner, other.inner)
            return Part(whole, one.nullable or other.nullable, atom=False)
        if node.type.many:
            return Part(JavaScript.code("[]"), nullable=False)
        return FUNCTIONS[node.function](node, parts, self.names)


_PRINTED: Mapping[type, Callable[..., Part]] = {
    Literal: _Printer.literal,
    Name: _Printer.name,
    Member: _Printer.member,
    Index: _Printer.index,
    Size: _Printer.size,
    Unary: _Printer.unary,
    Binary: _Printer.binary,
    Convert: _Printer.convert,
    Call: _Printer.call,
}


def _truth(part: Part) -> Part:
    """A Boolean without value as false."""
    if not part.nullable:
        return part
    return Part(JavaScript.code("{} === true", part.inner), nullable=False, atom=False)


def _literal(node: Literal) -> Part:
    if node.value is None:
        return Part(JavaScript.code("null"))
    if isinstance(node.value, bool):
        return Part(JavaScript.code("true" if node.value else "false"), nullable=False)
    if node.type.basic is Basic.INTEGER and isinstance(node.value, int):
        return Part(js_number(node.value), nullable=False)
    if node.type.basic is Basic.LONG_INTEGER and isinstance(node.value, int):
        return Part(JavaScript.code("{}n", js_number(node.value)), nullable=False)
    text = js_text(literal_text(node.value))
    if rules.is_number(node.type):
        return Part(JavaScript.code("numbers.parsedDecimal({})", text), nullable=False)
    form: LiteralString | None = _MOMENTS.get(node.type.basic)
    return Part(JavaScript.code(form, text) if form else text, nullable=False)


def _pieces(node: Expression) -> tuple[Expression, ...]:
    """The texts that are joined, from the left."""
    if isinstance(node, Binary) and node.operator is Operator.PLUS and node.type.basic is Basic.TEXT:
        return (*_pieces(node.left), *_pieces(node.right))
    return (node,)
