"""Servers killed with ``kill -9`` in publish and promote, at every step: the next command's server ends the operation,
the end is the same as undisturbed, and every effect is there exactly once. Real processes, real engines.

One operation is killed at each step: before it, with its effect but before that is recorded, and when it is recorded.
Of promotions, whose steps are a publish's last ones, each time at the moment that leaves most to the next server.
In others one step is killed, in its midst or with its effect, and the client's own server ends them.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.acceptance.killed_app import KilledApp
from tests.acceptance.killing_server import DONE
from tests.acceptance.kills.killed import MOMENTS, STEPS, survives, survives_all

WITHIN = (
    ("image", "odcpub.store.assets:Assets.add_revision"),
    ("start", "odcpub.engines.runner.process:spawn"),
    ("expand", "odcpub.engines.database.migrate:_Phase._execute"),
    ("tighten", "odcpub.engines.database.chain:enter"),
)
"""Half an effect: (step, function of the product after which the server dies)."""
WITHIN_LONG = (
    ("compile", "odcpub.store.blobs:Blobs.put"),
    ("image", "odcpub.engines.registry.layout:LayoutRegistry.put"),
    ("start", "odcpub.store.stages:Stages.begin_deployment"),
    ("start", "odcpub.engines.runner.state:States.write"),
    ("expand", "odcpub.operations.steps.expand:write_scripts"),
    ("ready", "odcpub.engines.runner.local:LocalRunner.wait"),
    ("tighten", "odcpub.engines.database.migrate:_Phase._part"),
    ("ready", "odcpub.operations.steps.ready:published"),
)
DONE_STEPS = [(kind, step) for kind, steps in STEPS.items() for step in steps]
"""All publishes first, whose revisions are what is promoted."""


@pytest.mark.parametrize(
    ("step", "function"),
    [pytest.param(*one, id="-".join(one)) for one in WITHIN]
    + [pytest.param(*one, id="-".join(one), marks=pytest.mark.long) for one in WITHIN_LONG],
)
def test_killed_within(app: KilledApp, undisturbed: dict[str, Counter[str]], step: str, function: str) -> None:
    survives(app, undisturbed, "publish", step, function)


@pytest.mark.long
@pytest.mark.parametrize(("kind", "step"), DONE_STEPS)
def test_killed_when_done(app: KilledApp, undisturbed: dict[str, Counter[str]], kind: str, step: str) -> None:
    survives(app, undisturbed, kind, step, DONE)


@pytest.mark.parametrize(
    ("kind", "moment"),
    [
        pytest.param(kind, moment, marks=() if kind == "publish" or moment == DONE else pytest.mark.long)
        for kind in STEPS
        for moment in MOMENTS
    ],
)
def test_killed_at_each_step(app: KilledApp, undisturbed: dict[str, Counter[str]], kind: str, moment: str) -> None:
    survives_all(app, undisturbed, kind, moment)
