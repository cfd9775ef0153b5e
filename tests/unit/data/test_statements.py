"""What a plan executes, transaction by transaction, with the locks and hazards of each."""

from __future__ import annotations

from odcpub.data.locks import HazardKind, Lock
from odcpub.data.migration import MigrationPlan
from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.data.schema import Column
from odcpub.data.script import plan_parts, script_text, sql_text
from odcpub.data.statements import Transaction, transactions
from odcpub.data.steps import AddColumn, CreateIndex, SetNotNull, UpsertRecords

PLAN = MigrationPlan(
    "a",
    "b",
    (
        AddColumn(EXPAND, "ticket", Column("note", "text")),
        SetNotNull(TIGHTEN, "ticket", "note"),
        CreateIndex(TIGHTEN, "ticket", "ticket_note", ("note",), concurrent=True),
    ),
)


def locks(one: Transaction) -> list[tuple[str, Lock]]:
    return [(lock.table, lock.lock) for lock in one.locks]


def test_the_statements_are_those_of_the_scripts_in_their_order() -> None:
    made = plan_parts(PLAN)
    whole = [sql_text(script_text(made, file, 1, None)) for phase in (EXPAND, TIGHTEN) for file in made.files(phase)]
    text, at = "\n".join(whole), 0
    for one in transactions(PLAN):
        for statement in one.statements:
            assert statement in text[at:], statement
            at = text.index(statement, at)
    assert not {"BEGIN;", "COMMIT;"} & {statement for one in transactions(PLAN) for statement in one.statements}


def test_each_transaction_has_its_own_locks_and_hazards() -> None:
    expand, rule, look, mandatory, index, tidy = transactions(PLAN)
    assert (expand.phase, expand.does) == (EXPAND, ("add column ticket.note text",))
    for one in (expand, rule, mandatory):
        assert locks(one) == [("ticket", Lock.ACCESS_EXCLUSIVE)]
        assert [hazard.kind for hazard in one.hazards] == [HazardKind.ACQUIRES_ACCESS_EXCLUSIVE_LOCK]
    assert locks(look) == locks(index) == [("ticket", Lock.SHARE_UPDATE_EXCLUSIVE)]
    assert [hazard.kind for hazard in look.hazards] == [HazardKind.SCANS_TABLE]
    assert (index.concurrent, look.concurrent) == (True, False)
    assert [hazard.kind for hazard in index.hazards] == [HazardKind.SCANS_TABLE, HazardKind.BUILDS_INDEX]
    assert (tidy.does, tidy.locks) == ((), ())


def test_no_text_of_a_model_begins_a_line_of_its_own() -> None:
    records = UpsertRecords(EXPAND, "kind", (("a", "one\n-- refused: two", 1, True),))
    (expand,) = transactions(MigrationPlan("a", "b", (records,)))
    assert expand.statements[0].count("\n") == 0
    assert r"U&'one\000a-- refused: two'" in expand.statements[0]


def test_where_there_is_nothing_to_do_nothing_is_executed() -> None:
    assert transactions(MigrationPlan("a", "b")) == ()
