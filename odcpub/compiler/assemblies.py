"""The C# assemblies of an asset: units of entities, structures, the main one; or the one of a library. Pure.

The main assembly finds units by name when they are first needed, so that it does not change when they do. The same
sources, a file an element and all in one assembly, are what a person goes on with (``odcpub.compiler.project``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from odcpub.compiler import csharp
from odcpub.compiler.actions.units import Actions, Written
from odcpub.compiler.classes import class_of
from odcpub.compiler.drafts import Assembly, Source
from odcpub.compiler.lists import parts_of, screen_members
from odcpub.compiler.literals import csharp_identifier
from odcpub.compiler.marked import CSharp
from odcpub.compiler.names import Names
from odcpub.compiler.reuse import Reuse
from odcpub.compiler.sources import source
from odcpub.compiler.structures import libraries_of, structures_space
from odcpub.compiler.units import assign
from odcpub.model.elements import Asset, Entity, ServerAction, StaticEntity, Structure
from odcpub.model.literals import as_text
from odcpub.model.physical import physical

APP = "app"
RUNTIME = "Odcpub.Runtime"
STRUCTURES = f"{APP}.Structures"
_LIBRARY = "Library."
Element = Entity | StaticEntity


@dataclass(frozen=True, slots=True)
class Units:
    """By an element's first name the unit that describes it. ``assembly``: the one that holds everything, where units
    have none of their own."""

    entities: Mapping[str, str]
    actions: Mapping[str, str]
    assembly: str = ""

    def of_entity(self, element: Element) -> tuple[str, str]:
        """The assembly and the type."""
        return self._place(self.entities[element.key])

    def of_action(self, action: ServerAction) -> tuple[str, str]:
        """The assembly and the type."""
        return self._place(self.actions[action.key])

    def _place(self, unit: str) -> tuple[str, str]:
        return self.assembly or f"{APP}.{unit}", f"Odcpub.Generated.{unit}"


def library_assembly_name(library: str) -> str:
    """A prefix keeps a library from being called like an assembly of .NET."""
    return f"{_LIBRARY}{library}"


def app_assemblies(asset: Asset, names: Names, reuse: Reuse) -> tuple[Assembly, ...]:
    """All assemblies of an app, what others refer to first; ``reuse``: what an earlier compile of it left."""
    units = assign(element.key for element in elements_of(asset))
    members: dict[str, list[Element]] = {}
    for element in sorted(elements_of(asset), key=lambda element: element.key):
        members.setdefault(units[element.key], []).append(element)
    found = [_unit(unit, tuple(members[unit]), names, reuse) for unit in sorted(members)]
    if asset.structures:
        found.append(_structures(asset, names))
    acting = assign((action.key for action in asset.server_actions), "Actions")
    if acting:
        found += _action_units(asset, names, acting, reuse)
    values = _main_values(asset, names, Units(units, acting))
    return (*found, reuse.get("main", values, partial(_main, values)))


def _action_units(asset: Asset, names: Names, units: Mapping[str, str], reuse: Reuse) -> Iterator[Assembly]:
    actions = Actions(asset, names, reuse)
    members: dict[str, list[Written]] = {}
    for action in sorted(asset.server_actions, key=lambda action: action.key):
        members.setdefault(units[action.key], []).append(actions.written(action))
    for unit, written in sorted(members.items()):
        uses = tuple(_named_assemblies(written, asset, names))
        yield reuse.get(f"unit {unit}", (written, uses), partial(_action_unit, unit, written, uses, actions))


def _action_unit(unit: str, written: Sequence[Written], uses: tuple[str, ...], actions: Actions) -> Assembly:
    text = actions.source(f"actions/{unit}.cs", csharp_identifier(unit), written)
    return Assembly(f"{APP}.{unit}", (text,), (RUNTIME, *uses))


def _named_assemblies(written: Collection[Written], asset: Asset, names: Names) -> Iterator[str]:
    """What actions name besides the runtime: the asset's own structures, and libraries with those that these use."""
    found = {library for one in written for library in one.libraries}
    if any(one.structures for one in written) and not names.library:
        yield STRUCTURES
        found |= set(_libraries_of(asset.structures))
    waiting = sorted(found)
    while waiting:
        uses = {use.asset.name for use in names.libraries[waiting.pop()].uses} - found
        found |= uses
        waiting += sorted(uses)
    yield from map(library_assembly_name, sorted(found))


def elements_of(asset: Asset) -> tuple[Element, ...]:
    """What the app's API offers, but for libraries."""
    return (*asset.entities, *asset.static_entities)


def library_assembly(asset: Asset, names: Names) -> Assembly:
    """Enumerations as descriptors, structures as classes, actions as methods, in one assembly that consumers carry byte
    for byte."""
    uses = set(map(library_assembly_name, _libraries_of(asset.structures)))
    sources = [library_source(f"libraries/{asset.name}.cs", asset, names)]
    if asset.server_actions:
        actions = Actions(asset, names, Reuse())
        written = [actions.written(action) for action in asset.server_actions]
        sources.append(actions.source(f"libraries/{asset.name}.Actions.cs", None, written))
        uses |= set(_named_assemblies(written, asset, names))
    return Assembly(library_assembly_name(asset.name), tuple(sources), (RUNTIME, *sorted(uses)))


def library_source(path: str, asset: Asset, names: Names, **more: str) -> Source:
    """``more``: values that the template has by default, as with the functions below."""
    values: dict[str, object] = {
        "type": _library_type(asset.name),
        "space": structures_space(asset.name),
        "classes": [class_of(structure, names) for structure in asset.structures],
        "descriptions": [
            csharp.description_of_static(static, f"{asset.name}.{static.name}", enumeration=True)
            for static in asset.static_entities
        ],
    }
    return source(path, "api/unit.cs", values | more)


def _unit(name: str, elements: tuple[Element, ...], names: Names, reuse: Reuse) -> Assembly:
    made_from = [(element, _context(element, names)) for element in elements]
    # Of each element by itself: one that changes leaves the others of its unit as they were written.
    written = [reuse.get(f"element {one[0].key}", one, partial(_written, one[0], names)) for one in made_from]

    def make() -> Assembly:
        text = _unit_source(f"units/{name}.cs", csharp_identifier(name), written)
        return Assembly(f"{APP}.{name}", (text,), (RUNTIME,))

    return reuse.get(f"unit {name}", made_from, make)


def _context(element: Element, names: Names) -> object:
    """What a unit's text depends on besides its own elements."""
    if isinstance(element, StaticEntity):
        return None
    statics = tuple(attribute.type.target in names.statics for attribute in element.attributes)
    lists = (*names.lists.get(element.name, ()), *_dashboards(element, names))
    return names.search.get(element.name, ()), statics, lists, names.statics if lists else ()


def _dashboards(element: Entity, names: Names) -> Iterator[object]:
    """Their parts that are about an entity."""
    for dashboard in names.dashboards:
        for number, part in enumerate(dashboard.parts):
            if part.rows.entity.name == element.name:
                yield dashboard.screen.name, number, part


def unit_source(path: str, type_: CSharp, elements: Collection[Element], names: Names, **more: str) -> Source:
    """The type that describes elements to the runtime."""
    return _unit_source(path, type_, [_written(element, names) for element in elements], **more)


def _written(element: Element, names: Names) -> csharp.Description:
    """What describes the element."""
    if isinstance(element, Entity):
        own = ((one.screen.name, screen_members(one, element, names)) for one in names.lists.get(element.name, ()))
        return csharp.description_of(element, names, (*own, *parts_of(element, names)))
    return csharp.description_of_static(element, element.name, enumeration=False)


def _unit_source(path: str, type_: CSharp, written: Collection[csharp.Description], **more: str) -> Source:
    values: dict[str, object] = {"type": type_, "classes": (), "descriptions": written}
    return source(path, "api/unit.cs", values | more)


def _structures(asset: Asset, names: Names) -> Assembly:
    uses = map(library_assembly_name, _libraries_of(asset.structures))
    return Assembly(STRUCTURES, (structure_source("structures.cs", asset.structures, names),), (RUNTIME, *uses))


def structure_source(path: str, structures: Collection[Structure], names: Names, **more: str) -> Source:
    """The classes of structures, in the namespace of the app's own."""
    classes = [class_of(structure, names) for structure in structures]
    values: dict[str, object] = {"type": None, "space": structures_space(""), "classes": classes, "descriptions": ()}
    return source(path, "api/unit.cs", values | more)


def _libraries_of(structures: Collection[Structure]) -> tuple[str, ...]:
    return libraries_of(attribute for structure in structures for attribute in structure.attributes)


def main_source(asset: Asset, names: Names, units: Units, **more: str) -> Source:
    """The program."""
    return source("Program.cs", "api/program.cs", _main_values(asset, names, units) | more)


def _main(values: Mapping[str, object]) -> Assembly:
    return Assembly(APP, (source("Program.cs", "api/program.cs", values),), (RUNTIME,), executable=True)


def _main_values(asset: Asset, names: Names, units: Units) -> dict[str, object]:
    """What the program is made of."""
    entries = [(one.name, physical(one.key), *units.of_entity(one)) for one in elements_of(asset)]
    for library in names.libraries.values():
        home, type_ = units.assembly or library_assembly_name(library.asset.name), _library_type(library.asset.name)
        for static in library.asset.static_entities:
            entries.append((f"{library.asset.name}.{static.name}", "", home, f"Odcpub.Generated.{type_}"))
    known = {entity: [one.screen.name for one in found if one.buttons] for entity, found in names.lists.items()}
    screens = sorted((screen, entity) for entity, found in known.items() for screen in found)
    dashboards = [(one.screen.name, [part.rows.entity.name for part in one.parts]) for one in names.dashboards]
    actions = [(action.name, action.api, *units.of_action(action)) for action in asset.server_actions]
    defaults = [None if setting.default is None else as_text(setting.default) for setting in asset.settings]
    settings = [
        (setting.name, csharp.ATTRIBUTE_TYPES[setting.type.basic], setting.secret, default)
        for setting, default in zip(asset.settings, defaults, strict=True)
    ]
    return {
        "app": asset.name,
        "description": asset.description,
        "entries": sorted(entries),
        "settings": settings,
        "actions": actions,
        "screens": screens,
        "dashboards": dashboards,
    }


def _library_type(library: str) -> CSharp:
    return csharp_identifier(f"Library_{library}")
