"""What the server does once a day."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from odcpub.operations.pruning import Pruned
from odcpub.portal import upkeep
from odcpub.portal.upkeep import DAILY_SECONDS, FIRST_SECONDS, Upkeep


def test_it_removes_what_is_old_once_a_day_and_goes_on_after_a_failure(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock, runs = [1000.0], list[float]()

    def prune(*_: Any) -> Pruned:
        runs.append(clock[0])
        if len(runs) == 1:
            raise OSError(5, "Input/output error")
        return Pruned(1, 2)

    monkeypatch.setattr(upkeep.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(upkeep, "prune", prune)
    made = Upkeep(None)  # type: ignore[arg-type]
    with caplog.at_level(logging.INFO):
        for _ in range(2 * 24 * 60 + 20):
            made.look()
            clock[0] += 60
    assert runs == [1000 + FIRST_SECONDS + days * DAILY_SECONDS for days in range(3)]
    assert "could not be removed" in caplog.text
    assert "removed 1 plans and 2 contents" in caplog.text
