"""The server's end and the steps that are at work then: to their operations it looks like a kill."""

from __future__ import annotations

import threading

import pytest

from odcpub.operations.at_work import Work


def in_thread(work: Work, step: object) -> tuple[threading.Thread, threading.Event]:
    """A thread that runs ``step`` as a step; the event tells that it came out of it."""
    out = threading.Event()

    def run() -> None:
        with work.step():
            step()  # type: ignore[operator]
        out.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, out


def test_steps_run_while_nobody_ends() -> None:
    work = Work()
    thread, out = in_thread(work, lambda: None)
    thread.join(5)
    assert out.is_set()
    work.end(5)


def test_the_end_waits_for_a_step_that_then_is_never_recorded() -> None:
    work, go_on, begun = Work(), threading.Event(), threading.Event()

    def step() -> None:
        begun.set()
        go_on.wait(5)

    thread, out = in_thread(work, step)
    assert begun.wait(5)
    ended = threading.Thread(target=work.end, args=(20,))
    ended.start()
    ended.join(0.1)
    assert ended.is_alive(), "the step is at work"
    go_on.set()
    ended.join(5)
    assert not ended.is_alive()
    assert not out.wait(0.1)
    assert thread.is_alive()


def test_no_step_begins_after_the_end() -> None:
    work = Work()
    work.end(0)
    ran = threading.Event()
    _, out = in_thread(work, ran.set)
    assert not ran.wait(0.1)
    assert not out.is_set()


def test_a_step_that_takes_too_long_does_not_keep_the_server() -> None:
    work, begun, broke = Work(), threading.Event(), threading.Event()
    go_on = threading.Event()

    def step() -> None:
        begun.set()
        go_on.wait(5)
        broke.set()
        raise OSError("its engine has gone")

    _, out = in_thread(work, step)
    assert begun.wait(5)
    work.end(0.05)
    go_on.set()
    assert broke.wait(5)
    assert not out.wait(0.1), "its failure is told to nobody"


def test_a_step_that_fails_while_nobody_ends_is_counted_out() -> None:
    work = Work()
    with pytest.raises(ValueError, match="x"), work.step():
        raise ValueError("x")
    work.end(5)
    assert work.ending
