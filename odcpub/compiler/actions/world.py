"""What the printer of actions knows of the model besides an action: tables, structures, signatures. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from odcpub.compiler.class_names import class_name
from odcpub.compiler.marked import CSharp
from odcpub.compiler.names import Names
from odcpub.compiler.structures import property_names, structures_space
from odcpub.model.elements import Basic, DataType, Entity, StaticEntity, Structure
from odcpub.model.expressions.scope import Attribute
from odcpub.model.logic.surroundings import Signature, Surroundings


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """``rows``: entities, and an app's static entities; ``attributes``: of these by name, with ``Id``. ``statics``:
    static entities, whose identifiers are texts. ``properties``: of structures' records, by the attributes' names.
    ``signatures``: of actions. Both by the names that the asset has for them (``Money.Amount``, ``CloseTicket``,
    ``Money.Round``). ``library``: the asset's own name where it is a library, whose actions call one another
    directly. ``short_names``: of the structures and libraries that the code may name; ``hidden``: libraries whose name
    would mean an action or structure of the asset."""

    rows: Mapping[str, Entity | StaticEntity]
    attributes: Mapping[str, Mapping[str, Attribute]]
    statics: frozenset[str]
    properties: Mapping[str, Mapping[str, CSharp]]
    signatures: Mapping[str, Signature]
    library: str = ""
    short_names: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()

    def is_row(self, type_: DataType) -> bool:
        """Whether a value of the type is a row of an entity."""
        return type_.basic is Basic.STRUCTURE and type_.target in self.rows

    def structure(self, type_: DataType) -> CSharp:
        """The record of a structure."""
        library, _, name = type_.target.rpartition(".")
        return self.named(library, name)

    def named(self, library: str, element: str) -> CSharp:
        """The class of a structure or of a library's action, as the asset's actions name it. ``library``: empty for its
        own, else one that it uses, or one of such a library's own."""
        if not library:
            return class_name(element)
        if library in self.hidden:
            return CSharp.code("global::{}.{}", structures_space(library), class_name(element))
        return CSharp.code("{}.{}", class_name(library), class_name(element))


def world_of(around: Surroundings, names: Names) -> World:
    """What is known in these surroundings."""
    facts = around.facts
    properties = {one.name: _properties(one) for one in facts.structures}
    short_names = frozenset(map(class_name, (*properties, *names.libraries)))
    for library in facts.libraries:
        properties |= {f"{library.asset.name}.{one.name}": _properties(one) for one in library.asset.structures}
    hidden = frozenset(name for name in names.libraries if name in around.actions or name in properties)
    return World(
        around.rows, around.members, names.statics, properties, around.actions, names.library, short_names, hidden
    )


def _properties(structure: Structure) -> Mapping[str, CSharp]:
    names = (attribute.name for attribute in structure.attributes)
    return dict(zip(names, property_names(structure), strict=True))


def actions_space(library: str) -> CSharp:
    """The namespace of a library's actions, or of the app's own."""
    return structures_space(library) if library else CSharp.code("Odcpub.Actions")
