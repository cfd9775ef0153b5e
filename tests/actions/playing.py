"""What an app does that is called, in JSON: the Python model of it, and how a case is held against either. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from odcpub.model.elements import Asset, Library
from odcpub.model.logic.tree import Action
from tests.actions.cases import Case, Expected, Rows
from tests.actions.interpreter import App
from tests.actions.json_values import Reading
from tests.actions.values import Refusal

NOW = datetime.fromisoformat("2026-01-31T10:30:15.25+00:00")
Tables = Mapping[str, Mapping[int, Mapping[str, Any]]]


@dataclass(frozen=True)
class Outcome:
    """The answer, or a refusal with its code (empty for none), message and sentences by input."""

    answer: Mapping[str, Any] | None = None
    code: str = ""
    message: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


class Played(Protocol):
    """An app that can be called; all in JSON."""

    def fill(self, rows: Rows) -> None:
        """These rows and no others, in this order, by what the app's API would make of them; identifiers from 1."""

    def call(self, action: str, given: Mapping[str, Any]) -> Outcome:
        """Of an action's name."""

    def tables(self) -> Tables:
        """All rows of the entities, by identifier."""


class InPython:
    """The model."""

    def __init__(
        self, asset: Asset, actions: Mapping[str, Action], libraries: Mapping[str, Library] | None = None
    ) -> None:
        self._asset, self._actions, self._libraries = asset, actions, libraries or {}
        self.app = App(asset, self._libraries, actions)
        self.reading = Reading(asset, self._libraries, lambda attribute: self.app.world.default(attribute))

    def fill(self, rows: Rows) -> None:
        self.app = App(self._asset, self._libraries, self._actions)
        self.app.world.now = NOW
        for entity in self._asset.entities:
            self.app.database.tables[entity.name] = {}
        for name, given in rows.items():
            for one in given:
                self.app.database.insert(name, self.reading.values(one, self.app.database.attributes(name)))

    def call(self, action: str, given: Mapping[str, Any]) -> Outcome:
        called = self._actions[action]
        try:
            found = self.app.call(action, self.reading.values(given, called.inputs), NOW)
        except Refusal as refusal:
            inputs = {one.name for one in called.inputs}
            return Outcome(
                None, refusal.code, refusal.message, {k: v for k, v in refusal.errors.items() if k in inputs}
            )
        return Outcome({one.name: self.reading.json(found[one.name], one.type) for one in called.outputs})

    def tables(self) -> Tables:
        return {
            entity.name: {
                key: {one.name: self.reading.json(row[one.name], one.type) for one in entity.attributes}
                for key, row in sorted(self.app.database.tables[entity.name].items())
            }
            for entity in self._asset.entities
        }


class _Moment:
    """Equals any moment."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and other.endswith("Z")

    def __repr__(self) -> str:
        return "a moment"

    __hash__ = None  # type: ignore[assignment]


def hold(case: Case, played: Played) -> None:
    """Asserts that a case's calls give what it says."""
    played.fill(case.rows)
    for call in case.calls:
        before = played.tables()
        _same(call, played.call(case.action, call.given))
        assert played.tables() == _after(before, call.after)


def _same(call: Expected, found: Outcome) -> None:
    if call.refusal is None:
        assert found == Outcome(call.answer)
        return
    assert (found.answer, found.code) == (None, call.refusal["code"] or "")
    assert found.errors == call.refusal.get("errors", {})
    if "message" in call.refusal:
        assert found.message == call.refusal["message"]


def _after(before: Tables, changes: Mapping[str, Mapping[int, Any]]) -> dict[str, dict[int, Any]]:
    found: dict[str, dict[int, Any]] = {name: dict(rows) for name, rows in before.items()}
    for name, rows in changes.items():
        attributes = list(next(iter(found[name].values())))
        for key, changed in rows.items():
            if changed == "gone":
                del found[name][key]
                continue
            known = found[name].get(key) or dict.fromkeys(attributes)
            found[name][key] = {**known, **{one: _Moment() if v == "moment" else v for one, v in changed.items()}}
    return found
