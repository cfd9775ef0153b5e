"""The platform's database: its migrations make the very tables that the code uses."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from odcpub.errors import EngineError
from odcpub.store import again
from odcpub.store.again import Undone
from odcpub.store.database import HEAD, MIGRATIONS, open_database
from odcpub.store.migrations import versions
from odcpub.store.records import AssetRecord
from odcpub.store.stages import Value
from odcpub.store.store import Store
from odcpub.store.tables import METADATA

SHOP = AssetRecord("2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10", "Shop", "app", "shop", "/models/shop", "")


def indexes(path: Path) -> list[tuple[str, ...]]:
    """Every index with its columns and condition, which Alembic does not compare."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        return sorted((name, " ".join(sql.split())) for name, sql in found)


def test_the_migrations_make_the_tables_of_the_code(tmp_path: Path) -> None:
    migrated = open_database(tmp_path / "migrated.sqlite")
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
    migrated.dispose()
    made = create_engine(f"sqlite:///{tmp_path / 'made.sqlite'}")
    METADATA.create_all(made)
    made.dispose()
    assert indexes(tmp_path / "migrated.sqlite") == indexes(tmp_path / "made.sqlite")


def test_it_is_its_owners_alone_and_opens_again(tmp_path: Path) -> None:
    path = tmp_path / "platform.sqlite"
    for _ in range(2):
        open_database(path).dispose()
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "platform.sqlite"
    path.write_bytes(b"not a database, " * 100)
    with pytest.raises(EngineError, match=r"platform\.sqlite") as failed:
        open_database(path)
    assert failed.value.hint
    assert path.read_bytes().startswith(b"not a database")


def test_records_of_a_newer_release_are_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "platform.sqlite"
    open_database(path).dispose()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(EngineError, match=r"platform\.sqlite") as failed:
        open_database(path)
    assert "newer" in failed.value.hint


def test_a_commit_waits_for_the_disk(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "platform.sqlite")
    with engine.connect() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    engine.dispose()
    assert found == ["wal", 2], "a power cut would lose what was told to be done"


def test_opening_what_is_up_to_date_loads_no_alembic(tmp_path: Path) -> None:
    path = tmp_path / "platform.sqlite"
    open_database(path).dispose()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD
    code = (
        "import sys\nfrom pathlib import Path\nfrom odcpub.store.database import open_database\n"
        f"open_database(Path({str(path)!r})).dispose()\nprint('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_what_is_written_is_in_no_error(tmp_path: Path) -> None:
    """Errors go to the server's log with their trace, and a setting of today can be a secret tomorrow."""
    engine = open_database(tmp_path / "platform.sqlite")
    with engine.connect() as connection, pytest.raises(OperationalError) as failed:
        connection.execute(text("INSERT INTO nowhere VALUES (:value)"), {"value": "canary-of-a-setting"})
    engine.dispose()
    assert "canary" not in str(failed.value)


KILLED = """
import os, sys
from pathlib import Path
from odcpub.store.database import open_database
left = int(sys.argv[2])
from alembic.runtime import migration
made = migration.HeadMaintainer.update_to_step
def killed(self, step):
    global left
    made(self, step)
    left -= 1
    if not left:
        os._exit(9)
migration.HeadMaintainer.update_to_step = killed
open_database(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("migrations", [1, 2, 4])
def test_killed_within_its_migrations_it_opens_all_the_same(tmp_path: Path, migrations: int) -> None:
    path = tmp_path / "platform.sqlite"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path), str(migrations)], check=False)
    assert killed.returncode == 9
    open_database(path).dispose()


def test_records_that_another_process_has_locked_are_asked_again_and_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    store.assets.register(SHOP)
    monkeypatch.setattr(again, "SECONDS", 0.3)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=20")
    with closing(sqlite3.connect(tmp_path / "platform.sqlite", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Undone, match=r"platform\.sqlite: is locked by another process"):
            store.stages.change_values(SHOP.key, "qa", (Value("Rate", "1"),))
        monkeypatch.setattr(again, "SECONDS", 10.0)
        ends = threading.Timer(0.3, other.rollback)
        ends.start()
        store.stages.change_values(SHOP.key, "qa", (Value("Rate", "2"),))
        assert store.stages.values(SHOP.key, "qa").settings == {"Rate": "2"}
    store.close()


def test_the_migrations_are_one_line_in_the_order_that_their_folder_names() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [HEAD]
    order = [one.revision for one in scripts.walk_revisions()][::-1]
    assert " → ".join(order) in (versions.__doc__ or "").replace("\n", " ")
    assert order[order.index("0006") :] == sorted(order[order.index("0006") :]), "new ones come in the order of numbers"
