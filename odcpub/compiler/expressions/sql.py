"""Expressions as PostgreSQL computes them for each row of a query. Pure, no I/O.

SQL knows a third truth value and its own rules for what is NULL; what is printed here follows
docs/adr/0038 instead: a comparison is true or false, an empty text is NULL. Where a filter stands, NULL and false are
the same, so ``condition`` prints what an index can serve, and ``value`` what is exact anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import LiteralString

from odcpub.compiler.expressions.sql_functions import FUNCTIONS
from odcpub.compiler.expressions.sql_parts import TYPES, Names, NotInQueries, Part, as_text, null, text_of
from odcpub.compiler.literals import sql_number, sql_text
from odcpub.compiler.marked import Sql
from odcpub.model.elements import Basic
from odcpub.model.expressions import letters, rules
from odcpub.model.expressions.tree import (
    Binary,
    Call,
    Convert,
    Expression,
    Index,
    Kind,
    Literal,
    Member,
    Name,
    Operator,
    Size,
    Unary,
)

_SIGNS: Mapping[Operator, LiteralString] = {
    Operator.PLUS: "{} + {}",
    Operator.MINUS: "{} - {}",
    Operator.TIMES: "{} * {}",
    Operator.LESS: "{} < {}",
    Operator.GREATER: "{} > {}",
    Operator.AT_MOST: "{} <= {}",
    Operator.AT_LEAST: "{} >= {}",
    Operator.EQUAL: "{} = {}",
    Operator.DIFFERENT: "{} <> {}",
}


def condition(node: Expression, names: Names) -> Sql:
    """SQL that is true exactly where ``node`` is True; elsewhere false or NULL. Raises NotInQueries."""
    return _Printer(names).condition(node).sql


def value(node: Expression, names: Names) -> Part:
    """SQL that gives exactly the value of ``node``. Raises NotInQueries."""
    return _Printer(names).value(node)


class _Printer:
    def __init__(self, names: Names) -> None:
        self.names = names

    def condition(self, node: Expression) -> Part:
        if isinstance(node, Binary) and node.operator in rules.LOGICAL:
            return self._logical(node, self.condition)
        if isinstance(node, Binary) and (node.operator in rules.COMPARED or node.operator in rules.EQUALITY):
            return self._equal(node) or self._compared(node)
        return self.value(node)

    def _equal(self, node: Binary) -> Part | None:
        """Columns and parameters that may both be NULL, so that an index serves where a parameter is not."""
        left, right = self.value(node.left), self.value(node.right)
        if node.operator is not Operator.EQUAL or not (left.plain and right.plain and left.nullable and right.nullable):
            return None
        return Part(Sql.code("({0} = {1} OR {0} IS NULL AND {1} IS NULL)", left.sql, right.sql))

    def value(self, node: Expression) -> Part:
        return _PRINTED[type(node)](self, node)

    def literal(self, node: Literal) -> Part:
        if node.value is None:
            return null(node.type)
        return _literal(node)

    def name(self, node: Name) -> Part:
        if node.symbol.kind is Kind.RECORD:
            return Part(sql_text(node.symbol.key), nullable=False)
        return self.names.symbol(node)

    def member(self, node: Member) -> Part:
        return self.names.member(node)

    def of_list(self, node: Index | Size) -> Part:
        raise NotInQueries(node)

    # Operators

    def unary(self, node: Unary) -> Part:
        operand = self.value(node.operand)
        if node.operator is Operator.NOT:
            return Part(Sql.code("NOT {}", _truth(operand).inner), nullable=False, atom=False)
        return Part(Sql.code("- {}", operand.inner), operand.nullable, atom=False)

    def binary(self, node: Binary) -> Part:
        if node.operator in rules.LOGICAL:
            return self._logical(node, lambda side: _truth(self.value(side)))
        if node.operator is Operator.LIKE:
            return self._like(node)
        if node.type.basic is Basic.BOOLEAN:
            return _truth(self._compared(node))
        return self._joined(node) if node.type.basic is Basic.TEXT else self._calculated(node)

    def _logical(self, node: Binary, side: Callable[[Expression], Part]) -> Part:
        form: LiteralString = "{} AND {}" if node.operator is Operator.AND else "{} OR {}"
        sides = [side(one) for one in (node.left, node.right)]
        tight = [not _is_other_logical(one, node.operator) for one in (node.left, node.right)]
        printed = [part.sql if plain else part.inner for part, plain in zip(sides, tight, strict=True)]
        return Part(Sql.code(form, *printed), any(part.nullable for part in sides), atom=False)

    def _compared(self, node: Binary) -> Part:
        """NULL instead of false where a side of an order has no value."""
        left, right = self.value(node.left), self.value(node.right)
        form: LiteralString = _SIGNS[node.operator]
        if node.operator in rules.EQUALITY and (found := _with_null(node, left, right)):
            return found
        if node.operator in rules.COMPARED and rules.is_text(node.left.type):
            form += ' COLLATE "C"'
        return Part(Sql.code(form, left.inner, right.inner), left.nullable or right.nullable, atom=False)

    def _like(self, node: Binary) -> Part:
        left = self.value(node.left)
        if isinstance(node.right, Literal):
            pattern = sql_text(_like_pattern(str(node.right.value or "")))
        else:
            form: LiteralString = r"replace(replace({}, E'\\', E'\\\\'), '_', E'\\_')"
            pattern = Sql.code(form, text_of(self.value(node.right)))
        return Part(Sql.code("{} LIKE {}", text_of(left) if left.nullable else left.inner, pattern), False, atom=False)

    def _joined(self, node: Binary) -> Part:
        parts = [self.value(piece) for piece in _pieces(node)]
        whole = Sql.joined(" || ", [text_of(part) if part.nullable else part.inner for part in parts])
        if all(part.nullable for part in parts):
            return Part(Sql.code("nullif({}, '')", whole))
        return Part(whole, nullable=False, atom=False)

    def _calculated(self, node: Binary) -> Part:
        left, right = self.value(node.left), self.value(node.right)
        if node.operator is Operator.OVER:
            # 60 decimals: no quotient of numbers of 28 digits lies so near to a half without being one.
            form: LiteralString = "(round({}, 60) / nullif({}, 0))::numeric(28,8)"
            return Part(Sql.code(form, left.sql, right.sql))
        nullable = left.nullable or right.nullable
        whole = Sql.code(_SIGNS[node.operator], left.inner, right.inner)
        if TYPES[node.type.basic] == "numeric":
            return Part(Sql.code("({})::numeric(28,8)", whole), nullable)
        return Part(whole, nullable, atom=False)

    # Conversions and functions

    def convert(self, node: Convert) -> Part:
        operand = self.value(node.operand)
        if rules.is_text(node.type):
            return as_text(operand, node.operand.type)
        if node.type.basic is Basic.DATE_TIME:
            return Part(Sql.code("({}::timestamp AT TIME ZONE 'UTC')", operand.inner), operand.nullable)
        return Part(Sql.code("{}::" + TYPES[node.type.basic], operand.inner), operand.nullable)

    def call(self, node: Call) -> Part:
        if node.function == rules.IF:
            test, one, other = node.arguments
            chosen = [self.value(one), self.value(other)]
            form: LiteralString = "CASE WHEN {} THEN {} ELSE {} END"
            whole = Sql.code(form, self.condition(test).sql, *(part.sql for part in chosen))
            return Part(whole, any(part.nullable for part in chosen))
        if node.function in _LETTERS:
            return Part(self._changed(self.value(node.arguments[0]), node.function))
        parts = tuple(self.value(argument) for argument in node.arguments)
        if node.function == _INDEX and isinstance(node.arguments[-1], Literal) and node.arguments[-1].value:
            text, sought = (Part(self._changed(part, _SMALL)) for part in parts[:2])
            parts = (text, sought, *parts[2:])
        printed = FUNCTIONS.get(node.function)
        if printed is None:
            raise NotInQueries(node)
        return printed(node, parts)

    def _changed(self, part: Part, function: str) -> Sql:
        """A text in other letters. PostgreSQL's own functions change those of ASCII alone as we do in every version."""
        before, after = _LETTERS[function]
        return Sql.code(_LETTER_FORMS[function], self.names.constant(before), self.names.constant(after), part.sql)


_INDEX, _SMALL = "Index", "ToLower"
_LETTERS: Mapping[str, tuple[str, str]] = {
    _SMALL: (letters.CAPITALS, letters.CAPITALS_SMALL),
    "ToUpper": (letters.SMALLS, letters.SMALLS_CAPITAL),
}
_LETTER_FORMS: Mapping[str, LiteralString] = {
    _SMALL: '(SELECT CASE WHEN octet_length(t) = char_length(t) THEN lower(t COLLATE "C") '
    "ELSE translate(t, {}, {}) END FROM (SELECT {}) AS once(t))",
    "ToUpper": '(SELECT CASE WHEN octet_length(t) = char_length(t) THEN upper(t COLLATE "C") '
    "ELSE translate(t, {}, {}) END FROM (SELECT {}) AS once(t))",
}
_PRINTED: Mapping[type, Callable[..., Part]] = {
    Literal: _Printer.literal,
    Name: _Printer.name,
    Member: _Printer.member,
    Index: _Printer.of_list,
    Size: _Printer.of_list,
    Unary: _Printer.unary,
    Binary: _Printer.binary,
    Convert: _Printer.convert,
    Call: _Printer.call,
}


def _truth(part: Part) -> Part:
    """A Boolean without value as False."""
    if not part.nullable:
        return part
    return Part(Sql.code("coalesce({}, false)", part.sql), nullable=False)


def _is_other_logical(side: Expression, operator: Operator) -> bool:
    """Whether a side of ``and`` is an ``or``, or the other way round: then it needs brackets."""
    return isinstance(side, Binary) and side.operator in rules.LOGICAL and side.operator is not operator


def _with_null(node: Binary, left: Part, right: Part) -> Part | None:
    """An equality where NULL matters; None where the plain one says the same."""
    equal = node.operator is Operator.EQUAL
    for side, other in ((left, right), (right, left)):
        if side.nothing:
            return Part(Sql.code("{} IS NULL" if equal else "{} IS NOT NULL", other.inner), nullable=False, atom=False)
    if not (left.nullable and right.nullable) and (equal or not (left.nullable or right.nullable)):
        return None
    form: LiteralString = "{} IS NOT DISTINCT FROM {}" if equal else "{} IS DISTINCT FROM {}"
    return Part(Sql.code(form, left.inner, right.inner), nullable=False, atom=False)


def _literal(node: Literal) -> Part:
    basic = node.type.basic
    if isinstance(node.value, bool):
        return Part(Sql.code("true" if node.value else "false"), nullable=False)
    if isinstance(node.value, str):
        text = sql_text(node.value)
        return Part(text if basic in (Basic.TEXT, Basic.IDENTIFIER) else Sql.code("{}::" + TYPES[basic], text), False)
    number = sql_number(node.value or 0)
    if basic is Basic.INTEGER and not number.startswith("-"):
        return Part(number, nullable=False)
    return Part(Sql.code("'{}'::" + TYPES[basic], number), nullable=False)


def _like_pattern(written: str) -> str:
    """``%`` stands for any characters; what else means something to LIKE means itself."""
    return written.replace("\\", "\\\\").replace("_", "\\_")


def _pieces(node: Expression) -> tuple[Expression, ...]:
    """The texts that are joined, from the left."""
    if isinstance(node, Binary) and node.operator is Operator.PLUS and node.type.basic is Basic.TEXT:
        return (*_pieces(node.left), *_pieces(node.right))
    return (node,)
