"""An empty store in a folder of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from odcpub.store.clock import now
from odcpub.store.records import OperationKind, OperationRecord, Status
from odcpub.store.store import Store

ASSET = ("k1", "Helpdesk")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path)
    yield made
    made.close()


def begin(store: Store, stage: str = "development", asset: tuple[str, str] = ASSET) -> str:
    """Records a publish that runs; empty where another one runs there."""
    key = str(uuid.uuid4())
    record = OperationRecord(key, OperationKind.PUBLISH, *asset, stage, Status.RUNNING, "ada", now(), None, "{}", "{}")
    return key if store.journal.begin(record) else ""
