"""Rules that could not be put in force are told by the operation's end, the log and the status, until they are."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from odcpub.cli import show
from odcpub.data.migration import MigrationPlan
from odcpub.data.plan import plan_migration
from odcpub.data.schema import Schema
from odcpub.data.target import target_schema
from odcpub.errors import EngineError, OdcpubError, Refused, TemporaryEngineError
from odcpub.model.elements import Asset, Basic, Entity, Index
from odcpub.operations import durable, overview
from odcpub.operations.core.outputs import Planned
from odcpub.operations.core.run import Run
from odcpub.operations.steps import expand
from odcpub.portal import views
from odcpub.store.again import Undone
from odcpub.store.records import Status
from tests.helpdesk_asset import attribute

from .conftest import MODEL, Installed

BEFORE = replace(MODEL, entities=(Entity("Thing", "Thing", (attribute("Name", Basic.TEXT, length=50),)),))
NAME = attribute("Name", Basic.TEXT, length=20, min_length=2, mandatory=True)
AFTER = replace(MODEL, entities=(Entity("Thing", "Thing", (NAME,), (Index("I", "I", ("Name",), True),)),))
UNIQUE = "Thing (Name) is unique"
RULES = [
    "Thing.Name fits character varying(20)", "Thing.Name is not blank", "Thing.Name has at least 2 characters",
    "Thing.Name is mandatory", UNIQUE,
]  # fmt: skip
OLD = "an older transaction runs: process 7"


def live(installed: Installed, monkeypatch: pytest.MonkeyPatch, found: Schema | Exception) -> None:
    def observe(_what: object) -> Schema:
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(installed.engines, "observe", observe)


def lacking_index(asset: Asset) -> Schema:
    return Schema(tuple(replace(table, indexes=()) for table in target_schema(asset).tables))


def begun(installed: Installed, plan: MigrationPlan) -> Run:
    run = installed.operation(revision=installed.revision(AFTER))
    run.record(installed.planned(plan))
    return run


@pytest.fixture
def run(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A deployment that makes an attribute shorter, mandatory and unique."""
    monkeypatch.setattr(durable, "_platform", installed.platform)
    monkeypatch.setattr(expand, "write_scripts", lambda *_: None)
    installed.deployed(installed.revision(BEFORE))
    plan = plan_migration(target_schema(BEFORE), target_schema(AFTER), asset=AFTER, runs=BEFORE)
    return begun(installed, plan)


def perform(run: Run, *names: str) -> bool:
    """The steps one by one as an operation does, until one fails."""
    return all(durable._execute(run.key, name) for name in names)


def told(installed: Installed) -> list[dict[str, str]]:
    (row,) = overview.status(installed.platform)["assets"][0]["stages"]
    return list(row["rulesNotInForce"])


def error(run: Run) -> dict[str, Any]:
    messages = run.platform.store.journal.messages(run.operation.key)
    found = next(one for one in messages if one.severity == "Error")
    return {"message": found.text, **found.data}


def test_a_version_that_serves_says_which_rules_come_until_they_are_there(installed: Installed, run: Run) -> None:
    assert perform(run, "start", "expand", "ready")
    assert [one["rule"] for one in told(installed)] == RULES
    assert {one["mend"] for one in told(installed)} == {f"odcpub log {run.operation.key[:8]} --follow"}
    assert perform(run, "tighten")
    assert told(installed) == []


def test_a_store_that_does_not_answer_for_a_moment_is_no_failure_of_the_version(
    installed: Installed, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "RETRY_SECONDS", 0.0)
    assert perform(run, "start", "expand", "ready")
    seen: list[list[dict[str, str]]] = []

    def back(*_: object) -> None:
        seen.append(told(installed))
        installed.engines.broken.clear()

    monkeypatch.setattr(durable.LOG, "warning", back)
    installed.engines.broken["apply"] = Undone("the store does not answer", "wait")
    assert perform(run, "tighten")
    assert {one["why"] for one in seen[0]} == {"the operation that puts it in force goes on"}
    assert told(installed) == []


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (TemporaryEngineError(OLD, "End it."), f"the new version runs, but 1 rule of it is not in force yet: {OLD}"),
        (Refused("rows stand in the way", "settle", ["Thing (Name): 1 value"]), "rows stand in the way"),
    ],
)
def test_rules_that_could_not_be_put_in_force_are_told_everywhere_until_they_are(
    installed: Installed, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    failure: OdcpubError, says: str,
) -> None:  # fmt: skip
    assert perform(run, "start", "expand", "ready")
    since = told(installed)[0]["since"]
    live(installed, monkeypatch, lacking_index(AFTER))
    installed.engines.broken["apply"] = failure
    assert not perform(run, "tighten")
    assert error(run)["message"] == says
    assert error(run)["details"][-1] == f"not in force: {UNIQUE}"
    again = "odcpub promote shop --to development --revision 2"
    mend = f"correct what odcpub log {run.operation.key[:8]} names, then: {again}"
    why = says.rpartition("yet: ")[2]
    assert told(installed) == [{"rule": UNIQUE, "since": since, "why": why, "mend": mend}]
    answer = overview.status(installed.platform)
    assert show.status(answer, False) == 0
    lines = capsys.readouterr().out.splitlines()[2:]
    assert lines == [f"Shop (Development): not in force since {since}: {UNIQUE}", f"  {why}", f"  {mend}"]
    assert show.status(answer, True) == 0
    assert json.loads(capsys.readouterr().out)["assets"][0]["stages"][0]["rulesNotInForce"] == told(installed)
    assert views.operation(run.refreshed().operation)["rulesNotInForce"] == [{"rule": UNIQUE, "since": since}]

    del installed.engines.broken["apply"]
    again = begun(installed, plan_migration(lacking_index(AFTER), target_schema(AFTER), asset=AFTER, runs=AFTER))
    assert perform(again, "start", "expand", "ready")
    assert [(one["rule"], one["since"]) for one in told(installed)] == [(UNIQUE, since)], "since it was first missing"
    assert perform(again, "tighten")
    assert told(installed) == []


def test_where_the_database_does_not_say_what_it_lacks_all_that_was_planned_is_told(
    installed: Installed, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert perform(run, "start", "expand", "ready")
    away = TemporaryEngineError("PostgreSQL can't be reached")
    live(installed, monkeypatch, away)
    installed.engines.broken["apply"] = TemporaryEngineError("PostgreSQL can't be reached")
    assert not perform(run, "tighten")
    assert [one["rule"] for one in told(installed)] == RULES


@pytest.mark.parametrize("serves", [0, 2])
def test_an_operation_that_ends_before_its_last_phase_leaves_the_rules_told(
    installed: Installed, run: Run, monkeypatch: pytest.MonkeyPatch, serves: int
) -> None:
    """Also one whose version became ready, though nobody could note it."""
    live(installed, monkeypatch, target_schema(BEFORE))
    installed.engines.broken["wait 2" if serves else "settle"] = EngineError("no answer")
    monkeyed = installed.engines
    monkeyed.serves = serves
    monkeyed.settle = lambda *_: monkeyed._ask("settle")  # type: ignore[attr-defined]
    assert not perform(run, "start", "expand", "ready", "settle", "tighten")
    assert [one["rule"] for one in told(installed)] == RULES
    assert {one["why"] for one in told(installed)} == {"its operation ended before" if serves else "no answer"}
    if not serves:
        assert error(run)["message"] == "the new version runs, but 5 rules of it are not in force yet: no answer"
        assert error(run)["details"] == [f"not in force: {rule}" for rule in RULES]


def test_a_version_that_serves_is_told_also_where_no_rule_is_missing(installed: Installed, run: Run) -> None:
    installed.engines.broken["settle"] = EngineError("pods are still ending")
    installed.engines.settle = lambda *_: installed.engines._ask("settle")  # type: ignore[attr-defined]
    run.record(installed.planned(MigrationPlan(base="x", target="y")))
    assert perform(run, "start", "expand", "ready")
    assert not perform(run, "settle")
    assert error(run)["message"] == "the new version runs, but its operation has not ended well: pods are still ending"


def test_a_version_that_never_served_leaves_nothing_told(installed: Installed, run: Run) -> None:
    installed.engines.broken["wait 2"] = EngineError("no answer")
    assert not perform(run, "start", "expand", "ready")
    assert [one.status for one in installed.store.stages.deployments(MODEL.key)] == [Status.FAILED, Status.FINISHED]
    assert told(installed) == []


LOOSER = replace(MODEL, entities=(Entity("Thing", "Thing", (attribute("Name", Basic.TEXT, length=50),)),))
LOOSENED = RULES[:4]


def loosen(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> tuple[Run, Run]:
    """The deployment whose version serves, cleaned up, and one that has taken its rules out of force."""
    monkeypatch.setattr(durable, "_platform", installed.platform)
    monkeypatch.setattr(expand, "write_scripts", lambda *_: None)
    served = installed.deployed(installed.revision(AFTER))
    later = installed.operation(revision=installed.revision(LOOSER))
    plan = plan_migration(target_schema(AFTER), target_schema(LOOSER), asset=LOOSER, runs=AFTER)
    later.record(installed.planned(plan))
    assert perform(later, "start", "expand")
    table = target_schema(LOOSER).tables[0]
    live(installed, monkeypatch, Schema((replace(table, indexes=target_schema(AFTER).tables[0].indexes),)))
    return served, later


def warnings(run: Run) -> list[str]:
    messages = run.platform.store.journal.messages(run.operation.key)
    return [one.text for one in messages if one.severity == "Warning"]


def test_rules_that_a_failed_operation_took_from_the_version_that_serves_are_told(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    served, later = loosen(installed, monkeypatch)
    installed.engines.broken["wait 2"] = EngineError("no answer")
    assert not perform(later, "ready")
    key, promote = later.key[:8], "odcpub promote shop --to development --revision 2"
    assert [one["rule"] for one in told(installed)] == LOOSENED
    assert {one["why"] for one in told(installed)} == {
        f"operation {key} took them out of force for its version, and failed"
    }
    back = "odcpub config apply shop --stage development"
    assert {one["mend"] for one in told(installed)} == {
        f"{back}; or correct what odcpub log {key} names, then: {promote}"
    }
    assert warnings(later) == [
        f"the previous version goes on serving, but 4 rules of it are not in force now: {'; '.join(LOOSENED)}"
    ]
    assert [one["rule"] for one in views.operation(served.refreshed().operation)["rulesNotInForce"]] == LOOSENED


def test_rules_that_are_brought_back_are_told_no_more(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    _, later = loosen(installed, monkeypatch)
    installed.engines.broken["wait 2"] = EngineError("no answer")
    assert not perform(later, "ready")
    since = told(installed)[0]["since"]
    again = installed.operation("ApplyConfigs", revision=1)
    live_now = target_schema(LOOSER)
    again.record(installed.planned(plan_migration(live_now, target_schema(AFTER), asset=AFTER, runs=AFTER)))
    assert perform(again, "start", "expand", "ready")
    assert {one["since"] for one in told(installed) if one["rule"] in LOOSENED} == {since}, "since it was first missing"
    assert perform(again, "tighten")
    assert told(installed) == []


def test_an_operation_that_fails_before_it_has_changed_the_schema_takes_no_rule(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, later = loosen(installed, monkeypatch)
    live(installed, monkeypatch, target_schema(AFTER))
    installed.engines.broken["wait 2"] = EngineError("no answer")
    assert not perform(later, "ready")
    assert told(installed) == []
    assert warnings(later) == []


def test_a_database_that_does_not_say_what_it_lacks_keeps_no_failure_from_being_told(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, later = loosen(installed, monkeypatch)
    live(installed, monkeypatch, TemporaryEngineError("PostgreSQL can't be reached"))
    installed.engines.broken["wait 2"] = EngineError("no answer")
    assert not perform(later, "ready")
    assert warnings(later) == ["whether the version that serves still has all its rules cannot be seen"]
    assert error(later)["message"] == "no answer"


def test_a_plan_that_is_lost_keeps_no_failure_from_being_told(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure that is not recorded would be tried for ever, and keep the stage."""
    _, later = loosen(installed, monkeypatch)
    monkeypatch.setattr(durable, "_pause", lambda: pytest.fail("it is tried again"))
    lost = later.refreshed().unit.find(Planned)
    assert lost is not None
    (installed.store.folder / "blobs" / lost.migration[:2] / lost.migration).unlink()
    assert not perform(later, "ready")
    assert later.refreshed().operation.status == Status.FAILED
