"""A file's text → the elements that it defines, and what each of its scalars names. No I/O."""

from __future__ import annotations

from typing import NamedTuple

from odcpub.author.rename import marks
from odcpub.author.rename.marks import Entry, Mapping, Node, Scalar
from odcpub.author.rename.places import PLACES, Element, Mention, Names, Visit, Where, nothing
from odcpub.model.language import KEYS, Key, Shape

_BY_NAME = {kind: {key.name: key for key in keys} for kind, keys in KEYS.items()}
_OTHER = Key("", Shape.TEXT, "")


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
        self.definitions: dict[Element, Definition] = {}
        self.visits: dict[Scalar, set[tuple[Mention, ...]]] = {}
        self.owners: dict[Node, set[Element]] = {}

    def visit(self, visit: Visit) -> None:
        """Notes what a scalar names in one of its uses."""
        self.visits.setdefault(visit[0], set()).add(visit[1])

    def define(self, kind: str, entry: Entry, element: Element) -> None:
        """Notes a key that is an element's name."""
        self.visit((entry.name, (Mention(element, 0, len(entry.name.value)),)))
        self.definitions[element] = Definition(kind, entry)

    def element(self, kind: str, node: Node, element: Element) -> None:
        mapping = marks.target(node)
        if not isinstance(mapping, Mapping):
            self.plain(node, element)
            return
        for layer in marks.layers(mapping):
            self.owners.setdefault(layer, set()).add(element)
        keys = {one.name.value: one.value for one in marks.entries(mapping)}
        for key, _, value in marks.entries(mapping):
            self.visit((key, ()))
            known = _BY_NAME[kind].get(key.value, _OTHER)
            if known.shape is Shape.ELEMENTS:
                self._elements(known.of, value, (*element, known.name))
                continue
            for visit in PLACES.get((kind, known.name), nothing)(value, Where(element, keys, self.names)):
                self.visit(visit)

    def _elements(self, kind: str, node: Node, section: Element) -> None:
        mapping = marks.target(node)
        if not isinstance(mapping, Mapping):
            self.plain(node, section)
            return
        for entry in marks.entries(mapping):
            element = (*section, entry.name.value)
            self.define(kind, entry, element)
            if kind in _BY_NAME:
                self.element(kind, entry.value, element)
            else:
                self.plain(entry.value, element)

    def plain(self, node: Node, element: Element) -> None:
        for visit in nothing(node, Where(element, {}, self.names)):
            self.visit(visit)


def read_model(path: str, text: str, names: Names) -> Reading:
    """A file of the model."""
    reading = Reading(path, text, names)
    root = marks.parse(text)
    if root is not None:
        reading.element("asset", root, ())
    return reading


def read_stage(path: str, text: str) -> Reading:
    """A stage's file, which gives values to settings by their names."""
    reading = Reading(path, text, Names({}))
    root = marks.parse(text)
    if not isinstance(root, Mapping):
        return reading
    for key, _, value in marks.entries(root):
        reading.visit((key, ()))
        settings = marks.target(value)
        if key.value != "settings" or not isinstance(settings, Mapping):
            reading.plain(value, ())
            continue
        for entry in marks.entries(settings):
            element = ("settings", entry.name.value)
            reading.define("", entry, element)
            reading.plain(entry.value, element)
    return reading
