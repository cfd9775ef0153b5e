"""The syntax of an expression as it was written, and its problems. No names are looked up here. No I/O."""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.model.elements import DataType, Scalar
from odcpub.model.expressions.tree import Operator


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an expression: ``at`` and ``to`` are the characters it concerns, counted from 0."""

    message: str
    hint: str
    at: int
    to: int
    warning: bool = False


class ExpressionError(Exception):
    """An expression that cannot be used; ``faults`` has at least one, in the order of their places."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults[0].message)
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Value:
    """A literal."""

    value: Scalar
    type: DataType
    at: int
    to: int


@dataclass(frozen=True, slots=True)
class Path:
    """A name, or names with points between: ``Found.Status``."""

    names: tuple[str, ...]
    at: int
    to: int


@dataclass(frozen=True, slots=True)
class Attribute:
    """A name behind a point that follows no name: ``Tickets[0].Subject``."""

    owner: Syntax
    name: str
    at: int
    to: int


@dataclass(frozen=True, slots=True)
class Item:
    """An index in square brackets, the first of which stands at ``sign``."""

    owner: Syntax
    index: Syntax
    sign: int
    at: int
    to: int


@dataclass(frozen=True, slots=True)
class Prefix:
    """An operator and what follows it."""

    operator: Operator
    operand: Syntax
    at: int
    to: int


@dataclass(frozen=True, slots=True)
class Infix:
    """Two operands; ``sign`` is where the operator stands."""

    operator: Operator
    left: Syntax
    right: Syntax
    sign: int
    at: int
    to: int


@dataclass(frozen=True, slots=True)
class Argument:
    """What a function is given; ``name`` is empty for an argument by position."""

    name: str
    value: Syntax
    at: int


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call of a function."""

    name: str
    arguments: tuple[Argument, ...]
    at: int
    to: int


Syntax = Value | Path | Attribute | Item | Prefix | Infix | Invocation
