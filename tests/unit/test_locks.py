"""Locks on files hold between open files as they do between processes."""

from __future__ import annotations

import threading
from pathlib import Path

from odcpub import locks


def test_a_lock_is_one_holders_until_it_is_closed(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    first = locks.take(file)
    assert first is not None
    assert locks.take(file) is None
    first.close()
    again = locks.take(file)
    assert again is not None
    again.close()


def test_who_must_wait_says_so_once_and_goes_on_when_it_is_free(tmp_path: Path) -> None:
    file, said, went_on = tmp_path / "lock", threading.Event(), threading.Event()

    def second() -> None:
        with locks.held(file, said.set):
            went_on.set()

    with locks.held(file, lambda: said.set()):
        assert not said.is_set(), "nobody holds it"
        thread = threading.Thread(target=second)
        thread.start()
        assert said.wait(5)
        assert not went_on.wait(0.05)
    assert went_on.wait(5)
    thread.join()
