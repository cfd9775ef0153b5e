"""Contents on each engine: the same bytes once, and never wrong ones."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from odcpub.errors import EngineError
from odcpub.store.postgres import Postgres
from odcpub.store.store import Store
from odcpub.store.tables import CONTENTS


def test_what_is_put_is_there_once_and_can_be_got(store: Store) -> None:
    every = [b"", b"model", bytes(range(256)) * 1000]
    digests = [store.blobs.put(content) for content in [*every, *every]]
    assert digests[:3] == digests[3:] == [sha256(content).hexdigest() for content in every]
    assert [store.blobs.get(digest) for digest in digests[:3]] == every
    assert list(store.blobs.digests()) == sorted(digests[:3])
    assert [store.blobs.has(digest) for digest in (digests[0], sha256(b"other").hexdigest())] == [True, False]


def test_which_of_many_are_missing_is_asked_at_once(store: Store) -> None:
    there = {store.blobs.put(content) for content in (b"one", b"two")}
    never = {sha256(str(number).encode()).hexdigest() for number in range(2500)}
    assert store.blobs.missing(there | never) == never
    assert store.blobs.missing(set()) == frozenset()


def test_a_missing_content_is_told(store: Store) -> None:
    with pytest.raises(EngineError, match="missing") as failed:
        store.blobs.get(sha256(b"never put").hexdigest())
    assert "publish" in failed.value.hint


@pytest.fixture
def shared(postgres: Postgres, tmp_path: Path) -> Store:
    return Store(tmp_path, postgres, tmp_path / "cache")


def test_what_is_damaged_in_the_database_is_told_and_in_the_cache_read_again(shared: Store, tmp_path: Path) -> None:
    digest = shared.blobs.put(b"model")
    (file,) = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    file.write_bytes(b"Model")
    assert shared.blobs.get(digest) == b"model"
    shutil.rmtree(tmp_path / "cache")
    with shared.engine.begin() as connection:
        connection.execute(update(CONTENTS).values(content=b"Model"))
    with pytest.raises(EngineError, match="damaged") as failed:
        shared.blobs.get(digest)
    assert digest in failed.value.hint
    shared.close()


def test_what_another_machine_has_put_is_read_and_kept(shared: Store, postgres: Postgres, tmp_path: Path) -> None:
    elsewhere = Store(tmp_path, postgres, tmp_path / "elsewhere")
    digest = elsewhere.blobs.put(b"model")
    assert shared.blobs.get(digest) == b"model"
    with shared.engine.begin() as connection:
        connection.execute(delete(CONTENTS))
    assert shared.blobs.get(digest) == b"model", "read from this machine's cache"
    elsewhere.close()
    shared.close()
