"""Calls of actions that are killed at any moment, with their app or their sessions of the database: each leaves all of
what it does or nothing, and what was answered is there."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler
from tests.actions.cases import asset_of
from tests.actions.published import Published, published
from tests.actions.random_app import seeded

MODEL = """
app: Bank
key: 2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f14
entities:
  Account: { attributes: { Balance: { type: Integer, default: 0 }, Moves: { type: Integer, default: 0 } } }
  Entry: { attributes: { Tag: { type: Integer }, Part: { type: Integer }, Account: { type: Account Identifier } } }
server_actions:
  Move:
    api: true
    inputs:
      Giver:  { type: Account Identifier, mandatory: true }
      Taker:  { type: Account Identifier, mandatory: true }
      Amount: { type: Integer, mandatory: true }
      Tag:    { type: Integer, mandatory: true }
      Parts:  { type: Integer List }
    do:
      - { get: Account, where: Account.Id = Giver, as: One }
      - set: { One.Balance: One.Balance - Amount, One.Moves: One.Moves + 1 }
      - update: One
      - for_each: Parts
        as: Part
        do:
          - create: Entry
            with: { Tag: Tag, Part: Part, Account: Giver }
      - call: TryInVain
        with: { Tag: Tag }
      - { get: Account, where: Account.Id = Taker, as: Other }
      - set: { Other.Balance: Other.Balance + Amount, Other.Moves: Other.Moves + 1 }
      - update: Other
  TryInVain:
    inputs: { Tag: { type: Integer } }
    do:
      - create: Entry
        with: { Tag: Tag, Part: -1 }
      - raise: '"no"'
    on_error:
      - do:
          - end
"""
ACCOUNTS, PARTS = 20, 4
CALLERS = 6


class Callers:
    """Threads that move money, and what became of each call by its tag: True for done, False for refused, None where
    nobody knows."""

    def __init__(self, played: Published) -> None:
        self.played = played
        self.became: dict[int, bool | None] = {}
        self.statuses: set[int] = set()
        self.amounts: dict[int, tuple[int, int, int]] = {}
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(number,)) for number in range(CALLERS)]

    def _run(self, number: int) -> None:
        random, tag = seeded(number), number
        while not self.ended.is_set():
            tag += CALLERS
            giver, taker = random.sample(range(1, ACCOUNTS + 1), 2)
            self.amounts[tag] = giver, taker, random.randint(1, 100)
            given = {"Giver": giver, "Taker": taker, "Amount": self.amounts[tag][2], "Tag": tag}
            self.became[tag] = None
            try:
                status = self.played.app.request("POST", "/api/Move", given | {"Parts": list(range(PARTS))}).status
            except (OSError, http.client.HTTPException):
                return  # the app has been killed
            self.statuses.add(status)
            self.became[tag] = {200: True, 503: False}.get(status)

    def run(self, killing: Iterator[None]) -> None:
        """Until ``killing`` ends."""
        for thread in self.threads:
            thread.start()
        for _ in killing:
            pass
        self.ended.set()
        for thread in self.threads:
            thread.join(60)


@pytest.fixture(scope="module")
def played(
    compiler: CSharpCompiler, database: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Published]:
    asset = asset_of(MODEL)
    with published(asset, compiler, database, tmp_path_factory.mktemp("bank")) as found:
        yield found


def whole(callers: Callers, played: Published) -> None:
    """Asserts that each call is there as a whole or not at all."""
    tables = played.tables()
    parts: dict[int, list[int]] = {}
    for entry in tables["Entry"].values():
        parts.setdefault(entry["Tag"], []).append(entry["Part"])
    assert all(sorted(found) == list(range(PARTS)) for found in parts.values())
    assert {tag for tag, became in callers.became.items() if became} <= parts.keys()
    assert not [tag for tag, became in callers.became.items() if became is False and tag in parts]
    expected = {number: [1000, 0] for number in range(1, ACCOUNTS + 1)}
    for tag in parts:
        giver, taker, amount = callers.amounts[tag]
        expected[giver] = [expected[giver][0] - amount, expected[giver][1] + 1]
        expected[taker] = [expected[taker][0] + amount, expected[taker][1] + 1]
    assert {key: [row["Balance"], row["Moves"]] for key, row in tables["Account"].items()} == expected


def fill(played: Published) -> None:
    played.fill({"Account": [{"Balance": 1000}] * ACCOUNTS})


MUCH = pytest.mark.parametrize("much", [1, pytest.param(20, marks=pytest.mark.long)])
"""How long, or how often, something is tried."""


@MUCH
def test_concurrent_calls_lose_nothing(played: Published, much: int) -> None:
    fill(played)
    callers = Callers(played)

    def undisturbed() -> Iterator[None]:
        while len(callers.became) < 100 * much:
            time.sleep(0.01)
        yield

    callers.run(undisturbed())
    assert callers.statuses <= {200, 503}
    assert sum(became is True for became in callers.became.values()) > len(callers.became) / 2
    whole(callers, played)


@MUCH
def test_a_call_whose_session_is_killed_leaves_nothing(played: Published, database: Postgres, much: int) -> None:
    fill(played)
    callers, random = Callers(played), seeded(1)

    def sessions() -> Iterator[None]:
        with closing(database.server().connect()) as superuser:
            while len(callers.became) < 100 * much:
                time.sleep(random.uniform(0.01, 0.15))
                superuser.execute(KILL, [played.user])
                yield

    callers.run(sessions())
    assert callers.statuses <= {200, 503, 504}
    assert 200 in callers.statuses
    whole(callers, played)


KILL = """
select pg_terminate_backend(pid) from pg_stat_activity
where usename = %s and state in ('active', 'idle in transaction') order by random() limit 2
"""


@MUCH
def test_calls_whose_app_is_killed_leave_nothing(played: Published, much: int) -> None:
    random = seeded(2)
    for _ in range(2 * much):
        fill(played)
        callers = Callers(played)

        def app() -> Iterator[None]:
            time.sleep(random.uniform(0.2, 0.7))
            played.kill()
            yield

        callers.run(app())
        assert None in callers.became.values()
        played.start()
        whole(callers, played)
