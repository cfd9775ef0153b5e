"""Rows and calls for a random app, in JSON, and what the Python model makes of them. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from odcpub.model.elements import Attribute, Basic, DataType
from odcpub.model.logic.tree import Action
from tests.actions.playing import InPython, Outcome, Tables
from tests.actions.random_texts import Texts
from tests.actions.values import Ambiguous, Fault, Refusal
from tests.expressions import TYPES

MOST_ROWS, TRIES = 4, 12
_KINDS = {type_: kind for kind, type_ in TYPES.items()}
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Called:
    """A call, and what the model says that follows."""

    action: str
    given: Mapping[str, Any]
    outcome: Outcome
    after: Tables


class Caller:
    """Draws rows and calls; the model runs beside."""

    def __init__(self, random: Random, texts: Texts, played: InPython) -> None:
        self.random, self.texts, self.played = random, texts, played

    def rows(self) -> Rows:
        """Rows that the rules accept, which the model then has."""
        self.played.fill({})
        found: Rows = {}
        database = self.played.app.database
        for name, entity in database.entities.items():
            found[name] = rows = []
            for _ in range(TRIES):
                row = {one.name: self._given(one, name) for one in entity.attributes if self.random.random() < 0.9}
                try:
                    before = dict(database.next_id)
                    database.insert(name, self.played.reading.values(row, entity.attributes))
                    rows.append(row)
                except (Refusal, Ambiguous):
                    database.next_id = before
                if len(rows) == MOST_ROWS:
                    break
        return found

    def _given(self, attribute: Attribute, entity: str) -> Any:
        if attribute.type.basic is Basic.IDENTIFIER and attribute.type.target in self.played.app.database.entities:
            rows = self.played.app.database.tables[attribute.type.target]
            return self.random.choice([*rows, *rows, None]) if rows else None
        if self.random.random() < 0.8 and (fitting := _FITTING.get(attribute.type.basic)):
            return self.random.choice(fitting)
        return self.value(attribute.type)

    def value(self, type_: DataType) -> Any:
        """A value of a type, in JSON."""
        if type_.many:
            one = replace(type_, many=False)
            return [self.value(one) for _ in range(self.random.randint(0, 3))]
        if type_.basic is Basic.STRUCTURE:
            known = self.played.reading.structures[type_.target]
            made = {one.name: self.value(one.type) for one in known if self.random.random() < 0.8}
            return made if self.random.random() < 0.8 else None
        if type_.basic is Basic.IDENTIFIER and type_.target not in ("Customer", "Status"):
            return self.random.choice([1, 2, 3, 4, None])
        kind = _kind(type_)
        return self.played.reading.json(self.texts.values(self.random, kind), TYPES[kind])

    def calls(self, actions: Mapping[str, Action], each: int) -> Iterator[Called]:
        """``each`` calls of every action, in any order; what the documents leave open is left out."""
        names = [name for name in actions for _ in range(each)]
        self.random.shuffle(names)
        for name in names:
            given = {one.name: self._input(one) for one in actions[name].inputs if self.random.random() < 0.9}
            known = dict(self.played.app.database.next_id)
            try:
                outcome = self.played.call(name, given)
            except (Ambiguous, Fault):
                self.played.app.database.next_id = known  # it is not called
                continue
            yield Called(name, given, outcome, self.played.tables())

    def _input(self, attribute: Attribute) -> Any:
        """Mostly one that its limits allow."""
        limits = attribute.mandatory, attribute.minimum
        whole = attribute.type.basic is Basic.INTEGER and not attribute.type.many
        return 1 if whole and limits != (False, None) else self.value(attribute.type)


def _kind(type_: DataType) -> str:
    plain = replace(type_, length=None, target_key="")
    if plain.basic is Basic.DECIMAL:
        return _KINDS.get(plain, "Decimal")
    return next(kind for one, kind in _KINDS.items() if (one.basic, one.target) == (plain.basic, plain.target))


_FITTING: Mapping[Basic, tuple[Any, ...]] = {
    Basic.TEXT: ("Ann", "ab", "Zoe", "bob"),
    Basic.INTEGER: (0, 1, 2, 50),
    Basic.LONG_INTEGER: ("1", "3", "99"),
    Basic.DECIMAL: ("1.5", "2", "99.12"),
    Basic.CURRENCY: ("1.5", "80"),
    Basic.DATE: ("2026-01-31", "2024-02-29", "2025-12-24"),
}
