"""The next operation begins as soon as the version of the one before serves, and does what is left of it, too."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from dbos import DBOS

from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.data.schema import Schema
from odcpub.data.target import target_schema
from odcpub.deployment.workload import Running, Workload
from odcpub.engines.ports import Leave, Place
from odcpub.errors import EngineError, Refused
from odcpub.model.elements import Basic, Entity
from odcpub.operations import durable, overview, requests
from odcpub.operations.core.command import Publish
from odcpub.operations.core.ledger import Operation
from odcpub.operations.core.outputs import Ready, Revision, StageRef, TakenOver
from odcpub.operations.model_files import accept
from odcpub.operations.steps.ready import READY
from odcpub.portal import views
from odcpub.store.records import OperationKind, Status
from odcpub.tree.tree import Tree, digest_of
from tests.helpdesk_asset import attribute
from tests.waiting import wait_for

from .conftest import KEY, MODEL, Installed
from .conftest import begun as begun_with

SHOP = replace(MODEL, entities=(Entity("Thing", "Thing", (attribute("Name", Basic.TEXT, length=20, min_length=2),)),))
"""Its new table has a limit, which the contract phase puts in force where the table was there before."""


class Stage:
    """A stage whose old version ends when told. ``said``: what was done to it, in order; ``contracting``: the contract
    phase has begun."""

    def __init__(self, installed: Installed) -> None:
        self.installed, self.engines = installed, installed.engines
        self.said: list[str] = []
        self.ends, self.contracts, self.contracting = False, True, False
        engines: Any = self.engines
        engines.settle, engines.apply, engines.wait, engines.stop = self.settle, self.apply, self.wait, self.stop
        engines.settled = lambda: None

    def settle(self, workload: Workload, leave: Leave) -> bool:
        self.said.append(f"settle {workload.revision}")
        while not self.ends:
            if leave():
                self.said.append(f"left {workload.revision}")
                return False
            time.sleep(0.01)
        return True

    def apply(self, _place: Place, plan: Any, phase: str, *_: object) -> None:
        if any(step.phase == phase for step in plan.steps):
            self.said.append(phase)
        self.contracting = self.contracting or phase == TIGHTEN
        while phase == TIGHTEN and not self.contracts:
            time.sleep(0.01)

    def wait(self, workload: Workload, _report: object) -> str:
        if f"wait {workload.revision}" in self.engines.broken:
            raise self.engines.broken[f"wait {workload.revision}"]
        self.engines.runs = Running(workload.revision, workload.digest, "http://a", "ready")
        return "http://a"

    def stop(self, *_: object) -> None:
        self.said.append("stop")


@pytest.fixture
def stage(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(durable, "_platform", None)
    durable.launch(installed.platform, installed.platform.home.data)
    made = Stage(installed)
    yield made
    made.ends = made.contracts = True
    wait_for(lambda: not installed.platform.ledger.operations(status=Status.RUNNING), "the end of all")
    wait_for(lambda: all(one.status == "SUCCESS" for one in DBOS.list_workflows()), "the end of all workflows")
    DBOS.destroy(workflow_completion_timeout_sec=0)


def begun(installed: Installed, revision: int = 0, kind: str = OperationKind.DEPLOY) -> str:
    key = installed.operation(kind, revision=revision or installed.revision(SHOP)).key
    durable.begin(key)
    return key


def found(installed: Installed, key: str) -> Operation:
    operation = installed.platform.ledger.operation(key)
    assert operation is not None
    return operation


def serves(installed: Installed, key: str) -> Operation:
    wait_for(lambda: found(installed, key).serves or found(installed, key).status != Status.RUNNING, "the version")
    return found(installed, key)


def ended(installed: Installed, key: str) -> Operation:
    wait_for(lambda: found(installed, key).status != Status.RUNNING, "the end")
    return found(installed, key)


def told(installed: Installed, key: str) -> list[object]:
    """The steps at whose end a client is told that the version serves."""
    return [one.data["step"] for one in installed.store.journal.messages(key) if one.data.get("serves")]


def lines(installed: Installed, key: str) -> list[str]:
    return [one.text for one in installed.store.journal.messages(key) if one.text]


def test_a_version_that_serves_is_told_while_its_operation_cleans_up(installed: Installed, stage: Stage) -> None:
    first = serves(installed, begun(installed))
    shown = views.operation(first)
    assert (shown["status"], shown["address"], shown["exitCode"]) == ("Running", "http://a", 0)
    assert shown["cleanUp"] == [], "there was no version before"
    second = serves(installed, begun(installed))
    assert views.operation(second)["cleanUp"] == ["the previous version ends"]
    wait_for(lambda: "ready" in told(installed, second.key), "the word that it serves")
    assert told(installed, second.key) == ["ready"]
    stage.ends = True
    assert views.operation(ended(installed, second.key))["cleanUp"] == []


def test_a_publish_is_taken_in_when_its_version_serves(installed: Installed, stage: Stage) -> None:
    """Whoever promotes then means the new name, and the files that came with it."""
    where, files = StageRef("Development", "development"), accepted(installed, {"stages/qa.yaml": b"settings: {}\n"})
    asset, number = replace(installed.asset, name="Store", source=files), installed.revision(SHOP)
    run = begun_with(installed.platform, Publish(actor="ada", stage=where, asset=asset))
    run.record(Revision(number), installed.planned())
    READY.perform(run.refreshed())
    assert not stage.ends, "the clean-up has not begun"
    kept = installed.store.assets.find(KEY)
    assert kept is not None
    assert (kept.name, kept.source) == ("Store", files)
    installed.platform.ledger.finish(run.key)


def accepted(installed: Installed, contents: dict[str, bytes]) -> str:
    """The files as a client sends them; their source."""
    tree = Tree({path: digest_of(content) for path, content in contents.items()})
    assert accept(installed.platform, tree, contents.values()) == ()
    return tree.digest


def test_the_next_operation_takes_the_clean_up_over(installed: Installed, stage: Stage) -> None:
    first = serves(installed, begun(installed)).key
    wait_for(lambda: "settle 1" in stage.said, "the clean-up")
    second = serves(installed, begun(installed)).key
    former = ended(installed, first)
    assert former.status == Status.FINISHED
    assert former.unit.find(TakenOver) == TakenOver(second)
    assert views.operation(former)["takenOverBy"] == second
    assert f"operation {second[:8]} goes on with the clean-up" in lines(installed, first)
    stage.ends = True
    assert ended(installed, second).status == Status.FINISHED
    assert stage.said == ["expand", "settle 1", "left 1", "expand", "settle 2"]


def test_before_a_version_serves_the_next_operation_is_refused(installed: Installed, stage: Stage) -> None:
    run = installed.operation(revision=installed.revision(SHOP))
    with pytest.raises(Refused, match="has been running"):
        installed.operation()
    run.serve("http://a", Ready("http://a"))
    second = installed.operation()
    with pytest.raises(Refused, match="has been running") as refused:
        installed.operation()
    assert second.key[:8] in refused.value.hint
    for one in (run, second):
        installed.platform.ledger.finish(one.key)


@pytest.mark.parametrize("why", ["refused", "not ready"])
def test_where_the_next_one_fails_the_former_goes_on(installed: Installed, stage: Stage, why: str) -> None:
    first = serves(installed, begun(installed)).key
    wait_for(lambda: "settle 1" in stage.said, "the clean-up")
    second = installed.revision(SHOP)
    if why == "refused":
        installed.engines.lost.add("sha256:1")
    else:
        installed.engines.broken[f"wait {second}"] = EngineError("it does not start")
    assert ended(installed, begun(installed, second)).status == Status.FAILED
    wait_for(lambda: stage.said[-1] == "settle 1", "the clean-up again")
    stage.ends = True
    assert ended(installed, first).status == Status.FINISHED
    assert found(installed, first).unit.find(TakenOver) is None


def test_where_the_next_one_serves_though_that_could_not_be_recorded_the_former_leaves_its_version_alone(
    installed: Installed, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its clean-up would end that version, and put rules in force that are none of its."""
    first = serves(installed, begun(installed)).key
    wait_for(lambda: "settle 1" in stage.said, "the clean-up")
    real, full = installed.store.journal.serve, OSError(28, "No space left on device")
    installed.engines.serves = second = installed.revision(SHOP)

    def serve(key: str, *given: Any) -> None:
        if key != first:
            raise full
        real(key, *given)

    monkeypatch.setattr(installed.store.journal, "serve", serve)
    failed = ended(installed, begun(installed, second))
    assert (failed.status, failed.serves) == (Status.FAILED, True)
    assert ended(installed, first).unit.find(TakenOver) == TakenOver(failed.key)
    assert stage.said[-1] == "expand", "the former did nothing any more"
    assert f"operation {failed.key[:8]} has failed, but its version serves" in lines(installed, first)
    current = installed.store.stages.current(KEY, "development")
    assert current is not None
    assert (current.revision, current.status) == (second, Status.FINISHED)


def test_one_that_finds_nothing_to_do_leaves_the_clean_up_to_the_former(
    installed: Installed, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = serves(installed, begun(installed)).key
    live = Schema(tuple(replace(table, checks=()) for table in target_schema(SHOP).tables))
    whole = installed.engines.observe
    monkeypatch.setattr(installed.engines, "observe", lambda what: live if isinstance(what, Place) else whole(what))
    second = ended(installed, begun(installed, 1))
    assert second.unit.unchanged, "the limit that the database lacks is the former's to put in force"
    wait_for(lambda: stage.said[-1] == "settle 1", "the clean-up again")
    stage.ends = True
    assert ended(installed, first).unit.find(TakenOver) is None


def test_one_that_contracts_already_is_waited_for(installed: Installed, stage: Stage) -> None:
    stage.ends, stage.contracts = True, False
    first = serves(installed, begun(installed)).key
    wait_for(lambda: stage.contracting, "the contract phase")
    second = begun(installed)
    time.sleep(0.3)
    assert found(installed, second).unit.find(Ready) is None
    assert "expand" not in stage.said[1:]
    stage.contracts = True
    assert ended(installed, second).status == Status.FINISHED
    assert found(installed, first).unit.find(TakenOver) is None


def test_an_app_that_is_taken_out_needs_no_clean_up(installed: Installed, stage: Stage) -> None:
    first = serves(installed, begun(installed)).key
    wait_for(lambda: "settle 1" in stage.said, "the clean-up")
    second = begun(installed, 1, OperationKind.UNDEPLOY)
    assert ended(installed, second).status == Status.FINISHED
    assert ended(installed, first).unit.find(TakenOver) == TakenOver(second)
    assert stage.said == ["expand", "settle 1", "left 1", "stop"]


def test_cancelled_the_clean_up_ends_as_it_is(installed: Installed, stage: Stage) -> None:
    first = serves(installed, begun(installed))
    wait_for(lambda: "settle 1" in stage.said, "the clean-up")
    requests.cancel(installed.platform, first, "bea")
    assert ended(installed, first.key).status == Status.FAILED
    (row,) = overview.status(installed.platform)["assets"][0]["stages"]
    assert row["unfinished"]["why"] == "the clean-up was cancelled by bea; the new version serves"
    assert (row["revision"], row["health"]) == (1, "ready")
    assert stage.said == ["expand", "settle 1", "left 1"]


def test_killed_while_it_hands_over_both_end_under_the_next_server(installed: Installed, stage: Stage) -> None:
    first = serves(installed, begun(installed)).key
    wait_for(lambda: "settle 1" in stage.said, "the clean-up")
    second = installed.operation(revision=installed.revision(SHOP)).key
    ledger = installed.platform.ledger
    ledger.request_pause(first, second)
    wait_for(lambda: found(installed, first).paused, "the clean-up's rest")
    DBOS.destroy(workflow_completion_timeout_sec=0)
    durable.launch(installed.platform, installed.platform.home.data)
    stage.ends = True
    assert ended(installed, second).status == Status.FINISHED
    assert ended(installed, first).unit.find(TakenOver) == TakenOver(second)


def test_begun_anew_it_goes_on_with_its_clean_up_alone(installed: Installed, stage: Stage) -> None:
    """As where DBOS's records were moved away: what is before the clean-up would undo what came since."""
    made = installed.operation(revision=installed.revision(SHOP))
    made.record(installed.planned())
    made.serve("http://a", Ready("http://a"))
    stage.ends = True
    durable.begin(made.key)
    assert ended(installed, made.key).status == Status.FINISHED
    assert stage.said == ["settle 1"]
    assert installed.engines.asked == []
    ended_ones = (one for one in installed.store.journal.messages(made.key) if one.data.get("event") == "ended")
    assert [one.data["step"] for one in ended_ones] == ["settle", "tighten"]


def test_many_quickly_one_after_the_other_end_and_the_last_cleans_up(installed: Installed, stage: Stage) -> None:
    keys = [serves(installed, begun(installed)).key for _ in range(6)]
    stage.ends = True
    assert {ended(installed, key).status for key in keys} == {Status.FINISHED}
    assert [found(installed, key).unit.find(TakenOver) for key in keys] == [*map(TakenOver, keys[1:]), None]
    assert stage.said.count(EXPAND) == 6
    assert [one.status for one in installed.store.stages.deployments(KEY)] == [Status.FINISHED] * 6
