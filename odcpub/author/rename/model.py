"""A model's files as readings: what each defines and names, with what was heard when it was checked. No I/O."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import cast

from odcpub.author.rename.expressions import Element, Names
from odcpub.author.rename.reading import Reading, read_model
from odcpub.model.elements import Asset, ServerAction
from odcpub.model.expressions.scope import Scope
from odcpub.model.expressions.tree import Kind, Symbol
from odcpub.model.language import EXPRESSIVE
from odcpub.model.load import RawModel
from odcpub.model.logic.check import listen as listen_to_action
from odcpub.model.logic.surroundings import Surroundings, surroundings
from odcpub.model.screens.around import Around
from odcpub.model.screens.check import listen as listen_to_screen

TYPES = ("entities", "static_entities", "structures")
"""Sections whose elements can be types."""
VARIABLES = ("inputs", "outputs", "locals")
"""Sections of an action whose elements share one namespace."""


class Model:
    """A model without errors. ``texts``: its files by path, of which those are read that are asked for."""

    def __init__(self, texts: Mapping[str, str], asset: Asset, raw: RawModel) -> None:
        self.texts = texts
        self.asset = asset
        self._raw = raw
        self._around = surroundings(asset, {})
        self.names = _names(asset, self._around)
        self._screens = Around(asset, self._around)
        self._readings: dict[str, Reading] = {}

    def reading(self, path: str) -> Reading:
        """What the file defines and names."""
        if path not in self._readings:
            self._readings[path] = self._read(path)
        return self._readings[path]

    def paths(self, *words: str) -> list[str]:
        """The files that may hold one of the words, which an escape can hide; all files for no words."""
        return [path for path, text in self.texts.items() if not words or "\\" in text or any(w in text for w in words)]

    def readings(self, *words: str) -> Iterator[Reading]:
        """The files that may hold one of the words."""
        return map(self.reading, self.paths(*words))

    def _read(self, path: str) -> Reading:
        reading = read_model(path, self.texts[path], self.names)
        for action in self.asset.server_actions:
            if action.place.file == path:
                listen_to_action(action, self._around, reading.hear)
        for part in chain.from_iterable(part.screens for part in self._raw.parts if part.file == path):
            if not part.written.isdisjoint(EXPRESSIVE):
                listen_to_screen(part, self._screens, reading.hear)
        reading.hear_the_rest()
        return reading


def _names(asset: Asset, around: Surroundings) -> Names:
    types: dict[str, Element] = {}
    for section in TYPES:
        types |= {one.name: (section, one.name) for one in getattr(asset, section)}
    actions = {action.name: _variables(action) for action in asset.server_actions}
    base = Scope(around.symbols, around.members, around.statics)
    return Names(types, actions, base, {one.name: _scope(one, base) for one in asset.server_actions})


def _variables(action: ServerAction) -> dict[str, Element]:
    owner = ("server_actions", action.name)
    return {one.name: (*owner, section, one.name) for section in VARIABLES for one in getattr(action, section)}


def _scope(action: ServerAction, base: Scope) -> Scope:
    """What every expression of an action may use."""
    variables = (*action.inputs, *action.outputs, *action.locals)
    own = {one.name: Symbol(one.name, Kind.VARIABLE, one.type) for one in variables}
    return Scope(ChainMap(own, cast("dict[str, Symbol]", base.symbols)), base.members, base.statics)
