"""Screens: those the author wrote, and a list and a detail for every entity that has none. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from odcpub.errors import Place, Problem
from odcpub.model.elements import Attribute, Basic, Entity, Screen, ScreenKind
from odcpub.model.language import RESERVED_SCREENS, TEXT_TYPES
from odcpub.model.problems import Code
from odcpub.model.raw import ScreenPart
from odcpub.text import listed, shown, suggest

COLUMNS = 5
"""How many attributes a list shows unless its author says which."""


def screens(problems: list[Problem], parts: Sequence[ScreenPart], entities: Sequence[Entity]) -> tuple[Screen, ...]:
    """All screens of the app: written ones first, then what is made for entities, in the entities' order."""
    by_name = {entity.name: entity for entity in entities}
    written = tuple(_written(problems, part, by_name) for part in parts)
    taken = {screen.name.casefold() for screen in written} | RESERVED_SCREENS
    there = {(screen.entity, screen.kind) for screen in written}
    made: list[Screen] = []
    for entity in entities:
        for kind in ScreenKind:
            if (entity.name, kind) not in there:
                made.append(_made(entity, kind, taken))
    return (*written, *made)


def _written(problems: list[Problem], part: ScreenPart, entities: dict[str, Entity]) -> Screen:
    screen = part.element
    entity = entities.get(screen.entity)
    path = f"screens.{screen.name}"
    if entity is None:
        if screen.entity:
            hint = suggest(
                screen.entity, entities, f"use one of the app's entities: {listed(entities) or 'it has none'}"
            )
            message = f"there is no entity {shown(screen.entity)}"
            problems.append(Problem(str(Code.UNKNOWN_TARGET), message, hint, part.entity_place, path))
        return screen
    if screen.kind is ScreenKind.DETAIL:
        return screen
    for key, members in (("columns", part.columns), ("search", part.search)):
        for member in members or ():
            _check_member(problems, entity, key, member, path)
    columns = default_columns(entity) if part.columns is None else tuple(name for name, _ in part.columns)
    search = default_search(entity) if part.search is None else tuple(name for name, _ in part.search)
    return replace(screen, columns=columns, search=search)


def _check_member(problems: list[Problem], entity: Entity, key: str, member: tuple[str, Place], path: str) -> None:
    """``key``: ``columns`` or ``search``; ``member``: the name of an attribute, and where it is written."""
    name, place = member
    attributes = {attribute.name: attribute for attribute in entity.attributes}
    attribute = attributes.get(name)
    if attribute is None:
        hint = suggest(name, attributes, f"use one of its attributes: {listed(attributes) or 'it has none'}")
        message = f"{key} names {shown(name)}, which is no attribute of {entity.name}"
        problems.append(Problem(str(Code.UNKNOWN_TARGET), message, hint, place, path))
    elif key == "columns" and attribute.type.basic is Basic.BINARY_DATA:
        hint = "remove it: the detail screen offers it for download"
        problems.append(
            Problem(str(Code.WRONG_TYPE), f"{name} cannot be a column: it is Binary Data", hint, place, path)
        )
    elif key == "search" and attribute.type.basic not in TEXT_TYPES:
        hint = "name Text, Email and Phone Number attributes alone; lists filter by the others"
        problems.append(Problem(str(Code.WRONG_TYPE), f"{name} cannot be searched: it is no text", hint, place, path))


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
