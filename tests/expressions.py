"""Random typed expressions with values for their variables: for the tests of every language that prints expressions.

``cases(type)`` is what most tests want; ``batch`` draws many at once, for engines that are slow to ask."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from odcpub.model.elements import Basic, DataType, Scalar
from odcpub.model.expressions import tree
from odcpub.model.expressions.catalog import FUNCTIONS
from odcpub.model.expressions.check import check
from odcpub.model.expressions.evaluate import Worth
from odcpub.model.expressions.functions import Function, Parameter
from odcpub.model.expressions.scope import Scope
from odcpub.model.expressions.tree import Expression, Kind, Name, Symbol, children
from tests.expression_values import CHARACTERS, RECORDS, TEXTS, literal, values

T = TypeVar("T")
CUSTOMER = DataType(Basic.IDENTIFIER, target="Customer")
"""Identifies a row of an entity: a number."""
STATUS = DataType(Basic.IDENTIFIER, target="Status")
"""Identifies a record of a static entity: a text."""
PRICE = DataType(Basic.DECIMAL, digits=10, decimals=2)
EXACT = DataType(Basic.DECIMAL, digits=28, decimals=15)
"""Has more decimals than calculated numbers: compared, copied and joined to texts alone."""

TYPES: Mapping[str, DataType] = {
    "Text": tree.TEXT,
    "Integer": tree.INTEGER,
    "LongInteger": tree.LONG_INTEGER,
    "Decimal": tree.DECIMAL,
    "Currency": tree.CURRENCY,
    "Boolean": tree.BOOLEAN,
    "Date": tree.DATE,
    "Time": tree.TIME,
    "DateTime": tree.DATE_TIME,
    "Email": tree.EMAIL,
    "PhoneNumber": tree.PHONE_NUMBER,
    "CustomerId": CUSTOMER,
    "StatusId": STATUS,
    "Price": PRICE,
    "Exact": EXACT,
}
NUMBER_TYPES = (tree.INTEGER, tree.LONG_INTEGER, tree.DECIMAL, tree.CURRENCY)
VARIABLES: Mapping[str, DataType] = {f"{name}{count}": type_ for name, type_ in TYPES.items() for count in (1, 2)}
"""Two of each type: ``Text1``, ``Text2`` …"""
SCOPE = Scope(
    symbols={name: Symbol(name, Kind.VARIABLE, type_) for name, type_ in VARIABLES.items()}
    | {f"Status.{key}": Symbol(f"Status.{key}", Kind.RECORD, STATUS, key) for key in RECORDS},
    statics=frozenset({"Status"}),
)
REPEATABLE = frozenset(FUNCTIONS) - {"GenerateGuid"}
"""The functions that give the same for the same arguments at the same moment."""


@dataclass(frozen=True)
class Case:
    """An expression of ``type``, and values for the variables that it names; None is no value."""

    text: str
    type: DataType
    expression: Expression
    names: Mapping[str, Worth]


def cases(type_: DataType, functions: Collection[str] = REPEATABLE, depth: int = 4) -> st.SearchStrategy[Case]:
    """Expressions of ``type_`` that call ``functions`` alone."""
    return texts(type_, functions, depth).flatmap(lambda text: with_values(text, type_))


def calls(name: str, functions: Collection[str] = REPEATABLE, depth: int = 1) -> st.SearchStrategy[Case]:
    """Calls of the function ``name``, whose arguments call ``functions`` alone."""
    function = FUNCTIONS[name]
    own = {tree.IDENTIFIER: CUSTOMER, tree.TEXT_IDENTIFIER: STATUS}
    types = [own.get(function.result, function.result)] if function.result else list(NUMBER_TYPES)
    if name in ("If", "NoValue"):
        types = list(TYPES.values())

    @st.composite
    def made(draw: st.DrawFn) -> Case:
        type_ = draw(st.sampled_from(types))
        text = _Writer(draw, frozenset(functions), 20).call(function, type_, depth)
        return draw(with_values(text, type_))

    return made()


@st.composite
def with_values(draw: st.DrawFn, text: str, type_: DataType) -> Case:
    """The expression with values for the variables that it names."""
    expression = check(text, SCOPE, type_).expression
    names = {name: draw(_values(VARIABLES[name])) for name in sorted(variables(expression))}
    return Case(text, type_, expression, names)


def any_case(functions: Collection[str] = REPEATABLE, depth: int = 4) -> st.SearchStrategy[Case]:
    """Expressions of all types, those with the most functions more often."""
    often = (tree.TEXT, tree.TEXT, tree.BOOLEAN, tree.BOOLEAN, tree.DECIMAL, tree.DECIMAL, tree.INTEGER, tree.DATE_TIME)
    return st.sampled_from([*often, *TYPES.values()]).flatmap(lambda type_: cases(type_, functions, depth))


def expressions(
    type_: DataType, functions: Collection[str] = REPEATABLE, depth: int = 4
) -> st.SearchStrategy[Expression]:
    """Typed trees, such as authors can write them."""
    return texts(type_, functions, depth).map(lambda text: check(text, SCOPE, type_).expression)


def batch(strategy: st.SearchStrategy[T], count: int, start: int = 0) -> list[T]:
    """``count`` values, the same for the same ``start``."""
    found: list[T] = []

    @seed(start)
    @settings(
        max_examples=count,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def run(value: T) -> None:
        found.append(value)

    run()
    return found


def _values(type_: DataType) -> st.SearchStrategy[Scalar | None]:
    known = st.sampled_from(RECORDS) if type_ == STATUS else values(type_)
    return st.one_of(known, known, known, st.none())


def variables(expression: Expression) -> frozenset[str]:
    """The variables that an expression names."""
    if isinstance(expression, Name):
        return frozenset({expression.symbol.name} if expression.symbol.kind is Kind.VARIABLE else ())
    return frozenset().union(*(variables(part) for part in children(expression)))


@st.composite
def texts(
    draw: st.DrawFn, type_: DataType, functions: Collection[str] = REPEATABLE, depth: int = 4, budget: int = 40
) -> str:
    """The texts of expressions of ``type_``; ``budget``: about how many operators and calls they have at most."""
    return _Writer(draw, frozenset(functions), budget).argument(type_, depth)


_NARROWER: Mapping[Basic, tuple[DataType, ...]] = {
    Basic.LONG_INTEGER: (tree.INTEGER,),
    Basic.DECIMAL: (tree.INTEGER, tree.LONG_INTEGER, tree.CURRENCY, PRICE),
    Basic.CURRENCY: (tree.INTEGER, tree.LONG_INTEGER, tree.DECIMAL, PRICE),
    Basic.TEXT: (tree.EMAIL, tree.PHONE_NUMBER),
    Basic.DATE_TIME: (tree.DATE,),
}
"""Types that are converted without being asked."""
_ORDERED = (*NUMBER_TYPES, tree.TEXT, tree.EMAIL, tree.DATE, tree.TIME, tree.DATE_TIME, PRICE, EXACT)
_EQUATED = (*_ORDERED, tree.BOOLEAN, tree.PHONE_NUMBER, CUSTOMER, STATUS)
_ZERO = re.compile(r"-?0(\.0+)?")
_LITERALS: Mapping[DataType, st.SearchStrategy[Scalar]] = {
    tree.TEXT: st.one_of(st.sampled_from(TEXTS), st.text(CHARACTERS, max_size=6)),
    tree.LONG_INTEGER: values(tree.LONG_INTEGER).filter(lambda one: not -(2**31) <= int(one) < 2**31),
    **{
        type_: values(type_)
        for type_ in (tree.INTEGER, tree.DECIMAL, tree.BOOLEAN, tree.DATE, tree.TIME, tree.DATE_TIME)
    },
}


@lru_cache
def _leaves(type_: DataType) -> st.SearchStrategy[str]:
    """Variables, records and literals of a type."""
    names = [name for name, symbol in SCOPE.symbols.items() if symbol.type == type_]
    known = st.sampled_from(names)
    written = _LITERALS.get(type_)
    return known if written is None else st.one_of(known, written.map(lambda value: literal(value, type_)))


class _Writer:
    """Writes an expression of a type, with brackets around every operator."""

    def __init__(self, draw: st.DrawFn, functions: frozenset[str], budget: int) -> None:
        self.draw = draw
        self.functions = functions
        self.budget = budget

    def argument(self, type_: DataType, depth: int) -> str:
        """A text where ``type_`` is asked for: also of a narrower type, or without a type of its own."""
        if self.draw(st.integers(0, 23)) == 11 and "NoValue" in self.functions:
            return "NoValue()"
        narrower = _NARROWER.get(type_.basic, ())
        if type_ not in (EXACT, PRICE) and narrower and not self.draw(st.integers(0, 3)):
            type_ = self.draw(st.sampled_from(narrower))
        return self.text(type_, depth)

    def text(self, type_: DataType, depth: int) -> str:
        """A text whose type is ``type_``."""
        if depth <= 0 or self.budget <= 0 or not self.draw(st.integers(0, 6)):
            return self._leaf(type_)
        self.budget -= 1
        ways = [self._operator, self._if, self._call, self._call]
        return self.draw(st.sampled_from(ways))(type_, depth - 1)

    def _leaf(self, type_: DataType) -> str:
        return self.draw(_leaves(type_))

    def _operator(self, type_: DataType, depth: int) -> str:
        if type_.basic is Basic.BOOLEAN:
            return self._condition(depth)
        if type_.basic is Basic.TEXT:
            one, other = self.text(tree.TEXT, depth), self._joinable(depth)
            return f"({one} + {other})" if self.draw(st.booleans()) else f"({other} + {one})"
        if type_.basic in (Basic.INTEGER, Basic.LONG_INTEGER, Basic.CURRENCY) or type_ == tree.DECIMAL:
            return self._calculation(type_, depth)
        return self._leaf(type_)

    def _joinable(self, depth: int) -> str:
        return self.argument(self.draw(st.sampled_from(list(TYPES.values()))), depth)

    def _calculation(self, type_: DataType, depth: int) -> str:
        sign = self.draw(st.sampled_from("+-*/+-*n"))
        if sign == "n":
            return f"(-({self.text(type_, depth)}))"
        if sign == "/":
            return self._division(type_, depth)
        fitting = [one for one in _NARROWER.get(type_.basic, ()) if one != tree.CURRENCY] + [type_]
        other = self.text(self.draw(st.sampled_from(fitting)), depth)
        one = self.text(type_, depth)
        return f"({one} {sign} {other})" if self.draw(st.booleans()) else f"({other} {sign} {one})"

    def _division(self, type_: DataType, depth: int) -> str:
        if type_.basic not in (Basic.DECIMAL, Basic.CURRENCY):
            return self._leaf(type_)
        wholes = (tree.INTEGER, tree.LONG_INTEGER, tree.DECIMAL)
        left = tree.CURRENCY if type_.basic is Basic.CURRENCY else self.draw(st.sampled_from(wholes))
        right = self.text(self.draw(st.sampled_from(wholes)), depth)
        return f"({self.text(left, depth)} / {'Integer1' if _ZERO.fullmatch(right) else right})"

    def _condition(self, depth: int) -> str:
        sign = self.draw(st.sampled_from(["=", "<>", "<", ">", "<=", ">=", "like", "and", "or", "not"]))
        if sign == "not":
            return f"(not {self.text(tree.BOOLEAN, depth)})"
        if sign in ("and", "or"):
            return f"({self.argument(tree.BOOLEAN, depth)} {sign} {self.argument(tree.BOOLEAN, depth)})"
        if sign == "like":
            return f"({self.argument(tree.TEXT, depth)} like {self.argument(tree.TEXT, depth)})"
        type_ = self.draw(st.sampled_from(_EQUATED if sign in ("=", "<>") else _ORDERED))
        other = self.text(type_, depth) if type_.basic is Basic.DATE_TIME else self.argument(type_, depth)
        one = self.text(type_, depth)
        return f"({one} {sign} {other})" if self.draw(st.booleans()) else f"({other} {sign} {one})"

    def _if(self, type_: DataType, depth: int) -> str:
        if "If" not in self.functions:
            return self._leaf(type_)
        branches = [self.text(type_, depth), self.text(type_, depth)]
        return f"If({self.argument(tree.BOOLEAN, depth)}, {branches[0]}, {branches[1]})"

    def _call(self, type_: DataType, depth: int) -> str:
        known = [FUNCTIONS[name] for name in sorted(self.functions) if _gives(FUNCTIONS[name], type_)]
        return self.call(self.draw(st.sampled_from(known)), type_, depth) if known else self._leaf(type_)

    def call(self, function: Function, type_: DataType, depth: int) -> str:
        """A call of ``function`` that gives a ``type_``."""
        if function.name == "If":
            return self._if(type_, depth)
        parts: list[str] = []
        named = not self.draw(st.integers(0, 9))
        for parameter in function.parameters:
            if parameter.default is not None and self.draw(st.booleans()):
                named = True
                continue
            value = self._for(function, parameter, type_, depth)
            parts.append(f"{parameter.name}: {value}" if named else value)
        return f"{function.name}({', '.join(parts)})"

    def _for(self, function: Function, parameter: Parameter, type_: DataType, depth: int) -> str:
        if function.name == "HasValue":
            return self.text(self.draw(st.sampled_from(list(TYPES.values())[:-1])), depth)
        if not parameter.types:
            return self.text(type_ if function.result is None else self.draw(st.sampled_from(NUMBER_TYPES)), depth)
        wanted = self.draw(st.sampled_from(parameter.types))
        own = {tree.IDENTIFIER: CUSTOMER, tree.TEXT_IDENTIFIER: STATUS}.get(wanted, wanted)
        return self.argument(own, depth) if wanted == parameter.types[0] else self.text(own, depth)


def _gives(function: Function, type_: DataType) -> bool:
    if function.name in ("If", "NoValue", "NullBinary"):
        return False
    if function.result is None:
        return type_ in NUMBER_TYPES
    wanted = {CUSTOMER: tree.IDENTIFIER, STATUS: tree.TEXT_IDENTIFIER}.get(type_, type_)
    return function.result == wanted
