"""What others have made on an app's tables, and PostgreSQL would refuse a change for, is named by the plan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from odcpub.engines.database.postgres import Postgres
from odcpub.errors import Refused
from odcpub.model.elements import Asset, Attribute, Basic, Entity, Index, Kind
from tests.databases import Stage, engine
from tests.helpdesk_asset import attribute as field


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with engine("embedded", tmp_path_factory.mktemp("used")) as made:
        yield made


@pytest.fixture
def stage(postgres: Postgres, tmp_path: Path) -> Stage:
    return Stage(postgres, tmp_path / "chain", "used")


def app(*attributes: Attribute, unique: bool = True) -> Asset:
    indexes = (Index("Key", "Key", ("Code",), True),) if unique else ()
    code = field("Code", Basic.TEXT, length=10)
    return Asset(Kind.APP, "A", "k", entities=(Entity("Thing", "Thing", (code, *attributes), indexes),))


SHORT, LONG = app(field("Name", Basic.TEXT, length=50)), app(field("Name", Basic.TEXT, length=60))
USERS = {
    "CREATE VIEW report AS SELECT name FROM thing": "view used.report",
    "CREATE MATERIALIZED VIEW report AS SELECT name FROM thing": "materialized view used.report",
    "CREATE POLICY mine ON thing USING (name = 'a')": "policy mine on table used.thing",
    "CREATE FUNCTION names() RETURNS SETOF varchar BEGIN ATOMIC SELECT name FROM thing; END": "function used.names()",
    "ALTER TABLE thing ADD upper text GENERATED ALWAYS AS (upper(name)) STORED": "column upper of table used.thing",
    """CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER t BEFORE UPDATE OF name ON thing EXECUTE FUNCTION f()""": "trigger t on table used.thing",
}


@pytest.mark.parametrize(("statement", "said"), USERS.items(), ids=USERS.values())
def test_a_type_is_not_changed_under_what_uses_it(stage: Stage, statement: str, said: str) -> None:
    stage.publish(SHORT)
    assert stage.plan(LONG).refusals == ()
    with stage.connect() as connection:
        connection.execute(statement.encode())
    (refused,) = stage.plan(LONG).refusals
    assert refused.startswith("Thing.Name: used by ")
    assert said in refused
    with pytest.raises(Refused):
        stage.publish(LONG)
    assert stage.plan(SHORT).refusals == (), "what changes nothing of it goes on"


def test_it_goes_on_once_the_view_is_dropped(stage: Stage) -> None:
    stage.publish(SHORT)
    with stage.connect() as connection:
        connection.execute("CREATE VIEW report AS SELECT name FROM thing")
    assert stage.plan(LONG).refusals
    with stage.connect() as connection:
        connection.execute("DROP VIEW report")
    stage.publish(LONG)
    assert stage.plan(LONG).steps == ()


def test_a_unique_index_stays_for_a_reference_that_needs_it(stage: Stage) -> None:
    name = field("Name", Basic.TEXT, length=50)
    stage.publish(SHORT)
    with stage.connect() as connection:
        connection.execute("CREATE TABLE theirs (code varchar(10) REFERENCES thing (code))")
    (refused,) = stage.plan(app(name, unique=False)).refusals
    assert "constraint theirs_code_fkey on table used.theirs" in refused
    with stage.connect() as connection:
        connection.execute("DROP TABLE theirs")
    stage.publish(app(name, unique=False))
