"""The whole way with the platform's records in PostgreSQL: the tests of ``test_whole_way`` in such an installation, and
the way of the records there and back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config

from tests.absence import need
from tests.acceptance import test_whole_way
from tests.installation import Installation, call, installation

pytestmark = pytest.mark.database
DATABASE = f"odc_test_way_{os.getpid()}"
EACH_TIME = {
    "test_app_from_model_to_qa[kind]",
    "test_app_from_model_to_qa[local]",
    "test_change_keeps_the_rows[local]",
    "test_down_leaves_nothing_running[local]",
    "test_plan_changes_nothing[local]",
    "test_scripts_are_written_out_and_alembic_runs_them[local]",
    "test_the_records_come_back_to_the_data_folder[local]",
    "test_the_source_answers_as_the_app_does[local]",
}
"""Engines and store know nothing of each other: on the cluster what uses the most of both is enough."""


@pytest.fixture(scope="module")
def odcpub(profile: str) -> Iterator[Installation]:
    need("PostgreSQL server", "ODCPUB_TEST_DATABASE")
    with installation() as made:
        made.use(profile)
        made.share_store(DATABASE)
        yield made


published = test_whole_way.published
# In their order there: the way goes on from one to the next.
test_app_from_model_to_qa = test_whole_way.test_app_from_model_to_qa
test_plan_changes_nothing = test_whole_way.test_plan_changes_nothing
test_the_source_answers_as_the_app_does = test_whole_way.test_the_source_answers_as_the_app_does
test_change_keeps_the_rows = test_whole_way.test_change_keeps_the_rows
test_down_leaves_nothing_running = test_whole_way.test_down_leaves_nothing_running


def test_scripts_are_written_out_and_alembic_runs_them(
    odcpub: Installation,
    published: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    odcpub.settled()  # on a cluster the old pods' end, which the contract phase waits for, takes its time
    done = odcpub.run("data", "scripts", "helpdesk", "--stage", "development", "--out", str(tmp_path / "out"))
    assert done.out.startswith("Helpdesk (Development): ")
    refused = odcpub.run("data", "scripts", "helpdesk", "--stage", "qa", "--out", str(tmp_path / "out"), code=2)
    assert "is not empty" in refused.err
    monkeypatch.setenv("ODCPUB_URL", odcpub.store)
    monkeypatch.setenv("ODCPUB_NAMESPACE", "written_out")
    command.upgrade(Config(str(tmp_path / "out" / "alembic.ini")), "head")
    with psycopg.connect(odcpub.store, options="-c search_path=written_out") as connection:
        assert connection.execute("SELECT count(*) FROM customer").fetchone() == (0,)
    lost = [row[0] for row in odcpub.records("SELECT name FROM scripts WHERE stage = 'development'")]
    with psycopg.connect(odcpub.store) as connection:
        connection.execute("DELETE FROM odcpub.scripts WHERE stage = 'development'")
    back = odcpub.run("data", "scripts", "helpdesk", "--stage", "development", "--from", str(tmp_path / "out"))
    assert f"{len(lost)} script" in back.out
    assert sorted(lost) == sorted(
        row[0] for row in odcpub.records("SELECT name FROM scripts WHERE stage = ?", "development")
    )
    changed = sorted((tmp_path / "out" / "versions").glob("*.py"))[0]
    changed.write_text(changed.read_text() + "\n# changed\n")
    other = odcpub.run("data", "scripts", "helpdesk", "--stage", "development", "--from", str(tmp_path / "out"), code=1)
    assert f"versions/{changed.name} exists with other content" in other.err


def test_the_records_come_back_to_the_data_folder(odcpub: Installation, published: Path) -> None:
    data = odcpub.folder / "data"
    assert "password" in (data / "store.json").read_text()
    assert odcpub.json("server")["store"] == f"postgresql://{_without_password(odcpub.store)}"
    before, operations = odcpub.json("status"), odcpub.json("log")
    done = odcpub.run("server", "set", "store=sqlite")
    assert "The old store stays, readable, in schema odcpub in postgresql://" in done.out
    odcpub.store = ""
    assert odcpub.json("status") == before
    assert odcpub.json("log") == operations
    base = str(odcpub.stage("Helpdesk", "Development")["address"])
    assert call("GET", f"{base}/api/Customer").status == 200, "the app has run all the time"
    assert "Nothing changed" in odcpub.run("publish", str(published)).err


def _without_password(url: str) -> str:
    user, _, place = url.partition("://")[2].partition("@")
    return f"{user.partition(':')[0]}@{place}"
