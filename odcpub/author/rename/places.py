"""Where a model's files hold names of its elements: one table by kind of element and key. No I/O.

A place that holds names and is not in the table would not be renamed; ``tests/unit/author/rename`` compares it with the
language's keys. Expressions are places of their own: they are heard when the model is checked, with the names that
each of them may use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from odcpub.author.rename import marks
from odcpub.author.rename.expressions import Element, Mention, Names, named
from odcpub.author.rename.marks import Node, Scalar
from odcpub.model.language import Shape
from odcpub.model.types import named_in


class Where(NamedTuple):
    """The element that a place belongs to (of a button, its action), all its keys, and what names lead to."""

    element: Element
    keys: Mapping[str, Node]
    names: Names

    def text(self, key: str) -> str:
        """The text of a key, empty where it is none."""
        found = marks.target(self.keys[key]) if key in self.keys else None
        return found.value if isinstance(found, Scalar) else ""

    def heard(self, scalar: Scalar) -> Visit:
        """An expression, which may use the variables of the action that it belongs to."""
        return Visit(scalar, hears=self.element if self.element[:1] == ("server_actions",) else ())


class Visit(NamedTuple):
    """A scalar and what it names, which may be nothing. ``hears``: of an expression, the action whose variables it may
    use, or an empty path; None for other texts."""

    scalar: Scalar
    mentions: tuple[Mention, ...] = ()
    hears: Element | None = None


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
    return (Visit(scalar) for scalar in scalars(node))


def expressions(node: Node, where: Where) -> Iterator[Visit]:
    """Expressions alone."""
    return (where.heard(scalar) for scalar in scalars(node))


def each(mentions: Callable[[str, Where], Iterable[Mention]]) -> Reader:
    """A value that is one text, or a list of some, by what such a text names."""
    return lambda node, where: (Visit(one, tuple(mentions(one.value, where))) for one in scalars(node))


def whole(element: Element | None, text: str) -> tuple[Mention, ...]:
    """A text that is a name and nothing else."""
    return (Mention(element, 0, len(text)),) if element else ()


def pairs(keys: Callable[[str, Where], Element | None]) -> Reader:
    """Expressions by names; ``keys``: the element that such a name means."""

    def read(node: Node, where: Where) -> Iterator[Visit]:
        mapping = marks.target(node)
        for name, _, value in marks.entries(mapping) if isinstance(mapping, marks.Mapping) else ():
            yield Visit(name, whole(keys(name.value, where), name.value))
            yield from expressions(value, where)

    return read


def _type(text: str, where: Where) -> Iterator[Mention]:
    at, to = named_in(text)
    if element := where.names.types.get(text[at:to]):
        yield Mention(element, at, to)


def _default(text: str, where: Where) -> Iterator[Mention]:
    """A default that is no expression is a value; that of a static entity's identifier is a record's name."""
    for one in named(text[1:], where.names, where.names.scope, {}) if text.startswith("=") else ():
        yield Mention(one.element, one.at + 1, one.to + 1)


def _own(text: str, where: Where) -> tuple[Mention, ...]:
    """An attribute of the entity that the place belongs to."""
    return whole((*where.element[:2], "attributes", text), text)


def _entity(text: str, where: Where) -> tuple[Mention, ...]:
    return whole(where.names.types.get(text), text)


def _screen(text: str, where: Where) -> tuple[Mention, ...]:
    return whole(("screens", text), text)


def _of_list(text: str, where: Where) -> tuple[Mention, ...]:
    """An attribute of the entity that a screen, or a part of one, lists."""
    entity = where.names.types.get(where.text("list"))
    return whole((*entity, "attributes", text), text) if entity else ()


def _columns(node: Node, where: Where) -> Iterator[Visit]:
    """Attributes, and expressions by names of the author's choice."""
    columns = marks.target(node)
    for item in columns.items if isinstance(columns, marks.Sequence) else ():
        column = marks.target(item)
        if isinstance(column, Scalar):
            yield Visit(column, _of_list(column.value, where))
        else:
            yield from pairs(lambda _, __: None)(column, where)


_INPUTS = pairs(lambda name, where: (*where.element, "inputs", name))

PLACES: Mapping[tuple[str, str], Reader] = {
    ("attribute", "type"): each(_type),
    ("attribute", "default"): each(_default),
    ("entity", "display"): each(_own),
    ("index", "attributes"): each(_own),
    ("input", "type"): each(_type),
    ("input", "default"): each(_default),
    ("output", "type"): each(_type),
    ("output", "default"): each(_default),
    ("local", "type"): each(_type),
    ("local", "default"): each(_default),
    ("screen", "list"): each(_entity),
    ("screen", "detail"): each(_entity),
    ("screen", "columns"): _columns,
    ("screen", "search"): each(_of_list),
    ("button", "with"): _INPUTS,
    ("button", "ask"): _INPUTS,
    ("button", "go_to"): each(_screen),
    ("part", "count"): each(_entity),
    ("part", "list"): each(_entity),
    ("part", "columns"): _columns,
    ("part", "to"): each(_screen),
}
"""By the kind of element and its key, as ``odcpub.model.language.KEYS`` has them. What is neither here nor of one of
the shapes beneath names nothing."""
SHAPES: Mapping[Shape, Reader] = {Shape.EXPRESSION: expressions, Shape.SORT: expressions}
