"""A database that died is started again by who looks after it: at once, later each time, never one that was stopped."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, cast

import pytest

from odcpub.engines.common.supervisor import LONGEST_PAUSE, Retries, Supervisor
from odcpub.engines.database.care import keep_running
from odcpub.engines.database.connection import Server
from odcpub.engines.database.embedded import EmbeddedPostgres
from odcpub.errors import EngineError


class Mortal:
    def __init__(self) -> None:
        self.dead, self.starts, self.trouble = False, 0, ""

    def died(self) -> bool:
        return self.dead

    def server(self) -> Any:
        self.starts += 1
        if self.trouble:
            raise EngineError(self.trouble)
        self.dead = False


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    clock = [1000.0]
    monkeypatch.setattr("odcpub.engines.common.supervisor.time.monotonic", lambda: clock[0])
    return clock


def look(database: Mortal, attempts: Retries, said: list[str]) -> None:
    keep_running(cast("EmbeddedPostgres", database), attempts, said.append)


def test_one_that_died_is_started_again_and_told(now: list[float]) -> None:
    database, said = Mortal(), list[str]()
    attempts = Retries()
    look(database, attempts, said)
    assert (database.starts, said) == (0, [])
    database.dead = True
    look(database, attempts, said)
    assert (database.starts, said) == (1, ["embedded PostgreSQL: had ended by itself; started again"])


def test_one_that_does_not_start_is_tried_less_and_less_often(now: list[float]) -> None:
    database, said = Mortal(), list[str]()
    database.dead, database.trouble = True, "the disk is full"
    attempts = Retries()
    for _ in range(600):
        look(database, attempts, said)
        now[0] += 0.5
    assert 10 < database.starts < 20
    assert set(said) == {"embedded PostgreSQL: does not run and could not be started: the disk is full"}
    database.trouble = ""
    now[0] += 30
    look(database, attempts, said)
    assert not database.dead
    now[0] += 120
    look(database, attempts, said)
    database.dead = True
    before = database.starts
    look(database, attempts, said)
    assert database.starts == before + 1, "its former ends are forgotten"


def test_one_that_does_not_start_for_days_is_still_tried(now: list[float]) -> None:
    database, attempts = Mortal(), Retries()
    database.dead, database.trouble = True, "the disk is full"
    for _ in range(3000):
        look(database, attempts, [])
        now[0] += LONGEST_PAUSE
    assert database.starts == 3000


def test_a_look_that_fails_in_any_way_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("odcpub.engines.common.supervisor.SECONDS", 0.001)
    looks, again = list[Retries](), threading.Event()

    def look(retries: Retries) -> None:
        looks.append(retries)
        if len(looks) > 2:
            again.set()
        raise ValueError("odd")

    supervisor = Supervisor(look)
    supervisor.start()
    assert again.wait(10)
    supervisor.stop()


def test_one_that_could_not_be_started_at_all_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = EmbeddedPostgres(tmp_path, tmp_path)
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "PG_VERSION").write_text("18\n")
    monkeypatch.setattr(database, "_started", exec_fails)
    with pytest.raises(EngineError):
        database.server()
    assert database.died()


def exec_fails() -> Server:
    raise EngineError("embedded PostgreSQL: its port is taken by another program")


def test_only_one_that_was_used_and_not_stopped_and_whose_data_is_there_has_died(tmp_path: Path) -> None:
    database = EmbeddedPostgres(tmp_path, tmp_path)
    assert not database.died()
    database._wanted = True
    assert not database.died()
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "PG_VERSION").write_text("18\n")
    assert database.died()
    database.close(stop=True)
    assert not database.died()
