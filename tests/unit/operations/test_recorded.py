"""What runs comes from the records: the author's files can be broken or gone without anybody noticing."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from odcpub.engines.ports import Login, Place
from odcpub.errors import EngineError, Refused
from odcpub.operations import overview
from odcpub.operations.durable_records import check_records, empty_log
from odcpub.operations.workloads import rebuild

from .conftest import Installed


def broken(folder: Path) -> None:
    (folder / "odcpub.yaml").write_text("stages: [")


def renamed(folder: Path) -> None:
    (folder / "odcpub.yaml").write_text("stages: { Other: {} }")


def test_an_app_is_told_what_stands_before_its_database(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    def login(place: Place, password: str) -> Login:
        return Login("::1", 6432, place.database, place.schema, "shop", password, "transaction", 5)

    monkeypatch.setattr(installed.engines, "login", login)
    installed.deployed(installed.revision())
    workload = rebuild(installed.platform, "development", "shop")
    assert workload is not None
    assert dict(workload.settings)["ODCPUB_DATABASE_POOLING"] == "transaction"
    text = dict(workload.secrets)["ODCPUB_DATABASE"]
    assert "Host='::1';Port='6432';" in text
    assert "Maximum Pool Size='5'" in text


@pytest.mark.parametrize("spoil", [broken, renamed, shutil.rmtree])
def test_apps_are_started_again_and_shown(installed: Installed, spoil: Callable[[Path], None]) -> None:
    number = installed.revision()
    installed.deployed(number)
    installed.deployed(number, "QA")
    spoil(installed.folder)
    workload = rebuild(installed.platform, "qa", "shop")
    assert workload is not None
    assert dict(workload.settings)["ODCPUB_STAGE"] == "QA"
    assert dict(workload.secrets)["ODC_SECRET_Token"] == "s3cret"
    assert "prepare" not in installed.engines.asked, "it would meet the migration of an operation that is resumed"
    (asset,) = overview.status(installed.platform)["assets"]
    assert [one["stage"] for one in asset["stages"]] == ["Development", "QA"]


def test_an_app_that_cannot_be_recalled_is_an_engines_failure(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise Refused("no role")

    installed.deployed(installed.revision())
    monkeypatch.setattr(installed.engines, "login", refuse)
    with pytest.raises(EngineError, match="no role"):
        rebuild(installed.platform, "development", "shop")


def test_damaged_records_of_operations_are_told_with_a_way_on(tmp_path: Path) -> None:
    check_records(tmp_path)
    assert list(tmp_path.iterdir()) == []
    records = tmp_path / "operations.sqlite"
    with closing(sqlite3.connect(records)) as connection, connection:
        connection.execute("CREATE TABLE t (a)")
    check_records(tmp_path)
    records.write_bytes(b"no database at all, " * 100)
    with pytest.raises(EngineError, match=r"operations\.sqlite: cannot be opened: file is not a database") as caught:
        check_records(tmp_path)
    assert "away" in caught.value.hint
    assert records.read_bytes().startswith(b"no database")


def test_records_are_read_whole_only_after_an_unclean_end(tmp_path: Path) -> None:
    records, log = tmp_path / "operations.sqlite", tmp_path / "operations.sqlite-wal"
    with closing(sqlite3.connect(records)) as connection, connection:
        connection.execute("CREATE TABLE t (a)")
        connection.executemany("INSERT INTO t VALUES (?)", [("x" * 500,) for _ in range(200)])
    content = bytearray(records.read_bytes())
    content[20_000:90_000] = b"\xff" * 70_000
    records.write_bytes(content)
    log.touch()
    check_records(tmp_path)
    log.write_bytes(b"of a server that was killed")
    with pytest.raises(EngineError, match=r"operations\.sqlite: cannot be opened"):
        check_records(tmp_path)


def test_a_clean_end_leaves_no_log_though_connections_are_open(tmp_path: Path) -> None:
    log = tmp_path / "operations.sqlite-wal"
    with closing(sqlite3.connect(tmp_path / "operations.sqlite")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        with connection:
            connection.execute("CREATE TABLE t (a)")
        assert log.stat().st_size
        empty_log(tmp_path)
        assert not log.stat().st_size
