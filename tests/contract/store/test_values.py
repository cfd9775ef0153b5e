"""Values set by command: all or none, secrets encrypted, and a lost key loses what it sealed and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import event, select

from odcpub.store.records import AssetRecord
from odcpub.store.stages import Value, Values
from odcpub.store.store import Store
from odcpub.store.tables import VALUES

KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10"
RATE, TOKEN = Value("Rate", "95"), Value("Token", "s3cret-token", secret=True)


@pytest.fixture(autouse=True)
def asset(store: Store) -> None:
    store.assets.register(AssetRecord(KEY, "Helpdesk", "app", "helpdesk", "/models/helpdesk", ""))


def test_secrets_are_encrypted_and_the_database_password_is_made_once(store: Store) -> None:
    store.stages.change_values(KEY, "qa", (RATE, TOKEN))
    password = store.stages.database_password(KEY, "qa")
    assert store.stages.database_password(KEY, "qa") == password != store.stages.database_password(KEY, "development")
    found = store.stages.values(KEY, "qa")
    assert found == Values({"Rate": "95"}, {"Token": "s3cret-token"})
    assert "s3cret-token" not in f"{found!r} {TOKEN!r}"
    for path in store.folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert b"s3cret-token" not in content
        assert password.encode() not in content
    with store.engine.connect() as connection:
        kept = repr(connection.execute(select(VALUES)).all())
    assert "Token" in kept
    assert "s3cret-token" not in kept
    assert password not in kept


def test_a_value_set_again_replaces_and_unset_forgets(store: Store) -> None:
    for text in ("1", "2"):
        store.stages.change_values(KEY, "qa", (Value("Rate", text), TOKEN))
    assert store.stages.values(KEY, "qa").settings == {"Rate": "2"}
    store.stages.change_values(KEY, "qa", (), ("Rate", "Token"))
    assert store.stages.values(KEY, "qa") == Values()


def test_values_are_changed_all_or_none(store: Store) -> None:
    store.stages.change_values(KEY, "qa", (RATE, TOKEN))

    def full(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT"):
            raise OSError(28, "No space left on device")

    event.listen(store.engine, "before_cursor_execute", full)
    with pytest.raises(OSError, match="No space"):
        store.stages.change_values(KEY, "qa", (Value("Rate", "1"), Value("Other", "2")), ("Token",))
    event.remove(store.engine, "before_cursor_execute", full)
    assert store.stages.values(KEY, "qa") == Values({"Rate": "95"}, {"Token": "s3cret-token"})


def test_a_lost_key_loses_what_it_sealed_and_nothing_else(store: Store, opener: Callable[[], Store]) -> None:
    store.stages.change_values(KEY, "qa", (RATE, TOKEN, Value("Other", "o", secret=True)))
    before = store.stages.database_password(KEY, "qa")
    (store.folder / "vault.key").write_text("new\n")
    anew = opener()
    assert anew.stages.values(KEY, "qa") == Values({"Rate": "95"}, {}, ("Other", "Token"))
    assert anew.stages.known_database_password(KEY, "qa") == ""
    anew.stages.change_values(KEY, "qa", (TOKEN,))
    assert anew.stages.values(KEY, "qa") == Values({"Rate": "95"}, {"Token": "s3cret-token"}, ("Other",))
    after = anew.stages.database_password(KEY, "qa")
    assert after not in ("", before)
    assert anew.stages.database_password(KEY, "qa") == after
    anew.close()


def at_once(store: Store, statement: str, act: Callable[[int], object]) -> list[object]:
    """What two threads get that have both come to a statement with this beginning before either executes it."""
    met = threading.Barrier(2, timeout=0.5)

    def wait(_connection: object, _cursor: object, text: str, *_: object) -> None:
        if text.startswith(statement):
            with suppress(threading.BrokenBarrierError):
                met.wait()

    event.listen(store.engine, "before_cursor_execute", wait)
    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(act, range(2)))


def test_a_new_value_that_two_set_at_once_is_that_of_one_of_them(store: Store) -> None:
    def change(number: int) -> None:
        store.stages.change_values(KEY, "qa", (Value("Rate", str(number)),))

    at_once(store, "INSERT INTO configuration_values", change)
    assert store.stages.values(KEY, "qa").settings["Rate"] in ("0", "1")


def test_two_that_ask_for_a_new_password_at_once_get_the_one_that_is_kept(store: Store) -> None:
    found = at_once(store, "INSERT INTO configuration_values", lambda _: store.stages.database_password(KEY, "qa"))
    assert found == 2 * [store.stages.known_database_password(KEY, "qa")]


def test_a_script_that_two_put_at_once_is_whole(store: Store) -> None:
    chain = store.scripts("helpdesk", "qa")
    at_once(store, "INSERT INTO scripts", lambda number: chain.put("versions", "a.py", str(number)))
    assert chain.read("versions", "a.py") in ("0", "1")
