"""The live schema is read again only where something has changed, and always there. On every database."""

from __future__ import annotations

from pathlib import Path

from odcpub.data.schema import Schema
from odcpub.data.target import file_rule
from odcpub.engines.database import migrate
from odcpub.engines.database.postgres import Postgres
from odcpub.model.elements import Asset, Basic, Entity, Kind, Record, StaticEntity
from tests.databases import Stage
from tests.helpdesk_asset import attribute as field

RULE = file_rule("thing", "photo").name
MODEL = Asset(
    Kind.APP, "A", "k",
    static_entities=(StaticEntity("Status", "Status", (Record("Open", "Open", 1),)),),
    entities=(Entity("Thing", "Thing", (field("Name", Basic.TEXT, length=50), field("Size", Basic.INTEGER),
        field("Photo", Basic.BINARY_DATA))),),
)  # fmt: skip
CHANGES = (
    "ALTER TABLE thing ADD COLUMN more varchar(10)",
    "ALTER TABLE thing ALTER COLUMN more TYPE varchar(20)",
    "ALTER TABLE thing ALTER COLUMN more SET DEFAULT 'a'",
    "ALTER TABLE thing ALTER COLUMN more SET DEFAULT 'b'",
    "ALTER TABLE thing ALTER COLUMN more SET NOT NULL",
    "ALTER TABLE thing ALTER COLUMN more DROP NOT NULL",
    "ALTER TABLE thing RENAME COLUMN more TO less",
    "COMMENT ON COLUMN thing.less IS 'odcpub: refers=Customer'",
    "COMMENT ON COLUMN thing.less IS NULL",
    "COMMENT ON TABLE thing IS 'odcpub: key=Thing name=Object'",
    "ALTER TABLE thing ADD CONSTRAINT small CHECK (size < 10) NOT VALID",
    "ALTER TABLE thing VALIDATE CONSTRAINT small",
    "ALTER TABLE thing RENAME CONSTRAINT small TO tiny",
    "ALTER TABLE thing DROP CONSTRAINT tiny",
    "ALTER TABLE thing ADD COLUMN status text REFERENCES status",
    "ALTER TABLE thing DROP CONSTRAINT thing_status_fkey, ADD CONSTRAINT thing_status_fkey FOREIGN KEY (status) "
    "REFERENCES status ON DELETE CASCADE NOT VALID",
    f"ALTER TABLE thing DISABLE TRIGGER {RULE}",
    f"DROP TRIGGER {RULE} ON thing",
    "CREATE UNIQUE INDEX by_size ON thing (size)",
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'by_size'::regclass",
    "ALTER INDEX by_size RENAME TO by_size_too",
    "DROP INDEX by_size_too",
    "ALTER TABLE status RENAME TO state",
    "ALTER TABLE state RENAME TO status",
    "CREATE VIEW sizes AS SELECT size FROM thing",
    "DROP VIEW sizes",
    "CREATE TABLE other (id bigint PRIMARY KEY)",
    "ALTER TABLE other ADD COLUMN name varchar(9) UNIQUE",
    "ALTER TABLE thing ADD COLUMN other varchar(9) REFERENCES other (name)",
    "ALTER TABLE thing RENAME TO things",
    "ALTER TABLE things RENAME TO thing",
    "ALTER TABLE thing DROP COLUMN other",
    "ALTER TABLE other RENAME TO another",
    "ALTER TABLE another DROP CONSTRAINT other_pkey",
    "DROP TABLE another",
    "INSERT INTO status VALUES ('Closed', 'Closed', 2, true)",
    "UPDATE status SET label = 'Shut' WHERE id = 'Closed'",
    "DELETE FROM status WHERE id = 'Closed'",
    "ALTER TABLE thing DROP COLUMN less",
)


NO_CHANGES = (
    "ANALYZE thing",
    "VACUUM thing",
    "GRANT SELECT ON thing TO CURRENT_USER",
    "INSERT INTO thing (name) VALUES ('a')",
)


def read_anew(stage: Stage) -> Schema | None:
    return migrate.observe(migrate.Target(stage.engine.server(), stage.place))


def test_every_change_is_seen(postgres: Postgres, tmp_path: Path) -> None:
    stage = Stage(postgres, tmp_path / "chain", "observed")
    stage.publish(MODEL)
    before = stage.live()
    for change in CHANGES:
        assert stage.live() is before, f"before {change}"
        with stage.connect() as connection:
            connection.execute(change)
        after = stage.live()
        assert repr(after) == repr(read_anew(stage)) != repr(before), change  # repr has also what no plan compares
        before = after


def test_only_the_table_that_changed_is_read_again(postgres: Postgres, tmp_path: Path) -> None:
    stage = Stage(postgres, tmp_path / "chain", "one")
    stage.publish(MODEL)
    before = stage.live()
    with stage.connect() as connection:
        connection.execute("ALTER TABLE thing ADD COLUMN more varchar(10)")
    after = stage.live()
    assert before and after and [table.name for table in after.tables] == ["status", "thing"]
    assert after.tables[0] is before.tables[0]
    assert after.tables[1] != before.tables[1]


def test_what_changes_no_schema_has_nothing_read_again(postgres: Postgres, tmp_path: Path) -> None:
    stage = Stage(postgres, tmp_path / "chain", "unchanged")
    stage.publish(MODEL)
    before = stage.live()
    for statement in NO_CHANGES:
        with stage.connect() as connection:
            connection.execute(statement)
        assert stage.live() is before, statement


def test_a_schema_made_again_is_not_the_one_before(postgres: Postgres, tmp_path: Path) -> None:
    stage = Stage(postgres, tmp_path / "chain", "again")
    stage.publish(MODEL)
    assert stage.live() is not None
    again = Stage(postgres, tmp_path / "other", "again")
    assert again.live() == Schema()
