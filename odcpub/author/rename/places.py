"""Where a model's files hold names of its elements: one table by kind of element and key. No I/O.

A place that holds names and is not in the table would not be renamed; ``tests/unit/author/test_rename_places.py``
compares it with the language's keys. An expression's names are found in its tokens and by its scope, never by its text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from odcpub.author.rename import marks
from odcpub.author.rename.marks import Node, Scalar
from odcpub.model.expressions.parse import parse
from odcpub.model.expressions.scope import Scope
from odcpub.model.expressions.syntax import Attribute, Infix, Invocation, Item, Path, Prefix, Syntax
from odcpub.model.expressions.tokens import Kind, Token, tokens
from odcpub.model.expressions.tree import Kind as Meaning
from odcpub.model.expressions.tree import Symbol
from odcpub.model.types import named_in

Element = tuple[str, ...]
"""An element's path: sections and names in turns, ``("entities", "Ticket", "attributes", "Subject")``."""


class Mention(NamedTuple):
    """The element that is named, by the characters ``at`` to ``to`` of a scalar's value."""

    element: Element
    at: int
    to: int


@dataclass(frozen=True, slots=True)
class Names:
    """What names lead to. ``types``: entities, static entities and structures; ``scope`` and ``variables``: what the
    expressions of a place may use, and which elements its variables are."""

    types: Mapping[str, Element]
    scope: Scope = field(default_factory=Scope)
    variables: Mapping[str, Element] = field(default_factory=dict)


class Where(NamedTuple):
    """The element that a place belongs to, all its keys, and what names lead to there."""

    element: Element
    keys: Mapping[str, Node]
    names: Names


Visit = tuple[Scalar, tuple[Mention, ...]]
"""A scalar and what it names, which may be nothing."""
Reader = Callable[[Node, Where], Iterator[Visit]]
"""Goes through all scalars of a key's value."""


def scalars(node: Node) -> Iterator[Scalar]:
    """All scalars of a node, those of its aliases too."""
    found = marks.target(node)
    if isinstance(found, Scalar):
        yield found
    elif isinstance(found, marks.Sequence):
        for item in found.items:
            yield from scalars(item)
    else:
        for pair in found.entries:
            for each in pair:
                yield from scalars(each)


def nothing(node: Node, _: Where) -> Iterator[Visit]:
    """A value that names nothing."""
    return ((scalar, ()) for scalar in scalars(node))


def _each(mentions: Callable[[str, Where], Iterable[Mention]]) -> Reader:
    """A value that is one text, or a list of some, by what such a text names."""
    return lambda node, where: ((one, tuple(mentions(one.value, where))) for one in scalars(node))


def _type(text: str, where: Where) -> Iterator[Mention]:
    at, to = named_in(text)
    if element := where.names.types.get(text[at:to]):
        yield Mention(element, at, to)


def _default(text: str, where: Where) -> Iterator[Mention]:
    """A default that is no expression is a value; that of a static entity's identifier is a record's name."""
    if text.startswith("="):
        yield from in_expression(text, 1, where.names)


def _own(text: str, where: Where) -> Iterator[Mention]:
    """An attribute of the entity that the place belongs to."""
    yield Mention((*where.element[:2], "attributes", text), 0, len(text))


def _entity(text: str, where: Where) -> Iterator[Mention]:
    if element := where.names.types.get(text):
        yield Mention(element, 0, len(text))


def _of_list(text: str, where: Where) -> Iterator[Mention]:
    """An attribute of the entity that a screen lists."""
    listed = marks.target(where.keys["list"])
    if isinstance(listed, Scalar) and (element := where.names.types.get(listed.value)):
        yield Mention((*element, "attributes", text), 0, len(text))


PLACES: Mapping[tuple[str, str], Reader] = {
    ("attribute", "type"): _each(_type),
    ("attribute", "default"): _each(_default),
    ("entity", "display"): _each(_own),
    ("index", "attributes"): _each(_own),
    ("screen", "list"): _each(_entity),
    ("screen", "detail"): _each(_entity),
    ("screen", "columns"): _each(_of_list),
    ("screen", "search"): _each(_of_list),
}
"""By the kind of element and its key, as ``odcpub.model.language.KEYS`` has them; what is not here names nothing."""


def in_expression(text: str, start: int, names: Names) -> Iterator[Mention]:
    """What is named in the expression that ``text`` holds from ``start`` on."""
    expression = text[start:]
    every = [token for token in tokens(expression) if token.kind is Kind.NAME]
    for path in _paths(parse(expression)):
        own = [token for token in every if path.at <= token.at < path.to]
        for element, token in _named(own, names):
            yield Mention(element, token.at + start, token.to + start)


def _paths(syntax: Syntax) -> Iterator[Path]:
    """The names of an expression, in its order."""
    if isinstance(syntax, Path):
        yield syntax
    elif isinstance(syntax, Prefix):
        yield from _paths(syntax.operand)
    elif isinstance(syntax, Infix):
        yield from _paths(syntax.left)
        yield from _paths(syntax.right)
    elif isinstance(syntax, Invocation):
        for argument in syntax.arguments:
            yield from _paths(argument.value)
    elif isinstance(syntax, Attribute | Item):
        yield from _paths(syntax.owner)
        if isinstance(syntax, Item):
            yield from _paths(syntax.index)


def _named(path: list[Token], names: Names) -> Iterator[tuple[Element, Token]]:
    """The elements of a path: what its longest beginning means, as ``odcpub.model.expressions.check`` reads it, then
    attributes."""
    for count in range(len(path), 0, -1):
        symbol = names.scope.symbols.get(".".join(token.text for token in path[:count]))
        if symbol:
            yield from _symbol(symbol, path[:count], names)
            yield from _members(symbol, path[count:], names)
            return


def _symbol(symbol: Symbol, path: list[Token], names: Names) -> Iterator[tuple[Element, Token]]:
    first, last = path[0], path[-1]
    if symbol.kind is Meaning.SETTING:
        yield ("settings", last.text), last
    elif symbol.kind is Meaning.VARIABLE and first.text in names.variables:
        yield names.variables[first.text], first
    elif first.text in names.types and _begins_with_type(symbol, path):
        yield names.types[first.text], first


def _begins_with_type(symbol: Symbol, path: list[Token]) -> bool:
    """Whether a record's path is no library's, or a row is called as its entity is."""
    if symbol.kind is Meaning.RECORD:
        return len(path) == 2
    return symbol.kind is Meaning.ROW and path[0].text == symbol.type.target


def _members(symbol: Symbol, path: list[Token], names: Names) -> Iterator[tuple[Element, Token]]:
    type_ = symbol.type
    for token in path:
        if owner := names.types.get(type_.target):
            yield (*owner, "attributes", token.text), token
        type_ = names.scope.members[type_.target][token.text].type
