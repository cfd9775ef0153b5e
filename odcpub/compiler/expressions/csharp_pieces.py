"""Pieces of C#: printed code with how tightly it binds, types, literals, and what is around expressions. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from enum import IntEnum

from odcpub.compiler.literals import csharp_identifier, csharp_literal, csharp_number, csharp_type
from odcpub.compiler.marked import CSharp
from odcpub.model.data_types import DATA_TYPES
from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions.tree import Kind, Literal, Member, Name, Symbol

RESERVED = frozenset(
    {
        *("Conversions", "DateOnly", "DateTimeOffset", "Elements", "Formats", "ImmutableList", "Moments", "Numbers"),
        *("Texts", "TimeOnly"),
    }
)
"""Names of types that the code uses: a variable or member of such a name would hide the type."""
_TYPES = {
    basic: csharp_type(facts.csharp.removeprefix("global::System."))
    for basic, facts in DATA_TYPES.items()
    if facts.csharp
}


class Binding(IntEnum):
    """How tightly C# binds, loosest first."""

    CONDITIONAL = 0
    OR = 1
    AND = 2
    EQUALITY = 3
    RELATIONAL = 4
    ADDITIVE = 5
    UNARY = 6
    PRIMARY = 7


@dataclass(frozen=True, slots=True)
class Piece:
    """Printed C#. ``sure``: it is never null, and its type is not nullable."""

    code: CSharp
    binding: Binding = Binding.PRIMARY
    sure: bool = False

    def within(self, binding: Binding) -> CSharp:
        """The code where what binds more loosely than ``binding`` needs brackets."""
        return self.code if self.binding >= binding else CSharp.code("({})", self.code)


def class_of(type_: DataType) -> CSharp:
    """The class of a row or structure, where it has the name of its entity or structure."""
    return csharp_identifier(type_.target)


def property_of(member: Member) -> CSharp:
    """The property of an attribute, where it has the attribute's name."""
    return csharp_identifier(member.name)


def type_of(type_: DataType, statics: Collection[str], class_of: Callable[[DataType], CSharp] = class_of) -> CSharp:
    """The nullable C# type of values of a data type; a list is never null. ``statics``: static entities."""
    if type_.many:
        return CSharp.code("ImmutableList<{}>", type_of(replace(type_, many=False), statics, class_of))
    if type_.basic is Basic.STRUCTURE:
        return CSharp.code("{}?", class_of(type_))
    if type_.target in statics or (type_.basic is Basic.IDENTIFIER and type_.length):
        return _TYPES[Basic.TEXT]
    return _TYPES[type_.basic]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an expression meets in the C# around it.

    ``named``: a name → C# that binds as tightly as a name (``ticketId``), of its nullable type; a text is null rather
    than empty, and neither a record's identifier nor a list is ever null. ``statics``: static entities, whose
    identifiers are texts. ``now``: a DateTimeOffset, the same for a whole action. ``app``: a string, the app's name.
    ``property_of``: the name of an attribute's property. ``class_of``: the class of a row or structure. ``is_sure``:
    whether a row or record of this name is never null.
    """

    named: Callable[[Name], CSharp]
    statics: Collection[str]
    now: CSharp
    app: CSharp
    property_of: Callable[[Member], CSharp] = property_of
    class_of: Callable[[DataType], CSharp] = class_of
    is_sure: Callable[[Symbol], bool] = lambda symbol: symbol.kind is Kind.RECORD

    def type_of(self, type_: DataType) -> CSharp:
        """The nullable C# type of values of a data type; of a list's, never null."""
        return type_of(type_, self.statics, self.class_of)


def infix(sign: CSharp, binding: Binding, left: Piece, right: Piece) -> Piece:
    """A condition; all such operators of C# bind from the left."""
    tighter = Binding(binding + 1)
    return Piece(CSharp.code("{} {} {}", left.within(binding), sign, right.within(tighter)), binding, sure=True)


def literal(node: Literal) -> Piece:
    """A literal of its type."""
    value = node.value
    if node.type.basic in _MOMENTS:
        return Piece(_MOMENTS[node.type.basic](str(value)), sure=True)
    if isinstance(value, str | bool):
        return Piece(csharp_literal(value), sure=True)
    assert isinstance(value, int | Decimal)  # noqa: S101 - what is left of Scalar
    code = CSharp.code("{}{}", csharp_number(value), _SUFFIXES.get(node.type.basic, CSharp.code("")))
    return Piece(code, Binding.UNARY if value < 0 else Binding.PRIMARY, sure=True)


_SUFFIXES = {
    Basic.LONG_INTEGER: CSharp.code("L"),
    Basic.DECIMAL: CSharp.code("m"),
    Basic.CURRENCY: CSharp.code("m"),
}


def _numbers(*numbers: int) -> CSharp:
    return CSharp.joined(", ", map(csharp_literal, numbers))


def _date(text: str) -> CSharp:
    day = date.fromisoformat(text)
    return CSharp.code("new DateOnly({})", _numbers(day.year, day.month, day.day))


def _time(text: str) -> CSharp:
    at = time.fromisoformat(text)
    numbers = [at.hour, at.minute]
    if at.second or at.microsecond:
        numbers.append(at.second)
    if at.microsecond:
        numbers += divmod(at.microsecond, 1000)
    return CSharp.code("new TimeOnly({})", _numbers(*numbers))


def moment(text: str) -> CSharp:
    """A Date Time (ISO 8601) as its constructor."""
    at = datetime.fromisoformat(text)
    numbers = [at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond]
    while len(numbers) > 3 and not numbers[-1]:
        numbers.pop()
    return CSharp.code("Moments.Utc({})", _numbers(*numbers))


_MOMENTS: Mapping[Basic, Callable[[str], CSharp]] = {
    Basic.DATE: _date,
    Basic.TIME: _time,
    Basic.DATE_TIME: moment,
}
