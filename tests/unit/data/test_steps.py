"""What steps say of locks and hazards; that PostgreSQL does so: tests/contract/test_step_locks.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from odcpub.data import migrated, script_lines, steps
from odcpub.data.locks import Lock, TableLock, strongest
from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.data.plan import plan_migration
from odcpub.data.schema import Column
from odcpub.data.steps import order
from odcpub.data.target import target_schema
from odcpub.model.elements import Asset, Basic, Entity, Kind
from tests.helpdesk_asset import attribute

COLUMN = Column("a", "text")
EXCLUSIVE = "AcquiresAccessExclusiveLock t"


@pytest.mark.parametrize(
    ("step", "hazards"),
    [
        (steps.CreateTable(EXPAND, "t", (COLUMN,)), []),
        (steps.AddColumn(EXPAND, "t", COLUMN), [EXCLUSIVE]),
        (steps.AlterType(EXPAND, "t", "a", "integer", "bigint", rewrites=True),
         [EXCLUSIVE, "RewritesTable t", "ScansTable t"]),
        (steps.AlterType(EXPAND, "t", "a", "character varying(5)", "text"), [EXCLUSIVE]),
        (steps.SetNotNull(TIGHTEN, "t", "a"), [EXCLUSIVE, "ScansTable t"]),
        (steps.AddForeignKey(TIGHTEN, "t", "c", "a", "u", "CASCADE"), [EXCLUSIVE, "AcquiresShareRowExclusiveLock u"]),
        (steps.AddForeignKey(TIGHTEN, "t", "c", "a", "t", "CASCADE"), [EXCLUSIVE]),
        (steps.AddForeignKey(EXPAND, "t", "c", "a", "u", "CASCADE", True), ["AcquiresShareRowExclusiveLock u"]),
        (steps.Validate(TIGHTEN, "t", "c", "u"), ["ScansTable t"]),
        (steps.DropConstraint(TIGHTEN, "t", "c", "u"), [EXCLUSIVE, "AcquiresAccessExclusiveLock u"]),
        (steps.CreateIndex(TIGHTEN, "t", "i", ("a",), concurrent=True), ["ScansTable t", "BuildsIndex t"]),
        (steps.CreateIndex(EXPAND, "t", "i", ("a",)), []),
        (steps.DropIndex(TIGHTEN, "t", "i"), ["DropsIndex t"]),
        (steps.UpsertRecords(EXPAND, "t", (("A", "a", 1, True),)), []),
    ],
)  # fmt: skip
def test_hazards_follow_from_what_a_step_does(step: steps.Step, hazards: list[str]) -> None:
    assert [f"{one.kind} {one.table}" for one in step.hazards] == hazards
    assert all(one.table in one.text for one in step.hazards)


@pytest.mark.parametrize(
    ("step", "seconds"),
    [
        (steps.SetNotNull(TIGHTEN, "t", "c"), "1s"),
        (steps.CreateIndex(TIGHTEN, "t", "i", ("c",), concurrent=True), "60s"),
        (steps.DropIndex(TIGHTEN, "t", "i"), "60s"),
    ],
)
def test_only_what_holds_nobody_up_waits_long_for_a_lock(step: steps.Step, seconds: str) -> None:
    assert step.lock_timeout == seconds
    told = [line for _, lines in script_lines.fragments(step) for line in script_lines.written(lines)]
    assert (f"op.execute(sa.DDL(\"SET lock_timeout = '{seconds}'\"))" in told) == step.concurrent


def test_every_class_of_steps_is_written_ordered_stored_and_executed_in_memory() -> None:
    made = set(steps.STEPS.values())
    assert set(steps.STEPS) == {one.operation for one in _below(steps.Step)}
    assert set(order._TOLD_APART) == made
    assert made <= set(script_lines.fragments.registry)
    assert made - {steps.CreateTable} <= set(migrated._after.registry), "a table that is made has none before it"


def _below(kind: type[steps.Step]) -> Iterator[type[steps.Step]]:
    for one in kind.__subclasses__():
        yield from (one, *_below(one))


def test_of_several_locks_on_a_table_the_strongest_counts() -> None:
    locks = [TableLock("t", Lock.ROW_SHARE), TableLock("u", Lock.SHARE), TableLock("t", Lock.ACCESS_EXCLUSIVE),
             TableLock("t", Lock.SHARE_ROW_EXCLUSIVE)]  # fmt: skip
    assert strongest(locks) == (TableLock("t", Lock.ACCESS_EXCLUSIVE), TableLock("u", Lock.SHARE))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({"length": 50}, {"length": 20}, "character varying(50) → character varying(20) rewrites the table's 2 rows"),
        ({"length": 50}, {"length": 80}, ""),
        ({"length": 50}, {"length": None}, ""),
    ],
)
def test_a_rewrite_is_told_with_the_number_of_rows(
    old: dict[str, int | None], new: dict[str, int | None], said: str
) -> None:
    models = [
        Asset(Kind.APP, "A", "k", entities=(Entity("T", "T", (attribute("A", Basic.TEXT, **length),)),))
        for length in (old, new)
    ]
    plan = plan_migration(*map(target_schema, models), asset=models[1], runs=models[0])
    assert [notice.message.of(2).partition(";")[0] for notice in plan.notices] == ([said] if said else [])
