"""What steps say of the tables that they lock and rewrite is what PostgreSQL does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from odcpub.data.locks import HazardKind, Lock, TableLock, strongest
from odcpub.data.migration import MigrationPlan
from odcpub.data.phases import PHASES
from odcpub.data.script import plan_parts, script_text, sql_text
from odcpub.data.steps import STEPS, Step
from odcpub.model.elements import Basic, DataType, DeleteRule
from tests.databases import Stage
from tests.models import app, entity, plain, reference, static, text

SCHEMA = "locks"
CUSTOMER = entity("Customer", text("Name", default="x"))
TICKET = entity(
    "Ticket",
    text("Subject", 100), text("Body", 50), plain("Points", Basic.INTEGER),
    plain("Size", Basic.INTEGER, mandatory=True), reference("By", "Customer"), reference("Next", "Ticket"),
    plain("Left", Basic.INTEGER, default=5),
    plain("Price", Basic.DECIMAL, 10, 2), plain("Rate", Basic.DECIMAL, 10, 2), text("Code", 30, min_length=3),
    unique=("Points",),
)  # fmt: skip
BEFORE = app(static("Status", New="New", Old="Old"), CUSTOMER, TICKET)
SUBJECT, BODY, POINTS, SIZE, BY, NEXT, _, PRICE, RATE, CODE = TICKET.attributes
AFTER = app(
    static("Status", New="Newest", Other="Other"),
    replace(CUSTOMER, attributes=(text("Name", 200, default="y"),)),
    replace(
        TICKET,
        attributes=(
            replace(SUBJECT, mandatory=True, type=DataType(Basic.TEXT, length=20)),
            replace(BODY, type=DataType(Basic.TEXT)), replace(POINTS, type=DataType(Basic.LONG_INTEGER)),
            replace(SIZE, mandatory=False, minimum=Decimal(1)), replace(BY, on_delete=DeleteRule.IGNORE), NEXT,
            replace(PRICE, type=DataType(Basic.DECIMAL, digits=12, decimals=2)),
            replace(RATE, type=DataType(Basic.DECIMAL, digits=12, decimals=4)), replace(CODE, min_length=2),
            plain("Photo", Basic.BINARY_DATA), plain("Due", Basic.DATE, mandatory=True),
        ),
        indexes=(),
    ),
    entity("Note", reference("Of", "Ticket", on_delete=DeleteRule.DELETE), unique=("Of",)),
)  # fmt: skip
_LOCKS = """
SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.pid = pg_backend_pid() AND c.oid = ANY(%s) AND l.mode = ANY(%s)
"""
_TABLES = """
SELECT oid, relname, relfilenode FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND NOT starts_with(relname, 'odcpub_')
"""


def statements(step: Step) -> Iterator[bytes]:
    """The step's own, as its script executes them."""
    made = plan_parts(MigrationPlan("", "", (step,)))
    for part in made.of(step.phase):
        for one in sql_text(script_text(made, [part], 1, None)).split(";\n\n"):
            if one.strip() and "odcpub_schema" not in one and not one.strip().startswith(("BEGIN", "COMMIT", "SET ")):
                yield one.encode()


def done(connection: Any, step: Step, older: list[int]) -> tuple[set[TableLock], bool]:
    """The step's locks on the ``older`` tables, and whether one of them was rewritten."""
    before = connection.execute(_TABLES).fetchall()
    locks: set[TableLock] = set()
    if step.concurrent:
        for statement in statements(step):
            connection.execute(statement)
    else:
        with connection.transaction():
            for statement in statements(step):
                connection.execute(statement)
            found = connection.execute(_LOCKS, [older, list(Lock)]).fetchall()
            locks = set(strongest(TableLock(table, Lock(mode)) for table, mode in found))
    files = {name: file for _, name, file in connection.execute(_TABLES)}
    return locks, any(file != files[name] for _, name, file in before)


def test_steps_lock_and_rewrite_what_they_say(stage: Stage) -> None:
    stage.publish(BEFORE)
    stage.insert({"customer": [{"id": 1}], "ticket": [{"id": 1, "subject": "a", "size": 3, "by": 1, "next": 1}]})
    with stage.connect() as connection:
        connection.execute("ALTER INDEX " + _reference_index(connection) + " RENAME TO ticket__by__ref_00000000")
        plan = stage.plan(AFTER)
        steps = [step for phase in PHASES for step in plan.steps if step.phase == phase]
        assert {type(step) for step in steps} == set(STEPS.values()), "a step of every kind"
        older = [oid for oid, *_ in connection.execute(_TABLES)]
        for step in steps:
            if step.operation == "set_not_null":
                connection.execute("UPDATE ticket SET due = '2026-01-31' WHERE due IS NULL")
            locks, rewritten = done(connection, step, older)
            assert step.concurrent or locks == set(step.locks), step.summary
            assert rewritten == step.rewrites, step.summary
            assert (HazardKind.REWRITES_TABLE in {one.kind for one in step.hazards}) == rewritten
    assert stage.plan(AFTER).steps == ()


def _reference_index(connection: Any) -> str:
    query = "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE 'ticket%by__ref%'"
    return str(connection.execute(query).fetchone()[0])
