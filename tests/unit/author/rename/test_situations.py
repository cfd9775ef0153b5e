"""A new name changes the name alone: every other byte stays, and the database has nothing to migrate."""

from __future__ import annotations

from pathlib import Path

import pytest

from odcpub.author.rename.renaming import Renaming, rename
from odcpub.data.diff import differences
from odcpub.data.plan import plan_migration
from odcpub.data.target import target_schema
from odcpub.deployment.renames import questions
from odcpub.model.elements import VerifiedAsset
from odcpub.model.load import load_found
from odcpub.model.verify import verify
from odcpub.tree.folder import read_folder
from odcpub.tree.tree import Found
from tests.unit.author.rename.situations import SITUATIONS, Situation
from tests.unit.author.rename.situations_of_logic import IN_LOGIC
from tests.unit.model.models import library

MONEY = """
library: Money
key: 8d4a2f51-7c0e-4b93-9e25-3f1b6c8a0d47
static_entities:
  CurrencyCode: { key: Code, records: { EUR: { label: Euro }, USD: { label: US dollar } } }
server_actions:
  Round:
    inputs: { Hours: { type: Decimal } }
    outputs: { Value: { type: Decimal } }
    do: [{ set: { Value: Hours } }]
  All:
    outputs: { Sizes: { type: Decimal List } }
    do: []
"""
ALL = (*SITUATIONS, *IN_LOGIC)


def written(folder: Path, files: dict[str, bytes]) -> Found:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return read_folder(folder)


def contents(found: Found, made: Renaming) -> dict[str, bytes]:
    """All files as they would be."""
    there = {path: found.contents[str(entry)] for path, entry in found.tree.entries.items()}
    return there | {path: one.after for path, one in made.files.items()}


def model(found: Found) -> VerifiedAsset:
    return verify(load_found(found), {"Money": library(MONEY)})[0]


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_the_name_alone_changes(case: Situation, tmp_path: Path) -> None:
    found = written(tmp_path / "before", case.before())
    made = rename(found, case.old, case.new)
    after = {path: one for path, one in case.after().items() if not path.endswith(".txt")}
    assert contents(found, made) == after
    assert all(one.before != one.after for one in made.files.values())

    asset, renamed = model(found), model(written(tmp_path / "after", after))
    libraries = {"Money": library(MONEY)}
    live, target = target_schema(asset, libraries), target_schema(renamed, libraries)
    assert differences(live, target) == ()
    plan = plan_migration(live, target, asset=renamed, previous=asset, runs=asset)
    assert (plan.steps, plan.refusals) == ((), ())
    assert questions(asset, renamed, {one.identity: ("QA",) for one in asset.settings}) == ()


@pytest.mark.parametrize("case", [one for one in ALL if one.back], ids=lambda case: case.name)
def test_the_old_name_brings_back_the_files(case: Situation, tmp_path: Path) -> None:
    made = rename(written(tmp_path / "before", case.before()), case.old, case.new)
    *owner, _ = made.element
    found = written(tmp_path / "after", case.after())
    before = {path: one for path, one in case.before().items() if not path.endswith(".txt")}
    assert contents(found, rename(found, ".".join((*owner, case.new)), made.element[-1])) == before
