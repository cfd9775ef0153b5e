"""No rule is ever off between its old and its new form: what both versions forbid is never let in, whatever a plan does
and wherever it stops."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from odcpub.engines.database import migrate
from odcpub.errors import Refused
from odcpub.model.elements import Asset, Attribute, Basic, DeleteRule, Entity, Index, Kind
from tests.databases import Row, Stage, few_on_the_server
from tests.helpdesk_asset import attribute
from tests.models import library

ROWS = 200_000
SCHEMA = "in_force"


def thing(*attributes: Attribute, unique: tuple[str, ...] = (), index: str = "ByName") -> Asset:
    indexes = (Index(index, index, unique, True),) if unique else ()
    other = Entity("Other", "Other", (attribute("N", Basic.INTEGER),))
    return Asset(Kind.APP, "A", "k", entities=(Entity("Thing", "Thing", attributes, indexes), other))


def text(name: str = "Name", key: str = "Name", **rules: Any) -> Attribute:
    return attribute(name, Basic.TEXT, key=key, explicit_key=True, length=rules.pop("length", 60), **rules)


KIND = attribute("Kind", Basic.INTEGER)


@dataclass
class Client:
    """Posts rows that every version forbids, one after the other, for as long as it is let."""

    stage: Stage
    accepted: int = 0
    refused: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        with self.stage.connect() as connection:
            while not self.done.is_set():
                try:
                    at = 1 + (self.refused * 7919) % ROWS
                    query = "INSERT INTO thing (name, kind) SELECT name, kind FROM thing WHERE id = %s"
                    connection.execute(query, [at])
                except psycopg.errors.UniqueViolation:
                    self.refused += 1
                else:
                    self.accepted += 1


def test_a_unique_rule_that_is_renamed_moved_widened_and_narrowed_lets_no_duplicate_in(stage: Stage) -> None:
    stage.publish(thing(text(), KIND, unique=("Name",)))
    with stage.connect() as connection:
        rows = "SELECT 'n' || g, g %% 7 FROM generate_series(1, %s) g"
        connection.execute(f"INSERT INTO thing (name, kind) {rows}", [ROWS])
    client = Client(stage)
    thread = threading.Thread(target=client.run)
    thread.start()
    try:
        for model in (
            thing(text(), KIND, unique=("Name",), index="UniqueName"),
            thing(text("Title"), KIND, unique=("Title",), index="ByTitle"),
            thing(text("Title"), KIND, unique=("Title", "Kind"), index="ByBoth"),
            thing(text("Title"), KIND, unique=("Title",), index="ByTitle"),
            thing(text("Title"), KIND, unique=("Kind", "Title"), index="ByTitle"),
        ):
            stage.publish(model)
            assert stage.plan(model).steps == ()
    finally:
        client.done.set()
        thread.join()
    assert client.accepted == 0
    assert client.refused > 100


ORDERS = Entity("Post", "Post", ())


def refers(rule: DeleteRule) -> Asset:
    return Asset(Kind.APP, "A", "k", entities=(
        ORDERS, Entity("Thing", "Thing", (attribute("By", Basic.IDENTIFIER, target="Post", on_delete=rule),)),
    ))  # fmt: skip


def limited(**rules: Any) -> Asset:
    return thing(attribute("N", Basic.INTEGER, **{name: Decimal(value) for name, value in rules.items()}))


def decimal(digits: int, decimals: int) -> Asset:
    return thing(attribute("N", Basic.DECIMAL, digits=digits, decimals=decimals, maximum=Decimal(90)))


IN = thing(attribute("In", Basic.IDENTIFIER, target="Money.Code"))
UNIQUE = [{"id": 1, "name": "a", "kind": 1}]
"""What is there, the versions one after the other, and a row that all of them forbid."""
CASES: dict[str, tuple[list[Row], tuple[Asset, ...], Row]] = {
    "unique, renamed": (UNIQUE, (thing(text(), KIND, unique=("Name",)), thing(
        text(), KIND, unique=("Name",), index="Other")), {"name": "a", "kind": 1}),
    "unique, of a renamed attribute": (UNIQUE, (thing(text(), KIND, unique=("Name",)), thing(
        text("Title"), KIND, unique=("Title",), index="ByTitle")), {"name": "a", "kind": 1}),
    "unique, moved to another attribute": (UNIQUE, (thing(text(), KIND, unique=("Name",)), thing(
        text(), KIND, unique=("Kind",))), {"name": "a", "kind": 1}),
    "unique, widened and narrowed": (UNIQUE, (
        thing(text(), KIND, unique=("Name",)), thing(text(), KIND, unique=("Name", "Kind")),
        thing(text(), KIND, unique=("Kind",))), {"name": "a", "kind": 1}),
    "unique, in two ways and in another two": (UNIQUE, (thing(text(), KIND, unique=("Name",)), Asset(
        Kind.APP, "A", "k", entities=(Entity("Thing", "Thing", (text(), KIND), (
            Index("A", "A", ("Kind",), True), Index("B", "B", ("Kind", "Name"), True))),)),
        thing(text(), KIND, unique=("Name",))), {"name": "a", "kind": 1}),
    "unique, of a shorter text": (UNIQUE, (thing(text(), KIND, unique=("Name",)), thing(
        text(length=5), KIND, unique=("Name",))), {"name": "a", "kind": 1}),
    "minimum": ([{"n": 9}], (limited(minimum=5), limited(minimum=3), limited(minimum=8), limited(minimum=-2)),
                {"n": -3}),
    "maximum": ([{"n": 1}], (limited(maximum=5), limited(maximum=9), limited(maximum=2)), {"n": 10}),
    "minimum and maximum": ([{"n": 6}], (limited(minimum=5, maximum=9), limited(minimum=3, maximum=6)), {"n": 10}),
    "pattern": ([{"name": "ab"}], (thing(text(pattern="[ab]+")), thing(text(pattern="[abc]+")),
                                   thing(text(pattern="[a-c]{2}|it's")), thing(text(pattern="[ab]+"))), {"name": "x"}),
    "shortest": ([{"name": "abcdef"}], (thing(text(min_length=3)), thing(text(min_length=2)),
                                        thing(text(min_length=6))), {"name": "a"}),
    "longest": ([{"name": "abc"}], (thing(text(length=20)), thing(text(length=30)), thing(text(length=5))),
                {"name": "x" * 31}),
    "mandatory": ([{"name": "abc"}], (thing(text(mandatory=True)), thing(text(mandatory=True, length=30)),
                                      thing(text(mandatory=True, length=90, min_length=2))), {"name": " "}),
    "mandatory, without a value": ([{"name": "abc"}], (thing(text(mandatory=True)), thing(
        text(mandatory=True, length=30)), thing(text("Title", mandatory=True, length=90))), {"name": None}),
    "decimal": ([{"n": 1}], (decimal(6, 2), decimal(8, 2), decimal(8, 4), decimal(7, 3)), {"n": 91}),
    "reference": ([], (refers(DeleteRule.DELETE), refers(DeleteRule.PROTECT), refers(DeleteRule.DELETE), refers(
        DeleteRule.IGNORE)), {"by": 7}),
}  # fmt: skip
ONE_OF_EACH_RULE = (
    "unique, widened and narrowed", "minimum and maximum", "longest", "mandatory", "decimal", "reference",
)  # fmt: skip


def refused(stage: Stage, row: Row) -> bool:
    try:
        stage.insert({"thing": [row]})
    except psycopg.errors.IntegrityError:
        return True
    except psycopg.errors.StringDataRightTruncation:
        return True
    return False


@pytest.mark.parametrize("case", few_on_the_server(sorted(CASES), *ONE_OF_EACH_RULE))
def test_what_both_versions_forbid_is_refused_after_every_transaction(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    there, models, forbidden = CASES[case]
    part, tried = migrate._Phase._part, [0]

    def tries(self: Any, *done: Any, **more: Any) -> None:
        part(self, *done, **more)
        assert refused(stage, forbidden), done[3]
        tried[0] += 1

    stage.publish(models[0])
    stage.insert({"thing": there})
    assert refused(stage, forbidden)
    monkeypatch.setattr(migrate._Phase, "_part", tries)
    for model in models[1:]:
        stage.publish(model)
        assert stage.plan(model).steps == ()
        assert refused(stage, forbidden)
    assert tried[0] or "renamed" in case


def test_what_both_versions_of_a_library_forbid_is_refused_after_every_transaction(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = migrate._Phase._part

    def tries(self: Any, *done: Any, **more: Any) -> None:
        part(self, *done, **more)
        assert refused(stage, {"in": "X"})

    versions = ("AB", "ABC", "BD", "B", "BA")
    for version in versions:
        stage.libraries = library(Code=dict.fromkeys(version, True))
        stage.publish(IN)
        monkeypatch.setattr(migrate._Phase, "_part", tries)
        assert stage.plan(IN).steps == ()


def test_an_index_that_an_earlier_version_of_the_platform_called_otherwise_is_renamed(stage: Stage) -> None:
    model = thing(text(), KIND, unique=("Name",))
    stage.publish(model)
    stage.insert({"thing": UNIQUE})
    with stage.connect() as connection:
        query = "SELECT indexrelid, indexrelid::regclass::text FROM pg_index WHERE indrelid = 'thing'::regclass"
        before = sorted(connection.execute(query).fetchall())
        name = next(name for _, name in before if "__ux_" in name)
        connection.execute(f"ALTER INDEX {name} RENAME TO thing__by_name__ux_{name[-8:]}")
        stage.publish(model)
        assert sorted(connection.execute(query).fetchall()) == before, "the very same index, called as it should be"
    assert stage.plan(model).steps == ()


def test_a_narrower_unique_rule_that_rows_keep_out_leaves_the_wider_one_in_force(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written by the version before, between the two phases."""
    stage.publish(thing(text(), KIND, unique=("Name", "Kind")))
    stage.insert({"thing": UNIQUE})
    narrow = thing(text(), KIND, unique=("Name",))
    with pytest.raises(Refused, match="the new version runs, but rows stand in the way of 1 rule of it"):
        stage.publish(narrow, late={"thing": [{"id": 2, "name": "a", "kind": 2}]})
    assert refused(stage, {"name": "a", "kind": 1})
    with stage.connect() as connection:
        connection.execute("DELETE FROM thing WHERE id = 2")
    stage.publish(narrow)
    assert refused(stage, {"name": "a", "kind": 3})
    assert stage.plan(narrow).steps == ()
