"""The variables of one action while it is checked: which are known where, and what is done with them. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from odcpub.errors import Place
from odcpub.model.elements import Attribute, Basic, DataType
from odcpub.model.expressions.scope import Attribute as Member
from odcpub.model.expressions.tree import Expression, Kind, Name, Symbol, children
from odcpub.model.expressions.tree import Member as MemberOf
from odcpub.model.logic.tree import Variable

UNKNOWN = DataType(Basic.STRUCTURE)
"""The type of a variable whose own making is wrong: told already, so nothing else is said about it."""


@dataclass(slots=True)
class Variables:
    """``symbols``: all names that an expression may use now, those of the asset too. ``used`` and ``given``:
    variables that were read, and that got a value. ``unknown``: names that nothing more is said about. ``made``:
    by steps whose only use is the variable, and where. ``gone``: those of blocks before."""

    symbols: dict[str, Symbol]
    used: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    made: dict[str, Place] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    _blocks: list[list[str]] = field(default_factory=lambda: [[]])

    @classmethod
    def of(cls, known: Mapping[str, Symbol], attributes: tuple[Attribute, ...]) -> Variables:
        """Those that an action begins with."""
        made = cls(dict(known))
        for one in attributes:
            made.add(one.name, one.type)
        return made

    def add(self, name: str, type_: DataType) -> Variable:
        """A new variable of the block."""
        symbol = self.symbols[name] = Symbol(name, Kind.VARIABLE, type_)
        self._blocks[-1].append(name)
        if type_ == UNKNOWN:
            self.unknown.add(name)
        return Variable(symbol, declares=True)

    def find(self, name: str) -> Symbol | None:
        """The variable of that name."""
        symbol = self.symbols.get(name)
        return symbol if symbol and symbol.kind is Kind.VARIABLE else None

    def alike(self, name: str) -> str:
        """A variable whose name differs from ``name`` in case alone."""
        word = name.casefold()
        return next((one for block in self._blocks for one in block if one.casefold() == word and one != name), "")

    def names(self) -> list[str]:
        """All variables that are known now."""
        return [name for block in self._blocks for name in block]

    @contextmanager
    def block(self) -> Iterator[None]:
        """What is made within is not known behind it."""
        self._blocks.append([])
        try:
            yield
        finally:
            for name in self._blocks.pop():
                del self.symbols[name]
                self.gone.add(name)

    @contextmanager
    def named(self, symbol: Symbol, *hidden: str) -> Iterator[None]:
        """Within, the symbol is known: a query's row, a list's element; and the ``hidden`` names are not."""
        before = {name: self.symbols.pop(name) for name in (symbol.name, *hidden) if name in self.symbols}
        self.symbols[symbol.name] = symbol
        try:
            yield
        finally:
            del self.symbols[symbol.name]
            self.symbols.update(before)

    def note(self, expression: Expression) -> None:
        """The variables that an expression reads."""
        if isinstance(expression, Name):
            if expression.symbol.kind is Kind.VARIABLE:
                self.used.add(expression.symbol.name)
            return
        for part in children(expression):
            self.note(part)


def root(target: Expression) -> Symbol | None:
    """The variable of which ``target`` is a part."""
    while isinstance(target, MemberOf):
        target = target.owner
    return target.symbol if isinstance(target, Name) else None


def record(types: Mapping[str, DataType]) -> dict[str, Member]:
    """The attributes of a record that is computed."""
    return {name: Member(type_, name) for name, type_ in types.items()}
