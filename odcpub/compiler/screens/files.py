"""A screen's files: its HTML, its JavaScript module and the module's source map. Reads templates only.

The HTML is what a page has in its head and in its main part; the app puts the frame around it
(``templates/api/runtime/Pages.cs``). What is printed of a screen depends on the screen, its entity and ``Around``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from odcpub.compiler.drafts import Draft
from odcpub.compiler.literals import js_comment
from odcpub.compiler.marked import Html, JavaScript
from odcpub.compiler.names import Names
from odcpub.compiler.screens import members
from odcpub.compiler.screens.forms import field
from odcpub.compiler.screens.modules import closure
from odcpub.compiler.screens.source_map import source_map, unmarked
from odcpub.compiler.templates import render
from odcpub.compiler.words import in_sentence, label
from odcpub.errors import Place
from odcpub.model.data_types import Family, of_family
from odcpub.model.elements import Attribute, Basic, DataType, Entity, Record, Screen, ScreenKind
from odcpub.model.screens.made import COLUMNS
from odcpub.model.screens.typed import TypedScreen

_ID = Attribute("Id", "Id", DataType(Basic.LONG_INTEGER))
_FILTERED = (Basic.IDENTIFIER, Basic.BOOLEAN)
_NUMBERS = of_family(Family.NUMBER)


_Values = tuple[dict[str, object], dict[str, object]]
"""What the templates of HTML and JavaScript print of a screen."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a screen's files depend on besides itself and its entity. ``list``, ``detail``: the entity's first screens
    of the kind, ``along``: what is deleted with a row, ``known``: records of static entities that it refers to,
    ``lists``: lists whose rows the server knows by the screen's name, with the columns that it computes."""

    app: str
    list: str
    detail: str
    along: tuple[str, ...]
    known: tuple[tuple[str, tuple[Record, ...]], ...]
    lists: tuple[tuple[str, tuple[Attribute, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    label: str
    noun: str
    sortable: bool
    number: bool
    mandatory: bool
    choices: tuple[members.Choice, ...]


def around(app: str, entity: Entity, screens: Iterable[Screen], names: Names) -> Around:
    """``screens``: all of the entity's."""
    first: dict[ScreenKind, str] = {}
    for screen in screens:
        first.setdefault(screen.kind, screen.name)
    lists = tuple((one.screen.name, tuple(_computed(one))) for one in names.lists.get(entity.name, ()))
    computed = (attribute for _, attributes in lists for attribute in attributes)
    return Around(
        app,
        first.get(ScreenKind.LIST, ""),
        first.get(ScreenKind.DETAIL, ""),
        names.along.get(entity.name, ()),
        tuple(members.choices_of((*entity.attributes, *computed), names).items()),
        lists,
    )


def _computed(screen: TypedScreen) -> Iterator[Attribute]:
    """Its computed columns, which the page shows as attributes."""
    for column in screen.rows.columns if screen.rows else ():
        if column.value:
            yield Attribute(column.name, column.name, column.type)


def screen_files(screen: Screen, entity: Entity, around: Around) -> tuple[Draft, ...]:
    """The screen's three files; paths are names."""
    known = dict(around.known)
    make = _list if screen.kind is ScreenKind.LIST else _detail
    html, script = make(screen, entity, around, known)
    common = {"name": screen.name, "title": label(screen.name), "label": label(entity.name), "entity": entity.name}
    modules = closure("app.js", f"{screen.kind.value}.js")
    page = common | html | {"app": around.app, "modules": [*(f"js/{one}" for one in modules), _path(screen, "js")]}
    printed = common | script | {"screen": f"screens.{screen.name}", "element": entity.name}
    text = render(JavaScript, f"screens/{screen.kind.value}.js", printed)
    module, places = unmarked(text, _places(screen, entity))
    module += f"//# sourceMappingURL={screen.name}.js.map\n"
    return (
        Draft(f"{screen.name}.html", render(Html, f"screens/{screen.kind.value}.html", page).encode()),
        Draft(f"{screen.name}.js", module.encode()),
        Draft(f"{screen.name}.js.map", source_map(f"{screen.name}.js", places)),
    )


def _path(screen: Screen, suffix: str) -> str:
    return f"screens/{screen.name}.{suffix}"


def _list(screen: Screen, entity: Entity, around: Around, known: members.Choices) -> _Values:
    own = dict(around.lists).get(screen.name)
    columns = _columns(screen, entity, own or ())
    filters = [attribute for attribute in entity.attributes if attribute.type.basic in _FILTERED]
    html: dict[str, object] = {
        "noun": in_sentence(label(entity.name)),
        "nouns": in_sentence(label(screen.name)),
        "columns": [_column(attribute, known) for attribute in columns],
        "filters": [_column(attribute, known) for attribute in filters],
        "detail": around.detail,
    }
    script: dict[str, object] = {
        "detail": around.detail,
        "own": own is not None,
        "sort": _sorted(screen, entity),
        "columns": [(_of(entity, one), members.shown(one, known)) for one in columns],
        "filters": [(_of(entity, one), members.shown(one, known)) for one in filters],
    }
    return html, script


def _sorted(screen: Screen, entity: Entity) -> str:
    """What the rows are sorted by until the user chooses, as a header marks it; empty for what has no header."""
    if not screen.sort:
        return ""
    name = screen.sort[0].text.strip().removeprefix(f"{entity.name}.")
    return f"{'-' if screen.sort[0].descending else ''}{name}" if name in screen.columns else ""


def _columns(screen: Screen, entity: Entity, computed: tuple[Attribute, ...]) -> list[Attribute]:
    """The screen's, or the first attributes of an entity that has none fit for a column, and the identifier."""
    by_name = {attribute.name: attribute for attribute in (*entity.attributes, *computed)}
    return [by_name[name] for name in screen.columns] or [*entity.attributes[: COLUMNS - 1], _ID]


def _column(attribute: Attribute, known: members.Choices) -> _Column:
    basic, name = attribute.type.basic, label(attribute.name)
    choices = members.choices(attribute, known)
    if basic is Basic.BOOLEAN:
        choices = tuple(members.Choice(value, f"{name}: {text}") for value, text in members.YES_NO)
    return _Column(
        attribute.name,
        name,
        in_sentence(name),
        sortable=basic is not Basic.BINARY_DATA,
        number=basic in _NUMBERS,
        mandatory=attribute.mandatory,
        choices=choices,
    )


def _detail(screen: Screen, entity: Entity, around: Around, known: members.Choices) -> _Values:
    html: dict[str, object] = {
        "list": around.list,
        "list_title": label(around.list) if around.list else "Start",
        "legend": any(attribute.mandatory for attribute in entity.attributes),
        "fields": [field(attribute, known) for attribute in entity.attributes],
    }
    script: dict[str, object] = {
        "list": around.list,
        "display": entity.display,
        "along": tuple(map(label, around.along)),
        "attributes": [(_of(entity, one), members.entered(one, known)) for one in entity.attributes],
    }
    return html, script


def _of(entity: Entity, attribute: Attribute) -> str:
    return f"{entity.name}.{attribute.name}"


def _places(screen: Screen, entity: Entity) -> Mapping[str, Place]:
    """Element path, as marks have it → where it stands."""
    found = {_of(entity, attribute): attribute.place for attribute in entity.attributes}
    found |= {_of(entity, Attribute(one.name, one.name, _ID.type)): one.place for one in screen.computed}
    found |= {_of(entity, _ID): entity.place, entity.name: entity.place, f"screens.{screen.name}": screen.place}
    return {js_comment(path): place for path, place in found.items()}
