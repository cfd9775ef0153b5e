"""What a killed server leaves at work is ended, what others do is left alone and named."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from odcpub.data.migration import MigrationPlan
from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.engines.database import connection as connections
from odcpub.engines.database import migrate, sessions
from odcpub.engines.database.chain import write_scripts
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.database.server import PostgresServer
from odcpub.engines.ports import Owner, Place
from odcpub.errors import TemporaryEngineError
from odcpub.model.elements import Asset, Basic, Entity, Index, Kind
from tests.databases import DATABASE, QA, Stage
from tests.helpdesk_asset import attribute as field

MINE = Owner("k", "ada@desk-1f")
LOCK = "SELECT pg_advisory_lock(hashtextextended('odcpub:sessions', 0))"


@pytest.fixture
def stage(postgres: Postgres, tmp_path: Path) -> Stage:
    made = Stage(postgres, tmp_path / "chain", "sessions")
    made.engine.prepare(replace(made.place, owner=MINE), "a-password")
    made.publish(app())
    return made


def app(*more: Any, indexes: tuple[Index, ...] = ()) -> Asset:
    name = field("Name", Basic.TEXT, length=50, default="x", min_length=1)
    return Asset(Kind.APP, "A", "k", entities=(Entity("Thing", "Thing", (name, *more), indexes),))


def planned(stage: Stage, model: Asset) -> MigrationPlan:
    plan = stage.plan(model)
    stage.number += 1
    write_scripts(plan, stage.chain, stage.number)
    return plan


WIDER = app(field("B", Basic.TEXT))


@contextmanager
def session(stage: Stage, place: Place, monkeypatch: pytest.MonkeyPatch, alive: bool = False) -> Iterator[Any]:
    """A session as a server makes it; of another process than this one, unless ``alive``."""
    with monkeypatch.context() as patch:
        if not alive:
            patch.setattr(sessions, "_PROCESS", "0" * 8)
        name = sessions.name(place)
    made = stage.engine.server().connect(place.database, autocommit=False, schema=place.schema, name=name)
    try:
        yield made
    finally:
        made.close()


def apply(stage: Stage, plan: MigrationPlan, patience: float, phase: str = EXPAND) -> list[str]:
    said: list[str] = []
    place = replace(stage.place, owner=MINE)
    migrate.apply(migrate.Target(stage.engine.server(), place, patience), plan, phase, stage.chain, said.append)
    return said


@pytest.mark.parametrize("left", [f"{LOCK}; COMMIT", f"{LOCK}; ALTER TABLE thing ADD stray int", "LOCK TABLE thing"])
def test_what_a_killed_server_left_is_ended_and_the_migration_goes_on_at_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    plan, place = planned(stage, WIDER), replace(stage.place, owner=MINE)
    with session(stage, place, monkeypatch) as orphan:
        orphan.execute(left.encode())
        asleep = threading.Thread(target=pytest.raises, args=(psycopg.Error, orphan.execute, "SELECT pg_sleep(60)"))
        asleep.start()
        begun = time.monotonic()
        assert apply(stage, plan, patience=5) == []
        asleep.join()
    assert time.monotonic() - begun < 10
    assert stage.plan(WIDER).steps == ()


def test_what_a_killed_server_left_keeps_nobody_from_preparing_and_looking_ends_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = replace(stage.place, owner=MINE)
    with session(stage, place, monkeypatch) as orphan:
        orphan.execute("INSERT INTO thing DEFAULT VALUES")
        assert stage.engine.observe(place) is not None
        stage.engine.inspect(place, planned(stage, app(field("B", Basic.TEXT, mandatory=True))).checks)
        assert orphan.execute("SELECT count(*) FROM thing").fetchone() == (1,)
        orphan.execute("LOCK TABLE thing")
        stage.engine.prepare(place, "a-password")
        with pytest.raises(psycopg.OperationalError):
            orphan.execute("SELECT 1")


OTHERS = {
    "installation": Place(DATABASE, "sessions", Owner("k", "bob@lap-2e")),
    "schema": Place(DATABASE, "sessions_two", MINE),
    "database": Place(QA, "sessions", MINE),
    "nobody's": Place(DATABASE, "sessions"),
}


@pytest.mark.parametrize(
    ("whose", "alive"), [("mine", True), *((whose, alive) for whose in sorted(OTHERS) for alive in (True, False))]
)
def test_others_and_the_living_are_left_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, whose: str, alive: bool
) -> None:
    place = OTHERS.get(whose, replace(stage.place, owner=MINE))
    Stage(stage.engine, stage.folder / "qa", "sessions", QA)
    with session(stage, place, monkeypatch, alive) as other:
        other.execute("SELECT 1")
        apply(stage, planned(stage, WIDER), patience=5)
        stage.engine.prepare(replace(stage.place, owner=MINE), "a-password")
        assert other.execute("SELECT 2").fetchone() == (2,)


def test_the_refusal_of_a_lock_names_who_holds_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(stage, WIDER)
    with session(stage, OTHERS["installation"], monkeypatch) as other:
        other.execute(LOCK)
        with pytest.raises(TemporaryEngineError, match="another migration of the same schema runs") as failure:
            apply(stage, plan, patience=0.3)
        said, pid = failure.value.message, other.info.backend_pid
    assert f"process {pid} (user {stage.engine.server().user}, odcpub " in said
    assert "bob@lap-2e, idle in transaction, since 20" in said


def test_an_ordinary_user_ends_its_own_and_only_those(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    server, place = stage.engine.server(), replace(stage.place, owner=MINE)
    with stage.connect("") as connection:
        connection.execute("CREATE ROLE odcpub_plain LOGIN CREATEROLE PASSWORD 'p'")
        connection.execute(f"GRANT CONNECT ON DATABASE {stage.database} TO odcpub_plain".encode())
    plain = PostgresServer(f"postgresql://odcpub_plain@{server.host}:{server.port}/postgres", lambda: "p").server()
    with session(stage, place, monkeypatch) as foreign, monkeypatch.context() as patch:
        patch.setattr(sessions, "_PROCESS", "0" * 8)
        orphan = plain.connect(place.database, name=sessions.name(place))
        patch.undo()
        with plain.connect(place.database, name=sessions.name(place)) as connection:
            sessions.end_orphans(connection, place)
        assert foreign.execute("SELECT 2").fetchone() == (2,)
        with pytest.raises(psycopg.OperationalError):
            orphan.execute("SELECT 1")
    with stage.connect("") as connection:
        connection.execute("DROP OWNED BY odcpub_plain; DROP ROLE odcpub_plain")


@pytest.mark.parametrize("phase", [EXPAND, TIGHTEN])
def test_a_table_in_use_is_named_with_who_uses_it(stage: Stage, phase: str) -> None:
    plan = planned(stage, app(field("B", Basic.INTEGER, minimum=1), indexes=(Index("I", "I", ("Name",)),)))
    if phase == TIGHTEN:
        apply(stage, plan, 5)
    with stage.connect() as holder:
        holder.execute("SET application_name = 'a report'")
        holder.execute("BEGIN; LOCK TABLE thing IN ROW EXCLUSIVE MODE")
        holder.execute("LOCK TABLE thing IN SHARE UPDATE EXCLUSIVE MODE")
        with pytest.raises(TemporaryEngineError) as failure:
            apply(stage, plan, 1.5, phase)
        said, pid = failure.value.message, holder.info.backend_pid
    assert (
        f": thing is in use by process {pid} (user {stage.engine.server().user}, a report, idle in transaction" in said
    )
    assert " UTC): lock timeout" in said
    assert "pg_stat_activity" in failure.value.hint


def test_an_index_that_waits_for_an_old_transaction_says_for_which(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("odcpub.data.steps.base.PATIENT_TIMEOUT", "1s")
    plan = planned(stage, app(indexes=(Index("I", "I", ("Name",)),)))
    apply(stage, plan, 5)
    with stage.connect("") as holder:
        holder.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
        with pytest.raises(TemporaryEngineError, match="an older transaction runs: process") as failure:
            apply(stage, plan, 0.5, TIGHTEN)
        pid = holder.info.backend_pid
        assert f"process {pid} " in failure.value.message
        assert "whatever tables it uses" in failure.value.hint
        assert f"SELECT pg_terminate_backend({pid})" in failure.value.hint
        with stage.connect() as reader:
            reader.execute("BEGIN; SELECT FROM thing")
            reader.execute("SELECT pg_sleep(0.6)")
            with pytest.raises(TemporaryEngineError, match="an older transaction runs: process"):
                apply(stage, plan, 0.5, TIGHTEN)
    apply(stage, plan, 5, TIGHTEN)


def test_looking_waits_for_a_lock_and_gives_up_in_time(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LOCK_SECONDS", 1)
    with stage.connect() as holder:
        holder.execute("BEGIN; LOCK TABLE thing IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(TemporaryEngineError, match="lock"):
            stage.engine.inspect(stage.place, stage.plan(app(field("C", Basic.TEXT, mandatory=True))).checks)


def test_limits_meant_for_others_do_not_cut_a_migration(stage: Stage) -> None:
    whose = f"ALTER ROLE {stage.engine.server().user} IN DATABASE {stage.database}"  # others test on that server
    with stage.connect("") as connection:
        for name in ("statement_timeout", "idle_session_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(f"{whose} SET {name} = '1ms'".encode())
        try:
            stage.publish(app(field("B", Basic.INTEGER, minimum=1), indexes=(Index("I", "I", ("Name",)),)))
        finally:
            connection.execute(f"{whose} RESET ALL".encode())
    with stage.connect() as connection:
        columns = "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = 'thing'"
        assert ("b",) in connection.execute(columns, [stage.schema]).fetchall()
        assert connection.execute("SELECT count(*) FROM pg_index WHERE indrelid = 'thing'::regclass").fetchone() == (2,)
