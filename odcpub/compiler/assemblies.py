"""The C# assemblies of an asset: units of entities, structures, the main one; or the one of a library. Pure.

The main assembly finds units by name when they are first needed, so that it does not change when they do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from odcpub.compiler import csharp
from odcpub.compiler.drafts import Assembly, Source
from odcpub.compiler.literals import csharp_identifier
from odcpub.compiler.names import Names
from odcpub.compiler.reuse import Reuse
from odcpub.compiler.sources import source
from odcpub.compiler.units import assign
from odcpub.model.elements import Asset, Entity, StaticEntity
from odcpub.model.physical import physical

RUNTIME = "Odcpub.Runtime"
STRUCTURES = "app.Structures"
_LIBRARY = "Library."


def library_assembly_name(library: str) -> str:
    """A prefix keeps a library from being called like an assembly of .NET."""
    return f"{_LIBRARY}{library}"


def app_assemblies(asset: Asset, names: Names, reuse: Reuse) -> tuple[Assembly, ...]:
    elements: tuple[Entity | StaticEntity, ...] = (*asset.entities, *asset.static_entities)
    units = assign(element.key for element in elements)
    members: dict[str, list[Entity | StaticEntity]] = {}
    for element in sorted(elements, key=lambda element: element.key):
        members.setdefault(units[element.key], []).append(element)
    found = [_unit(unit, tuple(members[unit]), names, reuse) for unit in sorted(members)]
    if asset.structures:
        found.append(_structures(asset, names))
    return (*found, _main(asset, names, units))


def library_assembly(asset: Asset, names: Names) -> Assembly:
    """Enumerations as descriptors, structures as classes, in one assembly that consumers carry byte for byte."""
    values = {
        "type": _library_type(asset.name),
        "space": f"Odcpub.Libraries.{csharp_identifier(asset.name)}",
        "classes": [csharp.class_of(structure, names, identified=False) for structure in asset.structures],
        "descriptions": [
            csharp.description_of_static(static, f"{asset.name}.{static.name}", enumeration=True)
            for static in asset.static_entities
        ],
    }
    uses = map(library_assembly_name, csharp.structure_libraries(asset.structures))
    text = source(f"libraries/{asset.name}.cs", "api/unit.cs", values)
    return Assembly(library_assembly_name(asset.name), (text,), (RUNTIME, *uses))


def _unit(name: str, elements: tuple[Entity | StaticEntity, ...], names: Names, reuse: Reuse) -> Assembly:
    made_from = (elements, [_context(element, names) for element in elements])
    return reuse.get(
        f"unit {name}", made_from, lambda: Assembly(f"app.{name}", (_unit_source(name, elements, names),), (RUNTIME,))
    )


def _context(element: Entity | StaticEntity, names: Names) -> object:
    """What a unit's text depends on besides its own elements."""
    if isinstance(element, StaticEntity):
        return None
    statics = tuple(attribute.type.target in names.statics for attribute in element.attributes)
    return names.search.get(element.name, ()), statics


def _unit_source(name: str, elements: Iterable[Entity | StaticEntity], names: Names) -> Source:
    classes, descriptions = [], []
    for element in elements:
        if isinstance(element, Entity):
            classes.append(csharp.class_of(element, names, identified=True))
            descriptions.append(csharp.description_of(element, names))
        else:
            descriptions.append(csharp.description_of_static(element, element.name, enumeration=False))
    values = {"type": name, "space": "Odcpub.Entities", "classes": classes, "descriptions": descriptions}
    return source(f"units/{name}.cs", "api/unit.cs", values)


def _structures(asset: Asset, names: Names) -> Assembly:
    classes = [csharp.class_of(structure, names, identified=False) for structure in asset.structures]
    values = {"type": "", "space": "Odcpub.Structures", "classes": classes, "descriptions": []}
    uses = map(library_assembly_name, csharp.structure_libraries(asset.structures))
    return Assembly(STRUCTURES, (source("structures.cs", "api/unit.cs", values),), (RUNTIME, *uses))


def _main(asset: Asset, names: Names, units: Mapping[str, str]) -> Assembly:
    elements: tuple[Entity | StaticEntity, ...] = (*asset.entities, *asset.static_entities)
    entries = [
        (element.name, physical(element.key), f"app.{units[element.key]}", f"Odcpub.Generated.{units[element.key]}")
        for element in elements
    ]
    for library in names.libraries.values():
        assembly, type_ = library_assembly_name(library.asset.name), _library_type(library.asset.name)
        for static in library.asset.static_entities:
            entries.append((f"{library.asset.name}.{static.name}", "", assembly, f"Odcpub.Generated.{type_}"))
    settings = [
        (setting.name, setting.secret, None if setting.default is None else csharp.literal_text(setting.default))
        for setting in asset.settings
    ]
    values = {"app": asset, "entries": sorted(entries), "settings": settings}
    return Assembly("app", (source("Program.cs", "api/program.cs", values),), (RUNTIME,), executable=True)


def _library_type(library: str) -> str:
    return csharp_identifier(f"Library_{library}")
