"""The elements that an expression names: found in its syntax, by what each name means there. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from odcpub.model.elements import DataType
from odcpub.model.expressions.check import check
from odcpub.model.expressions.parse import parse
from odcpub.model.expressions.scope import Scope
from odcpub.model.expressions.syntax import (
    Attribute,
    ExpressionError,
    Infix,
    Invocation,
    Item,
    Path,
    Prefix,
    Syntax,
    Value,
)
from odcpub.model.expressions.tokens import Kind, Token, tokens
from odcpub.model.expressions.tree import Kind as Meaning
from odcpub.model.expressions.tree import Symbol

Element = tuple[str, ...]
"""An element's path: sections and names in turns, ``("entities", "Ticket", "attributes", "Subject")``."""


class Mention(NamedTuple):
    """The element that is named, by the characters ``at`` to ``to`` of a scalar's value."""

    element: Element
    at: int
    to: int


@dataclass(frozen=True, slots=True)
class Names:
    """What names lead to. ``types``: entities, static entities and structures; ``actions``: server actions, each with
    its inputs, outputs and locals by name; ``scope``: what every expression may use, ``scopes``: with these."""

    types: Mapping[str, Element]
    actions: Mapping[str, Mapping[str, Element]]
    scope: Scope
    scopes: Mapping[str, Scope]


def named(text: str, names: Names, scope: Scope, variables: Mapping[str, Element]) -> Iterator[Mention]:
    """What an expression names. ``scope``: the names that it may use; ``variables``: which of them are elements. Raises
    ExpressionError for a text that is none."""
    return _Finding(text, names, scope, variables).of(parse(text))


class _Finding:
    """Goes through the syntax once; what a name means is looked up as ``odcpub.model.expressions.check`` does it."""

    def __init__(self, text: str, names: Names, scope: Scope, variables: Mapping[str, Element]) -> None:
        self.text = text
        self.names = names
        self.scope = scope
        self.variables = variables
        self.tokens = [token for token in tokens(text) if token.kind is Kind.NAME]

    def of(self, syntax: Syntax) -> Iterator[Mention]:
        if isinstance(syntax, Path):
            yield from self._path(syntax)
        elif isinstance(syntax, Attribute):
            yield from self.of(syntax.owner)
            last = next(token for token in reversed(self.tokens) if token.to == syntax.to)
            yield from self._members(self._type(syntax.owner), [last])
        else:
            for part in _parts(syntax):
                yield from self.of(part)

    def _path(self, path: Path) -> Iterator[Mention]:
        """What the longest beginning of a path means, then attributes."""
        own = [token for token in self.tokens if path.at <= token.at < path.to]
        for count in range(len(own), 0, -1):
            symbol = self.scope.symbols.get(".".join(token.text for token in own[:count]))
            if symbol:
                yield from self._symbol(symbol, own[:count])
                yield from self._members(symbol.type, own[count:])
                return

    def _symbol(self, symbol: Symbol, path: list[Token]) -> Iterator[Mention]:
        first, last = path[0], path[-1]
        if symbol.kind is Meaning.SETTING:
            yield Mention(("settings", last.text), last.at, last.to)
        elif symbol.kind is Meaning.VARIABLE and first.text in self.variables:
            yield Mention(self.variables[first.text], first.at, first.to)
        elif first.text in self.names.types and _begins_with_type(symbol, path):
            yield Mention(self.names.types[first.text], first.at, first.to)

    def _members(self, owner: DataType | None, path: list[Token]) -> Iterator[Mention]:
        """Attributes of a row or structure, and of rows that references lead to; nothing of lists."""
        for token in path:
            known = self.scope.members.get(owner.target, {}).get(token.text) if owner and not owner.many else None
            if owner and known and owner.target in self.names.types:
                yield Mention((*self.names.types[owner.target], "attributes", token.text), token.at, token.to)
            owner = known.type if known else None

    def _type(self, syntax: Syntax) -> DataType | None:
        """The type of a part; None where it has none that is known."""
        if isinstance(syntax, Item):
            owner = self._type(syntax.owner)
            return replace(owner, many=False) if owner else None
        try:
            return check(self.text[syntax.at : syntax.to], self.scope).expression.type
        except ExpressionError:
            return None


def _begins_with_type(symbol: Symbol, path: list[Token]) -> bool:
    """Whether a record's path is no library's, or a row is called as its entity is."""
    if symbol.kind is Meaning.RECORD:
        return len(path) == 2
    return symbol.kind is Meaning.ROW and path[0].text == symbol.type.target


def _parts(syntax: Syntax) -> tuple[Syntax, ...]:
    if isinstance(syntax, Prefix):
        return (syntax.operand,)
    if isinstance(syntax, Infix):
        return syntax.left, syntax.right
    if isinstance(syntax, Invocation):
        return tuple(argument.value for argument in syntax.arguments)
    if isinstance(syntax, Attribute | Item):
        return (syntax.owner, *((syntax.index,) if isinstance(syntax, Item) else ()))
    assert isinstance(syntax, Path | Value)  # noqa: S101 - for the type checker
    return ()
