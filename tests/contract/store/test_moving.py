"""A store moves whole to another engine and back, or stays where it is."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from odcpub.address import parts
from odcpub.engines.database.connection import Server
from odcpub.engines.database.server import parse
from odcpub.errors import EngineError, Refused
from odcpub.portal.store_login import give
from odcpub.store import hold, moving
from odcpub.store.moving import Moved, move
from odcpub.store.postgres import Postgres
from odcpub.store.records import AssetRecord, ReleaseRecord, RevisionRecord, Status
from odcpub.store.settings import SQLITE, StoreSettings, read_store_settings
from odcpub.store.stages import Value
from odcpub.store.store import Store, open_store
from odcpub.store.tables import METADATA

from .conftest import begin

KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder whose store has a row in most tables, two contents and a secret."""
    store = Store(tmp_path)
    store.assets.register(AssetRecord(KEY, "Helpdesk", "app", "helpdesk", "/models/helpdesk", ""))
    store.stages.change_values(KEY, "qa", (Value("Rate", "95"), Value("Token", "s3cret-token", secret=True)))
    for number in range(2):
        key = begin(store, asset=(KEY, "Helpdesk"))
        model, build = store.blobs.put(f"model {number}".encode()), store.blobs.put(b"build")
        store.assets.add_revision(
            RevisionRecord(KEY, 0, model, build, "key", "sha256:1", "helpdesk", "schema", "{}", "sdk", key, "", "ada")
        )
        store.stages.begin_deployment(KEY, "development", number + 1, "c", key)
        store.journal.say(key, "Verify", "a line: ✓", data={"number": number})
        store.journal.finish(key, Status.FINISHED)
    store.assets.release(ReleaseRecord(KEY, "1.0.0", 1, "first", "", "ada"))
    store.close()
    return tmp_path


def opened(folder: Path, postgres: Postgres) -> Store:
    return open_store(folder, folder / "cache", logins(postgres), lambda: None)


def logins(postgres: Postgres) -> Any:
    """The one login whose password the tests know, whatever is asked."""
    return lambda *_: postgres.login


def rows(store: Store) -> dict[str, list[str]]:
    with store.engine.connect() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            for table in METADATA.sorted_tables
            if table.name != "installation"
        }


def go(folder: Path, postgres: Postgres, target: str) -> tuple[Moved, dict[str, list[str]]]:
    store = opened(folder, postgres)
    try:
        before = rows(store)
        return move(store, StoreSettings(target, ""), logins(postgres)), before
    finally:
        store.close()


def contents(store: Store) -> dict[str, bytes]:
    return {digest: store.blobs.get(digest) for digest in store.blobs.digests()}


def test_it_moves_there_and_back_with_everything(folder: Path, postgres: Postgres) -> None:
    there, before = go(folder, postgres, postgres.address)
    assert all(before[name] for name in ("assets", "operations", "revisions", "releases", "deployments", "messages"))
    assert (there.rows, there.contents, there.aside) == (sum(map(len, before.values())), 3, "")
    assert str(folder / "platform.sqlite") in there.before
    with closing(sqlite3.connect(f"file:{folder / 'platform.sqlite'}?mode=ro", uri=True)) as old:
        assert old.execute("SELECT count(*) FROM messages").fetchone() == (2,), "the old store stays readable"
    store = opened(folder, postgres)
    assert (store.where, rows(store)) == (postgres.address, before)
    assert store.stages.values(KEY, "qa").secrets == {"Token": "s3cret-token"}
    kept = contents(store)
    assert sorted(kept.values()) == [b"build", b"model 0", b"model 1"]
    key = begin(store, "qa")
    store.journal.say(key, "Verify", "numbers go on after those that were moved")
    store.journal.finish(key, Status.FINISHED)
    assert store.journal.messages(key)[0].id == 3
    new = store.blobs.put(b"put into the new store")
    store.close()
    back, before = go(folder, postgres, SQLITE)
    assert "platform-20" in back.aside
    assert "odcpub in postgresql://" in back.before
    store = opened(folder, postgres)
    assert (store.where, rows(store)) == (SQLITE, before)
    assert contents(store) == kept | {new: b"put into the new store"}
    store.close()
    again, _ = go(folder, postgres, postgres.address)
    assert "schema odcpub_20" in again.aside, "what was there before is put aside, and nothing overwritten"


@pytest.mark.parametrize(
    "moment", ["_copy", "_copy_contents", "write_store_settings", "_room_in_postgres", "_put_aside"]
)
@pytest.mark.parametrize("target", ["postgresql", SQLITE])
def test_a_move_that_is_interrupted_leaves_the_old_one_in_force(
    folder: Path, postgres: Postgres, target: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if target == SQLITE:
        go(folder, postgres, postgres.address)
    own, other = (SQLITE, postgres.address) if target != SQLITE else (postgres.address, SQLITE)
    real = getattr(moving, moment)

    def killed(*given: Any) -> Any:
        real(*given) if moment != "write_store_settings" else None
        raise KeyboardInterrupt

    monkeypatch.setattr(moving, moment, killed)
    with suppress(KeyboardInterrupt):
        go(folder, postgres, other)
    monkeypatch.undo()
    store = opened(folder, postgres)
    if read_store_settings(folder).store == own:
        assert begin(store, "qa"), "it can be written to"
        store.journal.finish(store.journal.operations(status=Status.RUNNING)[0].key, Status.FINISHED)
    before = rows(store)
    store.close()
    if read_store_settings(folder).store == own:
        go(folder, postgres, other)
    store = opened(folder, postgres)
    assert (store.where, rows(store)) == (other, before)
    store.close()


def test_another_installations_records_are_refused_by_name_and_left_alone(
    folder: Path, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> None:
    go(folder, postgres, postgres.address)
    other = tmp_path_factory.mktemp("other")
    store = Store(other)
    with pytest.raises(Refused, match=f"holds the records of {(folder / 'installation').read_text().strip()}, and"):
        move(store, StoreSettings(postgres.address, ""), logins(postgres))
    assert begin(store), "the store that was to be moved is as it was"
    store.close()
    assert read_store_settings(other).store == SQLITE
    opened(folder, postgres).close()


def test_a_schema_that_is_not_ours_is_refused_and_left_alone(folder: Path, postgres: Postgres) -> None:
    with postgres.connect(autocommit=True) as admin:
        admin.execute("CREATE SCHEMA odcpub; CREATE TABLE odcpub.mine (id int)")
    with pytest.raises(Refused, match="somebody else"):
        go(folder, postgres, postgres.address)
    with postgres.connect(autocommit=True) as admin:
        assert admin.execute("SELECT count(*) FROM odcpub.mine").fetchone() == (0,)


def test_a_damaged_content_keeps_it_where_it_is(folder: Path, postgres: Postgres) -> None:
    file = next(path for path in (folder / "blobs").rglob("*") if path.is_file())
    file.write_bytes(b"damaged")
    with pytest.raises(EngineError, match="damaged"):
        go(folder, postgres, postgres.address)
    assert read_store_settings(folder).store == SQLITE


def test_a_copy_that_differs_is_not_taken(folder: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    real = moving._go_on_counting

    def change(after: Any, table: Any) -> None:
        real(after, table)
        if table.name == "messages":
            after.execute(text("UPDATE messages SET text = 'another'"))

    monkeypatch.setattr(moving, "_go_on_counting", change)
    with pytest.raises(EngineError, match="the copied table messages differs"):
        go(folder, postgres, postgres.address)
    assert read_store_settings(folder).store == SQLITE


@pytest.mark.parametrize("source", [SQLITE, "postgresql"])
def test_nothing_is_written_to_the_old_one_while_it_moves_or_after(
    folder: Path, postgres: Postgres, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if source != SQLITE:
        go(folder, postgres, postgres.address)
    store, tried = opened(folder, postgres), []
    real = moving._copy_contents

    def meanwhile(*given: Any) -> int:
        with pytest.raises(Refused, match="being moved"):
            begin(store, "qa")
        with pytest.raises(Refused, match="being moved"):
            store.blobs.put(b"of a model that is being sent")
        tried.append(True)
        return real(*given)

    monkeypatch.setattr(moving, "_copy_contents", meanwhile)
    target = postgres.address if source == SQLITE else SQLITE
    move(store, StoreSettings(target, ""), logins(postgres))
    with pytest.raises(Refused, match="being moved"):
        store.stages.change_values(KEY, "qa", (Value("Rate", "96"),))
    assert tried
    store.close()


def test_a_server_that_works_on_the_target_is_named(
    folder: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hold, "LAST_SECONDS", 0.2)
    other = hold.Hold(postgres, lambda: None)
    with pytest.raises(EngineError, match=r"odcpub server, process .* since"):
        go(folder, postgres, postgres.address)
    other.close()


def test_the_password_is_sealed_and_given_anew_for_the_same_database(
    folder: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = postgres.login
    assert isinstance(login, Server)
    url = f"postgresql://{login.user}@{login.host}:{login.port}/{login.maintenance}"
    store = Store(folder)
    sealed = store.vault.seal(login.password()).decode()
    move(store, StoreSettings(url, sealed), parse)
    store.close()
    assert login.password() not in (folder / "store.json").read_text()
    assert (folder / "store.json").stat().st_mode & 0o077 == 0
    store = open_store(folder, folder / "cache", parse, lambda: None)
    wrong = StoreSettings(url, "")
    with pytest.raises(EngineError, match="password"):
        move(store, wrong, parse)
    assert read_store_settings(folder).password == sealed
    assert move(store, StoreSettings(url, sealed), parse) == Moved(url, "", 0, 0)
    store.close()


@pytest.fixture
def user(postgres: Postgres) -> Iterator[str]:
    """The address of a user that may create in the database and nothing else; its password is ``first``."""
    login = postgres.login
    assert isinstance(login, Server)
    name = f"odc_test_{os.getpid()}_user"
    with login.connect() as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'first'".encode())
        admin.execute(f"GRANT CREATE, CONNECT ON DATABASE {login.maintenance} TO {name}".encode())
    yield f"postgresql://{name}@{login.host}:{login.port}/{login.maintenance}"
    with login.connect() as admin:
        admin.execute(f"DROP OWNED BY {name} CASCADE; DROP ROLE {name}".encode())


def test_a_user_who_may_only_create_there_is_enough_and_gets_another_password(
    folder: Path, postgres: Postgres, user: str
) -> None:
    store = Store(folder)
    move(store, StoreSettings(user, store.vault.seal("first").decode()), parse)
    store.close()
    login = postgres.login
    assert isinstance(login, Server)
    with login.connect() as admin:
        admin.execute(f"ALTER ROLE {parts(user)['user']} PASSWORD 'second'".encode())
    with pytest.raises(EngineError, match="password"):
        open_store(folder, folder / "cache", parse, lambda: None)
    for wrong, error in ((("third", user), EngineError), (("second", f"{user}_other"), Refused)):
        with pytest.raises(error):
            give(folder, wrong[1], wrong[0])
    give(folder, user, "second")
    assert "second" not in (folder / "store.json").read_text()
    store = open_store(folder, folder / "cache", parse, lambda: None)
    assert store.assets.find("helpdesk")
    store.close()


def test_a_login_that_may_make_no_schema_is_told_with_the_right_that_it_lacks(folder: Path, postgres: Postgres) -> None:
    server = postgres.login
    assert isinstance(server, Server)
    role = f"odc_weak_{os.getpid()}"
    with server.connect() as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'weak'")
    try:
        weak = Postgres(
            postgres.address.replace(f"{server.user}@", f"{role}@"), replace(server, user=role, password=lambda: "weak")
        )
        with pytest.raises(EngineError, match="permission denied for database") as refused:
            go(folder, weak, weak.address)
        assert f'GRANT CREATE ON DATABASE "{server.maintenance}" TO "{role}"' in refused.value.hint
        assert read_store_settings(folder).store == SQLITE
    finally:
        with server.connect() as connection:
            connection.execute(f"DROP ROLE {role}")
