"""As ``test_publish`` and ``test_promote``, on Docker, registry, PostgreSQL server and Kubernetes: each step once, with
its effect but before it is recorded."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.acceptance.killed_app import KilledApp
from tests.acceptance.killing_server import DONE
from tests.acceptance.kills.killed import STEPS, survives

pytestmark = pytest.mark.kubernetes
PROFILE = "kind"


@pytest.mark.parametrize(("kind", "step"), [(kind, step) for kind, steps in STEPS.items() for step in steps])
def test_killed(app: KilledApp, undisturbed: dict[str, Counter[str]], kind: str, step: str) -> None:
    survives(app, undisturbed, kind, step, DONE)
