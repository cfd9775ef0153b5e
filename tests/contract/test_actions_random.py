"""Random actions on the real compiler, app and database do what the independent Python model says: the same answers,
the same refusals, the same rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler
from tests.actions.cases import actions_of, asset_of
from tests.actions.playing import InPython
from tests.actions.published import Published, published
from tests.actions.random_app import RandomApp, random_app, seeded, written
from tests.actions.random_calls import Called, Caller
from tests.actions.random_texts import Texts

EACH_TIME = (0, 4)
"""Apps that are tried each time: between them they noticed each of 18 wrong meanings that the model was given."""
APPS, ACTIONS, CALLS = 30, 60, 3
"""Apps in all, actions of each, calls of each action."""
TOLD = 3


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts(1, 25)


@pytest.mark.parametrize(
    "number", [pytest.param(one, marks=[] if one in EACH_TIME else [pytest.mark.long]) for one in range(APPS)]
)
def test_random_actions_do_what_the_model_says(
    number: int, texts: Texts, compiler: CSharpCompiler, database: Postgres, tmp_path: Path
) -> None:
    made = random_app(seeded(number), texts, ACTIONS)
    asset = asset_of(made.text())
    actions = actions_of(asset)
    caller = Caller(seeded(number), texts, InPython(asset, actions))
    with published(asset, compiler, database, tmp_path) as played:
        played.fill(caller.rows())
        differences = []
        for call in caller.calls(actions, CALLS):
            if told := _difference(made, call, played):
                differences.append(told)
                played.fill(caller.rows())
            if len(differences) == TOLD:
                break
    assert not differences, "\n\n".join(differences)


def _difference(made: RandomApp, call: Called, played: Published) -> str:
    found = played.call(call.action, call.given)
    after = played.tables()
    if (found, after) == (call.outcome, call.after):
        return ""
    lines = [f"{call.action} {dict(call.given)}", f"gives    {found}", f"expected {call.outcome}"]
    for name, rows in after.items():
        wanted = call.after[name]
        for key in sorted({*rows, *wanted}):
            if rows.get(key) != wanted.get(key):
                lines.append(f"{name} {key}: {rows.get(key)}, expected {wanted.get(key)}")
    return "\n".join([*lines, written({call.action: made.actions[call.action]})])
