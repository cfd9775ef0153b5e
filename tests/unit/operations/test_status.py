"""What ``status`` says of assets that never were, and when no engine can be asked."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import Any

import pytest

from odcpub.cli import show
from odcpub.errors import UsageError
from odcpub.operations import overview

from .conftest import Installed


def test_an_asset_whose_first_publish_was_refused_is_called_so_and_goes_with_its_folder(
    installed: Installed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show.status(overview.status(installed.platform), False) == 0
    (row,) = capsys.readouterr().out.splitlines()[1:]
    assert row.split(maxsplit=2) == ["Shop", "app", "never published"]
    shutil.rmtree(installed.folder)
    assert overview.status(installed.platform) == {"assets": []}


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
