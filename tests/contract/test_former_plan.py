"""A deployment that a former version of odcpub began ends under this one: its stored plan, its scripts that wait."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.engines.database.chain import scripts, write_scripts
from odcpub.operations.migration_text import from_text
from tests.databases import Stage
from tests.former_plans import AFTER, NUMBERS, pending, stored

SCHEMA = "former"


@pytest.mark.parametrize("written", [True, False], ids=["written", "not-yet-written"])
def test_a_plan_that_was_stored_before_is_executed(stage: Stage, written: bool) -> None:
    for number in NUMBERS:
        plan = from_text(stored(number))
        if written:
            _wait(stage.folder, number)
        write_scripts(plan, stage.chain, number)
        texts = {path.name: path.read_text() for path in pending(number)}
        assert {path.name: path.read_text() for path in (stage.folder / "pending").glob("*.py")} == texts
        for phase in (EXPAND, TIGHTEN):
            stage.engine.apply(stage.place, plan, phase, stage.chain, print)
        assert {one.name for one in scripts(stage.chain) if one.number == number} == set(texts)
        assert stage.fingerprint() == AFTER[number]
        if number == 1:
            _rename_reference_index(stage)


def _wait(folder: Path, number: int) -> None:
    (folder / "pending").mkdir(parents=True, exist_ok=True)
    for path in pending(number):
        for one in (path, path.with_suffix(".sql")):
            shutil.copy(one, folder / "pending" / one.name)


def _rename_reference_index(stage: Stage) -> None:
    """As an even older version called it, and as the second plan has found it."""
    query = "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE '%__ref_%'"
    with stage.connect() as connection:
        for (name,) in connection.execute(query).fetchall():
            connection.execute(f'ALTER INDEX "{name}" RENAME TO "{name[:-8]}00000000"')
