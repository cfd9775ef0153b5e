"""The published app's static files: page, look, scripts and the JSON descriptors they read. Reads templates only."""

from __future__ import annotations

from decimal import Decimal

from odcpub.compiler.drafts import Draft
from odcpub.compiler.literals import css_color, json_text
from odcpub.compiler.marked import Css, Html
from odcpub.compiler.names import Names
from odcpub.compiler.reuse import Reuse
from odcpub.compiler.templates import content, render
from odcpub.compiler.templates import names as template_names
from odcpub.compiler.words import label
from odcpub.model.data_types import DATA_TYPES, Json, length_of, measures_of
from odcpub.model.elements import Asset, Attribute, Basic, Computed, Entity, Function, Screen, StaticEntity
from odcpub.model.literals import as_text

_ROOT = "wwwroot/_odc"
_COPIED = (".js", ".css", ".svg")
_STATIC_ATTRIBUTES = (("Label", Basic.TEXT), ("Order", Basic.INTEGER), ("Is_Active", Basic.BOOLEAN))


def app_files(asset: Asset, names: Names, reuse: Reuse) -> tuple[Draft, ...]:
    """All static files of an app, sorted by path."""
    page = {"app": asset.name, "description": asset.description}
    files = [
        Draft("wwwroot/index.html", render(Html, "web/index.html", page).encode()),
        Draft(f"{_ROOT}/theme.css", render(Css, "web/theme.css.j2", {"accent": asset.accent}).encode()),
        _json("app", _app(asset)),
        *(Draft(f"{_ROOT}/{path}", content(f"web/{path}")) for path in template_names("web", _COPIED)),
        *(_entity_file(entity, names, reuse) for entity in asset.entities),
        *(_static_file(static, static.name, library=False) for static in asset.static_entities),
    ]
    for library in names.libraries.values():
        files.extend(library_files(library.asset))
    return tuple(sorted(files, key=lambda draft: draft.path))


def library_files(asset: Asset) -> tuple[Draft, ...]:
    """An enumeration's descriptor, the same in the library's own build and in every consumer."""
    return tuple(_static_file(static, f"{asset.name}.{static.name}", library=True) for static in asset.static_entities)


def _app(asset: Asset) -> dict[str, object]:
    return _present(
        app=asset.name,
        description=asset.description or None,
        accent=css_color(asset.accent),
        screens=[_screen(screen) for screen in asset.screens],
    )


def _screen(screen: Screen) -> dict[str, object]:
    return {
        "name": screen.name,
        "kind": screen.kind.value,
        "entity": screen.entity,
        "columns": list(screen.columns),
        "search": list(screen.search),
        "generated": screen.generated,
        "title": label(screen.name),
    }


def _entity_file(entity: Entity, names: Names, reuse: Reuse) -> Draft:
    statics = tuple(attribute.type.target in names.statics for attribute in entity.attributes)
    along = names.along.get(entity.name, ())
    made_from = (entity, statics, along)
    return reuse.get(f"web {entity.name}", made_from, lambda: _draft(entity.name, _entity(*made_from)))


def _entity(entity: Entity, statics: tuple[bool, ...], along: tuple[str, ...]) -> dict[str, object]:
    return _present(
        name=entity.name,
        label=label(entity.name),
        display=entity.display or None,
        static=False,
        library=False,
        description=entity.description or None,
        deletedAlong=[label(name) for name in along] or None,
        attributes=[_attribute(a, static) for a, static in zip(entity.attributes, statics, strict=True)],
    )


def _static_file(static: StaticEntity, name: str, library: bool) -> Draft:
    records = [
        {"id": record.key, "label": record.label, "order": record.order, "isActive": record.is_active}
        for record in static.records
    ]
    value = _present(
        name=name,
        label=label(static.name),
        display="Label",
        static=True,
        library=library,
        description=static.description or None,
        attributes=[{"name": name, "label": label(name), "type": basic.value} for name, basic in _STATIC_ATTRIBUTES],
        records=records if library else None,
    )
    return _draft(name, value)


def _draft(name: str, value: dict[str, object]) -> Draft:
    return _json(f"entities/{name}", value)


def _json(name: str, value: dict[str, object]) -> Draft:
    return Draft(f"{_ROOT}/{name}.json", f"{json_text(value)}\n".encode())


def _attribute(attribute: Attribute, static: bool) -> dict[str, object]:
    type_ = attribute.type
    reference = type_.basic is Basic.IDENTIFIER
    digits, decimals = measures_of(type_) or (None, None)
    return _present(
        name=attribute.name,
        label=label(attribute.name),
        type=type_.basic.value,
        length=length_of(type_),
        digits=digits,
        decimals=decimals,
        mandatory=attribute.mandatory,
        default=_default(attribute),
        minLength=attribute.min_length,
        minimum=_limit(attribute, attribute.minimum),
        maximum=_limit(attribute, attribute.maximum),
        pattern=attribute.pattern,
        target=type_.target if reference else None,
        targetStatic=static if reference else None,
        onDelete=attribute.on_delete.value if reference else None,
        description=attribute.description or None,
    )


def _limit(attribute: Attribute, limit: Decimal | None) -> str | int | None:
    if limit is None:
        return None
    return as_text(limit) if DATA_TYPES[attribute.type.basic].json is Json.DIGITS else int(limit)


def _default(attribute: Attribute) -> object:
    default = attribute.default
    if isinstance(default, Function):
        return {"function": default.value}
    if isinstance(default, Computed):
        return {"expression": default.text}
    if DATA_TYPES[attribute.type.basic].json is Json.DIGITS and default is not None:
        return as_text(default)
    return default


def _present(**members: object) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}
