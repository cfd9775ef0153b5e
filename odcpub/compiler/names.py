"""What the generator knows of an asset besides one entity: which targets are static, what is deleted along, which
libraries stand behind.

Pure, no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from odcpub.model.elements import Asset, Basic, DeleteRule, Kind, Library, Record, Screen, ScreenKind
from odcpub.model.logic.surroundings import surroundings
from odcpub.model.screens.around import Around
from odcpub.model.screens.check import typed
from odcpub.model.screens.typed import TypedScreen


@dataclass(frozen=True, slots=True)
class Names:
    """``statics``: names of all static entities, a library's with its name in front; ``records``: those of each.
    ``libraries``: name → library, those of libraries too. ``search``: entity → attributes its first list screen
    searches. ``along``: entity → entities of which rows may be deleted with one of its own, in the model's order.
    ``library``: the asset's own name, where it is one. ``lists``: entity → those of its
    screens that the server knows: lists with rows of their own, lists and details with buttons."""

    statics: frozenset[str]
    records: Mapping[str, tuple[Record, ...]]
    libraries: Mapping[str, Library]
    search: Mapping[str, tuple[str, ...]]
    along: Mapping[str, tuple[str, ...]]
    library: str = ""
    lists: Mapping[str, tuple[TypedScreen, ...]] = field(default_factory=dict)
    dashboards: tuple[TypedScreen, ...] = ()


def names_of(asset: Asset, libraries: Mapping[str, Library]) -> Names:
    """What an asset's elements need to know of one another. ``libraries``: those that it uses, by name."""
    every = _closure(libraries)
    library = asset.name if asset.kind is Kind.LIBRARY else ""
    own = f"{library}." if library else ""
    records = {f"{front}{static.name}": static.records for static in asset.static_entities for front in ("", own)}
    for name, used in every.items():
        records |= {f"{name}.{static.name}": static.records for static in used.asset.static_entities}
    search: dict[str, tuple[str, ...]] = {}
    for screen in asset.screens:
        if screen.kind is ScreenKind.LIST and screen.search:
            search.setdefault(screen.entity, screen.search)
    lists, dashboards = _screens(asset, libraries, search)
    return Names(frozenset(records), records, every, search, _along(asset), library, lists, dashboards)


def is_known(screen: Screen, search: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether the server knows the screen, and its page names it where it asks for data. ``search``: entity → what is
    searched otherwise."""
    if screen.kind is not ScreenKind.LIST:
        return bool(screen.buttons) or screen.kind is ScreenKind.DASHBOARD
    searches = bool(screen.search) and screen.search != search[screen.entity]
    return bool(screen.where or screen.sort or screen.computed or screen.buttons or searches)


def _screens(
    asset: Asset, libraries: Mapping[str, Library], search: Mapping[str, tuple[str, ...]]
) -> tuple[Mapping[str, tuple[TypedScreen, ...]], tuple[TypedScreen, ...]]:
    """Those that the server knows: of entities, and dashboards."""
    own = [screen for screen in asset.screens if is_known(screen, search)]
    if not own:
        return {}, ()
    around = Around(asset, surroundings(asset, libraries))
    every = [typed(screen, around) for screen in own]
    found: dict[str, tuple[TypedScreen, ...]] = {}
    for one in every:
        if one.screen.entity:
            found[one.screen.entity] = (*found.get(one.screen.entity, ()), one)
    return found, tuple(one for one in every if not one.screen.entity)


def _along(asset: Asset) -> Mapping[str, tuple[str, ...]]:
    return _closed(
        tuple(
            (attribute.type.target, entity.name)
            for entity in asset.entities
            for attribute in entity.attributes
            if attribute.on_delete is DeleteRule.DELETE and attribute.type.basic is Basic.IDENTIFIER
        )
    )


@lru_cache(maxsize=8)  # most edits touch no reference, and the closure grows with the square of the references
def _closed(references: tuple[tuple[str, str], ...]) -> Mapping[str, tuple[str, ...]]:
    direct: dict[str, list[str]] = {}
    for target, name in references:
        direct.setdefault(target, []).append(name)
    return {name: _reached(name, direct) for name in direct}


def _reached(name: str, direct: Mapping[str, list[str]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        new = [other for other in direct.get(waiting.pop(), ()) if other not in found]
        found.update(dict.fromkeys(new))
        waiting.extend(new)
    return tuple(found)


def _closure(libraries: Mapping[str, Library]) -> Mapping[str, Library]:
    """All libraries by name, sorted; an app has one version of each, so a name is enough."""
    found: dict[str, Library] = {}
    waiting = list(libraries.values())
    while waiting:
        library = waiting.pop()
        if library.asset.name not in found:
            found[library.asset.name] = library
            waiting.extend(library.uses)
    return dict(sorted(found.items()))
