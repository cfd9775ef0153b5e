"""What the generator knows of an asset besides one entity: which targets are static, which libraries stand behind.

Pure, no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from odcpub.model.elements import Asset, Kind, Library, ScreenKind


@dataclass(frozen=True, slots=True)
class Names:
    """``statics``: names of all static entities, a library's with its name in front. ``libraries``: name → library,
    those of libraries too. ``search``: entity → attributes its first list screen searches."""

    statics: frozenset[str]
    libraries: Mapping[str, Library]
    search: Mapping[str, tuple[str, ...]]


def names_of(asset: Asset, libraries: Mapping[str, Library]) -> Names:
    every = _closure(libraries)
    own = f"{asset.name}." if asset.kind is Kind.LIBRARY else ""
    statics = {f"{own}{static.name}" for static in asset.static_entities} | {s.name for s in asset.static_entities}
    for name, library in every.items():
        statics |= {f"{name}.{static.name}" for static in library.asset.static_entities}
    search: dict[str, tuple[str, ...]] = {}
    for screen in asset.screens:
        if screen.kind is ScreenKind.LIST and screen.search:
            search.setdefault(screen.entity, screen.search)
    return Names(frozenset(statics), every, search)


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
