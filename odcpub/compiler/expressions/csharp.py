"""Typed expressions as C#, over the runtime's classes Texts, Numbers, Moments, Conversions and Formats. Pure, no I/O.

What is printed means what docs/expressions.md says: a value without a value is ``null``, and so is the empty text.
C#'s own operators stand where they mean the same. Calculations are calls, since C# neither rounds nor fails as we do.
A list is an ImmutableList, never null. A file with such code has ``using System;``, ``using Odcpub.Runtime;`` and, for
lists, ``using System.Collections.Immutable;``, and none of its own names is in ``RESERVED`` (csharp_pieces).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import LiteralString

from odcpub.compiler.expressions import csharp_tables as tables
from odcpub.compiler.expressions.csharp_pieces import (
    Binding,
    Piece,
    Surroundings,
    infix,
    literal,
    moment,
)
from odcpub.compiler.literals import csharp_literal, csharp_type
from odcpub.compiler.marked import CSharp
from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import rules, tree
from odcpub.model.expressions.catalog import FUNCTIONS, HAS_VALUE
from odcpub.model.expressions.tree import (
    Binary,
    Call,
    Convert,
    Expression,
    Index,
    Literal,
    Member,
    Name,
    Operator,
    Size,
    Unary,
)

_NULL = CSharp.code("null")


def value(node: Expression, around: Surroundings) -> CSharp:
    """The expression as a value of its type's nullable C# type."""
    return _Printer(around).piece(node).code


def argument(node: Expression, around: Surroundings) -> CSharp:
    """The same where C# must see a type: null as that of a type."""
    return _Printer(around)._typed(node).code


def exact(node: Expression, around: Surroundings) -> CSharp:
    """The same where C# must see the nullable type itself, and no other that becomes it."""
    piece = _Printer(around)._typed(node)
    if tables.is_class(node.type) or not (piece.sure or isinstance(node, Convert)):
        return piece.code
    return CSharp.code("({}){}", around.type_of(node.type), piece.within(Binding.UNARY))


def primary(node: Expression, around: Surroundings) -> CSharp:
    """The same where a member of it follows."""
    return _Printer(around).piece(node).within(Binding.PRIMARY)


def condition(node: Expression, around: Surroundings) -> CSharp:
    """A Boolean expression as a ``bool``: no value counts as False."""
    return _Printer(around).truth(node).code


class _Printer:
    def __init__(self, around: Surroundings) -> None:
        self.around = around

    def piece(self, node: Expression) -> Piece:
        return Piece(_NULL) if tables.is_null(node) else _PRINTED[type(node)](self, node)

    def truth(self, node: Expression) -> Piece:
        """A condition: a ``bool``."""
        if tables.is_null(node):
            return Piece(CSharp.code("false"), sure=True)
        piece = self.piece(node)
        if piece.sure:
            return piece
        return Piece(CSharp.code("{} == true", piece.within(Binding.EQUALITY)), Binding.EQUALITY, sure=True)

    # Values

    def _name(self, node: Name) -> Piece:
        if node.symbol.kind is tree.Kind.CONSTANT:
            return Piece(csharp_type(f"Texts.{node.symbol.name}"), sure=True)
        sure = node.type.many or self.around.is_sure(node.symbol)
        return Piece(self.around.named(node), sure=sure)

    def _member(self, node: Member) -> Piece:
        owner = self.piece(node.owner)
        form: LiteralString = "{}.{}" if owner.sure else "{}?.{}"
        code = CSharp.code(form, owner.within(Binding.PRIMARY), self.around.property_of(node))
        if node.type.many and not owner.sure:
            return Piece(CSharp.code("({} ?? {})", code, self._none(node.type).code), sure=True)
        return Piece(code)

    def _index(self, node: Index) -> Piece:
        owner, index = self.piece(node.owner).code, self._argument(node.index).code
        return Piece(CSharp.code("Elements.At({}, {})", owner, index), sure=node.type.many)

    def _size(self, node: Size) -> Piece:
        owner = self.piece(node.owner).within(Binding.PRIMARY)
        return Piece(CSharp.code("{}.{}", owner, tables.EXTENTS[node.extent]), sure=True)

    # Operators

    def _unary(self, node: Unary) -> Piece:
        if node.operator is Operator.NOT:
            if isinstance(node.operand, Binary) and node.operand.operator in rules.EQUALITY:
                (opposite,) = rules.EQUALITY - {node.operand.operator}
                return self._binary(replace(node.operand, operator=opposite))
            operand = self.piece(node.operand)
            if operand.sure:
                return Piece(CSharp.code("!{}", operand.within(Binding.UNARY)), Binding.UNARY, sure=True)
            code = CSharp.code("{} != true", self._typed(node.operand).within(Binding.EQUALITY))
            return Piece(code, Binding.EQUALITY, sure=True)
        return Piece(CSharp.code("Numbers.Negate({})", self._typed(node.operand).code))

    def _binary(self, node: Binary) -> Piece:
        if method := tables.CALCULATIONS.get(node.operator):
            if node.type.basic is Basic.TEXT:
                return self._joined(node)
            return Piece(CSharp.code("{}({}, {})", method, self._typed(node.left).code, self._typed(node.right).code))
        if node.operator is Operator.LIKE:
            sides = self._argument(node.left).code, self._argument(node.right).code
            return Piece(CSharp.code("Texts.Like({}, {})", *sides), sure=True)
        sign, binding = tables.SIGNS[node.operator]
        if node.operator in rules.LOGICAL:
            return infix(sign, binding, self.truth(node.left), self.truth(node.right))
        if node.operator in rules.EQUALITY:
            return infix(sign, binding, self.piece(node.left), self.piece(node.right))
        if rules.is_text(node.left.type):
            sides = self._argument(node.left).code, self._argument(node.right).code
            return infix(sign, binding, Piece(CSharp.code("Texts.Compare({}, {})", *sides)), Piece(CSharp.code("0")))
        return infix(sign, binding, self._typed(node.left), self._typed(node.right))

    def _joined(self, node: Binary) -> Piece:
        """Texts joined by a method that knows how long they may be; what else is joined, by C#'s ``+``."""
        joined = list(tables.groups([one for one in tables.operands(node) if not tables.is_null(one)]))
        if len(joined) == 1:
            return self._concatenated(joined[0])
        if not joined:
            return self._null(node.type)
        texts = CSharp.joined(", ", (self._concatenated(group, bare=True).code for group in joined))
        return Piece(CSharp.code("Texts.Join({})", texts))

    def _concatenated(self, given: list[Expression], bare: bool = False) -> Piece:
        """Operands joined by C#'s ``+``, to which null is the empty text. ``bare``: they may be empty as a whole."""
        if len(given) == 1:
            return self._shown(given[0], beside_text=False)
        # Beside a text C# takes + for one of texts; what stands first has one beside it only if the next is one.
        shown = [self._shown(one, at > 0 or rules.is_text(given[1].type)) for at, one in enumerate(given)]
        code = CSharp.joined(
            " + ",
            (one.within(Binding.UNARY if at else Binding.ADDITIVE) for at, one in enumerate(shown)),
        )
        if bare or any(one.sure for one in shown):
            return Piece(code, Binding.ADDITIVE, sure=True)
        return Piece(CSharp.code("Texts.NullIfEmpty({})", code))

    def _shown(self, node: Expression, beside_text: bool) -> Piece:
        """An operand of a join, as text or as what C# itself turns into the same text."""
        if rules.is_text(node.type) or (beside_text and node.type.basic in tables.SAME_TEXT):
            return self.piece(node)
        piece = self._typed(node)
        return Piece(CSharp.code("{}({})", tables.METHODS[tables.TO_TEXT[node.type.basic]], piece.code))

    # Conversions

    def _convert(self, node: Convert) -> Piece:
        """C# converts numbers by itself, and our texts are all its strings."""
        operand = self.piece(node.operand)
        given, wanted = node.operand.type, node.type
        if given.basic is Basic.DATE and wanted.basic is Basic.DATE_TIME:
            if isinstance(node.operand, Literal):
                return Piece(moment(str(node.operand.value)), sure=True)
            return Piece(CSharp.code("{}({})", tables.METHODS["DateToDateTime"], operand.code))
        if rules.is_text(wanted) and not rules.is_text(given):
            return self._shown(node.operand, beside_text=False)
        return operand

    def _typed(self, node: Expression) -> Piece:
        """The expression where C# must see its type: null as that of a type."""
        return self._null(node.type) if tables.is_null(node) else self.piece(node)

    def _null(self, type_: DataType) -> Piece:
        return Piece(CSharp.code("({})null", self.around.type_of(type_)), Binding.UNARY)

    def _none(self, type_: DataType) -> Piece:
        """The empty list."""
        return Piece(CSharp.code("{}.Empty", self.around.type_of(type_)), sure=True)

    # Functions

    def _call(self, node: Call) -> Piece:
        special = _SPECIAL.get(node.function)
        if special:
            return special(self, node)
        arguments = CSharp.joined(", ", self._arguments(node))
        sure = node.function in tables.SURE
        return Piece(CSharp.code("{}({})", tables.METHODS[node.function], arguments), sure=sure)

    def _arguments(self, node: Call) -> Iterator[CSharp]:
        """Those that are not the method's defaults; with their names behind one that was left out."""
        left_out = False
        for parameter, argument in zip(FUNCTIONS[node.function].parameters, node.arguments, strict=True):
            if parameter.default is not None and argument == Literal(parameter.default, argument.type):
                left_out = True
                continue
            piece = self._argument(argument)
            # F(a < b, c > (d)) would be a call of F with one argument, of the generic a.
            alone = len(node.arguments) == 1 or argument.type.basic is not Basic.BOOLEAN
            code = piece.within(Binding.CONDITIONAL if alone else Binding.UNARY)
            yield CSharp.code("{}: {}", csharp_type(parameter.name), code) if left_out else code

    def _argument(self, node: Expression) -> Piece:
        """An argument; the empty text as such, which methods take for no value."""
        if tables.is_null(node) and rules.is_text(node.type):
            return Piece(csharp_literal(""))
        return self._typed(node)

    def _if(self, node: Call) -> Piece:
        test, one, other = node.arguments
        pieces = self._branch(one), self._branch(other)
        if tables.is_null(one) and (tables.is_null(other) or (pieces[1].sure and not tables.is_class(other.type))):
            pieces = self._null(node.type), pieces[1]
        elif tables.is_null(other) and pieces[0].sure and not tables.is_class(one.type):
            pieces = pieces[0], self._null(node.type)
        code = CSharp.code(
            "{} ? {} : {}",
            self.truth(test).within(Binding.OR),
            pieces[0].within(Binding.OR),
            pieces[1].within(Binding.CONDITIONAL),
        )
        return Piece(code, Binding.CONDITIONAL, sure=pieces[0].sure and pieces[1].sure)

    def _branch(self, node: Expression) -> Piece:
        """A branch of an If, in the type that both have."""
        if tables.is_null(node) or not isinstance(node, Convert) or not rules.is_number(node.type):
            return self.piece(node)
        if isinstance(node.operand, Literal):
            return literal(Literal(node.operand.value, node.type))
        operand = self.piece(node.operand).within(Binding.UNARY)
        return Piece(CSharp.code("({}){}", self.around.type_of(node.type), operand), Binding.UNARY)

    def _has_value(self, node: Call) -> Piece:
        (operand,) = node.arguments
        if isinstance(operand, Literal) or tables.is_null(operand):
            return Piece(csharp_literal(not tables.is_null(operand)), sure=True)
        return infix(CSharp.code("!="), Binding.EQUALITY, self.piece(operand), Piece(_NULL))

    def _now(self, node: Call) -> Piece:
        return Piece(self.around.now, sure=True)

    def _now_in_part(self, node: Call) -> Piece:
        conversion = "DateTimeToDate" if node.function == "CurrDate" else "DateTimeToTime"
        return Piece(CSharp.code("{}({})", tables.METHODS[conversion], self.around.now))

    def _app(self, node: Call) -> Piece:
        return Piece(self.around.app, sure=True)

    def _no_value(self, node: Call) -> Piece:
        return self._none(node.type)


_PRINTED: Mapping[type, Callable[..., Piece]] = {
    Literal: lambda printer, node: literal(node),
    Name: _Printer._name,
    Member: _Printer._member,
    Index: _Printer._index,
    Size: _Printer._size,
    Unary: _Printer._unary,
    Binary: _Printer._binary,
    Convert: _Printer._convert,
    Call: _Printer._call,
}
_SPECIAL: Mapping[str, Callable[[_Printer, Call], Piece]] = {
    rules.IF: _Printer._if,
    HAS_VALUE: _Printer._has_value,
    "CurrDate": _Printer._now_in_part,
    "CurrTime": _Printer._now_in_part,
    "CurrDateTime": _Printer._now,
    "GetAppName": _Printer._app,
    rules.NO_VALUE: _Printer._no_value,
}
"""Functions that are no calls of a method with their arguments."""
