"""What the tests of refused commands look at tells every change that such a command might make to a database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from odcpub.engines.database.roles import role_name
from odcpub.model.elements import Asset, Basic, Entity, Index, Kind
from tests.databases import Stage, engine
from tests.helpdesk_asset import attribute
from tests.untouched import contents

THING = Entity(
    "Thing", "Thing", (attribute("Name", Basic.TEXT, length=50), attribute("Size", Basic.INTEGER)),
    (Index("ByName", "ByName", ("Name",), False),),
)  # fmt: skip


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("untouched")
    with engine("embedded", folder) as postgres:
        made = Stage(postgres, folder / "chain", "seen")
        made.publish(Asset(Kind.APP, "A", "k", entities=(THING,)))
        yield made


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO thing (name) VALUES ('a')",
        "ALTER TABLE thing ADD CONSTRAINT small CHECK (size < 10)",
        "ALTER TABLE thing ADD CONSTRAINT small CHECK (size < 10) NOT VALID",
        "CREATE INDEX by_size ON thing (size)",
        "ALTER TABLE thing ALTER name TYPE varchar(60)",
        "ALTER TABLE thing ALTER size SET DEFAULT 1",
        "ALTER TABLE thing ALTER size SET NOT NULL",
        "COMMENT ON SCHEMA seen IS 'odcpub: asset=another'",
        "COMMENT ON TABLE thing IS 'odcpub: name=Another'",
        "COMMENT ON COLUMN thing.size IS 'odcpub: dropped'",
        "CREATE SEQUENCE numbers",
        "CREATE SCHEMA another",
        "ALTER ROLE \"{role}\" PASSWORD 'another'",
    ],
)
def test_a_change_is_seen(stage: Stage, statement: str) -> None:
    with stage.connect() as connection, connection.transaction(force_rollback=True):
        before = contents(connection)
        assert contents(connection) == before
        connection.execute(statement.replace("{role}", role_name(stage.place)))
        assert contents(connection) != before
