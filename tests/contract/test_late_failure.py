"""An operation that has changed the schema and then fails leaves the clean-up to the one whose version serves, on a
real PostgreSQL: that one plans again, whatever is killed meanwhile, and nothing waits for a publish that may never
come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from odcpub.data.plan import plan_migration
from odcpub.data.target import target_schema
from odcpub.engines.database import migrate
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import Place
from odcpub.errors import EngineError
from odcpub.model.elements import Asset, Basic, Entity, Index
from odcpub.operations import durable, overview, replanning
from odcpub.operations.core.outputs import TakenOver
from odcpub.operations.core.run import Run
from odcpub.store.records import Status
from tests.databases import engine
from tests.helpdesk_asset import attribute
from tests.unit.operations.conftest import MODEL, Installed

PLACE = Place("odc_development", "shop")


def shop(*attributes: Any, unique: tuple[str, ...] = ()) -> Asset:
    indexes = (Index("I", "I", unique, True),) if unique else ()
    return replace(MODEL, settings=(), entities=(Entity("Thing", "Thing", attributes, indexes),))


NUMBER = attribute("N", Basic.INTEGER)
FIRST = shop(attribute("Name", Basic.TEXT, length=50), replace(NUMBER, mandatory=True))
SERVES = shop(
    attribute("Name", Basic.TEXT, length=20, mandatory=True, min_length=2), replace(NUMBER, mandatory=True),
    unique=("Name",),
)  # fmt: skip
FAILS = shop(attribute("Name", Basic.TEXT, length=90), NUMBER, attribute("Later", Basic.TEXT, length=9, min_length=3))
"""Loosens what the version before asks for, and adds an attribute."""


class Killed(BaseException):
    """What nothing catches, as with ``kill -9``."""


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with engine("embedded", tmp_path_factory.mktemp("postgres")) as made:
        yield made


@pytest.fixture
def installed(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installed]:
    made = Installed(tmp_path)
    engines: Any = made.engines
    engines.database, engines.settle = postgres, lambda *_: True
    monkeypatch.setattr(durable, "_platform", made.platform)
    yield made
    with postgres.server().connect(PLACE.database) as connection:
        connection.execute("DROP SCHEMA shop CASCADE")
    made.store.close()


def perform(run: Run, *names: str) -> bool:
    """The steps one by one as an operation does, until one fails."""
    return all(durable._execute(run.key, name) for name in names)


def begun(installed: Installed, model: Asset) -> Run:
    return installed.operation(revision=installed.revision(model))


def serving(installed: Installed, postgres: Postgres) -> Run:
    """An operation whose version serves, and whose clean-up has not begun; there are rows."""
    first = begun(installed, FIRST)
    assert perform(first, "plan", "start", "expand", "ready", "settle", "tighten")
    durable._end(first.key)
    with postgres.server().connect(PLACE.database, schema=PLACE.schema) as connection:
        connection.execute("INSERT INTO thing (name, n) VALUES ('one', 1), ('two', 2)")
    run = begun(installed, SERVES)
    assert perform(run, "plan", "start", "expand", "ready")
    return run


def fail_late(installed: Installed, former: Run, model: Asset = FAILS) -> Run:
    """The next operation takes the stage over, changes the schema, and its version does not become ready."""
    run, ledger = begun(installed, model), installed.platform.ledger
    ledger.request_pause(former.key, run.key)
    ledger.pause(former.key, run.key)
    installed.engines.broken[f"wait {run.unit.revision}"] = EngineError("it does not start")
    assert perform(run, "plan", "start", "expand")
    assert not perform(run, "ready")
    return run


def assert_complete(installed: Installed, postgres: Postgres, run: Run) -> None:
    """The clean-up has ended well, and the schema is what the version that serves needs; nothing is lost."""
    durable._end(run.key)
    operation = run.refreshed().operation
    assert (operation.status, operation.unit.find(TakenOver)) == (Status.FINISHED, None)
    (row,) = overview.status(installed.platform)["assets"][0]["stages"]
    assert (row["revision"], row["rulesNotInForce"], row["unfinished"]) == (2, [], None)
    live = postgres.observe(PLACE)
    again = plan_migration(live, target_schema(SERVES), asset=SERVES, runs=SERVES)
    assert (again.steps, again.refusals) == ((), ())
    with postgres.server().connect(PLACE.database, schema=PLACE.schema) as connection:
        assert connection.execute("SELECT name, n FROM thing ORDER BY n").fetchall() == [("one", 1), ("two", 2)]
        for bad in (("one", 3), ("x", 3), ("three", None), (None, 3)):
            with pytest.raises(psycopg.errors.IntegrityError):
                connection.execute("INSERT INTO thing (name, n) VALUES (%s, %s)", bad)


def test_the_version_that_serves_gets_its_rules_though_the_next_one_failed(
    installed: Installed, postgres: Postgres
) -> None:
    run = serving(installed, postgres)
    failed = fail_late(installed, run)
    assert perform(run, "settle", "tighten")
    assert_complete(installed, postgres, run)
    lines = [one.text for one in installed.store.journal.messages(run.key)]
    assert any(line.startswith(f"operation {failed.key[:8]} has failed") for line in lines)


def test_what_failed_late_can_be_tried_again_afterwards(installed: Installed, postgres: Postgres) -> None:
    run = serving(installed, postgres)
    failed = fail_late(installed, run)
    assert perform(run, "settle", "tighten")
    assert_complete(installed, postgres, run)
    again = installed.operation(revision=failed.unit.revision or 0)
    installed.engines.broken.clear()
    assert perform(again, "plan", "start", "expand", "ready", "settle", "tighten")
    assert plan_migration(postgres.observe(PLACE), target_schema(FAILS), asset=FAILS, runs=FAILS).steps == ()


@pytest.mark.parametrize("moment", ["planned", "written", "expand", "tighten", "parts"])
def test_killed_while_it_plans_again_it_ends_all_the_same(
    installed: Installed, postgres: Postgres, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The server is killed after a part of it, once for each part that there is."""
    run = serving(installed, postgres)
    fail_late(installed, run)
    assert perform(run, "settle")
    kills = 0
    while _killed(run, monkeypatch, moment, kills):
        kills += 1
    assert kills, "nothing was killed"
    assert_complete(installed, postgres, run)


def _killed(run: Run, monkeypatch: pytest.MonkeyPatch, moment: str, after: int) -> bool:
    """Whether the step was killed; ``after`` so many calls that went well."""
    where: dict[str, tuple[Any, str]] = {
        "planned": (replanning, "write_scripts"),
        "written": (replanning, "migrate"),
        "expand": (replanning, "migrate"),
        "tighten": (migrate._Phase, "run"),
        "parts": (migrate._Phase, "_part"),
    }
    holder, name = where[moment]
    real, calls = getattr(holder, name), iter(range(100))

    def dying(*given: Any, **named: Any) -> Any:
        if moment == "expand":
            real(*given, **named)
        if next(calls) == after:
            raise Killed
        return None if moment == "expand" else real(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(holder, name, dying)
        try:
            assert perform(run, "tighten")
        except Killed:
            return True
    return False


def test_rows_that_break_a_rule_meanwhile_are_told_as_in_any_clean_up(installed: Installed, postgres: Postgres) -> None:
    run = serving(installed, postgres)
    fail_late(installed, run)
    with postgres.server().connect(PLACE.database, schema=PLACE.schema) as connection:
        connection.execute("INSERT INTO thing (name, n) VALUES ('one', 3)")
    assert not perform(run, "settle", "tighten")
    (row,) = overview.status(installed.platform)["assets"][0]["stages"]
    assert "Thing (Name) is unique" in [one["rule"] for one in row["rulesNotInForce"]]
    assert row["revision"] == 2
