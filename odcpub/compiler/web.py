"""The published app's static files: frame, look, scripts and screens. Reads templates only.

Screens are compiled one by one (``odcpub.compiler.screens``). An image has those of about 20 entities in one file, as
it has their C# in one assembly, since thousands of small files take long to store, pack and unpack; a project of
``odcpub source`` has them as they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import partial

from odcpub.compiler.assemblies import elements_of
from odcpub.compiler.drafts import Draft
from odcpub.compiler.literals import css_color, json_text
from odcpub.compiler.marked import Css, Html
from odcpub.compiler.names import Names
from odcpub.compiler.reuse import Reuse
from odcpub.compiler.screens.files import Around, around, screen_files
from odcpub.compiler.screens.modules import closure
from odcpub.compiler.templates import content, render
from odcpub.compiler.templates import names as template_names
from odcpub.compiler.units import assign
from odcpub.compiler.words import label
from odcpub.model.elements import Asset, Basic, Entity, Screen, ScreenKind, StaticEntity

_ROOT = "wwwroot/_odc"
_SCREENS = f"{_ROOT}/screens"
_COPIED = (".js", ".svg")
_STATIC_ATTRIBUTES = (("Label", Basic.TEXT), ("Order", Basic.INTEGER), ("Is_Active", Basic.BOOLEAN))
_Unit = tuple[Draft, str, tuple[Draft, ...]]
"""The file of a unit, its digest, and the files that it holds."""
_Member = tuple[Entity, tuple[Screen, ...], Around]
"""What the screens of an entity are made from."""


def app_files(asset: Asset, names: Names, reuse: Reuse, apart: bool = False) -> tuple[Draft, ...]:
    """All static files of an app, sorted by path. ``apart``: each screen's files by themselves."""
    units = _units(asset, names, reuse)
    own = (*_runtime_files(asset), *_notices(asset))
    version = _version([*((one.path, _digest(one)) for one in own), *((one.path, digest) for one, digest, _ in units)])
    files = [
        Draft("wwwroot/index.html", _frame(asset, version)),
        _json("app", _app(asset, version)),
        *own,
        *(file for one, _, parts in units for file in (parts if apart else (one,))),
    ]
    for library in names.libraries.values():
        files.extend(library_files(library.asset))
    return tuple(sorted(files, key=lambda draft: draft.path))


def library_files(asset: Asset) -> tuple[Draft, ...]:
    """An enumeration's descriptor, the same in the library's own build and in every consumer."""
    return tuple(_enumeration(static, f"{asset.name}.{static.name}") for static in asset.static_entities)


def _runtime_files(asset: Asset) -> tuple[Draft, ...]:
    style = content("web/app.css") + render(Css, "web/theme.css.j2", {"accent": asset.accent}).encode()
    copied = (Draft(f"{_ROOT}/{path}", content(f"web/{path}")) for path in template_names("web", _COPIED))
    return (Draft(f"{_ROOT}/app.css", style), *copied)


def _notices(asset: Asset) -> tuple[Draft, ...]:
    """What is shown where there is no screen."""
    values = {"app": asset.name, "modules": [f"js/{module}" for module in closure("app.js")]}
    names = ("not_found", "no_screens")
    return tuple(Draft(f"{_ROOT}/{name}.html", render(Html, f"screens/{name}.html", values).encode()) for name in names)


def _frame(asset: Asset, version: str) -> bytes:
    """What stands around every screen."""
    lists = [(screen.name, label(screen.name)) for screen in asset.screens if screen.kind is ScreenKind.LIST]
    values = {"app": asset.name, "description": asset.description, "version": version, "lists": lists}
    return render(Html, "web/index.html", values).encode()


def _version(files: Iterable[tuple[str, str]]) -> str:
    """Tells the pages of two versions apart: a page loads only what is of its own."""
    lines = "".join(f"{path} {digest}\n" for path, digest in sorted(files))
    return hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _digest(draft: Draft) -> str:
    return hashlib.sha256(draft.content).hexdigest()


def _units(asset: Asset, names: Names, reuse: Reuse) -> tuple[_Unit, ...]:
    """The screens of all entities, each in the unit of its entity."""
    screens: dict[str, list[Screen]] = {}
    for screen in asset.screens:
        screens.setdefault(screen.entity, []).append(screen)
    units = _unit_of(asset)
    members: dict[str, list[_Member]] = {}
    for entity in sorted(asset.entities, key=lambda one: one.key):
        own = tuple(screens.get(entity.name, ()))
        if own:
            members.setdefault(units[entity.name], []).append((entity, own, around(asset.name, entity, own, names)))
    return tuple(_unit(unit, found, reuse) for unit, found in sorted(members.items()))


def _unit_of(asset: Asset) -> dict[str, str]:
    """Entity → unit, the same that holds its C#."""
    units = assign(one.key for one in elements_of(asset))
    return {entity.name: units[entity.key] for entity in asset.entities}


def _unit(unit: str, members: list[_Member], reuse: Reuse) -> _Unit:
    # Of each entity by itself: one that changes leaves the others of its unit as they were written.
    written = [reuse.get(f"screens of {one[0].key}", one, partial(_written, *one)) for one in members]

    def make() -> _Unit:
        files = [file for each in written for file in each]
        text = json.dumps({file.path: file.content.decode() for file in files}, ensure_ascii=False)
        pack = Draft(f"{_SCREENS}/{unit}.json", f"{text}\n".encode())
        return pack, _digest(pack), tuple(Draft(f"{_SCREENS}/{file.path}", file.content) for file in files)

    return reuse.get(f"screens {unit}", members, make)


def _written(entity: Entity, screens: tuple[Screen, ...], near: Around) -> tuple[Draft, ...]:
    return tuple(draft for screen in screens for draft in screen_files(screen, entity, near))


def _app(asset: Asset, version: str) -> dict[str, object]:
    units = _unit_of(asset)
    found: dict[str, object] = {
        "app": asset.name,
        "accent": css_color(asset.accent),
        "version": version,
        "screens": [_screen(screen, units[screen.entity]) for screen in asset.screens if screen.entity],
    }
    return found | ({"description": asset.description} if asset.description else {})


def _screen(screen: Screen, unit: str) -> dict[str, object]:
    return {
        "name": screen.name,
        "kind": screen.kind.value,
        "entity": screen.entity,
        "columns": list(screen.columns),
        "search": list(screen.search),
        "generated": screen.generated,
        "title": label(screen.name),
        "unit": unit,
    }


def _enumeration(static: StaticEntity, name: str) -> Draft:
    records = [
        {"id": record.key, "label": record.label, "order": record.order, "isActive": record.is_active}
        for record in static.records
    ]
    value = {
        "name": name,
        "label": label(static.name),
        "display": "Label",
        "static": True,
        "library": True,
        "attributes": [{"name": name, "label": label(name), "type": basic.value} for name, basic in _STATIC_ATTRIBUTES],
        "records": records,
    } | ({"description": static.description} if static.description else {})
    return _json(f"entities/{name}", value)


def _json(name: str, value: dict[str, object]) -> Draft:
    return Draft(f"{_ROOT}/{name}.json", f"{json_text(value)}\n".encode())
