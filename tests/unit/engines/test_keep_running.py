"""A database that died is started again by who looks after it: at once, later each time, never one that was stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from odcpub.engines.database.connection import Server
from odcpub.engines.database.embedded import EmbeddedPostgres
from odcpub.engines.factory import keep_running
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
    monkeypatch.setattr("odcpub.engines.factory.time.monotonic", lambda: clock[0])
    return clock


def look(database: Mortal, attempts: dict[str, tuple[int, float]], said: list[str]) -> None:
    keep_running(cast("EmbeddedPostgres", database), attempts, said.append)


def test_one_that_died_is_started_again_and_told(now: list[float]) -> None:
    database, said = Mortal(), list[str]()
    attempts: dict[str, tuple[int, float]] = {}
    look(database, attempts, said)
    assert (database.starts, said) == (0, [])
    database.dead = True
    look(database, attempts, said)
    assert (database.starts, said) == (1, ["embedded PostgreSQL: had ended by itself; started again"])


def test_one_that_does_not_start_is_tried_less_and_less_often(now: list[float]) -> None:
    database, said = Mortal(), list[str]()
    database.dead, database.trouble = True, "the disk is full"
    attempts: dict[str, tuple[int, float]] = {}
    for _ in range(600):
        look(database, attempts, said)
        now[0] += 0.5
    assert 10 < database.starts < 20
    assert set(said) == {"embedded PostgreSQL: has ended and could not be started again: the disk is full"}
    database.trouble = ""
    now[0] += 30
    look(database, attempts, said)
    assert not database.dead
    now[0] += 120
    look(database, attempts, said)
    assert attempts == {}


def test_only_one_that_was_used_and_not_stopped_and_whose_data_is_there_has_died(tmp_path: Path) -> None:
    database = EmbeddedPostgres(tmp_path, tmp_path)
    assert not database.died()
    database._server = Server("127.0.0.1", 1, "odcpub", lambda: "")
    assert not database.died()
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "PG_VERSION").write_text("18\n")
    assert database.died()
    database.close(stop=True)
    assert not database.died()
