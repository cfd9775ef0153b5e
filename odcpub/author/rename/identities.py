"""A model with its names left out: every element under its first name. Two models that are the same so have the same
data: their target schemas differ in nothing. No I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from odcpub.model.elements import (
    NOWHERE,
    Asset,
    Attribute,
    Entity,
    Index,
    Screen,
    ServerAction,
    Setting,
    StaticEntity,
    Structure,
)


def by_identity(asset: Asset) -> Asset:
    """The asset with first names for names, no places, and elements in an order that their names do not change.
    Screens have no first names and keep theirs, but for generated ones. Expressions and steps, which name elements in
    their texts, are left out."""
    return replace(
        asset,
        uses=tuple(replace(one, place=NOWHERE) for one in asset.uses),
        settings=tuple(sorted(map(_setting, asset.settings), key=_key)),
        static_entities=tuple(sorted(map(_static_entity, asset.static_entities), key=_key)),
        entities=tuple(sorted(map(_entity, asset.entities), key=_key)),
        structures=tuple(sorted(map(_structure, asset.structures), key=_key)),
        server_actions=tuple(sorted(map(_action, asset.server_actions), key=_key)),
        screens=_screens(asset),
        place=NOWHERE,
    )


def _key(element: Setting | StaticEntity | Entity | Structure | ServerAction) -> str:
    return element.key


def _setting(one: Setting) -> Setting:
    return replace(one, name=one.identity, key=one.identity, place=NOWHERE)


def _static_entity(one: StaticEntity) -> StaticEntity:
    records = tuple(replace(record, place=NOWHERE) for record in one.records)
    return replace(one, name=one.key, records=records, place=NOWHERE, explicit_key=False)


def _structure(one: Structure) -> Structure:
    return replace(one, name=one.key, attributes=_attributes(one.attributes), place=NOWHERE)


def _action(one: ServerAction) -> ServerAction:
    return replace(one, name=one.key, inputs=(), outputs=(), locals=(), steps=(), handlers=(), place=NOWHERE)


def _entity(one: Entity) -> Entity:
    keys = _keys(one.attributes)
    return replace(
        one,
        name=one.key,
        attributes=_attributes(one.attributes),
        indexes=tuple(_index(index, keys) for index in one.indexes),
        display=keys.get(one.display, one.display),
        place=NOWHERE,
        explicit_key=False,
    )


def _attributes(attributes: Iterable[Attribute]) -> tuple[Attribute, ...]:
    return tuple(
        replace(
            one,
            name=one.key,
            type=replace(one.type, target=one.type.target_key or one.type.target),
            place=NOWHERE,
            explicit_key=False,
        )
        for one in attributes
    )


def _index(one: Index, keys: Mapping[str, str]) -> Index:
    return replace(one, name=one.key, attributes=_first(one.attributes, keys), place=NOWHERE)


def _screens(asset: Asset) -> tuple[Screen, ...]:
    """Those that the author wrote in their order, then the generated ones by their entities."""
    entities = {one.name: one for one in asset.entities}
    made = [_screen(one, entities) for one in asset.screens]
    generated = sorted((one for one in made if one.generated), key=lambda one: (one.entity, one.kind))
    return (*(one for one in made if not one.generated), *generated)


def _screen(one: Screen, entities: Mapping[str, Entity]) -> Screen:
    entity = entities.get(one.entity)  # a dashboard has none
    keys = _keys(entity.attributes) if entity else {}
    return replace(
        one,
        name="" if one.generated else one.name,
        entity=entity.key if entity else "",
        columns=_first(one.columns, keys),
        search=_first(one.search, keys),
        place=NOWHERE,
        computed=(),
        where="",
        sort=(),
        buttons=(),
        parts=(),
    )


def _keys(attributes: Iterable[Attribute]) -> dict[str, str]:
    return {one.name: one.key for one in attributes}


def _first(names: Iterable[str], keys: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(keys.get(name, name) for name in names)
