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


BY_OTHERS = (
    ("CREATE SCHEMA theirs; CREATE VIEW theirs.sizes AS SELECT size FROM thing",
     "ALTER VIEW theirs.sizes RENAME TO s"),
    ("", "ALTER VIEW theirs.s RENAME COLUMN size TO width; CREATE OR REPLACE VIEW theirs.s AS "
     "SELECT size AS width, name FROM thing"),
    ("", "ALTER VIEW theirs.s SET SCHEMA public"),
    ("ALTER VIEW public.s SET SCHEMA theirs", "ALTER SCHEMA theirs RENAME TO hers"),
    ("ALTER SCHEMA hers RENAME TO theirs", "DROP VIEW theirs.s"),
    ("CREATE MATERIALIZED VIEW kept AS SELECT size FROM thing", "ALTER MATERIALIZED VIEW kept RENAME TO held"),
    ("DROP MATERIALIZED VIEW held; CREATE POLICY mine ON thing USING (size = 1)",
     "ALTER POLICY mine ON thing RENAME TO my"),
    ("", "ALTER POLICY my ON thing USING (name = 'a')"),
    ("DROP POLICY my ON thing; CREATE POLICY across ON status USING (EXISTS (SELECT FROM thing WHERE size = 1))",
     "ALTER TABLE status RENAME TO state"),
    ("ALTER TABLE state RENAME TO status; DROP POLICY across ON status; CREATE TYPE theirs.way AS ENUM ('up', 'down'); "
     "CREATE FUNCTION theirs.names(theirs.way) RETURNS SETOF varchar BEGIN ATOMIC SELECT name FROM thing; END",
     "ALTER FUNCTION theirs.names RENAME TO all_names"),
    ("", "ALTER TYPE theirs.way RENAME TO course"),
    ("", "CREATE OR REPLACE FUNCTION theirs.all_names(theirs.course) RETURNS SETOF varchar BEGIN ATOMIC "
     "SELECT name FROM thing WHERE size = 1; END"),
    ("", "ALTER FUNCTION theirs.all_names SET SCHEMA public"),
    ("DROP FUNCTION public.all_names", "ALTER TABLE thing ADD COLUMN course theirs.course DEFAULT 'up'"),
    ("", "ALTER TYPE theirs.course RENAME VALUE 'up' TO 'north'"),
    ("", "ALTER TYPE theirs.course RENAME TO bearing"),
    ("", "ALTER TYPE theirs.bearing SET SCHEMA public"),
    ("ALTER TABLE thing DROP COLUMN course; CREATE DOMAIN theirs.few AS integer",
     "ALTER TABLE thing ADD COLUMN few theirs.few[]"),
    ("", "ALTER DOMAIN theirs.few RENAME TO many"),
    ("ALTER TABLE thing DROP COLUMN few; CREATE SEQUENCE theirs.count",
     "ALTER TABLE thing ALTER COLUMN size SET DEFAULT nextval('theirs.count')"),
    ("", "ALTER SEQUENCE theirs.count RENAME TO counted"),
    ("", "ALTER SCHEMA theirs RENAME TO hers"),
    ("ALTER SCHEMA hers RENAME TO theirs; CREATE FUNCTION theirs.next() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
     "ALTER TABLE thing ALTER COLUMN size SET DEFAULT theirs.next()"),
    ("", "ALTER FUNCTION theirs.next RENAME TO following"),
    ("", "ALTER TABLE thing ALTER COLUMN size DROP DEFAULT, ADD CONSTRAINT few CHECK (size < theirs.following())"),
    ("", "ALTER FUNCTION theirs.following RENAME TO later"),
    ("ALTER TABLE thing DROP CONSTRAINT few", "ALTER TABLE thing ADD CONSTRAINT known CHECK "
     "(tableoid <> 'status'::regclass)"),
    ("", "ALTER TABLE status RENAME TO state"),
    ("ALTER TABLE state RENAME TO status; ALTER TABLE thing DROP CONSTRAINT known; CREATE FUNCTION f() "
     "RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
     "CREATE TRIGGER t BEFORE UPDATE OF name ON thing EXECUTE FUNCTION f()",
     "ALTER TRIGGER t ON thing RENAME TO u"),
    ("DROP TRIGGER u ON thing; CREATE RULE r AS ON DELETE TO thing WHERE OLD.size = 1 DO INSTEAD NOTHING",
     "ALTER RULE r ON thing RENAME TO s"),
    ("DROP RULE s ON thing; SET client_min_messages = error; CREATE PUBLICATION odc_p FOR TABLE thing (size)",
     "ALTER PUBLICATION odc_p RENAME TO odc_q"),
    ("", "ALTER PUBLICATION odc_q SET TABLE thing (name)"),
    ("DROP PUBLICATION odc_q", "ALTER TABLE thing ADD COLUMN twice integer GENERATED ALWAYS AS (size * 2) STORED"),
    ("", "ALTER TABLE thing RENAME COLUMN twice TO two_times"),
    ("ALTER TABLE thing DROP COLUMN two_times; CREATE UNIQUE INDEX by_name ON thing (name)",
     "CREATE TABLE theirs.other (name varchar REFERENCES thing (name))"),
    ("", "ALTER TABLE theirs.other RENAME CONSTRAINT other_name_fkey TO its"),
    ("", "ALTER TABLE theirs.other RENAME TO another"),
    ("", "ALTER TABLE theirs.another SET SCHEMA public"),
    ("", "DROP TABLE public.another"),
    ("", "ALTER TABLE thing ALTER COLUMN size DROP NOT NULL, ALTER COLUMN name TYPE text COLLATE \"C\""),
    ("", "DROP SCHEMA theirs CASCADE; DROP TYPE public.bearing; ALTER TABLE thing DROP COLUMN name CASCADE"),
)  # fmt: skip
"""What has to be there first, and a change that the rows of the catalog about the table itself may not show."""
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


def test_changes_of_what_others_made_are_seen(postgres: Postgres, tmp_path: Path) -> None:
    stage = Stage(postgres, tmp_path / "chain", "used")
    stage.publish(MODEL)
    for first, change in BY_OTHERS:
        with stage.connect() as connection:
            connection.execute(first)
            before = stage.live()
            connection.execute(change)
        assert repr(stage.live()) == repr(read_anew(stage)) != repr(before), change


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
