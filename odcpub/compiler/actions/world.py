"""What the printer of actions knows of the model besides an action: tables, structures, signatures. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from odcpub.compiler.literals import csharp_identifier
from odcpub.compiler.marked import CSharp
from odcpub.compiler.names import Names
from odcpub.compiler.structures import property_names, structure_type
from odcpub.model.elements import Basic, DataType, Entity, StaticEntity, Structure
from odcpub.model.expressions.scope import Attribute
from odcpub.model.logic.surroundings import Signature, Surroundings


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """``rows``: entities, and an app's static entities; ``attributes``: of these by name, with ``Id``. ``statics``:
    static entities, whose identifiers are texts. ``properties``: of structures' records, by the attributes' names.
    ``signatures``: of actions. Both by the names that the asset has for them (``Money.Amount``, ``CloseTicket``,
    ``Money.Round``). ``library``: the asset's own name where it is a library, whose actions call one another
    directly."""

    rows: Mapping[str, Entity | StaticEntity]
    attributes: Mapping[str, Mapping[str, Attribute]]
    statics: frozenset[str]
    properties: Mapping[str, Mapping[str, CSharp]]
    signatures: Mapping[str, Signature]
    library: str = ""

    def is_row(self, type_: DataType) -> bool:
        """Whether a value of the type is a row of an entity."""
        return type_.basic is Basic.STRUCTURE and type_.target in self.rows

    def structure(self, type_: DataType) -> CSharp:
        """The record of a structure, which may be one of a library's own libraries."""
        return structure_type(type_.target, self.library)


def world_of(around: Surroundings, names: Names) -> World:
    """What is known in these surroundings."""
    facts = around.facts
    properties = {one.name: _properties(one) for one in facts.structures}
    for library in facts.libraries:
        properties |= {f"{library.asset.name}.{one.name}": _properties(one) for one in library.asset.structures}
    return World(around.rows, around.members, names.statics, properties, around.actions, names.library)


def _properties(structure: Structure) -> Mapping[str, CSharp]:
    names = (attribute.name for attribute in structure.attributes)
    return dict(zip(names, property_names(structure), strict=True))


def actions_space(library: str) -> CSharp:
    """The namespace of a library's actions, or of the app's own."""
    if not library:
        return CSharp.code("Odcpub.Actions")
    return CSharp.code("Odcpub.LibraryActions.{}", csharp_identifier(library))
