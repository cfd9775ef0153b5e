"""Pruning, on each engine: whatever happened before, nothing that is referred to is removed, and what is not goes.

The test keeps its own account of what each action has promised to keep; it knows nothing of how pruning finds it out.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from odcpub.home import Home
from odcpub.model.load import FileCache
from odcpub.operations import builds
from odcpub.operations.core.codec import command_text
from odcpub.operations.core.command import Deploy, Publish
from odcpub.operations.core.outputs import AssetRef, ByPlan, Compiled, Planned, StageRef, Verified
from odcpub.operations.model_files import accept, take
from odcpub.operations.platform import Caches, Platform
from odcpub.operations.pruning import Pruned, prune
from odcpub.store.blobs import Blobs
from odcpub.store.clock import now, text_of
from odcpub.store.records import AssetRecord, DeploymentEnd, Failure, PlanRecord, RevisionRecord, Status
from odcpub.store.store import Store
from odcpub.store.tables import CONTENTS, PLANS
from odcpub.tree.tree import Tree, digest_of
from tests.tries import FACTOR

from .conftest import ENGINES, Opener, opener_on

KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10"
SHOP = AssetRecord(KEY, "Shop", "app", "shop", "/models/shop", "")
STAGES = ("development", "qa")


@dataclass
class World:
    """An installation, and what it has promised."""

    store: Store
    revisions: list[set[str]] = field(default_factory=list)
    running: dict[str, tuple[str, set[str]]] = field(default_factory=dict)
    """By operation: stage, digests."""
    serving: dict[str, set[str]] = field(default_factory=dict)
    source: set[str] = field(default_factory=set)
    plans: list[tuple[float, str, set[str]]] = field(default_factory=list)
    """Days since they were made, fingerprint, digests."""
    used: dict[str, float] = field(default_factory=dict)
    """Days since the last use."""
    number: int = 0

    def __post_init__(self) -> None:
        folder = self.store.folder
        home, engines = Home(folder, folder, folder), pytest.fail
        self.platform = Platform(home, self.store, engines, Caches(self.store), FileCache())  # type: ignore[arg-type]
        self.store.assets.register(SHOP)

    def put(self, kind: str, choice: int) -> str:
        """One of a few contents, so that several things share them."""
        digest = self.store.blobs.put(f"{kind} {choice}".encode())
        self.used[digest] = 0
        return digest

    def sent(self, choice: int) -> tuple[str, set[str]]:
        """A model's files; the source, and what belongs to it."""
        contents = [f"a{choice}".encode(), f"b{choice % 2}".encode()]
        tree = Tree({f"{at}.yaml": digest_of(one) for at, one in enumerate(contents)})
        assert not accept(self.platform, tree, contents)
        found = {tree.digest, *map(digest_of, contents)}
        self.used |= dict.fromkeys(found, 0)
        return tree.digest, found

    def built(self, choice: int) -> tuple[str, set[str]]:
        files = {"app.dll": self.put("dll", choice), "a.js": self.put("js", choice % 2)}
        build = builds.store(self.platform, {builds.APP: files})
        self.used[build] = 0
        return build, {build, *files.values()}

    def planned(self, choice: int) -> Planned:
        return Planned("c", self.put("sealed", self.number), self.put("migration", choice))

    def publish(self, choice: int, ends: str) -> None:
        source, files = self.sent(choice)
        command = Publish(
            actor="ada", stage=StageRef("Development", "development"), asset=replace(SHOP, source=source),
            plan=self.plans[0][1] if self.plans and ends != "served" else "",
        )  # fmt: skip
        key = self._begin(command)
        if not key:
            return
        model, (build, built), planned = self.put("model", choice), self.built(choice), self.planned(choice)
        outputs = Verified(model, "{}", "", "", "", ""), Compiled(build), planned
        self.platform.ledger.record(key, 0, *outputs)
        promised = {*files, model, *built, planned.sealed, planned.migration}
        if ends == "runs":
            self.running[key] = "development", promised
            return
        record = RevisionRecord(KEY, 0, model, build, "", "sha256:1", "shop", "s", "{}", "sdk", key, "", "ada")
        self.store.assets.add_revision(record)
        self.revisions.append({model, *built})
        self._deployed(key, "development", planned, len(self.revisions), ends)
        if ends == "served":
            self.store.assets.keep_source(KEY, source, {}, "ada", now())
            self.source = files

    def deploy(self, choice: int, ends: str) -> None:
        if not self.revisions:
            return
        number = choice % len(self.revisions) + 1
        key = self._begin(Deploy(actor="ada", stage=StageRef("QA", "qa"), asset=AssetRef(KEY, "Shop"), revision=number))
        if not key:
            return
        planned = self.planned(choice)
        self.platform.ledger.record(key, 0, planned)
        if ends == "runs":
            self.running[key] = "qa", {planned.sealed, planned.migration}
            return
        self._deployed(key, "qa", planned, number, ends)

    def _begin(self, command: Any) -> str:
        if command.stage.label in {stage for stage, _ in self.running.values()}:
            return ""
        self.number += 1
        return self.platform.ledger.begin(command)

    def _deployed(self, key: str, stage: str, planned: Planned, number: int, ends: str) -> None:
        self.store.stages.begin_deployment(KEY, stage, number, "c", key)
        if ends == "failed":
            self.platform.ledger.fail(key, Failure("Deploy", "no", {}, 3), DeploymentEnd(Status.FAILED))
        else:
            self.platform.ledger.serve(key, 0, "http://127.0.0.1:8100")
            self.platform.ledger.finish(key)
            self.serving[stage] = {planned.sealed, planned.migration}

    def undeploy(self, choice: int, _ends: str) -> None:
        stage = STAGES[choice % 2]
        self.store.stages.undeployed(KEY, stage)
        self.serving.pop(stage, None)

    def end(self, _choice: int, ends: str) -> None:
        for key in [*self.running][:1]:
            del self.running[key]
            self.store.journal.finish(key, Status.FAILED if ends == "failed" else Status.FINISHED)

    def push(self, choice: int, _ends: str) -> None:
        source, files = self.sent(choice)
        self.store.assets.keep_source(KEY, source, {}, "ada", now())
        self.source = files

    def send(self, choice: int, _ends: str) -> None:
        self.sent(choice)

    def build(self, choice: int, _ends: str) -> None:
        self.built(choice)

    def plan(self, choice: int, ends: str) -> None:
        source, files = self.sent(choice)
        command = Publish(actor="ada", stage=StageRef("Development", "development"), asset=replace(SHOP, source=source))
        fingerprint, catalogue = digest_of(f"{choice} {ends}".encode()), self.put("catalogue", choice)
        text = command_text(command)
        record = PlanRecord(fingerprint, KEY, "development", "ada", now(), text, "{}", catalogue, "")
        self.store.plans.keep(record, anew=True)
        self.plans = [one for one in self.plans if one[1] != fingerprint]
        self.plans.append((0, fingerprint, {catalogue, *files}))

    def days(self, number: int, _ends: str) -> None:
        """So many days pass: everything is older than it was."""
        days = (0.5, 3, 8, 40, 95)[number % 5]
        self.used = {digest: age + days for digest, age in self.used.items()}
        self.plans = [(age + days, *rest) for age, *rest in self.plans]
        age(self.store, timedelta(days=days))
        self.platform.caches._taken.clear()

    def check(self) -> None:
        """Prunes, and looks whether all that was promised is there."""
        prune(self.platform, datetime.now(UTC))
        followed = {one.command.plan for one in self.platform.ledger.operations(status=Status.RUNNING)}
        kept = [one for one in self.plans if one[0] < 90 or one[1] in followed]
        for _, fingerprint, _ in kept:
            assert self.store.plans.find(fingerprint), "a plan that can be executed"
        self.plans = kept
        promised = {
            "a revision": self.revisions,
            "an operation that runs": [digests for _, digests in self.running.values()],
            "what runs in a stage": [*self.serving.values()],
            "the files of an asset": [self.source],
            "a plan": [digests for _, _, digests in self.plans],
            "what was used lately": [{digest for digest, age in self.used.items() if age < 6.5}],
        }
        for what, found in promised.items():
            lost = self.store.blobs.missing(set().union(*found))
            assert not lost, f"of {what}: {lost}"


def age(store: Store, by: timedelta) -> None:
    if isinstance(store.blobs, Blobs):
        for path in (store.folder / "blobs").glob("??/*"):
            moment = path.stat().st_mtime - by.total_seconds()
            os.utime(path, (moment, moment))
    tables = [(PLANS.c.fingerprint, PLANS.c.made_at)]
    if store.postgres:
        tables.append((CONTENTS.c.digest, CONTENTS.c.used_at))
    with store.engine.begin() as connection:
        for key, column in tables:
            for name, text in connection.execute(select(key, column)).all():
                older = text_of(datetime.fromisoformat(text) - by)
                connection.execute(update(key.table).where(key == name).values({column.name: older}))


ACTIONS = ("publish", "deploy", "undeploy", "end", "push", "send", "build", "plan", "days", "days")
ACTION = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 4), st.sampled_from(("served", "failed", "runs")))


@pytest.mark.parametrize("kind", ENGINES)
def test_what_is_referred_to_stays(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    examples = iter(range(1_000_000))

    @settings(max_examples=25 * FACTOR, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(ACTION, min_size=4, max_size=14))
    def whatever_happens(actions: list[tuple[str, int, str]]) -> None:
        folder = tmp_path / str(next(examples))
        folder.mkdir()
        store = opener_on(kind, request, folder)()
        try:
            world = World(store)
            for name, choice, ends in actions:
                getattr(world, name)(choice, ends)
                if name == "days":
                    world.check()
            world.check()
        finally:
            store.close()

    whatever_happens()


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    yield World(store)


def test_what_nothing_refers_to_goes_once_it_is_old(world: World) -> None:
    world.publish(0, "served")
    world.sent(1)
    world.built(2)
    world.plan(3, "")
    everything = len([*world.store.blobs.digests()])
    assert prune(world.platform, datetime.now(UTC)) == Pruned(0, 0)
    world.days(2, "")
    # A tree, its two files less the one that the asset's tree has too, and a build with two files of its own less one.
    assert prune(world.platform, datetime.now(UTC)) == Pruned(0, 3 + 2 - 1)
    world.days(4, "")
    pruned = prune(world.platform, datetime.now(UTC))
    assert (pruned.plans, len([*world.store.blobs.digests()])) == (1, everything - 4 - pruned.contents)
    assert prune(world.platform, datetime.now(UTC)) == Pruned(0, 0)
    world.check()


def test_what_is_used_again_at_that_moment_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    old, again = world.put("old", 0), world.put("again", 0)
    source, files = world.sent(0)
    age(world.store, timedelta(days=8))
    unused = world.store.blobs.unused

    def meanwhile(since: datetime) -> frozenset[str]:
        found = unused(since)
        assert found >= {old, again, *files}
        world.put("again", 0)
        take(world.platform, source)
        return found

    monkeypatch.setattr(world.store.blobs, "unused", meanwhile)
    world.platform.caches._taken.clear()
    assert prune(world.platform, datetime.now(UTC)).contents == 1
    assert world.store.blobs.missing({old, again, *files}) == {old}


def test_where_a_reference_cannot_be_read_nothing_is_removed(world: World) -> None:
    build, _ = world.built(0)
    world.publish(0, "served")
    old = world.put("old", 0)
    age(world.store, timedelta(days=8))
    world.store.blobs.discard({build}, datetime.now(UTC) + timedelta(days=9))
    with pytest.raises(Exception, match="missing"):
        prune(world.platform, datetime.now(UTC))
    assert world.store.blobs.has(old)


def test_a_plan_that_a_running_operation_executes_stays(world: World) -> None:
    world.plan(0, "")
    world.plan(1, "")
    followed, executed = (fingerprint for _, fingerprint, _ in world.plans)
    world.publish(2, "runs")
    (key,) = world.running
    world.platform.ledger.record(key, 0, ByPlan(followed))
    assert world.platform.ledger.operation(key).command.plan == followed  # type: ignore[union-attr]
    age(world.store, timedelta(days=100))
    assert prune(world.platform, datetime.now(UTC)).plans == 1
    assert [world.store.plans.find(one) is not None for one in (followed, executed)] == [True, False]


def test_a_killed_server_leaves_drafts_that_go(opener: Opener) -> None:
    store = opener()
    if isinstance(store.blobs, Blobs):
        store.blobs.put(b"whole")
        folder = next((store.folder / "blobs").glob("??"))
        left = folder / ".half.0123456789ab"
        left.write_bytes(b"ha")
        os.utime(left, (0, time.time() - 8 * 86_400))
        store.blobs.discard((), datetime.now(UTC) - timedelta(days=7))
        assert not left.exists()
    store.close()


def test_the_secrets_of_what_is_deployed_no_more_go(world: World) -> None:
    """Each deployment has sealed its own. Nobody may find what was unset long ago with the key of a backup."""
    sealed = [digest_of(f"sealed {number}".encode()) for number in (1, 2, 3)]
    world.publish(0, "served")
    world.publish(0, "failed")
    world.publish(0, "served")
    world.days(2, "")
    prune(world.platform, datetime.now(UTC))
    assert [world.store.blobs.has(one) for one in sealed] == [False, False, True]
    world.undeploy(0, "")
    prune(world.platform, datetime.now(UTC))
    assert not world.store.blobs.has(sealed[2])
