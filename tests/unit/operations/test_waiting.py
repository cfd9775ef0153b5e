"""An operation can wait, goes on when it is told, also by another server, and can be cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS
from dbos._dbos import _get_dbos_instance

from odcpub.errors import EngineError, Refused
from odcpub.operations import durable, requests
from odcpub.operations.core.ledger import Operation
from odcpub.operations.core.outputs import Ready
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import Step, Waits
from odcpub.operations.kinds import KINDS
from odcpub.portal import views
from odcpub.store.records import OperationKind, Status
from tests.waiting import wait_for

from .conftest import Installed

BEGAN: list[str] = []
THERE: list[str] = []
"""What the step waits for, once it is there."""
SERVERS: list[Any] = []
"""The records that each server of a test has opened."""


def first(_run: Run, _given: object) -> Ready:
    BEGAN.append("first")
    return Ready("http://a")


def second(_run: Run, _given: object) -> None:
    BEGAN.append("second")
    if not THERE:
        raise Waits("the connection Mail", "whoever may set connections")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installed]:
    steps = (Step("first", "Data", object, first), Step("second", "Deploy", object, second))
    kinds = {kind: replaced(found, steps) for kind, found in KINDS.items()}
    monkeypatch.setattr(durable, "KINDS", kinds)
    monkeypatch.setattr(durable, "_platform", None)
    BEGAN.clear()
    THERE.clear()
    made = Installed(tmp_path)
    durable.launch(made.platform, tmp_path)
    SERVERS[:] = [_get_dbos_instance()._sys_db]
    yield made
    DBOS.destroy(workflow_completion_timeout_sec=0)
    for records in SERVERS:  # threads that still wait, of which a process that ends is rid
        for *_, message in records.notifications_map.snapshot():
            message.set()
        wait_for(lambda known=records.notifications_map: not known.snapshot(), "the end of threads")
    made.store.close()


def replaced(kind: Any, steps: tuple[Step, ...]) -> Any:
    return replace(kind, steps={OperationKind.DEPLOY: steps})


def waiting(installed: Installed) -> Operation:
    """A promotion that waits."""
    key = installed.operation().key
    durable.begin(key)
    waits(installed, key)
    return found(installed, key)


def waits(installed: Installed, key: str) -> None:
    """Until the operation waits, and its thread does."""
    wait_for(lambda: found(installed, key).waiting and SERVERS[-1].notifications_map.snapshot(), "the wait")


def found(installed: Installed, key: str) -> Operation:
    operation = installed.platform.ledger.operation(key)
    assert operation is not None
    return operation


def end(installed: Installed, key: str) -> Operation:
    wait_for(lambda: found(installed, key).status != Status.RUNNING, "the end")
    return found(installed, key)


def restarted(installed: Installed) -> None:
    """As after a kill: another server finds the records."""
    DBOS.destroy(workflow_completion_timeout_sec=0)
    durable.launch(installed.platform, installed.platform.home.data)
    SERVERS.append(_get_dbos_instance()._sys_db)


def test_it_says_for_what_since_when_and_who_can_go_on(installed: Installed) -> None:
    operation = waiting(installed)
    shown = views.operation(operation)
    assert (shown["status"], shown["waiting"]["for"]) == ("Running", "the connection Mail")
    assert shown["waiting"]["who"] == "whoever may set connections"
    assert shown["waiting"]["since"] >= shown["startedDateTime"]
    (line,) = [one.text for one in installed.store.journal.messages(operation.key) if one.severity == "Warning"]
    assert line.endswith(f"odcpub continue {operation.key[:8]}")
    with pytest.raises(Refused, match="has been running"):
        installed.operation()


@pytest.mark.parametrize("restart", [False, True])
def test_it_goes_on_with_the_step_that_waited(installed: Installed, restart: bool) -> None:
    operation = waiting(installed)
    if restart:
        restarted(installed)
    THERE.append("Mail")
    requests.go_on(installed.platform, operation, "bea")
    ended = end(installed, operation.key)
    assert (ended.status, ended.waiting) == (Status.FINISHED, None)
    assert BEGAN == ["first", "second", "second"]
    assert "continued by bea" in [one.text for one in installed.store.journal.messages(operation.key)]


def test_told_to_go_on_too_early_it_waits_again(installed: Installed) -> None:
    operation = waiting(installed)
    requests.go_on(installed.platform, operation, "bea")
    wait_for(lambda: BEGAN.count("second") == 2 and found(installed, operation.key).waiting, "the second wait")
    assert found(installed, operation.key).status == Status.RUNNING


def test_a_word_that_a_killed_server_did_not_pass_on_is_heard_after_its_end(installed: Installed) -> None:
    operation = waiting(installed)
    installed.platform.ledger.go_on(operation.key)
    THERE.append("Mail")
    restarted(installed)
    assert end(installed, operation.key).status == Status.FINISHED


@pytest.mark.parametrize("restart", [False, True])
def test_cancelled_it_has_failed_and_makes_room(installed: Installed, restart: bool) -> None:
    operation = waiting(installed)
    if restart:
        restarted(installed)
    requests.cancel(installed.platform, operation, "bea")
    shown = views.operation(end(installed, operation.key))
    assert (shown["status"], shown["cancelledBy"], shown["exitCode"]) == ("FinishedWithError", "bea", 1)
    assert shown["waiting"] is None
    (error,) = [one.text for one in installed.store.journal.messages(operation.key) if one.severity == "Error"]
    assert error == "cancelled by bea"
    assert BEGAN.count("second") == 1
    installed.operation()


def test_what_does_not_wait_or_has_ended_is_told(installed: Installed) -> None:
    runs = installed.operation().operation
    with pytest.raises(Refused, match="is not waiting: it is running"):
        requests.go_on(installed.platform, runs, "bea")
    installed.platform.ledger.finish(runs.key)
    for ask in (requests.go_on, requests.cancel):
        with pytest.raises(Refused, match="has ended"):
            ask(installed.platform, found(installed, runs.key), "bea")


def test_what_ended_without_telling_the_ledger_is_run_anew_and_by_one_workflow(installed: Installed) -> None:
    THERE.append("Mail")
    key = installed.operation().key
    durable.begin(key)
    end(installed, key)
    wait_for(lambda: DBOS.list_workflows(workflow_ids=[key])[0].status == "SUCCESS", "the workflow's own end")
    THERE.clear()
    with installed.store.journal._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE operations SET status = 'Running', finished_at = NULL")
    for _ in range(2):
        restarted(installed)
        waits(installed, key)
    assert BEGAN == ["first", "second", "first", "second"]
    pending = [one.workflow_id for one in DBOS.list_workflows(workflow_id_prefix=key) if one.status == "PENDING"]
    assert len(pending) == 1
    THERE.append("Mail")
    requests.go_on(installed.platform, found(installed, key), "bea")
    assert end(installed, key).status == Status.FINISHED
    # A thread of a server that was ended, which a real end would have taken along, may hear of it too.
    assert (BEGAN[:4].count("first"), set(BEGAN[4:])) == (2, {"second"})


def test_what_cannot_be_started_has_failed_and_makes_room(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    key = installed.operation().key
    with monkeypatch.context() as patch:
        patch.setattr(DBOS, "start_workflow", full)
        with pytest.raises(EngineError, match="the disk is full"):
            durable.begin(key)
    assert found(installed, key).status == Status.FAILED
    installed.operation()


@pytest.mark.parametrize("ask", ["again", "cancel"])
def test_what_was_recorded_and_never_started_can_be_asked_for_again_or_cancelled(
    installed: Installed, ask: str
) -> None:
    """As after a kill between the two, or where the failure could not be recorded either."""
    THERE.append("Mail")
    operation = installed.operation().operation
    if ask == "again":
        assert requests.asked_before(installed.platform, operation.key, lambda _: True)
    else:
        requests.cancel(installed.platform, operation, "bea")
    assert end(installed, operation.key).status == (Status.FINISHED if ask == "again" else Status.FAILED)


def test_what_was_begun_with_other_steps_begins_anew(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    """DBOS goes on with nothing of another version of the application: the stage would be locked for ever."""
    operation = waiting(installed)
    THERE.append("Mail")
    monkeypatch.setattr(durable, "APPLICATION_VERSION", "2")
    restarted(installed)
    installed.platform.ledger.go_on(operation.key)
    durable.go_on(operation.key)
    assert end(installed, operation.key).status == Status.FINISHED
    assert BEGAN[:3] == ["first", "second", "first"]
