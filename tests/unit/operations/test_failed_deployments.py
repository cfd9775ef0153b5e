"""A deployment that fails before its version is ready leaves nothing of it; what became ready stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from odcpub.deployment.objects import instance_of
from odcpub.deployment.workload import Workload
from odcpub.errors import EngineError, Refused, TemporaryEngineError
from odcpub.operations import durable
from odcpub.operations.core.outputs import Ready, Started
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import Step
from odcpub.operations.steps import expand
from odcpub.operations.steps.expand import EXPAND
from odcpub.operations.steps.ready import READY
from odcpub.operations.steps.settle import SETTLE
from odcpub.operations.steps.start import START
from odcpub.operations.workloads import rebuild
from odcpub.store.records import Status

from .conftest import KEY, Installed


def refuse(_run: Run, _given: object) -> None:
    raise Refused("no")


REFUSE = Step("refuse", "Deploy", object, refuse)


@pytest.fixture
def run(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """A promotion of revision 2, planned, while revision 1 serves."""
    monkeypatch.setattr(durable, "_platform", installed.platform)
    monkeypatch.setattr(expand, "write_scripts", lambda *_: None)
    installed.deployed(installed.revision())
    made = installed.operation(revision=installed.revision())
    made.record(installed.planned())
    return made


def perform(run: Run, *steps: Step) -> bool:
    """The steps one by one as an operation does, until one fails."""
    return all(durable._perform(durable._run(run.key), one) for one in steps)


def statuses(installed: Installed) -> list[str]:
    return [one.status for one in installed.store.stages.deployments(KEY, "development")]


def warnings(run: Run) -> list[str]:
    return [m.text for m in run.platform.store.journal.messages(run.operation.key) if m.severity == "Warning"]


@pytest.mark.parametrize("broken", ["start 2", "apply", "wait 2"])
def test_whatever_fails_before_it_is_ready_takes_it_back(installed: Installed, run: Run, broken: str) -> None:
    installed.engines.broken[broken] = TemporaryEngineError("cannot be now")
    assert not perform(run, START, EXPAND, READY)
    assert installed.engines.asked[-1] == "take back 2"
    assert statuses(installed) == [Status.FAILED, Status.FINISHED]
    assert warnings(run) == []


def test_after_a_kill_too(installed: Installed, run: Run) -> None:
    """Another server knows no more than the records."""
    assert perform(run, START)
    installed.platform.caches.started.clear()
    installed.engines.broken["apply"] = Refused("rows stand in the way")
    assert not perform(run, EXPAND)
    assert installed.engines.asked[-1] == "take back 2"


def test_an_operation_that_started_nothing_takes_nothing_back(installed: Installed, run: Run) -> None:
    assert not perform(run, REFUSE)
    assert not any("take back" in one for one in installed.engines.asked)


def test_what_became_ready_is_not_taken_back(installed: Installed, run: Run) -> None:
    assert not perform(run, START, EXPAND, READY, REFUSE)
    assert not any("take back" in one for one in installed.engines.asked)
    assert statuses(installed) == [Status.FINISHED, Status.FINISHED]


def test_what_serves_though_nobody_could_note_it_is_recorded_as_what_serves(installed: Installed, run: Run) -> None:
    installed.engines.broken["wait 2"] = TemporaryEngineError("cannot be now")
    installed.engines.serves = 2
    assert not perform(run, START, EXPAND, READY)
    assert statuses(installed) == [Status.FINISHED, Status.FINISHED]


@pytest.mark.parametrize("error", [EngineError("no answer"), ValueError("odd")])
def test_a_version_that_cannot_be_taken_back_is_told(installed: Installed, run: Run, error: Exception) -> None:
    """And the failure is recorded all the same: nobody could publish otherwise."""
    installed.engines.broken |= {"apply": TemporaryEngineError("cannot be now"), "take back 2": error}
    assert not perform(run, START, EXPAND)
    assert statuses(installed) == [Status.FAILED, Status.FINISHED]
    (told,) = warnings(run)
    assert "may still be running" in told
    assert "odd" not in told


def test_what_became_ready_is_what_serves_though_that_could_not_be_recorded_at_once(
    installed: Installed, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk was full: a later version is not put back by a restart."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    installed.engines.serves = 2
    with monkeypatch.context() as patch:
        patch.setattr(installed.store.journal, "serve", full)
        assert not perform(run, START, EXPAND, READY)
    assert statuses(installed) == [Status.FINISHED, Status.FINISHED]
    assert run.refreshed().operation.serves
    assert run.refreshed().unit.find(Ready) is None, "it is recorded with all that says so, or not at all"
    installed.deployed(installed.revision())
    workload = rebuild(installed.platform, "development", "shop")
    assert workload is not None
    assert workload.revision == 3


@pytest.mark.parametrize("serves", [0, 2])
def test_the_same_version_with_another_login_is_taken_back_too(installed: Installed, run: Run, serves: int) -> None:
    """Where that very version serves already, it goes on, and so does the clean-up of the operation that brought it."""
    run.record(replace(installed.planned(), address="http://a"))
    installed.engines.broken["apply"] = TemporaryEngineError("cannot be now")
    installed.engines.serves = serves
    assert not perform(run, START, EXPAND)
    assert installed.engines.asked[-1] == "take back 2"
    assert statuses(installed) == [Status.FINISHED if serves else Status.FAILED, Status.FINISHED]
    assert not run.refreshed().operation.serves


def test_a_failure_is_recorded_though_the_plan_is_lost(installed: Installed, run: Run) -> None:
    """Nobody could publish otherwise."""
    assert perform(run, START, EXPAND)
    run.record(replace(installed.planned(), migration="0" * 64))
    installed.engines.serves = 2
    assert not perform(run, REFUSE)
    assert run.refreshed().operation.status == Status.FAILED
    assert statuses(installed) == [Status.FINISHED, Status.FINISHED]


def test_waiting_for_the_version_before_opens_no_secret(
    installed: Installed, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[Workload] = []
    installed.engines.settle = lambda workload, _leave: settled.append(workload) is None  # type: ignore[attr-defined]
    assert perform(run, START, EXPAND, READY)
    monkeypatch.setattr(installed.store.vault, "open", None)
    assert perform(run, SETTLE)
    (workload,) = settled
    assert (workload.revision, workload.secrets) == (2, ())
    started = run.refreshed().unit.find(Started)
    assert started is not None
    assert instance_of(workload) == started.instance


def test_a_deployment_that_nobody_ended_does_not_serve(installed: Installed, run: Run) -> None:
    """As an earlier version left it: its operation has failed."""
    assert perform(run, START)
    run.record(Ready("http://127.0.0.1:8100"))
    run.fail(EngineError("no"))
    workload = rebuild(installed.platform, "development", "shop")
    assert workload is not None
    assert workload.revision == 1
