"""References that come back to rows that are gone: told, not refused, until somebody corrects them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from odcpub.data.migration import Finding
from odcpub.data.phases import EXPAND
from odcpub.data.schema import Schema
from odcpub.data.target import target_schema
from odcpub.model.elements import Asset, Attribute, Basic, DataType, Entity, Kind
from odcpub.operations import stage as stages
from odcpub.store.records import AssetRecord

from .conftest import KEY, Installed

TO_POST = DataType(Basic.IDENTIFIER, target="Post", target_key="Post")
BACK = Asset(
    Kind.APP,
    "Shop",
    KEY,
    entities=(Entity("Post", "Post", ()), Entity("Note", "Note", (Attribute("Of", "Of", TO_POST),))),
)
GONE = replace(BACK, entities=BACK.entities[:1])
HIDDEN = Schema(tuple(replace(table, foreign_keys=()) for table in target_schema(BACK).tables))


@pytest.fixture
def orphaned(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> Installed:
    """A stage whose hidden notes refer to posts that are gone."""
    monkeypatch.setattr(installed.engines, "observe", lambda _place: HIDDEN)
    found = lambda _place, checks: tuple(Finding(one, 1, (("7", "1"),)) for one in checks if EXPAND in one.phases)  # noqa: E731
    monkeypatch.setattr(installed.engines, "inspect", found)
    return installed


def target(installed: Installed, runs: Asset) -> stages.Target:
    """The model with notes, to be deployed where ``runs`` runs."""
    model = installed.platform.caches.keep(runs)
    number = installed.revision()
    record = installed.store.assets.revision(KEY, number)
    assert record is not None
    installed.platform.caches._models[record.model] = installed.platform.caches.model(model)
    installed.deployed(number)
    asset = AssetRecord(KEY, "Shop", "app", "shop", "", "")
    return stages.Target(asset, stages.StageRef("Development", "development"), BACK, {})


@pytest.mark.parametrize("asks", [True, False])
def test_what_nobody_could_correct_is_told(orphaned: Installed, asks: bool) -> None:
    aim = target(orphaned, GONE)
    plan, findings, _ = stages.migration(orphaned.platform, aim, asks)
    assert findings == ()
    assert [step.operation for step in plan.steps] == ["add_foreign_key"]
    (line,) = stages.notices(orphaned.platform, aim, plan)
    told = "Note.Of: 1 row refers to a row that does not exist, and stays so: row 7: 1; correct or empty"
    assert line.startswith(told)


@pytest.mark.parametrize("asks", [True, False])
def test_what_the_version_that_runs_can_correct_is_refused(orphaned: Installed, asks: bool) -> None:
    _, (finding,), _ = stages.migration(orphaned.platform, target(orphaned, BACK), asks)
    assert finding.told.startswith("Note.Of: 1 row refers to a row that does not exist: row 7: 1; ")
