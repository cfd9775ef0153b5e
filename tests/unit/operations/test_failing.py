"""A step that fails ends its operation, also where the failure itself cannot be recorded at first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from odcpub.errors import OdcpubError, Refused
from odcpub.home import Home
from odcpub.model.load import FileCache
from odcpub.operations import durable, failing
from odcpub.operations.core.command import Deploy
from odcpub.operations.core.outputs import AssetRef, StageRef
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import Step
from odcpub.operations.platform import Caches, Platform
from odcpub.store.again import Undone
from odcpub.store.records import AssetRecord, Status
from odcpub.store.store import Store

from .conftest import begun

KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10"
COMMAND = Deploy(actor="ada", stage=StageRef("QA", "qa"), asset=AssetRef(KEY, "Shop"), revision=1)
SHOP = AssetRecord(KEY, "Shop", "app", "shop", "/models/shop", "")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setattr(durable, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(failing, "PAUSE_SECONDS", 0.0)
    store = Store(tmp_path)
    platform = Platform(Home(tmp_path, tmp_path, tmp_path), store, lambda: None, Caches(store), FileCache())  # type: ignore[arg-type, return-value]
    monkeypatch.setattr(durable, "_platform", platform)
    store.assets.register(SHOP)
    yield begun(platform, COMMAND)
    store.close()


def broken(times: int, method: Any, error: Exception | None = None) -> Any:
    """``method``, once it has failed so often."""
    left = SimpleNamespace(count=times)

    def call(*arguments: Any, **named: Any) -> Any:
        left.count -= 1
        if left.count >= 0:
            raise error or OSError(28, "No space left on device")
        return method(*arguments, **named)

    return call


def ended(run: Run) -> tuple[str, list[str], int]:
    journal = run.platform.store.journal
    found = run.refreshed().operation
    errors = [one.text for one in journal.messages(found.key) if one.severity == "Error"]
    return found.status, errors, found.exit_code or 0


def refuse(_run: Run, _given: object) -> None:
    raise Refused("no")


def test_a_failure_that_cannot_be_recorded_at_first_is_recorded_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = run.platform.store.journal
    monkeypatch.setattr(journal, "fail", broken(3, journal.fail))
    assert durable._perform(run, Step("start", "Deploy", object, refuse)) is False
    assert ended(run) == (Status.FAILED, ["no"], 1)
    run.platform.ledger.begin(COMMAND)


def test_that_an_operation_cannot_begin_is_recorded_though_the_disk_is_full(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would run it, and it would keep its stage; the space that is kept aside is released first."""
    journal = run.platform.store.journal
    given: list[Path] = []
    monkeypatch.setattr(durable.disk_reserve, "release", given.append)
    monkeypatch.setattr(durable, "_start", broken(1, None))
    monkeypatch.setattr(journal, "fail", broken(2, journal.fail))
    with pytest.raises(OdcpubError, match="the disk is full"):
        durable.begin(run.key)
    assert (ended(run)[0], len(given)) == (Status.FAILED, 3)
    assert journal.messages(run.key)[-1].step, "as every message it is of a step"
    run.platform.ledger.begin(COMMAND)


@pytest.mark.parametrize("times", [1, 2])
def test_a_step_whose_beginning_or_end_cannot_be_written_has_failed(
    run: Run, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    journal = run.platform.store.journal
    say, said = journal.say, []

    def full(*arguments: Any, **named: Any) -> None:
        said.append(arguments)
        if len(said) == times:
            raise OSError(28, "No space left on device")
        say(*arguments, **named)

    monkeypatch.setattr(journal, "say", full)
    assert durable._perform(run, Step("start", "Deploy", object, lambda *_: None)) is False
    status, errors, code = ended(run)
    assert (status, code) == (Status.FAILED, 3)
    assert "the disk is full" in errors[0]


def test_an_operation_whose_end_cannot_be_written_has_failed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.platform.store.journal, "finish", broken(1, run.platform.store.journal.finish))
    durable._end(run.key)
    assert ended(run)[0] == Status.FAILED


@pytest.mark.parametrize("name", ["say", "operation"])
def test_a_step_waits_for_a_store_that_does_not_answer(run: Run, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    journal, done = run.platform.store.journal, list[str]()
    step = Step("start", "Deploy", object, lambda *_: done.append("start"))
    monkeypatch.setattr(durable, "_line", lambda run: [("start", (run, step))])
    monkeypatch.setattr(journal, name, broken(3, getattr(journal, name), Undone("the store does not answer")))
    assert durable._execute(run.key, "start") is True
    assert done == ["start"]
    monkeypatch.setattr(journal, "finish", broken(2, journal.finish, Undone("the store does not answer")))
    durable._end(run.key)
    assert ended(run) == (Status.FINISHED, [], 0)
