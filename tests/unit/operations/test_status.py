"""What ``status`` says of assets that never were, and when no engine can be asked."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from typing import Any

import pytest

from odcpub.cli import show
from odcpub.errors import TemporaryEngineError, UsageError
from odcpub.operations import overview

from .conftest import Installed


def test_an_asset_whose_first_publish_was_refused_is_called_so_and_stays_without_its_folder(
    installed: Installed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show.status(overview.status(installed.platform), False) == 0
    (row,) = capsys.readouterr().out.splitlines()[1:]
    assert row.split(maxsplit=2) == ["Shop", "app", "never published"]
    shutil.rmtree(installed.folder)
    assert [one["name"] for one in overview.status(installed.platform)["assets"]] == ["Shop"]


def test_engines_that_nobody_can_read_are_told_once_beneath_the_table(
    installed: Installed, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> Any:
        raise UsageError("engines.json: Invalid JSON", "odcpub engines use local")

    for stage in ("Development", "QA"):
        installed.deployed(installed.revision(), stage)
    answer = overview.status(replace(installed.platform, engines=broken))
    assert show.status(answer, False) == 2
    told = capsys.readouterr()
    assert told.out.count("unknown") == 2
    assert "Invalid JSON" not in told.out
    assert told.err == "error: engines.json: Invalid JSON\nhint: odcpub engines use local\n"
    assert show.status(answer, True) == 2
    assert '"error": "engines.json: Invalid JSON"' in capsys.readouterr().out


def test_a_runner_that_does_not_answer_is_waited_for_once(installed: Installed) -> None:
    """And not for each row in turn."""
    stages = ("Development", "QA", "Production")
    for stage in stages:
        installed.deployed(installed.revision(), stage)
    together = threading.Barrier(len(stages), timeout=20)

    def hangs(*_: str) -> None:
        together.wait()
        raise TemporaryEngineError("the cluster cannot be reached")

    installed.engines.running = hangs  # type: ignore[method-assign]
    (asset,) = overview.status(installed.platform)["assets"]
    assert [row["stage"] for row in asset["stages"]] == list(stages)
    assert {row["health"] for row in asset["stages"]} == {"unknown: the cluster cannot be reached"}
