"""Name and type of a file beside its bytes: where they come from, whom they follow, when they are emptied."""

from __future__ import annotations

import pytest

from odcpub.data.phases import EXPAND
from odcpub.data.script import whole_sql
from odcpub.data.target import file_rule
from odcpub.model.elements import Asset, Attribute, Basic, Entity, Kind
from tests.databases import Stage
from tests.helpdesk_asset import attribute as field

RULE = file_rule("thing", "photo").name
SCHEMA = "files"


def app(*attributes: Attribute, name: str = "Thing") -> Asset:
    return Asset(Kind.APP, "A", "k", entities=(Entity(name, "Thing", (NAME, *attributes)),))


NAME = field("Name", Basic.TEXT, length=50)
PHOTO = field("Photo", Basic.BINARY_DATA)


def named(stage: Stage, statement: str = "") -> list[object]:
    """Bytes, name and type of all rows, after a statement."""
    with stage.connect() as connection:
        if statement:
            connection.execute(statement)
        return list(connection.execute('SELECT photo, "photo$name", "photo$type" FROM thing ORDER BY id').fetchall())


def as_an_earlier_odcpub_made_it(stage: Stage) -> None:
    stage.publish(app(PHOTO))
    with stage.connect() as connection:
        connection.execute(f'DROP TRIGGER "{RULE}" ON thing')
        connection.execute("DROP FUNCTION odcpub_file_replaced()")
        connection.execute('ALTER TABLE thing DROP COLUMN "photo$name", DROP COLUMN "photo$type"')
        connection.execute(r"INSERT INTO thing (name, photo) VALUES ('a', '\x01'), ('b', NULL)")


def test_a_database_of_an_earlier_odcpub_gets_them_with_one_ordinary_plan(stage: Stage) -> None:
    as_an_earlier_odcpub_made_it(stage)
    plan = stage.publish(app(PHOTO))
    assert [step.operation for step in plan.steps] == ["add_column", "add_column", "add_file_rule"]
    assert {step.phase for step in plan.steps} == {EXPAND}
    assert {step.element for step in plan.steps} == {"Thing.Photo"}
    assert named(stage) == [(b"\x01", None, None), (None, None, None)]
    assert stage.plan(app(PHOTO)).steps == ()


def test_bytes_that_are_written_alone_leave_no_wrong_name(stage: Stage) -> None:
    """As a version does that knows nothing of names: the one before, which still serves or was rolled back to."""
    stage.publish(app(PHOTO))
    named(stage, r"""INSERT INTO thing (photo, "photo$name", "photo$type") VALUES ('\x01', 'a.png', 'image/png')""")
    assert named(stage, "UPDATE thing SET name = 'other'") == [(b"\x01", "a.png", "image/png")]
    assert named(stage, r"UPDATE thing SET photo = '\x02'") == [(b"\x02", None, None)]
    named(stage, r"""UPDATE thing SET photo = '\x03', "photo$name" = 'a.png', "photo$type" = 'image/png'""")
    again = r"""UPDATE thing SET photo = '\x04', "photo$name" = 'a.png', "photo$type" = 'image/png '"""
    assert named(stage, again) == [(b"\x04", "a.png", "image/png ")]
    assert named(stage, "UPDATE thing SET photo = NULL, name = 'x'") == [(None, None, None)]
    named(stage, r"INSERT INTO thing (photo) VALUES ('\x05')")
    assert named(stage)[1] == (b"\x05", None, None)


@pytest.mark.parametrize("by_hand", ["DISABLE TRIGGER {}", "ENABLE REPLICA TRIGGER {}"])
def test_a_rule_that_somebody_has_disabled_is_in_force_again(stage: Stage, by_hand: str) -> None:
    stage.publish(app(PHOTO))
    named(stage, f"ALTER TABLE thing {by_hand.format(RULE)}")
    assert [step.operation for step in stage.publish(app(PHOTO)).steps] == ["add_file_rule"]
    named(stage, r"""INSERT INTO thing (photo, "photo$name", "photo$type") VALUES ('\x01', 'a', 'a/b')""")
    assert named(stage, r"UPDATE thing SET photo = '\x02'") == [(b"\x02", None, None)]


def test_somebody_elses_trigger_is_none_of_ours(stage: Stage) -> None:
    stage.publish(app(PHOTO))
    named(
        stage, "CREATE TRIGGER by_hand BEFORE UPDATE ON thing FOR EACH ROW "
        "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    )  # fmt: skip
    assert stage.plan(app(PHOTO)).steps == ()


def test_they_go_and_come_with_their_attribute(stage: Stage) -> None:
    stage.publish(app(PHOTO))
    named(stage, r"""INSERT INTO thing (photo, "photo$name", "photo$type") VALUES ('\x01', 'a.png', 'image/png')""")
    file = [(b"\x01", "a.png", "image/png")]
    picture = field("Picture", Basic.BINARY_DATA, key="Photo")
    assert stage.publish(app(picture)).steps == ()
    assert stage.publish(app(picture, name="Object")).steps == ()
    stage.publish(app())
    assert named(stage) == file
    assert "comes back" in " ".join(stage.plan(app(picture), ask=False).stays)
    stage.publish(app(picture), ask=False)
    assert named(stage) == file
    assert stage.plan(app(picture)).steps == ()
    another = stage.plan(app(field("Picture", Basic.TEXT, key="Photo")))
    assert another.refusals
    stage.publish(app(picture, field("Scan", Basic.BINARY_DATA, mandatory=False)))
    with stage.connect() as connection:
        assert connection.execute('SELECT "scan$name", "scan$type" FROM thing').fetchall() == [(None, None)]


def test_the_whole_sql_has_them(stage: Stage) -> None:
    sql = whole_sql(stage.plan(app(PHOTO)))
    assert '"photo$name" TEXT' in sql
    assert f'CREATE OR REPLACE TRIGGER "{RULE}"' in sql


def test_the_longest_names_stay_apart(stage: Stage) -> None:
    long = [field("A" + "b" * 58 + end, Basic.BINARY_DATA) for end in ("c", "d", "cc", "cccc", "ccccc")]
    stage.publish(app(*long))
    assert stage.plan(app(*long)).steps == ()
    live = stage.live()
    assert live is not None
    assert len(live.tables[0].columns) == 2 + 3 * len(long)
