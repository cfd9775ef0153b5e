"""A file's text → the elements that it defines, and what each of its scalars names. No I/O."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from odcpub.author.rename import marks
from odcpub.author.rename.expressions import Element, Mention, Names, named
from odcpub.author.rename.lines import Lines
from odcpub.author.rename.marks import Entry, Mapping, Node, Scalar
from odcpub.author.rename.places import PLACES, SHAPES, Visit, Where, nothing
from odcpub.author.rename.steps import action, handlers, steps
from odcpub.errors import Place
from odcpub.model.expressions.scope import Scope
from odcpub.model.expressions.syntax import ExpressionError
from odcpub.model.language import KEYS, Key, Shape
from odcpub.model.logic.steps import DIRECTION

_BY_NAME = {kind: {key.name: key for key in keys} for kind, keys in KEYS.items()}
_OTHER = Key("", Shape.TEXT, "")
_READERS = {**SHAPES, Shape.STEPS: steps, Shape.HANDLERS: handlers}


class Definition(NamedTuple):
    """Where an element is defined. ``kind``: as ``KEYS`` calls it."""

    kind: str
    entry: Entry

    @property
    def has_key(self) -> bool:
        """Whether an element of this kind can say its first name."""
        return "key" in _BY_NAME.get(self.kind, ())


class Reading:
    """One file, read for its names. A node that aliases share is visited once for each use: ``visits`` has what its
    uses name, ``owners`` the elements that a mapping belongs to."""

    def __init__(self, path: str, text: str, names: Names) -> None:
        self.path = path
        self.text = text
        self.names = names
        self.lines = Lines(text)
        self.definitions: dict[Element, Definition] = {}
        self.visits: dict[Scalar, set[tuple[Mention, ...]]] = {}
        self.owners: dict[Node, set[Element]] = {}
        self._expressions: dict[Scalar, set[Element]] = {}

    def place(self, at: int) -> Place:
        """The place of a character of the text."""
        return Place(self.path, self.lines.number(at), at - self.lines.start(at) + 1)

    def visit(self, visit: Visit) -> None:
        """Notes what a scalar names in one of its uses, or that it is an expression, which is heard later."""
        if visit.hears is None:
            self.visits.setdefault(visit.scalar, set()).add(visit.mentions)
        else:
            self._expressions.setdefault(visit.scalar, set()).add(visit.hears)

    def hear(self, place: Place, text: str, scope: Scope) -> None:
        """Notes what an expression of this file names (``odcpub.model.expressions.scope.Hearer``)."""
        if scalar := self._scalar_at(place):
            for owner in self._expressions[scalar]:
                self._heard(scalar, text, scope, owner)

    def _heard(self, scalar: Scalar, text: str, scope: Scope, action: Element) -> None:
        variables = self.names.actions[action[1]] if action else {}
        try:
            self.visits.setdefault(scalar, set()).add(tuple(named(text, self.names, scope, variables)))
        except ExpressionError:
            return

    def hear_the_rest(self) -> None:
        """What nobody checks, since what it is for is not known here: inputs of a library's action."""
        for scalar, actions in self._expressions.items():
            for owner in actions if scalar not in self.visits else ():
                scope = self.names.scopes[owner[1]] if owner else self.names.scope
                self._heard(scalar, DIRECTION.sub("", scalar.value), scope, owner)

    def _scalar_at(self, place: Place) -> Scalar | None:
        at = self.lines.at(place.line, place.column)
        before = bisect_right(self._starts, at)
        found = self._in_order[before - 1] if before else None
        return found if found and at <= found.end else None

    @cached_property
    def _in_order(self) -> list[Scalar]:
        return sorted(self._expressions, key=lambda scalar: scalar.start)

    @cached_property
    def _starts(self) -> list[int]:
        return [scalar.start for scalar in self._in_order]

    def define(self, kind: str, entry: Entry, element: Element) -> None:
        """Notes a key that is an element's name."""
        self.visit(Visit(entry.name, (Mention(element, 0, len(entry.name.value)),)))
        self.definitions[element] = Definition(kind, entry)

    def element(self, kind: str, node: Node, element: Element) -> None:
        """Visits all that stands for an element of a kind of ``KEYS``."""
        mapping = marks.target(node)
        if not isinstance(mapping, Mapping):
            self.plain(node)
            return
        for layer in marks.layers(mapping):
            self.owners.setdefault(layer, set()).add(element)
        keys = {one.name.value: one.value for one in marks.entries(mapping)}
        where = Where(element, keys, self.names)
        for name, _, value in marks.entries(mapping):
            self.visit(Visit(name))
            key = _BY_NAME[kind].get(name.value, _OTHER)
            if key.shape is Shape.ELEMENTS:
                self._elements(key.of, value, (*element, key.name))
            elif key.shape in (Shape.BUTTONS, Shape.PARTS):
                self._items(key.shape, value, where)
            else:
                read = PLACES.get((kind, key.name)) or _READERS.get(key.shape, nothing)
                for visit in read(value, where):
                    self.visit(visit)

    def _elements(self, kind: str, node: Node, section: Element) -> None:
        mapping = marks.target(node)
        if not isinstance(mapping, Mapping):
            self.plain(node)
            return
        for entry in marks.entries(mapping):
            element = (*section, entry.name.value)
            self.define(kind, entry, element)
            if kind in _BY_NAME:
                self.element(kind, entry.value, element)
            else:
                self.plain(entry.value)

    def _items(self, shape: Shape, node: Node, where: Where) -> None:
        """Parts of a dashboard; or buttons, by the names of their actions."""
        found = marks.target(node)
        for item in found.items if isinstance(found, marks.Sequence) else ():
            if shape is Shape.PARTS:
                self.element("part", item, where.element)
                continue
            for name, value in _button(item):
                self.visit(Visit(name, action(name.value, where)))
                if value is not None:
                    self.element("button", value, ("server_actions", name.value))

    def plain(self, node: Node) -> None:
        """Visits what names nothing."""
        for visit in nothing(node, Where((), {}, self.names)):
            self.visit(visit)


def _button(item: Node) -> Iterator[tuple[Scalar, Node | None]]:
    found = marks.target(item)
    if isinstance(found, Scalar):
        yield found, None
    elif isinstance(found, Mapping):
        yield from ((one.name, one.value) for one in marks.entries(found))


def read_model(path: str, text: str, names: Names) -> Reading:
    """A file of the model."""
    reading = Reading(path, text, names)
    root = marks.parse(text)
    if root is not None:
        reading.element("asset", root, ())
    return reading


def read_stage(path: str, text: str, names: Names) -> Reading:
    """A stage's file, which gives values to settings by their names."""
    reading = Reading(path, text, names)
    root = marks.parse(text)
    for key, _, value in marks.entries(root) if isinstance(root, Mapping) else ():
        reading.visit(Visit(key))
        settings = marks.target(value)
        if key.value != "settings" or not isinstance(settings, Mapping):
            reading.plain(value)
            continue
        for entry in marks.entries(settings):
            reading.define("", entry, ("settings", entry.name.value))
            reading.plain(entry.value)
    return reading
