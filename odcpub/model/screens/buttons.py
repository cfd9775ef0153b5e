"""Buttons of screens: the actions they call, what the row and the user give, where they lead. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from odcpub.model import elements as el
from odcpub.model.elements import Attribute, Basic, Entity, Formula, Screen, ScreenKind, ServerAction
from odcpub.model.expressions import rules, tree
from odcpub.model.expressions.scope import Scope
from odcpub.model.expressions.tree import Expression
from odcpub.model.problems import Code
from odcpub.model.screens.checking import Checking
from odcpub.model.screens.typed import Asked, Button, Given
from odcpub.text import listed, shown, suggest

_NOT_ASKED = frozenset({Basic.STRUCTURE, Basic.BINARY_DATA})


def button(checking: Checking, said: el.Button, entity: Entity) -> Button | None:
    """The button of a list or detail of ``entity``; None where its action is unknown."""
    action = checking.around.actions.get(said.action)
    if action is None:
        _unknown(checking, said)
        return None
    return _Button(checking, said, entity, action).made()


def _unknown(checking: Checking, said: el.Button) -> None:
    actions = checking.around.actions
    otherwise = f"use one of the app's server actions: {listed(actions) or 'it has none'}"
    if "." in said.action:
        otherwise = "call it from a server action of the app"
    hint = suggest(said.action, actions, otherwise)
    checking.report(Code.UNKNOWN_TARGET, said.place, f"there is no server action {shown(said.action)}", hint)


@dataclass(frozen=True, slots=True)
class _Button:
    checking: Checking
    said: el.Button
    entity: Entity
    action: ServerAction

    def made(self) -> Button:
        said, checking = self.said, self.checking
        row, rows = self._takes()
        has_row = bool(row) or checking.screen.kind is ScreenKind.DETAIL
        over = self.entity if has_row or rows else None
        scope = checking.around.scope(over)
        # What fixes inputs is the same for all selected rows.
        of_one = checking.around.scope(self.entity if has_row else None)
        given = dict(self._values(said.given, "with", of_one, row or rows))
        asked = dict(self._values(said.asked, "ask", of_one, row or rows))
        self._check_both(given.keys() & asked.keys())
        go_to, goes_with = self._goes(has_row)
        variables = [
            one for one in (*self.action.inputs, *self.action.outputs) if one.type.basic is not Basic.STRUCTURE
        ]
        return Button(
            action=self.action,
            label=said.label,
            entity=over,
            row=row,
            rows=rows,
            given=tuple(Given(self._inputs[name], value) for name, value in given.items()),
            asked=tuple(Asked(one, asked.get(one.name)) for one in self._asked(given.keys() | {row, rows})),
            visible=checking.text(said.visible, "visible", scope, tree.BOOLEAN),
            enabled=checking.text(said.enabled, "enabled", scope, tree.BOOLEAN),
            confirm=checking.text(said.confirm, "confirm", of_one, tree.TEXT),
            message=checking.text(said.message, "message", checking.around.scope(None, variables), tree.TEXT),
            go_to=go_to,
            goes_with=goes_with,
        )

    @property
    def _inputs(self) -> Mapping[str, Attribute]:
        return {one.name: one for one in self.action.inputs}

    def _takes(self) -> tuple[str, str]:
        """The input that gets the row's identifier, and that which gets those of the selected rows; one at most."""
        own = [one for one in self.action.inputs if self._is_own(one)]
        row = next((one.name for one in own if not one.type.many), "")
        is_list = self.checking.screen.kind is ScreenKind.LIST
        rows = next((one.name for one in own if one.type.many), "") if is_list and not row else ""
        return row, rows

    def _is_own(self, variable: Attribute) -> bool:
        return variable.type.basic is Basic.IDENTIFIER and variable.type.target == self.entity.name

    def _values(
        self, formulas: tuple[Formula, ...], key: str, scope: Scope, taken: str
    ) -> Iterator[tuple[str, Expression]]:
        for formula in formulas:
            place = self.checking.place(f"{key} {formula.name}")
            known = self._inputs.get(formula.name)
            if known is None:
                others = [name for name in self._inputs if name != taken]
                hint = suggest(formula.name, others, f"use one of {listed(others)}" if others else f"remove {key}")
                message = f"{self.action.name} has no input {shown(formula.name)}"
                self.checking.report(Code.UNKNOWN_TARGET, place, message, hint)
            elif formula.name == taken:
                message = f"{formula.name} gets the identifier of the screen's {self.entity.name}"
                self.checking.report(Code.BAD_SCREEN, place, message, f"remove it from {key}")
            elif not _is_plain(known):
                what = "cannot be asked for" if key == "ask" else "cannot be given by a screen"
                message = f"{formula.name} {what}: it is {rules.spelled(known.type)}"
                self.checking.report(Code.WRONG_TYPE, place, message, f"remove it from {key}")
            elif value := self.checking.formula(formula, scope, known.type):
                yield formula.name, value

    def _check_both(self, names: set[str]) -> None:
        for name in sorted(names):
            message = f"{name} is fixed by with, and not asked for"
            place = self.checking.place(f"ask {name}")
            self.checking.report(Code.BAD_SCREEN, place, message, "remove it from with or from ask")

    def _asked(self, given: set[str]) -> Iterator[Attribute]:
        """Inputs that the user is asked for; those of other types keep their defaults."""
        said = {one.name for one in self.said.given}
        for one in self.action.inputs:
            if one.name in given or one.name in said:
                continue
            if _is_plain(one):
                yield one
            elif one.mandatory and one.default is None:
                message = (
                    f"{self.action.name} needs {one.name}, and a dialogue cannot ask for {rules.spelled(one.type)}"
                )
                hint = "call it from another action that gives it"
                self.checking.report(Code.BAD_SCREEN, self.said.place, message, hint)

    def _goes(self, has_row: bool) -> tuple[Screen | None, str]:
        """Where the button leads, and the output that says to which row."""
        name = self.said.go_to
        screen = screen_named(self.checking, name, "go_to")
        if screen is None or screen.kind is not ScreenKind.DETAIL:
            return screen, ""
        for one in self.action.outputs:
            if one.type.basic is Basic.IDENTIFIER and one.type.target == screen.entity and not one.type.many:
                return screen, one.name
        if not has_row or screen.entity != self.entity.name:
            message = f"{name} shows one {screen.entity}, and nothing says which"
            hint = f"give {self.action.name} an output of type {screen.entity} Identifier, or go to a list"
            self.checking.report(Code.BAD_SCREEN, self.checking.place("go_to"), message, hint)
        return screen, ""


def screen_named(checking: Checking, name: str, key: str) -> Screen | None:
    """The screen that a key names; None where it names none, or one that is not there, which is told."""
    screens = checking.around.screens
    if name and name not in screens:
        hint = suggest(name, screens, f"use one of {listed(screens)}")
        checking.report(Code.UNKNOWN_TARGET, checking.place(key), f"there is no screen {shown(name)}", hint)
    return screens.get(name)


def _is_plain(variable: Attribute) -> bool:
    """Whether a dialogue can ask for it, and a screen give it a value."""
    return not variable.type.many and variable.type.basic not in _NOT_ASKED
