"""A store in PostgreSQL: its tables, what it does when the server goes, and that one server alone works on it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select

from odcpub.engines.database.connection import Server
from odcpub.errors import EngineError, Refused
from odcpub.store import again, hold
from odcpub.store.database import HEAD
from odcpub.store.hold import Hold
from odcpub.store.postgres import Postgres, version
from odcpub.store.settings import StoreSettings, write_store_settings
from odcpub.store.store import Store, open_store
from odcpub.store.tables import INSTALLATION, METADATA, ONLY_POSTGRESQL, OPERATIONS
from tests.waiting import wait_for

from .conftest import begin


@pytest.fixture
def store(postgres: Postgres, tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path, postgres, tmp_path / "cache")
    yield made
    made.close()


def server(postgres: Postgres) -> Server:
    assert isinstance(postgres.login, Server)
    return postgres.login


def indexes(store: Store) -> list[tuple[str, str]]:
    """Every index with its columns and condition, which Alembic does not compare."""
    with store.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'odcpub'")
        return sorted((row[0], row[1]) for row in found if row[0] != "alembic_version_pkc")


def test_the_migrations_make_the_tables_of_the_code(store: Store, postgres: Postgres) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        missing = [change for change in compare_metadata(context, METADATA) if "contents" not in str(change)]
        assert missing == []
        collation = "SELECT collation_name FROM information_schema.columns WHERE table_schema = 'odcpub' "
        found = connection.exec_driver_sql(collation + "AND table_name = 'operations' AND column_name = 'key'").scalar()
        assert found == "C", "or the beginning of a key would be looked for in every row"
    migrated = indexes(store)
    with postgres.connect(autocommit=True) as admin:
        admin.execute("DROP SCHEMA odcpub CASCADE; CREATE SCHEMA odcpub")
    for metadata in (METADATA, ONLY_POSTGRESQL):
        metadata.create_all(store.engine)
    assert migrated == indexes(store)


def test_records_of_a_newer_release_are_told_and_left_alone(store: Store, postgres: Postgres) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(EngineError, match="records cannot be opened") as failed:
        postgres.open()
    assert "newer" in failed.value.hint


def test_of_two_servers_that_open_an_empty_database_both_find_a_whole_one(postgres: Postgres) -> None:
    made = list[bool]()

    def open_it() -> None:
        engine = postgres.open()
        with engine.connect() as connection:
            made.append(version(connection) == HEAD)
        engine.dispose()

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [True] * 4


BEGIN = """
import sys
from pathlib import Path
from odcpub.engines.database.connection import Server
from odcpub.store.postgres import Postgres
from odcpub.store.store import Store
from tests.contract.store.conftest import begin
host, port, user, database, folder = sys.argv[1:]
server = Server(host, int(port), user, lambda: sys.stdin.readline().rstrip(), database)
store = Store(Path(folder), Postgres("postgresql://tried", server))
print(bool(begin(store)))
"""


def test_of_two_processes_one_begins(store: Store, postgres: Postgres, tmp_path: Path) -> None:
    login, tried = server(postgres), []
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        where = [login.host, str(login.port), login.user, login.maintenance, str(tmp_path / str(number))]
        command = [sys.executable, "-c", BEGIN, *where]
        tried.append(subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
    said = [one.communicate(f"{login.password()}\n", timeout=60)[0].strip() for one in tried]
    assert sorted(said) == ["False", "True"]
    assert len(store.journal.operations()) == 1


def end_sessions(postgres: Postgres) -> None:
    query = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with closing(server(postgres).connect()) as admin:
        admin.execute(query)


def test_what_a_lost_connection_has_undone_is_done_again_once(
    store: Store, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = begin(store)
    end_sessions(postgres)
    store.journal.say(key, "Verify", "after all connections were ended")
    from sqlalchemy import event

    ended = []

    def end_it(connection: Any) -> None:
        if not ended:
            ended.append(True)
            end_sessions(postgres)

    event.listen(store.engine, "commit", end_it)
    store.journal.say(key, "Verify", "while it was written")
    begun = begin(store, "qa")
    event.remove(store.engine, "commit", end_it)
    assert [line.text for line in store.journal.messages(key)] == [
        "after all connections were ended",
        "while it was written",
    ]
    assert begun
    assert ended


def test_a_message_is_there_once_where_the_answer_to_its_commit_was_lost(store: Store) -> None:
    from sqlalchemy.engine.default import DefaultDialect

    key, lost = begin(store), []
    commit = DefaultDialect.do_commit

    def and_lose(self: DefaultDialect, connection: Any) -> None:
        commit(self, connection)
        if not lost:
            lost.append(True)
            raise again.Undone("the answer was lost")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DefaultDialect, "do_commit", and_lose)
        store.journal.say(key, "Verify", "once")
        lost.clear()
        other = begin(store, "qa")
    assert [line.text for line in store.journal.messages(key)] == ["once"]
    assert other


def test_a_message_is_there_once_where_no_answer_comes_at_all(store: Store) -> None:
    from sqlalchemy.engine.default import DefaultDialect

    key, commit = begin(store), DefaultDialect.do_commit

    def and_lose(self: DefaultDialect, connection: Any) -> None:
        commit(self, connection)
        raise again.Undone("the answer was lost")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(again, "SECONDS", 0.3)
        patch.setattr(DefaultDialect, "do_commit", and_lose)
        with pytest.raises(again.Undone):
            store.journal.say(key, "Verify", "once")
    assert [line.text for line in store.journal.messages(key)] == ["once"]


def test_a_store_that_does_not_answer_is_told_and_no_password(
    store: Store, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "SECONDS", 0.5)
    gone = replace(postgres, login=replace(server(postgres), port=1, password=lambda: "canary"))
    with pytest.raises(EngineError, match=r"the store postgresql://.* does not answer: .*refused") as failed:
        Store(tmp_path, gone)
    assert "run the command again" in failed.value.hint
    assert "canary" not in f"{failed.value!r} {failed.value.hint} {gone!r} {store.engine!r}"


def test_one_server_works_on_it_and_the_next_is_told_which(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold, "LAST_SECONDS", 0.3)
    first = Hold(postgres, lambda: None)
    with pytest.raises(EngineError, match=f"odcpub server, process {os.getpid()} on .* since 20") as failed:
        Hold(postgres, lambda: None)
    assert "odcpub down" in failed.value.hint
    first.close()
    Hold(postgres, lambda: None).close()


def test_a_connection_that_breaks_while_the_lock_is_taken_is_made_anew(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, broken = Hold._taken, [psycopg.OperationalError("terminating connection")]

    def once(connection: Any) -> bool:
        if broken:
            raise broken.pop()
        return taken(connection)

    monkeypatch.setattr(Hold, "_taken", staticmethod(once))
    Hold(postgres, lambda: None).close()
    assert not broken


@dataclass
class Ended:
    count: int = 0

    def __call__(self) -> None:
        self.count += 1


def test_a_server_that_has_lost_it_takes_it_again_and_ends_where_another_has_it(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hold, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(hold, "LAST_SECONDS", 0.3)
    ended, other, gate, again_ = Ended(), Ended(), threading.Event(), Hold._again
    with ExitStack() as held:
        first = Hold(postgres, ended)
        held.callback(first.close)
        before = first._connection
        end_sessions(postgres)
        wait_for(lambda: first._connection is not before, "the lock, taken again")
        with pytest.raises(EngineError, match="is in use by"):
            Hold(postgres, other)
        monkeypatch.setattr(Hold, "_again", lambda self: gate.wait(60) and again_(self))
        end_sessions(postgres)
        held.callback(Hold(postgres, other).close)
        gate.set()
        wait_for(lambda: ended.count, "the end of the first")
        assert (ended.count, other.count) == (1, 0)


def test_the_records_of_another_installation_are_refused(store: Store, postgres: Postgres, tmp_path: Path) -> None:
    with store.engine.begin() as connection:
        connection.execute(insert(INSTALLATION).values(name="bob@desk-1", key="", created_at=""))
    write_store_settings(tmp_path, StoreSettings(postgres.address))
    with pytest.raises(Refused, match="holds the records of bob@desk-1, and this installation is ") as failed:
        open_store(tmp_path, tmp_path / "cache", lambda *_: postgres.login, lambda: None)
    assert "rename its schema" in failed.value.hint
    with store.engine.connect() as connection:
        assert connection.execute(select(OPERATIONS)).all() == []
    Hold(postgres, lambda: None).close()


def test_another_key_than_at_the_last_start_is_noted(
    store: Store, postgres: Postgres, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.own()
    store.vault.seal("a secret")
    write_store_settings(tmp_path, StoreSettings(postgres.address))

    def open_it() -> list[str]:
        caplog.clear()
        open_store(tmp_path, tmp_path / "cache", lambda *_: postgres.login, lambda: None).close()
        return caplog.messages

    assert open_it() == []
    (tmp_path / "vault.key").write_text("new\n")
    assert [one.endswith("vault.key is another key than at the last start") for one in open_it()] == [True]
    assert open_it() == []


@pytest.mark.parametrize("wrong", ["password", "database"])
def test_a_login_that_is_refused_is_told_with_the_command_that_gives_another(postgres: Postgres, wrong: str) -> None:
    login = server(postgres)
    refused = (
        replace(login, password=lambda: "wrong") if wrong == "password" else replace(login, maintenance="odc_none")
    )
    with pytest.raises(EngineError) as told:
        replace(postgres, login=refused).connect()
    assert "server runs" not in told.value.hint, "it has answered"
    assert told.value.hint.endswith(f"odcpub server set store={postgres.address}")
