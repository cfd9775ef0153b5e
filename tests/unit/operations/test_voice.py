"""What engines tell while they work reaches the step that runs, and nobody else."""

from __future__ import annotations

import logging
import threading

import pytest

from odcpub.operations.voice import heard_by, tell


def test_the_step_that_runs_hears(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    outer: list[str] = []
    inner: list[str] = []
    with heard_by(outer.append):
        tell("one")
        with heard_by(inner.append):
            tell("two")
        tell("three")
    tell("nobody listens")
    assert (outer, inner) == (["one", "three"], ["two"])
    assert caplog.messages == ["nobody listens"]


def test_another_thread_is_not_heard() -> None:
    heard: list[str] = []
    with heard_by(heard.append):
        other = threading.Thread(target=tell, args=("not yours",))
        other.start()
        other.join()
    assert heard == []


def test_a_step_that_fails_no_longer_listens() -> None:
    heard: list[str] = []
    with pytest.raises(ValueError, match="x"), heard_by(heard.append):
        raise ValueError("x")
    tell("later")
    assert heard == []
