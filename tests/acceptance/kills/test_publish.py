"""Servers killed with ``kill -9`` at every step of a publish: the next command's server ends the operation, the end is
the same as undisturbed, and every effect is there exactly once. Real processes, real engines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.acceptance.killed_app import KilledApp
from tests.acceptance.killing_server import BEFORE, DONE, RECORDED
from tests.acceptance.kills.killed import STEPS, case, survives

WITHIN = (
    ("compile", "odcpub.store.blobs:Blobs.put"),
    ("image", "odcpub.engines.registry.layout:LayoutRegistry.put"),
    ("image", "odcpub.store.assets:Assets.add_revision"),
    ("start", "odcpub.store.stages:Stages.begin_deployment"),
    ("start", "odcpub.engines.runner.process:spawn"),
    ("start", "odcpub.engines.runner.state:States.write"),
    ("expand", "odcpub.operations.deploying:write_scripts"),
    ("expand", "odcpub.engines.database.migrate:_Phase._execute"),
    ("ready", "odcpub.engines.runner.local:LocalRunner.wait"),
    ("tighten", "odcpub.engines.database.chain:promote"),
    ("tighten", "odcpub.engines.database.migrate:_Phase._execute"),
    ("ready", "odcpub.store.stages:Stages.end_deployment"),
)
"""Half an effect: (step, function of the product after which the server dies)."""


def cases() -> Iterator[object]:
    for step in STEPS["publish"]:
        for moment in (BEFORE, DONE, RECORDED):
            yield case(step, moment)
    # Its only effect is that the client may leave: killed later, nobody would be there to see it.
    yield case("end", BEFORE)
    for step, function in WITHIN:
        yield case(step, function)


@pytest.mark.parametrize(("step", "moment"), list(cases()))
def test_killed(app: KilledApp, undisturbed: dict[str, Counter[str]], step: str, moment: str) -> None:
    survives(app, undisturbed, "publish", step, moment)
