"""What the screens of an app know besides themselves: elements, actions, settings, other screens. No I/O."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable
from typing import cast

from odcpub.model.elements import Asset, Attribute, Basic, DataType, Entity
from odcpub.model.expressions.scope import Scope
from odcpub.model.expressions.tree import Kind, Symbol
from odcpub.model.logic.surroundings import Surroundings


class Around:
    """``entities``, ``actions`` and ``screens`` by name."""

    __slots__ = ("_around", "actions", "entities", "screens")

    def __init__(self, asset: Asset, around: Surroundings) -> None:
        self._around = around
        self.entities = {one.name: one for one in asset.entities}
        self.actions = {one.name: one for one in asset.server_actions}
        self.screens = {one.name: one for one in asset.screens}

    def scope(self, row: Entity | None = None, variables: Iterable[Attribute] = ()) -> Scope:
        """The names of an expression over a row of ``row``, called by the entity's name, or over ``variables``."""
        own = {one.name: Symbol(one.name, Kind.VARIABLE, one.type) for one in variables}
        if row:
            type_ = DataType(Basic.STRUCTURE, target=row.name, target_key=row.key)
            own[row.name] = Symbol(row.name, Kind.ROW, type_)
        return Scope(
            ChainMap(own, cast("dict[str, Symbol]", self._around.symbols)), self._around.members, self._around.statics
        )
