"""Servers killed with ``kill -9`` at every step of publish and promote: the next command's server ends the operation,
the end is the same as undisturbed, and every effect is there exactly once. Real processes, real engines."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from odcpub.model.elements import Kind
from odcpub.operations.pipelines import PIPELINES
from odcpub.store.records import OperationKind
from tests.acceptance.conftest import NEEDED
from tests.acceptance.killed_app import STAGES, KilledApp, Zygote, gone, kubectl, wait_for
from tests.acceptance.killing_server import BEFORE, DONE, RECORDED
from tests.installation import PROFILES, call, installation

KINDS = {"publish": OperationKind.PUBLISH, "promote": OperationKind.DEPLOY}
STEPS = {kind: [*(step.name for step in PIPELINES[of, Kind.APP]), "end"] for kind, of in KINDS.items()}
WITHIN = (
    ("publish", "compile", "odcpub.store.blobs:Blobs.put"),
    ("publish", "image", "odcpub.engines.registry.layout:LayoutRegistry.put"),
    ("publish", "image", "odcpub.store.assets:Assets.add_revision"),
    ("publish", "start", "odcpub.store.stages:Stages.begin_deployment"),
    ("publish", "start", "odcpub.engines.runner.process:spawn"),
    ("publish", "start", "odcpub.engines.runner.state:States.write"),
    ("publish", "expand", "odcpub.operations.deploying:write_scripts"),
    ("publish", "expand", "odcpub.engines.database.migrate:_Phase._execute"),
    ("publish", "ready", "odcpub.engines.runner.local:LocalRunner.wait"),
    ("publish", "tighten", "odcpub.engines.database.chain:promote"),
    ("publish", "tighten", "odcpub.engines.database.migrate:_Phase._execute"),
    ("publish", "finish", "odcpub.store.stages:Stages.end_deployment"),
    ("publish", "end", "odcpub.store.journal:Journal.finish"),
)
"""Half an effect: (operation, step, function of the product after which the server dies)."""


def cases() -> Iterator[object]:
    for kind, steps in STEPS.items():
        for step in steps:
            for moment in (BEFORE, DONE, RECORDED):
                yield pytest.param(kind, step, moment, id=f"{kind}-{step}-{moment}")
    for kind, step, call_ in WITHIN:
        yield pytest.param(kind, step, call_, id=f"{kind}-{step}-{call_.rpartition(':')[2]}")


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    made = Zygote()
    yield made
    made.close()


@pytest.fixture(
    scope="module", params=[pytest.param(p, marks=pytest.mark.kubernetes if p == "kind" else ()) for p in PROFILES]
)
def app(request: pytest.FixtureRequest, zygote: Zygote) -> Iterator[KilledApp]:
    """An app that runs in Development and QA, on each profile whose engines are there."""
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if request.param == "kind" and missing:
        reason = f"the profile kind needs {', '.join(missing)}"
        assert os.environ.get("ODCPUB_TEST_REQUIRE") != "1", reason
        pytest.skip(reason)
    with installation() as odcpub:
        odcpub.use(request.param)
        made = KilledApp(odcpub, zygote, request.param)
        for kind in ("publish", "promote"):
            done = made.run(kind)
            assert done.code == 0, done.err
        assert call("POST", f"{made.address('Development')}/api/Item", {"Name": "Ada"}).status == 201
        yield made
        for stage in STAGES if request.param == "kind" else ():
            odcpub.run("undeploy", made.name, "--stage", stage, code=None)


@pytest.fixture(scope="module")
def undisturbed(app: KilledApp) -> dict[str, Counter[str]]:
    """What one publish and one promotion change when nobody is killed."""
    found = {}
    for kind in KINDS:
        app.prepare(kind)
        before = app.effects()
        done = app.run(kind)
        assert done.code == 0, done.err
        found[kind] = change(before, app.effects())
    stage = {"publish": "development", "promote": "qa"}
    for kind, changed in found.items():
        where = stage[kind]
        assert changed["revisions"] == changed["images"] == (1 if kind == "publish" else 0)
        for one in ("columns", "versions expand", "versions tighten", "deployments Finished"):
            assert changed[f"{where} {one}"] == 1, (kind, one, changed)
    return found


def change(before: Counter[str], after: Counter[str]) -> Counter[str]:
    return Counter({name: after[name] - before[name] for name in after.keys() | before.keys()})


@pytest.mark.parametrize(("kind", "step", "moment"), list(cases()))
def test_killed(app: KilledApp, undisturbed: dict[str, Counter[str]], kind: str, step: str, moment: str) -> None:
    if app.profile == "kind" and moment != DONE:
        pytest.skip("on the cluster each step is killed once, with its effect but before it is recorded")
    app.prepare(kind)
    before = app.effects()
    doomed = app.armed(step, moment)
    with app.served():
        done = app.run(kind)
    assert done.code == 0, done.err
    gone(doomed)
    assert app.answering() not in (0, doomed), "the command has started the server again"
    assert change(before, app.effects()) == undisturbed[kind]
    assert_steps_ran(app, step, moment)
    assert_settled(app)
    assert_nothing_left_to_do(app, kind)


def assert_steps_ran(app: KilledApp, step: str, moment: str) -> None:
    """Every step once; the one that was killed again, unless it had been recorded."""
    began = app.began()
    again = {step} if moment not in (BEFORE, RECORDED) and step != "end" else set()
    assert {name for name, times in began.items() if times > 1} <= again, began
    assert max(began.values()) <= 2, began


def assert_settled(app: KilledApp) -> None:
    """One process of each sort; on the cluster one ReplicaSet with its pods."""
    expected = {name: 1 for name in app.processes()}
    if app.profile == "kind":
        expected |= {"keeper": 0, "database": 0}
        for stage in STAGES:
            wait_for(lambda stage=stage: app.replicas(stage) == (1, 1), f"one version in {stage}")
    wait_for(lambda: app.counted() == expected, f"{expected}, there is {app.processes()}")


def assert_nothing_left_to_do(app: KilledApp, kind: str) -> None:
    plan = app.plan(kind)
    assert (plan["build"], plan["data"], plan["deploy"]) == ([], [], []), plan
    stage = "Development" if kind == "publish" else "QA"
    item = call("GET", f"{app.address(stage)}/api/Item").body
    if kind == "publish":
        names = [name for name in item["items"][0] if name.startswith("Case")]
        assert len(names) == app.edits, names
        assert {item["items"][0][name] for name in names} == {"kept"}
