"""As ``test_operations``, with the platform's records in PostgreSQL: one operation for each moment, killed at that
moment of every step; each time the moment that leaves most to the next server, with an effect that is not recorded, and
the others in `make long`."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.acceptance.killed_app import KilledApp
from tests.acceptance.killing_server import DONE
from tests.acceptance.kills.killed import MOMENTS, STEPS, survives, survives_all
from tests.acceptance.kills.test_operations import WITHIN

pytestmark = pytest.mark.database
STORE = "postgresql"


@pytest.mark.parametrize(
    "moment", [pytest.param(moment, marks=() if moment == DONE else pytest.mark.long) for moment in MOMENTS]
)
@pytest.mark.parametrize("kind", STEPS)
def test_killed_at_each_step(app: KilledApp, undisturbed: dict[str, Counter[str]], kind: str, moment: str) -> None:
    survives_all(app, undisturbed, kind, moment)


@pytest.mark.parametrize(
    ("step", "function"),
    [pytest.param(*one, id="-".join(one), marks=() if one[0] == "tighten" else pytest.mark.long) for one in WITHIN],
)
def test_killed_within(app: KilledApp, undisturbed: dict[str, Counter[str]], step: str, function: str) -> None:
    survives(app, undisturbed, "publish", step, function)
