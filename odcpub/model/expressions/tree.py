"""The typed tree of an expression: immutable, each node with its type and its place in the text. No I/O.

``at`` counts characters of the expression's text from 0. Nothing in a tree stands for a name that is not known: what
is made by ``odcpub.model.expressions.check`` can be printed and evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from odcpub.model.elements import Basic, DataType, Scalar


class Operator(StrEnum):
    """The operators, as ODC writes them."""

    NEGATIVE = "-"
    NOT = "not"
    TIMES = "*"
    OVER = "/"
    PLUS = "+"
    MINUS = "−"
    LESS = "<"
    GREATER = ">"
    AT_MOST = "<="
    AT_LEAST = ">="
    EQUAL = "="
    DIFFERENT = "<>"
    LIKE = "like"
    AND = "and"
    OR = "or"

    @property
    def sign(self) -> str:
        """The operator in an expression's text."""
        return "-" if self is Operator.MINUS else self.value


LEVELS: tuple[tuple[Operator, ...], ...] = (
    (Operator.OR,),
    (Operator.AND,),
    (Operator.LIKE,),
    (Operator.EQUAL, Operator.DIFFERENT),
    (Operator.LESS, Operator.GREATER, Operator.AT_MOST, Operator.AT_LEAST),
    (Operator.PLUS, Operator.MINUS),
    (Operator.TIMES, Operator.OVER),
)
"""The operators with two sides, loosest first; all of a level bind from the left. ``not`` binds tighter than these,
and the sign tighter still (ODC: operators and precedence)."""


class Kind(StrEnum):
    """What a name means."""

    VARIABLE = "variable"
    SETTING = "setting"
    RECORD = "record"
    ROW = "row"
    CONSTANT = "constant"


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a name leads to. ``name``: as authors write it (``TicketId``, ``Settings.HourlyRate``, ``Status.Closed``).

    VARIABLE: an input, output or local variable. RECORD: the identifier of a static entity's record; its key is
    ``key``. ROW: the row that a query looks at, of the entity ``type.target``; it is no value, has attributes alone,
    and its references are followed. CONSTANT: what the runtime knows, which authors cannot name. ``secret``: a setting
    whose value no user may see.
    """

    name: str
    kind: Kind
    type: DataType
    key: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as written; ``value`` is None for the empty text."""

    value: Scalar | None
    type: DataType
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """What a symbol holds."""

    symbol: Symbol
    at: int = field(default=0, compare=False)

    @property
    def type(self) -> DataType:
        return self.symbol.type


@dataclass(frozen=True, slots=True)
class Member:
    """An attribute of a row or structure; ``key`` is its first name. An owner without value has members without."""

    owner: Expression
    name: str
    type: DataType
    key: str = ""
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Followed:
    """The row that a reference leads to: ``owner`` is an identifier among the attributes of the query's row, or of one
    that is followed to. It stands in queries alone, as the owner of a Member."""

    owner: Expression
    type: DataType
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Index:
    """An element of a list, counted from 0. Computing it is refused where the index has no value or no element.
    ``at``: the bracket's place."""

    owner: Expression
    index: Expression
    type: DataType
    at: int = field(default=0, compare=False)


class Extent(StrEnum):
    """What a list tells of itself, as ODC names it."""

    LENGTH = "Length"
    EMPTY = "Empty"


@dataclass(frozen=True, slots=True)
class Size:
    """How many elements a list has (LENGTH, an Integer), or whether it has none (EMPTY, a Boolean)."""

    owner: Expression
    extent: Extent
    at: int = field(default=0, compare=False)

    @property
    def type(self) -> DataType:
        return INTEGER if self.extent is Extent.LENGTH else BOOLEAN


@dataclass(frozen=True, slots=True)
class Unary:
    """An operator before its one operand."""

    operator: Operator
    operand: Expression
    type: DataType
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two operands, which have one type after their conversions. ``at``: the operator's place."""

    operator: Operator
    left: Expression
    right: Expression
    type: DataType
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A built-in function with all of its arguments, those left out as their defaults."""

    function: str
    arguments: tuple[Expression, ...]
    type: DataType
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Convert:
    """A conversion that the author did not write: of the operand's type to ``type``."""

    operand: Expression
    type: DataType

    @property
    def at(self) -> int:
        return self.operand.at


Expression = Literal | Name | Member | Followed | Index | Size | Unary | Binary | Call | Convert

BOOLEAN = DataType(Basic.BOOLEAN)
TEXT = DataType(Basic.TEXT)
INTEGER = DataType(Basic.INTEGER)
LONG_INTEGER = DataType(Basic.LONG_INTEGER)
DECIMAL = DataType(Basic.DECIMAL, digits=28, decimals=8)
CURRENCY = DataType(Basic.CURRENCY)
DATE = DataType(Basic.DATE)
TIME = DataType(Basic.TIME)
DATE_TIME = DataType(Basic.DATE_TIME)
EMAIL = DataType(Basic.EMAIL)
PHONE_NUMBER = DataType(Basic.PHONE_NUMBER)
BINARY_DATA = DataType(Basic.BINARY_DATA)
STRUCTURE = DataType(Basic.STRUCTURE)
"""Any row or structure."""
IDENTIFIER = DataType(Basic.IDENTIFIER, digits=19)
"""A number that may identify a row of any entity: ``IntegerToIdentifier(7)``."""
TEXT_IDENTIFIER = DataType(Basic.IDENTIFIER, length=50)
"""A text that may identify a record of any static entity: ``TextToIdentifier("Open")``."""


def secrets(node: Expression) -> tuple[str, ...]:
    """The secrets that an expression names, as authors write them."""
    if isinstance(node, Name):
        return (node.symbol.name,) if node.symbol.secret else ()
    return tuple(name for part in children(node) for name in secrets(part))


def children(node: Expression) -> tuple[Expression, ...]:
    """The parts of a node, in the order written."""
    parts = _CHILDREN.get(type(node))
    return parts(node) if parts else ()


_CHILDREN: Mapping[type, Callable[[Any], tuple[Expression, ...]]] = {
    Binary: lambda node: (node.left, node.right),
    Call: lambda node: node.arguments,
    Unary: lambda node: (node.operand,),
    Convert: lambda node: (node.operand,),
    Index: lambda node: (node.owner, node.index),
    Member: lambda node: (node.owner,),
    Followed: lambda node: (node.owner,),
    Size: lambda node: (node.owner,),
}
"""Node → its parts, where it has any: literals and names have none."""
