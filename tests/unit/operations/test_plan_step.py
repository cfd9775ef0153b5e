"""The plan step: engines that would fail later are found before anything is built."""

from __future__ import annotations

from dataclasses import replace

import pytest

from odcpub.data.phases import EXPAND
from odcpub.data.steps import CreateIndex
from odcpub.deployment.workload import Running
from odcpub.engines.ports import Owner, Place
from odcpub.errors import EngineError, Refused
from odcpub.operations.core.outputs import Planned, StageRef
from odcpub.operations.plans.of_stage import runs_already
from odcpub.operations.stage import Target, place
from odcpub.operations.steps.plan import PLAN_REVISION
from odcpub.operations.steps.ready import READY
from odcpub.operations.steps.start import START
from odcpub.operations.workloads import migration
from odcpub.store.records import Status
from tests.models import app, entity, library, reference, text

from .conftest import EMPTY, KEY, MODEL, Installed

NEW_INDEX = CreateIndex(EXPAND, "a", "a_name", ("name",))


def planned(installed: Installed) -> None:
    """The plan step of a promotion to Development."""
    run = installed.operation(revision=installed.revision())
    PLAN_REVISION.perform(run)


@pytest.mark.parametrize("engine", ["running", "check"])
def test_engines_that_would_fail_later_are_found(installed: Installed, engine: str) -> None:
    installed.engines.broken[engine] = EngineError("it cannot be")
    with pytest.raises(EngineError, match="it cannot be"):
        planned(installed)
    assert "prepare" not in installed.engines.asked


def test_each_engine_is_asked_once(installed: Installed) -> None:
    planned(installed)
    assert sorted(installed.engines.asked) == ["check", "observe database", "observe runner", "running"]


@pytest.mark.parametrize(("health", "unchanged"), [("ready", True), ("scaled to 0", True), ("degraded", False)])
def test_what_is_in_its_place_is_not_deployed_again(installed: Installed, health: str, unchanged: bool) -> None:
    """And what is scaled to 0 is in its place, as somebody wants it, with a warning that nothing answers."""
    run = installed.deployed(installed.revision())
    record = installed.store.assets.revision(KEY, 1)
    installed.engines.runs = Running(1, "sha256:1", "http://127.0.0.1:8100", health)
    aim = Target(installed.asset, run.stage, MODEL, {})
    assert runs_already(installed.platform, aim, record, "c", installed.engines.runs) is unchanged
    run = installed.operation(revision=1)
    PLAN_REVISION.perform(run)
    warned = [one.text for one in installed.store.journal.messages(run.operation.key) if one.severity == "Warning"]
    idle = ["it is scaled to 0 in Development: no process of it will run and answer until that is changed"]
    assert warned == (idle if health == "scaled to 0" else [])
    run = run.refreshed()
    START.perform(run)
    READY.perform(run)
    said = installed.store.journal.messages(run.operation.key)[-1].text
    assert said == ("deployed, scaled to 0" if health == "scaled to 0" else "ready at http://127.0.0.1:8100")


def test_the_database_is_told_to_serve_what_the_revisions_pods_ask_for(installed: Installed) -> None:
    """They ask for what was recorded with the revision, perhaps by an earlier odcpub."""
    run = installed.operation(revision=installed.revision())
    PLAN_REVISION.perform(run)
    planned = run.refreshed().unit.find(Planned)
    assert planned is not None
    assert migration(installed.platform, planned).target == "schema-1"


PRICE = app(entity("Price", text("Title"), reference("In", "Money.Code")))


def test_a_database_is_not_changed_by_other_rules_than_the_revisions(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later odcpub that makes other columns of the same model: the old version would be ready, and fail."""
    monkeypatch.setattr(installed.platform.caches, "plan", lambda *_: replace(EMPTY, steps=(NEW_INDEX,)))
    with pytest.raises(Refused, match="revision 1 was built by an odcpub that made another database schema") as caught:
        planned(installed)
    assert caught.value.hint == "publish the model again with this one, then deploy that revision"


def test_the_schema_follows_the_records_of_the_locked_libraries(installed: Installed) -> None:
    memory = installed.platform.caches
    one, other = (memory.schema(PRICE, library(Code=keys)) for keys in ({"EUR": True}, {"EUR": True, "USD": True}))
    assert one != other
    assert memory.schema(PRICE, library(Code={"EUR": True})) is one


def test_who_is_busy_is_told_with_the_stages_name(installed: Installed) -> None:
    installed.operation(stage="QA")
    with pytest.raises(Refused, match=r"Shop \(QA\): Deploy by ada has been running"):
        installed.operation(stage="QA")


def test_the_database_is_told_whose_the_data_is_and_no_deployment_makes_it_anybodys(installed: Installed) -> None:
    installed.operation(revision=installed.revision())
    target = Target(installed.asset, StageRef("Development", "development"), MODEL, {})
    owner = Owner(KEY, installed.store.installation)
    assert place(installed.platform, target) == Place("odc_development", "shop", owner)
    installed.store.journal.finish(installed.store.journal.operations()[0].key, Status.FAILED)
    installed.deployed(1)
    assert place(installed.platform, target) == Place("odc_development", "shop", owner)
