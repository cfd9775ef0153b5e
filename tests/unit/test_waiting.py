"""Looking again: when the first and the last look are, and how long lies between."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from odcpub import waiting
from odcpub.waiting import looks


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that only pauses move on."""
    made: list[float] = []
    clock = SimpleNamespace(monotonic=lambda: sum(made), sleep=made.append)
    monkeypatch.setattr(waiting, "time", clock)
    return made


def test_what_is_so_at_once_is_not_waited_for(pauses: list[float]) -> None:
    for _ in looks(10, 1):
        break
    else:
        pytest.fail("it was so")
    assert pauses == []


def test_the_last_look_is_when_the_seconds_have_passed(pauses: list[float]) -> None:
    found = [sum(pauses) for _ in looks(2.5, 1)]
    assert found == [0, 1, 2, 3]


def test_pauses_grow_up_to_the_longest(pauses: list[float]) -> None:
    list(looks(10, 1, longest=4))
    assert pauses == [1, 2, 4, 4]


def test_no_patience_is_one_look(pauses: list[float]) -> None:
    assert len(list(looks(0, 1))) == 1
