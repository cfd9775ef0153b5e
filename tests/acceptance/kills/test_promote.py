"""As ``test_publish``, for promotions."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.acceptance.killed_app import KilledApp
from tests.acceptance.killing_server import BEFORE, DONE, RECORDED
from tests.acceptance.kills.killed import STEPS, case, survives

CASES = [case(step, moment) for step in STEPS["promote"] for moment in (BEFORE, DONE, RECORDED)]


@pytest.mark.parametrize(("step", "moment"), [*CASES, case("end", BEFORE)])
def test_killed(app: KilledApp, undisturbed: dict[str, Counter[str]], step: str, moment: str) -> None:
    survives(app, undisturbed, "promote", step, moment)
