"""The table of cases: for each sentence of docs/logic.md an action, rows, calls and what follows. Reads files.

The same cases run on the Python model and on the real compiler, app and database. ``cases/*.yaml`` hold them:
``case`` (the sentence), ``action`` (its YAML), ``also`` (further actions), ``rows`` (tables that are other than in
``rows.yaml``), ``call`` (inputs as JSON), then ``answer`` (outputs as JSON) or ``refusal``, and ``after``: by table and
identifier what is other than before; ``gone`` for a row that is not there any more, ``moment`` for any moment. Instead
of one call there may be several, one after another, as ``calls``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from textwrap import indent
from typing import Any

import yaml

from odcpub.model.elements import Asset, Library, VerifiedAsset
from odcpub.model.load import RawModel, parts_of
from odcpub.model.logic.check import typed
from odcpub.model.logic.surroundings import surroundings
from odcpub.model.logic.tree import Action
from odcpub.model.verify import verify

FOLDER = Path(__file__).parent
DESK, ROWS, MONEY = FOLDER / "desk.yaml", FOLDER / "rows.yaml", FOLDER / "money.yaml"
Json = Any
Rows = Mapping[str, list[dict[str, Json]]]


@dataclass(frozen=True)
class Expected:
    """``refusal``: code, message, errors; None where there is an answer."""

    given: Mapping[str, Json]
    answer: Mapping[str, Json] | None
    refusal: Mapping[str, Json] | None
    after: Mapping[str, Mapping[int, Json]] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """``action``: the name of the action that it calls; ``text``: the YAML of its actions."""

    sentence: str
    action: str
    text: str
    rows: Rows
    calls: tuple[Expected, ...]

    def __str__(self) -> str:
        return self.sentence


@cache
def cases() -> tuple[Case, ...]:
    found = []
    before = yaml.safe_load(ROWS.read_text())
    for path in sorted((FOLDER / "cases").glob("*.yaml")):
        for number, one in enumerate(yaml.safe_load(path.read_text()), start=1):
            found.append(_case(one, f"{path.stem.capitalize()}{number}", before))
    return tuple(found)


def _case(one: dict[str, Any], name: str, before: Rows) -> Case:
    action = indent(one["action"].replace("ITSELF", name), "    ")
    text = f"{name}:\n    api: true\n{action}\n{one.get('also', '')}"
    calls = tuple(_expected(call) for call in one.get("calls", [one]))
    return Case(one["case"], name, text, {**before, **one.get("rows", {})}, calls)


def _expected(call: dict[str, Any]) -> Expected:
    return Expected(call.get("call", {}), call.get("answer"), call.get("refusal"), call.get("after", {}))


def model_text(actions: Mapping[str, str] | None = None) -> str:
    """The whole model: desk.yaml with the cases' actions."""
    texts = (actions or {case.action: case.text for case in cases()}).values()
    return DESK.read_text() + "\n".join(indent(text, "  ") for text in texts)


def asset_of(text: str, libraries: Mapping[str, Library] | None = None) -> Asset:
    """Raises ModelError with all problems."""
    return verify(RawModel((parts_of(text.encode(), "app.yaml"),)), libraries or {})[0]


def actions_of(asset: Asset, libraries: Mapping[str, Library] | None = None) -> dict[str, Action]:
    """The typed actions, those of libraries as ``Money.Round``."""
    found = _typed(asset, libraries or {})
    for name, library in (libraries or {}).items():
        found |= {f"{name}.{one}": action for one, action in _typed(library.asset, {}).items()}
    return found


def _typed(asset: Asset, libraries: Mapping[str, Library]) -> dict[str, Action]:
    around = surroundings(asset, libraries)
    return {action.name: typed(action, around) for action in asset.server_actions}


@cache
def desk() -> Asset:
    """The app with all cases' actions."""
    return asset_of(model_text(), money())


@cache
def money() -> dict[str, Library]:
    return {"Money": Library(VerifiedAsset(asset_of(MONEY.read_text())), "1.0.0", 1, "sha256:" + "0" * 64)}
