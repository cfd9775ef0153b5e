"""All screens of an app: those the author wrote, and a list and a detail for every entity that has none. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from odcpub.errors import Problem
from odcpub.model.elements import Attribute, Basic, Entity, Formula, Part, PartKind, Screen, ScreenKind
from odcpub.model.language import RESERVED_SCREENS, TEXT_TYPES
from odcpub.model.problems import Code
from odcpub.model.raw import ScreenPart
from odcpub.text import listed, shown, suggest

COLUMNS = 5
"""How many attributes a list shows unless its author says which."""
_OF_ENTITIES = (ScreenKind.LIST, ScreenKind.DETAIL)


def screens(problems: list[Problem], parts: Sequence[ScreenPart], entities: Sequence[Entity]) -> tuple[Screen, ...]:
    """All screens of the app: written ones first, then what is made for entities, in the entities' order."""
    by_name = {entity.name: entity for entity in entities}
    written = tuple(_Written(problems, part, by_name).screen() for part in parts)
    taken = {screen.name.casefold() for screen in written} | RESERVED_SCREENS
    there = {(screen.entity, screen.kind) for screen in written}
    made: list[Screen] = []
    for entity in entities:
        for kind in _OF_ENTITIES:
            if (entity.name, kind) not in there:
                made.append(_made(entity, kind, taken))
    return (*written, *made)


@dataclass(frozen=True, slots=True)
class _Written:
    """A screen that the author wrote: entities and attributes are looked up, what is left out is filled in."""

    problems: list[Problem]
    part: ScreenPart
    entities: Mapping[str, Entity]

    def screen(self) -> Screen:
        screen = self.part.element
        if screen.kind is ScreenKind.DASHBOARD:
            return replace(screen, parts=tuple(self._part(number, one) for number, one in enumerate(screen.parts)))
        entity = self._entity(screen.entity, screen.kind)
        if entity is None or screen.kind is ScreenKind.DETAIL:
            return screen
        self._check("columns", _plain(screen.columns, screen.computed), entity)
        self._check("search", screen.search, entity)
        self._check_computed("columns", screen.computed, entity)
        columns = screen.columns if "columns" in self.part.written else default_columns(entity)
        search = screen.search if "search" in self.part.written else default_search(entity)
        return replace(screen, columns=columns, search=search)

    def _part(self, number: int, part: Part) -> Part:
        path = f"dashboard.{number}"
        if part.kind not in (PartKind.COUNT, PartKind.LIST):
            return part
        entity = self._entity(part.entity, f"{path}.entity")
        if entity is None or part.kind is PartKind.COUNT:
            return part
        self._check(f"{path}.columns", _plain(part.columns, part.computed), entity)
        self._check_computed(f"{path}.columns", part.computed, entity)
        usual = (entity.display,) if entity.display else default_columns(entity)[:1]
        return replace(part, columns=part.columns or usual)

    def _problem(self, code: Code, path: str, message: str, hint: str) -> None:
        element = self.part.element
        place = self.part.places.get(path, element.place)
        self.problems.append(Problem(str(code), message, hint, place, f"screens.{element.name}"))

    def _entity(self, name: str, path: str) -> Entity | None:
        entity = self.entities.get(name)
        if entity is None and name:
            otherwise = f"use one of the app's entities: {listed(self.entities) or 'it has none'}"
            hint = suggest(name, self.entities, otherwise)
            self._problem(Code.UNKNOWN_TARGET, path, f"there is no entity {shown(name)}", hint)
        return entity

    def _check(self, path: str, names: Iterable[str], entity: Entity) -> None:
        """``path``: where the names stand; its last part is ``columns`` or ``search``."""
        attributes = {attribute.name: attribute for attribute in entity.attributes}
        key = path.rpartition(".")[2]
        for name in names:
            attribute = attributes.get(name)
            if attribute is None:
                hint = suggest(name, attributes, f"use one of its attributes: {listed(attributes) or 'it has none'}")
                message = f"{key} names {shown(name)}, which is no attribute of {entity.name}"
                self._problem(Code.UNKNOWN_TARGET, f"{path}.{name}", message, hint)
            elif key == "columns" and attribute.type.basic is Basic.BINARY_DATA:
                hint = "remove it: the detail screen offers it for download"
                message = f"{name} cannot be a column: it is Binary Data"
                self._problem(Code.WRONG_TYPE, f"{path}.{name}", message, hint)
            elif key == "search" and attribute.type.basic not in TEXT_TYPES:
                hint = "name Text, Email and Phone Number attributes alone; lists filter by the others"
                message = f"{name} cannot be searched: it is no text"
                self._problem(Code.WRONG_TYPE, f"{path}.{name}", message, hint)

    def _check_computed(self, path: str, computed: Iterable[Formula], entity: Entity) -> None:
        known = {"id": "Id", **{attribute.name.casefold(): attribute.name for attribute in entity.attributes}}
        for one in computed:
            if taken := known.get(one.name.casefold()):
                message = f"a computed column cannot be called {one.name}: {taken} is an attribute of {entity.name}"
                hint = f"write {taken} for the attribute itself, or give the column a name of its own"
                self._problem(Code.DUPLICATE_NAME, f"{path}.{one.name}", message, hint)


def _plain(columns: Iterable[str], computed: Iterable[Formula]) -> list[str]:
    """The columns that are attributes."""
    names = {one.name for one in computed}
    return [column for column in columns if column not in names]


def default_columns(entity: Entity) -> tuple[str, ...]:
    """The columns of a list whose author names none: the first five attributes but Binary Data."""
    shown_ones = [a.name for a in entity.attributes if a.type.basic is not Basic.BINARY_DATA]
    return tuple(shown_ones[:COLUMNS])


def default_search(entity: Entity) -> tuple[str, ...]:
    """The attributes that such a list searches: the display attribute, if it is a text."""
    return tuple(a.name for a in entity.attributes if a.name == entity.display and _is_text(a))


def _is_text(attribute: Attribute) -> bool:
    return attribute.type.basic in TEXT_TYPES


def _made(entity: Entity, kind: ScreenKind, taken: set[str]) -> Screen:
    is_list = kind is ScreenKind.LIST
    name = _free(plural(entity.name) if is_list else f"{entity.name}Detail", taken)
    return Screen(
        name=name,
        kind=kind,
        entity=entity.name,
        columns=default_columns(entity) if is_list else (),
        search=default_search(entity) if is_list else (),
        generated=True,
        place=entity.place,
    )


def plural(name: str) -> str:
    """An English plural, good enough for a menu: Categories, Boxes, Tickets."""
    lower = name.lower()
    if lower.endswith("y") and lower[-2:-1] not in tuple("aeiou"):
        return f"{name[:-1]}ies"
    return f"{name}es" if lower.endswith(("s", "x", "z", "ch", "sh")) else f"{name}s"


def _free(name: str, taken: set[str]) -> str:
    """``name``, or with the first number behind it that no screen has."""
    found, number = name, 2
    while found.casefold() in taken:
        found, number = f"{name}{number}", number + 1
    taken.add(found.casefold())
    return found
