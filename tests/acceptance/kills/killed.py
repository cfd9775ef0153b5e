"""What a killed server must not change: an operation's end and its effects, counted. Used by the tests in ``kills``."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from odcpub.model.elements import Kind
from odcpub.operations.kinds import KINDS as ASSET_KINDS
from odcpub.store.records import OperationKind
from tests.acceptance.killed_app import DEVELOPMENT, QA, STAGES, KilledApp
from tests.acceptance.killing_server import BEFORE, DONE, RECORDED
from tests.acceptance.zygote import Zygote, gone
from tests.installation import call, database_url, installation
from tests.waiting import wait_for

KINDS = {"publish": OperationKind.PUBLISH, "promote": OperationKind.DEPLOY}
STEPS = {kind: [step.name for step in ASSET_KINDS[Kind.APP].steps[of]] for kind, of in KINDS.items()}
MOMENTS = (BEFORE, DONE, RECORDED)
CLIENT_SECONDS = 300.0


@contextmanager
def published(profile: str, zygote: Zygote, store: str) -> Iterator[KilledApp]:
    """An app that runs in both stages."""
    with installation() as odcpub:
        odcpub.use(profile, own_stages=True)
        if profile == "kind":
            odcpub.databases += [database_url(odcpub, profile, stage) for stage in STAGES]
        if store == "postgresql":
            odcpub.share_store(f"odc_test_kills_{os.getpid()}")
        made = KilledApp(odcpub, zygote, profile)
        for kind in ("publish", "promote"):
            done = made.run(kind)
            assert done.code == 0, done.err
        assert call("POST", f"{made.address(DEVELOPMENT)}/api/Item", {"Name": "Ada"}).status == 201
        yield made


def measured(app: KilledApp) -> dict[str, Counter[str]]:
    """What one publish and one promotion change when nobody is killed."""
    found = {}
    for kind in KINDS:
        app.prepare(kind)
        before = app.effects()
        done = app.run(kind)
        assert done.code == 0, done.err
        found[kind] = change(before, app.effects())
    for (kind, changed), where in zip(found.items(), STAGES, strict=True):
        assert changed["revisions"] == changed["images"] == (1 if kind == "publish" else 0)
        for one in ("columns", "versions expand", "deployments Finished"):
            assert changed[f"{where} {one}"] == 1, (kind, one, changed)
        # The column's limit is checked, and what the version before asked for is forgotten.
        assert changed[f"{where} versions tighten"] == 2, (kind, changed)
    return found


def change(before: Counter[str], after: Counter[str]) -> Counter[str]:
    return Counter({name: after[name] - before[name] for name in after.keys() | before.keys()})


def survives(app: KilledApp, undisturbed: dict[str, Counter[str]], kind: str, step: str, moment: str) -> None:
    """The server dies at that moment of the operation, and nobody can tell afterwards."""
    app.prepare(kind)
    before = app.effects()
    doomed = app.armed(step, moment)
    with app.served():
        done = app.run(kind)
    assert done.code == 0, done.err
    gone(doomed)
    again = again_of([step]) if moment == DONE else [step]
    assert_as(app, kind, change(before, app.effects()), undisturbed, [doomed], again)


def survives_all(app: KilledApp, undisturbed: dict[str, Counter[str]], kind: str, moment: str) -> None:
    """One server after the other takes the operation over, goes on to that moment of its next step and dies; the one
    that the client starts ends it. Nobody can tell afterwards."""
    app.prepare(kind)
    before = app.effects()
    first, *others = [*STEPS[kind], "end"]
    doomed = [app.armed(first, moment, leading=True)]
    with app.served():
        client = app.running(kind)
        try:
            gone(doomed[0])
            for step in others:
                doomed.append(app.next_armed(step, moment))
                gone(doomed[-1])
            client.send_signal(signal.SIGCONT)
            _, told = client.communicate(timeout=CLIENT_SECONDS)
        finally:
            client.kill()
    assert client.returncode == 0, told
    again = again_of(STEPS[kind]) if moment == DONE else []
    assert_as(app, kind, change(before, app.effects()), undisturbed, doomed, again)


def again_of(steps: list[str]) -> list[str]:
    """Those that are begun again after a kill between their work and its record. The last work of the step with which
    the new version serves is to say so, and then it is never begun again."""
    return [step for step in steps if step != "ready"]


def assert_as(
    app: KilledApp,
    kind: str,
    changed: Counter[str],
    undisturbed: dict[str, Counter[str]],
    doomed: list[int],
    again: list[str],
) -> None:
    """The operation ended like one that was not disturbed. Its every step was begun once, those ``again`` once more."""
    assert app.answering() not in (0, *doomed), "the command has started the server again"
    assert changed == undisturbed[kind]
    assert app.began() == Counter([*STEPS[kind], *again])
    assert_settled(app)
    assert_nothing_left_to_do(app, kind)


def assert_settled(app: KilledApp) -> None:
    """One process of each sort; on the cluster one ReplicaSet with its pods."""
    expected = dict.fromkeys(app.processes(), 1)
    if app.profile == "kind":
        expected |= {"keeper": 0, "database": 0}
        for stage in STAGES:
            wait_for(lambda stage=stage: app.replicas(stage) == (1, 1), f"one version in {stage}")
    wait_for(lambda: app.counted() == expected, f"{expected}, there is {app.processes()}")


def assert_nothing_left_to_do(app: KilledApp, kind: str) -> None:
    plan = app.plan(kind)
    todo = plan["build"]["does"], plan["data"]["mends"], plan["data"]["carried"], plan["data"]["steps"], plan["deploy"]
    assert todo == ([], [], [], [], []), plan
    stage = DEVELOPMENT if kind == "publish" else QA
    item = call("GET", f"{app.address(stage)}/api/Item").body
    if kind == "publish":
        names = [name for name in item["items"][0] if name.startswith("Case")]
        assert len(names) == app.edits, names
        assert {item["items"][0][name] for name in names} == {"kept"}
