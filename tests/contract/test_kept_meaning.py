"""What identifiers and names mean: between the phases of a migration, beside others' words, in older databases."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from odcpub.data.fingerprint import fingerprint
from odcpub.data.migration import MigrationPlan
from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.data.steps import AddForeignKey
from odcpub.engines.database.chain import write_scripts
from odcpub.errors import Refused
from odcpub.model.elements import Asset, Basic, DeleteRule
from tests.databases import Stage, upgrade_head
from tests.models import app, entity, library, plain, reference, text

PEOPLE = (entity("Customer", text("Name")), entity("Firm", text("Name")))
ROWS: dict[str, list[dict[str, Any]]] = {
    "customer": [{"id": 1, "name": "a"}], "firm": [{"id": 1, "name": "f"}], "order": [{"id": 1}]
}  # fmt: skip
SCHEMA = "meaning"


def order(target: str, **rules: Any) -> Asset:
    return app(*PEOPLE, entity("Order", reference("By", target, **rules)))


def expand(stage: Stage, asset: Asset) -> MigrationPlan:
    """The first phase alone: the version that serves goes on, for a while or, if the new one fails, for good."""
    plan = stage.plan(asset)
    assert plan.refusals == ()
    stage.number += 1
    write_scripts(plan, stage.chain, stage.number)
    stage.engine.apply(stage.place, plan, EXPAND, stage.chain, print)
    return plan


def execute(stage: Stage, statement: str) -> list[Any]:
    with stage.connect() as connection:
        cursor = connection.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def stores(stage: Stage, key: str) -> bool:
    """Whether the database takes it as what a price is in."""
    try:
        stage.insert({"price": [{"in": key}]})
    except psycopg.errors.CheckViolation:
        return False
    return True


def refused(stage: Stage, statement: str) -> bool:
    try:
        execute(stage, statement)
    except psycopg.errors.CheckViolation:
        return True
    return False


@pytest.mark.parametrize("rule", [DeleteRule.PROTECT, DeleteRule.IGNORE])
def test_from_delete_to_what_keeps_rows_holds_while_the_old_version_serves(stage: Stage, rule: DeleteRule) -> None:
    stage.publish(order("Customer", on_delete=DeleteRule.DELETE))
    stage.insert({**ROWS, "order": [{"id": 1, "by": 1}]})
    expand(stage, order("Customer", on_delete=rule))
    if rule is DeleteRule.PROTECT:
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            execute(stage, "DELETE FROM customer")
    else:
        execute(stage, "DELETE FROM customer")
    assert execute(stage, 'SELECT id FROM "order"') == [(1,)]


@pytest.mark.parametrize(
    ("old", "new"), [(DeleteRule.PROTECT, DeleteRule.IGNORE), (DeleteRule.IGNORE, DeleteRule.DELETE)]
)
def test_to_what_keeps_less_waits_for_the_old_version(stage: Stage, old: DeleteRule, new: DeleteRule) -> None:
    stage.publish(order("Customer", on_delete=old))
    stage.insert({**ROWS, "order": [{"id": 1, "by": 1}]})
    plan = stage.plan(order("Customer", on_delete=new))
    assert {step.phase for step in plan.steps} == {TIGHTEN}


def test_half_way_to_a_rule_that_keeps_less_the_way_back_leaves_one_rule(stage: Stage) -> None:
    stage.publish(order("Customer"))
    plan = expand(stage, order("Customer", on_delete=DeleteRule.DELETE))
    added = next(step for step in plan.steps if isinstance(step, AddForeignKey))
    rule = 'FOREIGN KEY ("by") REFERENCES customer (id) ON DELETE CASCADE'
    execute(stage, f'ALTER TABLE "order" ADD CONSTRAINT "{added.name}" {rule}')  # a kill in the middle of tighten
    stage.publish(order("Customer", on_delete=DeleteRule.IGNORE))
    assert stage.plan(order("Customer", on_delete=DeleteRule.IGNORE)).steps == ()


def test_a_library_limits_what_is_stored_and_both_versions_can_write_what_they_know(stage: Stage) -> None:
    model = app(entity("Price", reference("In", "Money.Code")))
    stage.libraries = library(Code={"EUR": True, "DEM": False, "it's \\": True})
    stage.publish(model)
    assert stage.fingerprint() == fingerprint(stage.target(model))
    for key in ("EUR", "DEM", "it's \\"):
        assert stores(stage, key), key
    for key in ("XAU", "eur", "EUR ", ""):
        assert not stores(stage, key), key
    execute(stage, "DELETE FROM price WHERE \"in\" <> 'EUR'")

    stage.libraries = library(Code={"EUR": True, "XAU": True, "it's \\": False})
    plan = expand(stage, model)
    for key in ("EUR", "DEM", "it's \\", "XAU"):
        assert stores(stage, key), key
    assert not stores(stage, "USD")
    with pytest.raises(Refused) as refusal:
        stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
    assert "Price.In: 1 row holds what is no record of Code" in refusal.value.details[0]
    execute(stage, "DELETE FROM price WHERE \"in\" = 'DEM'")
    stage.publish(model)
    assert stage.plan(model).steps == ()
    assert not stores(stage, "DEM")
    assert stage.fingerprint() == fingerprint(stage.target(model))


def test_a_library_without_records_lets_nothing_be_stored(stage: Stage) -> None:
    model = app(entity("Price", reference("In", "Money.Code")))
    for records in ({}, {"EUR": True}, {}):
        stage.libraries = library(Code=records)
        stage.publish(model)
        assert stage.plan(model).steps == ()
        assert stores(stage, "EUR") == bool(records)
        execute(stage, "DELETE FROM price")


def test_while_a_reference_is_turned_nobody_writes_it(stage: Stage) -> None:
    """What the old version writes meanwhile could not be told from what the new one writes."""
    stage.publish(order("Customer"))
    stage.insert(ROWS)
    plan = expand(stage, order("Firm"))
    assert refused(stage, 'UPDATE "order" SET "by" = 1')
    stage.insert({"order": [{"id": 8}]})
    again = stage.plan(order("Firm"))  # the new version failed: the old one goes on and is asked to go once more
    assert {step.phase for step in again.steps} == {TIGHTEN}
    stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
    execute(stage, 'UPDATE "order" SET "by" = 1')
    assert stage.plan(order("Firm")).steps == ()


def leaving(rule: DeleteRule, whole: bool) -> tuple[Asset, Asset]:
    """A model with a reference and a unique index, and one without them, or without their entity; another rule of it
    waits for rows."""
    ordered = entity("Order", text("Code"), reference("By", "Customer", on_delete=rule), unique=("Code",))
    other = entity("Other", plain("N", Basic.INTEGER)), entity("Other", plain("N", Basic.INTEGER, mandatory=True))
    left = () if whole else (entity("Order", text("Code")),)
    return app(*PEOPLE, ordered, other[0]), app(*PEOPLE, *left, other[1])


HELD: dict[str, list[dict[str, Any]]] = {**ROWS, "order": [{"id": 1, "code": "a", "by": 1}]}


@pytest.mark.parametrize("rule", DeleteRule)
@pytest.mark.parametrize("whole", [False, True])
def test_the_serving_version_keeps_its_rules_if_the_new_one_never_comes(
    stage: Stage, rule: DeleteRule, whole: bool
) -> None:
    before, after = leaving(rule, whole)
    stage.publish(before)
    stage.insert(HELD)
    expand(stage, after)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        execute(stage, "DELETE FROM customer")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        execute(stage, 'UPDATE "order" SET "by" = 7')
    with pytest.raises(psycopg.errors.UniqueViolation):
        stage.insert({"order": [{"id": 2, "code": "a"}]})
    assert execute(stage, 'SELECT id, "by" FROM "order"') == [(1, 1)]
    stage.publish(before)
    assert stage.plan(before).steps == ()
    assert stage.fingerprint() == fingerprint(stage.target(before))


@pytest.mark.parametrize("rule", DeleteRule)
@pytest.mark.parametrize("whole", [False, True])
def test_what_nobody_sees_is_released_though_other_rows_stand_in_the_way(
    stage: Stage, rule: DeleteRule, whole: bool
) -> None:
    before, after = leaving(rule, whole)
    stage.publish(before)
    stage.insert(HELD)
    plan = expand(stage, after)
    stage.insert({"other": [{"id": 1}]})
    with pytest.raises(Refused):
        stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
    execute(stage, "DELETE FROM customer")
    assert execute(stage, 'SELECT id, "by" FROM "order"') == [(1, 1)], "the value stays"
    if not whole:
        stage.insert({"order": [{"id": 2, "code": "a"}]})
    execute(stage, "UPDATE other SET n = 1")
    stage.publish(after)
    assert stage.plan(after).steps == ()


def test_a_turned_reference_is_open_though_other_rows_stand_in_the_way(stage: Stage) -> None:
    before, after = (
        app(*PEOPLE, entity("Order", text("Title", length), reference("By", target, mandatory=length == 5)))
        for target, length in (("Customer", 50), ("Firm", 5))
    )
    stage.publish(before)
    stage.insert({"customer": ROWS["customer"], "firm": ROWS["firm"]})
    plan = expand(stage, after)
    stage.insert({"order": [{"id": 1, "title": "longer than five"}]})
    with pytest.raises(Refused) as refusal:
        stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
    said = "\n".join(refusal.value.details)
    assert "longer than five" in said
    assert "publish it as optional" in said
    stage.insert({"order": [{"id": 2, "title": "ok", "by": 1}]})
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        execute(stage, 'UPDATE "order" SET "by" = 7 WHERE id = 2')
    execute(stage, 'UPDATE "order" SET title = \'ok\', "by" = 1')
    stage.publish(after)
    assert stage.plan(after).steps == ()


def test_a_turned_reference_can_go_back_half_way(stage: Stage) -> None:
    stage.publish(order("Customer"))
    stage.insert(ROWS)
    expand(stage, order("Firm"))
    stage.publish(order("Customer"))
    execute(stage, 'UPDATE "order" SET "by" = 1')
    assert stage.plan(order("Customer")).steps == ()
    assert stage.fingerprint() == fingerprint(stage.target(order("Customer")))


WORDS = "Eve's: 50% of %s :x\n\nodcpub is \\ fine"


def test_a_comment_that_somebody_wrote_stays(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    client = entity("Client", reference("By", "Firm", key="Of"), key="Customer")
    models = [app(PEOPLE[1], *more) for more in ([entity("Customer", reference("Of", "Firm"))], [client], [], [client])]
    stage.publish(models[0])
    with stage.connect() as connection:
        for what in ("TABLE customer", "COLUMN customer.of"):
            said = connection.execute(_said(what)).fetchone()[0]
            both = "\n".join([WORDS, *([said] if said else [])])
            connection.execute(psycopg.sql.SQL("COMMENT ON {} IS {}").format(psycopg.sql.SQL(what), both))
    assert stage.plan(models[0]).steps == ()
    said = []
    for model in models[1:]:
        stage.publish(model)
        said.append([execute(stage, _said(what))[0][0] for what in ("TABLE customer", "COLUMN customer.of")])
    named = [f"{WORDS}\nodcpub: key=Customer name=Client", f"{WORDS}\nodcpub: key=Of name=By refers=Firm"]
    plainly = [WORDS, f"{WORDS}\nodcpub: refers=Firm"]
    assert said == [plainly, named, plainly]
    upgrade_head(stage, "meaning_head", monkeypatch)


def _said(what: str) -> str:
    if what.startswith("TABLE"):
        return f"SELECT obj_description('{what.split()[1]}'::regclass, 'pg_class')"
    return (
        "SELECT col_description('customer'::regclass, attnum) FROM pg_attribute "
        "WHERE attrelid = 'customer'::regclass AND attname = 'of'"
    )


def test_a_database_without_notes_gets_them_and_knows_by_its_references(stage: Stage) -> None:
    """One that an older version has made."""
    stage.publish(order("Customer"))
    execute(stage, 'COMMENT ON COLUMN "order"."by" IS NULL')
    stage.insert({**ROWS, "order": [{"id": 1, "by": 1}]})
    with pytest.raises(Refused) as refusal:
        stage.publish(order("Firm"))
    assert "Order.By: 1 row refers to Customer; the same identifiers would mean" in refusal.value.details[0]
    dropped = app(*PEOPLE, entity("Order", plain("N", Basic.INTEGER, explicit_key=True)))
    plan = stage.publish(dropped)
    assert "annotate" in {step.operation for step in plan.steps}
    with pytest.raises(Refused) as refusal:
        stage.publish(order("Firm"))
    assert "Order.By: 1 row refers to Customer;" in "\n".join(refusal.value.details)


def test_notes_alone_are_a_migration_that_stays_in_the_chain(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.publish(order("Customer"))
    execute(stage, 'COMMENT ON COLUMN "order"."by" IS NULL')
    plan = stage.publish(order("Customer"))
    assert [step.operation for step in plan.steps] == ["annotate"]
    assert stage.plan(order("Customer")).steps == ()
    stage.publish(app(*PEOPLE))
    upgrade_head(stage, "meaning_head", monkeypatch)
