"""The tables of the platform's records on both databases: what they must refuse, and how they are looked up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from odcpub.store.journal import Journal
from odcpub.store.records import OperationKind, OperationRecord, Status
from odcpub.store.tables import METADATA
from tests.databases import engine


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def records(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "sqlite":
        made = create_engine("sqlite://")
        METADATA.create_all(made)
        yield made
        return
    folder: Path = tmp_path_factory.mktemp("records")
    with engine("embedded", folder) as postgres:
        made = create_engine(
            "postgresql+psycopg://", creator=lambda: postgres.server().connect(autocommit=False, schema="public")
        )
        METADATA.create_all(made)
        yield made
        made.dispose()


def begin(journal: Journal, key: str) -> bool:
    record = OperationRecord(
        key, OperationKind.PUBLISH, "k1", "Shop", "qa", Status.RUNNING, "ada", "2026-01-01", None, "{}", "{}"
    )
    return journal.begin(record)


def test_one_operation_runs_there_and_any_number_has_ended(records: Engine) -> None:
    journal = Journal(records)
    for key in ("a-1", "a-2", "b-1"):
        assert begin(journal, key)
        assert not begin(journal, key + "-again")
        journal.finish(key, Status.FINISHED)
    found = [journal.find(typed) for typed in ("b", "A-2", "a", "a-", "c", "%")]
    assert [one.key if one else "" for one in found] == ["b-1", "a-2", "", "", "", ""]
    assert journal.operation("b") is None
