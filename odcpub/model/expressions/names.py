"""The names that every expression of an asset may use, built once from its elements. No I/O.

What an expression knows besides (variables, a query's row) is laid over them by who checks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from odcpub.model.elements import Attribute, Basic, DataType, Entity, Library, Setting, StaticEntity, Structure
from odcpub.model.expressions import scope, tree
from odcpub.model.expressions.scope import Scope
from odcpub.model.expressions.tree import Kind, Symbol

_Members = Mapping[str, scope.Attribute]
_OF_RECORDS = {
    "Label": scope.Attribute(tree.TEXT, "Label"),
    "Order": scope.Attribute(tree.INTEGER, "Order"),
    "Is_Active": scope.Attribute(tree.BOOLEAN, "Is_Active"),
}


def names_of(
    settings: Iterable[Setting],
    static_entities: Iterable[StaticEntity],
    entities: Iterable[Entity],
    structures: Iterable[Structure],
    libraries: Iterable[Library],
) -> Scope:
    """Settings, secrets among them, and the records of static entities; the attributes of rows and structures.
    ``libraries``: those whose elements are named with the library's name in front."""
    used = tuple(libraries)
    statics = tuple(_statics(static_entities, used))
    symbols = {symbol.name: symbol for symbol in _symbols(settings, statics)}
    members = {entity.name: _row(entity.name, entity.key, _attributes("", entity.attributes)) for entity in entities}
    members |= {name: _row(name, key, _OF_RECORDS) for name, key, _ in statics}
    members |= {structure.name: _attributes("", structure.attributes) for structure in structures}
    for library in used:
        name = library.asset.name
        members |= {f"{name}.{one.name}": _attributes(name, one.attributes) for one in library.asset.structures}
    return Scope(symbols, members, frozenset(name for name, _, _ in statics))


def seen(library: str, type_: DataType) -> DataType:
    """A type of a library's own elements, as those who use the library name it."""
    if not library or not type_.target or "." in type_.target:
        return type_
    return replace(type_, target=f"{library}.{type_.target}", target_key=f"{library}.{type_.target_key}")


def _statics(own: Iterable[StaticEntity], libraries: Iterable[Library]) -> Iterator[tuple[str, str, StaticEntity]]:
    """Static entities with their names and first names, the library's in front."""
    yield from ((one.name, one.key, one) for one in own)
    for library in libraries:
        name = library.asset.name
        yield from ((f"{name}.{one.name}", f"{name}.{one.key}", one) for one in library.asset.static_entities)


def _symbols(settings: Iterable[Setting], statics: Iterable[tuple[str, str, StaticEntity]]) -> Iterator[Symbol]:
    for setting in settings:
        yield Symbol(f"Settings.{setting.name}", Kind.SETTING, setting.type, secret=setting.secret)
    for name, key, static in statics:
        type_ = DataType(Basic.IDENTIFIER, target=name, target_key=key)
        for record in static.records:
            yield Symbol(f"{name}.{record.key}", Kind.RECORD, type_, record.key)


def _row(name: str, key: str, attributes: _Members) -> _Members:
    own = DataType(Basic.IDENTIFIER, target=name, target_key=key)
    return {"Id": scope.Attribute(own, "Id"), **attributes}


def _attributes(library: str, attributes: Iterable[Attribute]) -> _Members:
    return {one.name: scope.Attribute(seen(library, one.type), one.key) for one in attributes}
