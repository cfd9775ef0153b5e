"""Decisions of the migration plan that need no database to be seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from odcpub.data.annotations import comment_text
from odcpub.data.migration import Finding, MigrationPlan
from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.data.plan import plan_migration
from odcpub.data.schema import Schema
from odcpub.data.steps import AddCheck, Annotate
from odcpub.data.target import target_schema
from odcpub.model.elements import Asset, Attribute, Basic, DeleteRule, Entity, Index, Kind, Record, StaticEntity
from tests.helpdesk_asset import attribute as field
from tests.models import library


def app(*entities: Entity, statics: tuple[StaticEntity, ...] = ()) -> Asset:
    return Asset(Kind.APP, "A", "k", static_entities=statics, entities=entities)


def thing(*attributes: Attribute, unique: tuple[str, ...] = (), name: str = "Thing", **rules: object) -> Entity:
    indexes = (Index("I", "I", unique, True),) if unique else ()
    return Entity(name, "Thing", attributes, indexes, **rules)  # type: ignore[arg-type]


def change(old: Asset, new: Asset, ask: bool = True) -> MigrationPlan:
    return plan_migration(target_schema(old), target_schema(new), asset=new, previous=old if ask else None)


def operations(plan: MigrationPlan, phase: str) -> list[str]:
    return [step.operation for step in plan.steps if step.phase == phase]


A, B = field("A", Basic.TEXT, length=10), field("B", Basic.INTEGER)


def test_the_same_model_is_an_empty_plan_in_any_order() -> None:
    old, new = app(thing(A, B), Entity("O", "O", (B,))), app(Entity("O", "O", (B,)), thing(B, A))
    plan = change(old, new)
    assert (plan.steps, plan.checks, plan.refusals, plan.warnings) == ((), (), (), ())


def test_plans_are_the_same_whatever_the_order_of_the_live_schema() -> None:
    live = target_schema(app(thing(A), Entity("O", "O", (B,))))
    new = app(thing(A, B, unique=("A",)), Entity("O", "O", (A, B)), Entity("P", "P", (A,)))
    turned = Schema(tuple(replace(table, columns=table.columns[::-1]) for table in live.tables[::-1]))
    assert plan_migration(live, target_schema(new), asset=new) == plan_migration(turned, target_schema(new), asset=new)


def test_expand_adds_and_loosens_and_tighten_holds() -> None:
    old = app(thing(A, replace(B, mandatory=True), unique=("A",)))
    new = app(thing(replace(A, mandatory=True), B, field("C", Basic.TEXT, length=5, mandatory=True), unique=("B",)))
    plan = change(old, new)
    assert operations(plan, EXPAND) == ["drop_not_null", "add_column", "add_check"]
    assert operations(plan, TIGHTEN) == [
        "add_check", "validate", "validate", "set_not_null", "set_not_null", "create_index", "drop_index"
    ]  # fmt: skip


def test_no_plan_ever_drops_a_table_or_a_column() -> None:
    statics = (StaticEntity("S", "S", (Record("X", "x", 1),)),)
    full = app(thing(A, B, field("S", Basic.IDENTIFIER, target="S"), unique=("A", "B")), statics=statics)
    for new in (app(), app(thing()), app(Entity("Other", "Other", ()))):
        assert {step.operation for step in change(full, new, ask=False).steps} <= {
            "drop_constraint", "drop_index", "create_table", "drop_not_null"
        }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (app(thing(A)), app(thing(replace(A, name="X", key="X"))), "Thing.X: is it A, renamed?"),
        (app(thing(A)), app(thing(field("X", Basic.EMAIL))), "`key: A`"),
        (app(thing(A)), app(Entity("Other", "Other", (A,))), "Other: is it Thing, renamed?"),
        (app(thing(A)), app(thing(A), Entity("OdcpubSchema", "OdcpubSchema", ())), "the platform's own"),
        (app(thing(A)), app(thing(A), Entity("thing", "thing", ())), "another entity's"),
        (app(thing(A)), app(thing(A, field("ID", Basic.TEXT))), "Thing.ID: its column would be called id"),
        (app(thing(A)), app(thing(A, field("a", Basic.TEXT))), "another attribute's"),
        (app(thing(A)), app(thing(A, field("T", Basic.IDENTIFIER, target="Thing", mandatory=True,
                                           on_delete=DeleteRule.IGNORE))), "a mandatory reference can't be emptied"),
        (app(thing(A)), app(statics=(StaticEntity("S", "Thing", ()),)), "S: its key belonged to an entity"),
        (app(thing(B)), app(thing(replace(B, type=A.type))), "Thing.B: integer → character varying(10) is refused"),
    ],
)  # fmt: skip
def test_refusals(old: Asset, new: Asset, said: str) -> None:
    assert any(said in line for line in change(old, new).refusals)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (app(thing(A)), app(thing(replace(A, name="X")))),
        (app(thing(A)), app(thing(replace(A, name="X", key="X", explicit_key=True)))),
        (app(thing(A)), app(thing(B))),
        (app(thing(A)), app(thing(A, name="Renamed"))),
        (app(thing(A)), app(Entity("Other", "Other", (A,), explicit_key=True))),
        (app(thing(A)), app(Entity("Other", "Other", (B,)))),
    ],
)
def test_nothing_is_asked_where_the_model_says_it(old: Asset, new: Asset) -> None:
    assert change(old, new).refusals == ()


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (app(thing(field("X", Basic.TEXT, key="Aa", explicit_key=True))),
         "Thing.X: no attribute was ever called Aa; A is gone from the model: did you mean `key: A`? If it is a new "
         "one, write `key: X`"),
        (app(Entity("Other", "Thng", (A,), explicit_key=True)),
         "Other: no entity was ever called Thng; Thing is gone from the model: did you mean `key: Thing`? If it is a "
         "new one, write `key: Other`"),
    ],
)  # fmt: skip
def test_a_key_that_nothing_ever_had_is_no_rename(new: Asset, said: str) -> None:
    assert change(app(thing(A)), new).refusals == (said,)
    assert change(app(thing(A)), new, ask=False).refusals == ()


def kept(*models: Asset) -> Schema:
    """The database after these models, one table each or one for all: everything any of them named is there."""
    tables = {table.name: table for one in models for table in target_schema(one).tables}
    columns = {column.name: column for one in models for column in target_schema(one).tables[0].columns}
    if len(tables) > 1:
        return Schema(tuple(tables.values()))
    return Schema(tuple(replace(table, columns=tuple(columns.values())) for table in tables.values()))


X = field("X", Basic.TEXT, explicit_key=True)
JOB = Entity("Job", "Job", (A,), explicit_key=True)


@pytest.mark.parametrize(
    ("models", "last", "asked"),
    [
        ([app(thing(A)), app(JOB)], app(thing(A)), "Thing: is it Job, renamed?"),
        ([app(thing(A)), app(JOB)], app(thing(A, explicit_key=True)), ""),
        ([app(thing(A)), app(thing(X))], app(thing(A)), "Thing.A: is it X, renamed?"),
        ([app(thing(A)), app(thing(X))], app(thing(replace(A, explicit_key=True))), ""),
        ([app(thing(A)), app(thing(X))], app(thing(field("Y", Basic.TEXT, key="A", explicit_key=True))), ""),
    ],
)  # fmt: skip
def test_what_the_database_has_kept_silences_no_question(models: list[Asset], last: Asset, asked: str) -> None:
    """It may be what is back, or another that takes its name: only the author knows."""
    plan = plan_migration(kept(*models), target_schema(last), asset=last, previous=models[-1])
    assert [line.partition("? ")[0] + "?" for line in plan.refusals] == ([asked] if asked else [])
    assert "create_table" not in {step.operation for step in plan.steps}


def turned(name: str, key: str) -> Attribute:
    return field(name, Basic.TEXT, length=10, key=key, explicit_key=True)


P, Q = field("P", Basic.TEXT, length=10), field("Q", Basic.TEXT, length=10)


@pytest.mark.parametrize(
    ("before", "now", "asked"),
    [
        ((turned("P", "Q"), turned("Q", "P")), (P, Q), ["Thing.P", "Thing.Q"]),
        ((turned("P", "Q"), turned("Q", "P")), (replace(P, explicit_key=True), Q), []),
        ((turned("P", "Q"), turned("Q", "P")), (turned("P", "P"), turned("Q", "Q")), []),
        ((turned("P", "Q"), turned("Q", "P")), (turned("P", "Q"), turned("Q", "P")), []),
        ((turned("P", "Q"),), (turned("R", "Q"), P), []),
        ((turned("P", "Q"),), (P,), ["Thing.P"]),
        ((turned("P", "Q"),), (field("P", Basic.INTEGER),), ["Thing.P"]),
    ],
)
def test_a_key_taken_away_is_asked_about(
    before: tuple[Attribute, ...], now: tuple[Attribute, ...], asked: list[str]
) -> None:
    """The name would stand for other values."""
    said = change(app(thing(*before)), app(thing(*now))).refusals
    assert [line.partition(":")[0] for line in said if "Its key was" in line] == asked
    if asked:
        assert "`key: Q`" in said[0]


@pytest.mark.parametrize(
    ("old", "new", "noted"),
    [
        (app(thing(turned("P", "Q"), A)), app(thing(A)), [("thing", "q", "odcpub: key=Q name=P")]),
        (app(thing(turned("P", "Q"), name="Job")), app(),
         [("thing", "", "odcpub: key=Thing name=Job"), ("thing", "q", "odcpub: key=Q name=P")]),
        (app(thing(turned("P", "Q"), A)), app(thing(turned("R", "Q"), A)), []),
        (app(thing(P, A)), app(thing(A)), [("thing", "p", "odcpub: key=P")]),
        (app(thing(P)), app(), [("thing", "", "odcpub: key=Thing"), ("thing", "p", "odcpub: key=P")]),
    ],
)  # fmt: skip
def test_what_leaves_the_model_says_what_it_was_called_last(
    old: Asset, new: Asset, noted: list[tuple[str, str, str]]
) -> None:
    """A rename writes nothing; what leaves says its first name, for another may be spelt alike."""
    plan = plan_migration(target_schema(old), target_schema(new), asset=new, runs=old)
    steps = [step for step in plan.steps if isinstance(step, Annotate)]
    assert [(step.table, step.column, comment_text(step.annotation)) for step in steps] == noted


def test_a_turned_reference_asks_for_rows_and_keeps_the_column_empty_meanwhile() -> None:
    others = (Entity("O", "O", ()), Entity("U", "U", ()))
    old, new = (app(thing(field("R", Basic.IDENTIFIER, target=name)), *others) for name in "OU")
    plan = change(old, new)
    assert [check.message for check in plan.checks if "would mean" in check.message.one]
    assert operations(plan, EXPAND) == ["drop_constraint", "annotate", "add_check", "validate"]
    assert operations(plan, TIGHTEN) == ["add_foreign_key", "drop_constraint", "validate"]
    assert change(old, old).steps == ()


def test_expand_loosens_a_librarys_limit_to_what_either_version_writes() -> None:
    model = app(thing(field("In", Basic.IDENTIFIER, target="Money.Code")))

    def plan(*versions: str) -> MigrationPlan:
        old, new = (target_schema(model, library(Code=dict.fromkeys(keys, True))) for keys in versions)
        return plan_migration(old, new, asset=model)

    assert plan("AB", "BA").steps == ()
    added, removed, both = plan("AB", "ABC"), plan("AB", "A"), plan("AB", "BC")
    assert operations(added, EXPAND) == ["drop_constraint", "add_check"]
    assert operations(added, TIGHTEN) == ["validate"]
    assert operations(removed, EXPAND) == []
    assert operations(removed, TIGHTEN) == ["add_check", "validate", "drop_constraint"]
    assert operations(both, EXPAND) == ["drop_constraint", "add_check"]
    (loosened,) = (step for step in both.steps if isinstance(step, AddCheck) and step.phase == EXPAND)
    assert loosened.expression == "\"in\" IN ('A', 'B', 'C')"
    assert operations(both, TIGHTEN) == ["add_check", "validate", "drop_constraint"]
    assert "('A', 'B')) IS FALSE" not in removed.checks[0].count
    assert "('A')) IS FALSE" in removed.checks[0].count


def test_promoting_asks_nothing_that_was_answered() -> None:
    old, new = app(thing(A)), app(thing(replace(A, name="X", key="X")))
    assert change(old, new).refusals
    assert change(old, new, ask=False).refusals == ()


def test_rows_are_asked_about_before_the_phase_in_which_it_makes_sense() -> None:
    plan = change(app(thing(A)), app(thing(A, replace(B, mandatory=True), unique=("A",))))
    phases = sorted(check.phases for check in plan.checks)
    assert phases == [(EXPAND,), (EXPAND,), (TIGHTEN,), (TIGHTEN,)]


def test_a_removed_record_is_deactivated_and_its_rows_are_counted() -> None:
    def model(*keys: str) -> Asset:
        records = tuple(Record(key, key, order) for order, key in enumerate(keys))
        return app(thing(field("S", Basic.IDENTIFIER, target="S")), statics=(StaticEntity("S", "S", records),))

    plan = change(model("it's", "B"), model("B"))
    assert "deactivate_records" in operations(plan, EXPAND)
    assert [notice.element for notice in plan.notices] == ["Thing.S"]
    assert "'it''s'" in plan.notices[0].count
    assert plan.checks == ()


@pytest.mark.parametrize(("count", "text"), [(1, "1 row has no value"), (2, "2 rows have no value")])
def test_a_finding_counts_in_words(count: int, text: str) -> None:
    new = replace(A, mandatory=True)
    plan = change(app(thing(A)), app(thing(new)))
    found = {Finding(check, count, ()).message.partition(",")[0] for check in plan.checks}
    assert text in found


def test_values_that_occur_more_than_once_come_with_the_number_of_their_rows() -> None:
    plan = change(app(thing(A)), app(thing(A, unique=("A",))))
    check = next(check for check in plan.checks if "more than once" in check.message.many)
    told = Finding(check, 1, (("Open", "3"),)).told
    assert "occurs more than once, and they are unique now: value Open: in 3 rows; " in told


def test_a_key_that_is_the_name_before_and_not_the_first_one_is_told_so() -> None:
    """Renamed twice: X was A at first, and is Y now."""
    old = app(thing(replace(A, name="X", key="A", explicit_key=True)))
    new = app(thing(replace(A, name="Y", key="X", explicit_key=True)))
    assert change(old, new).refusals == (
        "Thing.Y: X has A for its first name, which stays its key: write `key: A` if it is the same and keeps its "
        "values, `key: Y` if it is a new one",
    )
