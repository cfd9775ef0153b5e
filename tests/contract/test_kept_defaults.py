"""The default of an attribute that is dropped goes with it, and comes back with it; an administrator's stays."""

from __future__ import annotations

from typing import Any

import pytest

from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.engines.database import migrate
from odcpub.engines.database.chain import write_scripts
from odcpub.errors import Refused, TemporaryEngineError
from odcpub.model.elements import Asset, Attribute, Basic, Entity, Kind
from tests.databases import Stage, upgrade_head
from tests.helpdesk_asset import attribute as field

SCHEMA = "defaults"


def app(*attributes: Attribute) -> Asset:
    return Asset(Kind.APP, "A", "k", entities=(Entity("Thing", "Thing", (NAME, *attributes)),))


NAME = field("Name", Basic.TEXT, length=50)
SCORE = field("Score", Basic.INTEGER, default=7)
VIP = field("Vip", Basic.BOOLEAN, default=True, mandatory=True)
BOTH = app(SCORE, VIP)


def written(stage: Stage, name: str) -> Any:
    """A row by a version that names nothing else; what it holds."""
    with stage.connect() as connection:
        row = connection.execute("INSERT INTO thing (name) VALUES (%s) RETURNING *", [name])
        names = [column.name for column in row.description]
        found = dict(zip(names, row.fetchone(), strict=True))
    return {key: value for key, value in found.items() if key not in ("id", "name")}


def test_a_dropped_attribute_gives_new_rows_no_value(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.publish(BOTH)
    assert written(stage, "old") == {"score": 7, "vip": True}
    plan = stage.plan(app())
    stage.number += 1
    write_scripts(plan, stage.chain, stage.number)
    stage.engine.apply(stage.place, plan, EXPAND, stage.chain, print)
    assert written(stage, "by the version that still serves") == {"score": 7, "vip": True}
    stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
    stage.asset = app()
    assert written(stage, "new") == {"score": None, "vip": None}
    assert stage.plan(app()).steps == ()
    upgrade_head(stage, "defaults_head", monkeypatch)


def test_what_comes_back_has_its_models_default_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.publish(BOTH)
    stage.publish(app())
    written(stage, "meanwhile")
    with pytest.raises(Refused) as refusal:
        stage.publish(BOTH)
    (line,) = refusal.value.details
    assert line.startswith("Thing.Vip: 1 row has no value, and it is mandatory now: row 1; publish it as optional")
    stage.publish(app(field("Score", Basic.INTEGER, default=8), field("Vip", Basic.BOOLEAN, default=True)))
    assert written(stage, "later") == {"score": 8, "vip": True}
    assert stage.rows()["thing"][1] == {"id": 1, "name": "meanwhile", "score": None, "vip": None}
    with stage.connect() as connection:
        connection.execute("UPDATE thing SET vip = false WHERE vip IS NULL")
    stage.publish(BOTH)
    assert written(stage, "last") == {"score": 7, "vip": True}
    assert stage.plan(BOTH).steps == ()
    upgrade_head(stage, "defaults_head", monkeypatch)


def test_an_attribute_dropped_with_its_entity_gives_no_value_when_that_comes_back_alone(stage: Stage) -> None:
    other = Entity("Other", "Other", ())
    stage.publish(Asset(Kind.APP, "A", "k", entities=(*BOTH.entities, other)))
    stage.publish(Asset(Kind.APP, "A", "k", entities=(other,)))
    stage.publish(app())
    assert written(stage, "new") == {"score": None, "vip": None}


def test_a_column_that_an_administrator_added_keeps_its_default(stage: Stage) -> None:
    stage.publish(BOTH)
    with stage.connect() as connection:
        connection.execute("ALTER TABLE thing ADD by_hand int NOT NULL DEFAULT 3")
    for model in (BOTH, app(SCORE), app(), app(field("B", Basic.TEXT)), BOTH):
        stage.publish(model)
        assert written(stage, "x")["by_hand"] == 3
        with stage.connect() as connection:
            connection.execute("UPDATE thing SET vip = false WHERE vip IS NULL")


@pytest.mark.parametrize("again", [app(), app(field("B", Basic.TEXT)), BOTH], ids=["same", "other", "back"])
def test_a_default_that_could_not_go_in_time_goes_with_the_next_publish(stage: Stage, again: Asset) -> None:
    """The version without the attribute runs already then."""
    stage.publish(BOTH)
    plan = stage.plan(app())
    stage.number += 1
    write_scripts(plan, stage.chain, stage.number)
    stage.engine.apply(stage.place, plan, EXPAND, stage.chain, print)
    with stage.connect() as holder:
        holder.execute("BEGIN; LOCK TABLE thing IN SHARE MODE")
        with pytest.raises(TemporaryEngineError):
            target = migrate.Target(stage.engine.server(), stage.place, patience=0.2)
            migrate.apply(target, plan, TIGHTEN, stage.chain, print)
    stage.asset = app()
    stage.publish(again)
    expected = {"score": 7, "vip": True} if again is BOTH else {"score": None, "vip": None}
    assert {key: value for key, value in written(stage, "new").items() if key != "b"} == expected
    assert stage.plan(again).steps == ()
