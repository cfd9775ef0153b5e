"""DBOS is loaded beside the server's first answers: what needs it waits, and is told where it cannot be had."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from dbos import DBOS

from odcpub.errors import EngineError
from odcpub.operations import durable, requests
from odcpub.store.records import Status
from tests.acceptance.zygote import wait_for

from .conftest import Installed

HOUR = 3600.0


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(durable, "_platform", None)
    monkeypatch.setattr(durable, "_launching", None)
    yield
    DBOS.destroy(workflow_completion_timeout_sec=0)


def test_an_operation_that_is_begun_first_waits_for_it(installed: Installed) -> None:
    durable.launch_later(installed.platform, installed.platform.home.data, threading.Event(), HOUR)
    run = installed.operation(revision=installed.revision())
    requests.cancel(installed.platform, run.operation, "bea")
    wait_for(lambda: run.now().operation.status == Status.FAILED, "the end, which nobody but DBOS brings about")


def test_it_is_launched_after_the_first_answer_though_nobody_needs_it(installed: Installed) -> None:
    run = installed.operation(revision=installed.revision())
    installed.platform.ledger.cancel(run.key, "bea")
    answered = threading.Event()
    durable.launch_later(installed.platform, installed.platform.home.data, answered, HOUR)
    assert run.now().operation.status == Status.RUNNING
    answered.set()
    wait_for(lambda: run.now().operation.status == Status.FAILED, "the end of what was pending")


def test_who_begins_an_operation_is_told_why_it_cannot_run(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def launch(*_: object) -> None:
        raise EngineError("the disk is full", "make room")

    monkeypatch.setattr(durable, "launch", launch)
    durable.launch_later(installed.platform, installed.platform.home.data, threading.Event(), HOUR)
    run = installed.operation()
    with pytest.raises(EngineError, match="the disk is full"):
        requests.cancel(installed.platform, run.operation, "bea")
    assert run.now().operation.cancelled_by == ""
