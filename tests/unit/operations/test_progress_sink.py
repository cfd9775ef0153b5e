"""What engines tell while they work reaches the step that runs, and nobody else."""

from __future__ import annotations

import logging
import threading

import pytest

from odcpub.operations.progress_sink import report, reporting_to


def test_the_step_that_runs_hears(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    outer: list[str] = []
    inner: list[str] = []
    with reporting_to(outer.append):
        report("one")
        with reporting_to(inner.append):
            report("two")
        report("three")
    report("nobody listens")
    assert (outer, inner) == (["one", "three"], ["two"])
    assert caplog.messages == ["nobody listens"]


def test_another_thread_is_not_heard() -> None:
    heard: list[str] = []
    with reporting_to(heard.append):
        other = threading.Thread(target=report, args=("not yours",))
        other.start()
        other.join()
    assert heard == []


def test_a_step_that_fails_no_longer_listens() -> None:
    heard: list[str] = []
    with pytest.raises(ValueError, match="x"), reporting_to(heard.append):
        raise ValueError("x")
    report("later")
    assert heard == []
