"""The screens of a whole model, typed: expressions, actions that buttons call, screens that they go to. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from odcpub.errors import Problem
from odcpub.model.elements import Asset, Screen, ScreenKind
from odcpub.model.expressions.scope import Hearer
from odcpub.model.language import EXPRESSIVE, NOT_YET
from odcpub.model.logic.surroundings import Surroundings
from odcpub.model.problems import Code
from odcpub.model.raw import ScreenPart
from odcpub.model.screens.around import Around
from odcpub.model.screens.buttons import button
from odcpub.model.screens.checking import Checking
from odcpub.model.screens.dashboards import part
from odcpub.model.screens.typed import TypedScreen


def problems_of_screens(asset: Asset, around: Surroundings, parts: Iterable[ScreenPart]) -> list[Problem]:
    """What is wrong with the screens that authors wrote (``parts``), which ``asset`` has with their defaults. An entity
    that is not there was told already."""
    problems: list[Problem] = []
    asking = [one for one in parts if not one.written.isdisjoint(EXPRESSIVE)]
    known = Around(asset, around) if asking else None
    for one in asking:
        early = list(_not_yet(one))
        problems += early
        screen = known and known.screens.get(one.element.name)
        if known and screen and not early:
            _typed(Checking(known, screen, one.places, problems))
    return problems


def _not_yet(part: ScreenPart) -> Iterator[Problem]:
    for key in NOT_YET:
        if key in part.written:
            message, hint = f"'{key}' is part of the language but not supported yet", "leave it out for now"
            place = part.places.get(key, part.element.place)
            yield Problem(str(Code.NOT_SUPPORTED), message, hint, place, f"screens.{part.element.name}")


def typed(screen: Screen, around: Around) -> TypedScreen:
    """A screen of a verified model."""
    problems: list[Problem] = []
    made = _typed(Checking(around, screen, {}, problems))
    if problems:
        raise AssertionError(f"{screen.name} was verified: {problems[0].message}")
    return made


def listen(part: ScreenPart, around: Around, hear: Hearer) -> None:
    """Tells ``hear`` of all expressions of a screen that its author wrote."""
    _typed(Checking(around, part.element, part.places, [], hear=hear))


def _typed(checking: Checking) -> TypedScreen:
    screen = checking.screen
    if screen.kind is ScreenKind.DASHBOARD:
        parts = (part(checking.within(f"dashboard.{number}"), one) for number, one in enumerate(screen.parts))
        return TypedScreen(screen, parts=tuple(one for one in parts if one))
    entity = checking.around.entities.get(screen.entity)
    if entity is None:
        return TypedScreen(screen)
    rows = checking.rows(entity, screen) if screen.kind is ScreenKind.LIST else None
    buttons = (button(checking.within(f"actions.{one.action}"), one, entity) for one in screen.buttons)
    return TypedScreen(screen, rows, tuple(one for one in buttons if one))
