"""Scripts are Python and SQL that say what the plan says, whatever texts a model holds."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odcpub.data.literals import text
from odcpub.data.migration import MigrationPlan
from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.data.plan import plan_migration
from odcpub.data.script import cut, parts_of, plan_digest, plan_parts, script_text, sql_text
from odcpub.data.steps import AddCheck
from odcpub.data.target import target_schema
from odcpub.data.visible import visible
from odcpub.model.elements import Asset, Basic, Entity, Index, Kind, Record, StaticEntity
from tests.helpdesk_asset import attribute as field
from tests.tries import tries


def app(label: str = "x", default: str = "x", *more: object) -> Asset:
    attributes = (field("A", Basic.TEXT, length=10, default=default), *more)
    return Asset(
        Kind.APP, "A", "k",
        static_entities=(StaticEntity("S", "S", (Record(label or "-", label, 1),)),),
        entities=(Entity("T", "T", attributes, (Index("I", "I", ("A",), True),)),),
    )  # fmt: skip


def scripts(old: Asset | None, new: Asset) -> tuple[str, ...]:
    plan = plan_migration(target_schema(old) if old else None, target_schema(new), asset=new)
    made = plan_parts(plan)
    return tuple(script_text(made, file, 7, None) for phase in (EXPAND, TIGHTEN) for file in made.files(phase))


def expand_script(plan: MigrationPlan) -> str:
    made = plan_parts(plan)
    return script_text(made, [made.expand], 1, None)


TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\t"), max_size=30)


@tries(50)
@given(TEXTS, TEXTS)
def test_hostile_texts_stay_inside_their_literals(label: str, default: str) -> None:
    (script,) = scripts(None, app(label, default))
    calls = [node.func.id if isinstance(node.func, ast.Name) else node.func.attr  # type: ignore[attr-defined]
             for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Call)]  # fmt: skip
    assert set(calls) <= {
        "q", "quoted_name", "create_table", "Column", "BigInteger", "Identity", "String", "Text", "Integer", "Boolean",
        "literal_column", "PrimaryKeyConstraint", "create_index", "execute", "DDL", "NotImplementedError", "part",
    }  # fmt: skip
    sql = sql_text(script)
    assert visible(text(label)) in sql
    assert not default or f"DEFAULT {visible(text(default))}::character varying" in sql
    assert all(sign.isprintable() or sign == "\n" for sign in sql)


def test_same_plan_same_script() -> None:
    assert scripts(None, app()) == scripts(None, app())


def tightened() -> str:
    """Two tables change, one of them gets a unique index: adding, looking, changing, building."""
    old = replace(app(), entities=(Entity("T", "T", ()), Entity("U", "U", (field("A", Basic.TEXT, length=10),))))
    more = (field("B", Basic.INTEGER, mandatory=True), field("C", Basic.TEXT, length=5, min_length=1))
    new = app("x", "x", *more)
    new = replace(new, entities=(*new.entities, Entity("U", "U", (field("A", Basic.TEXT, length=9, mandatory=True),))))
    expand, tighten = scripts(old, new)
    assert sql_text(expand).count("COMMIT") == 1
    assert "CONCURRENTLY" not in expand.upper()
    return tighten


def test_tighten_is_a_transaction_for_each_table_and_stage() -> None:
    parts = [part for part in sql_text(tightened()).split("BEGIN;") if part.strip()][1:]
    found = [tuple(re.findall(r"^(?:ALTER TABLE \"?(\w+)\"?|(CREATE|DELETE)) ", part, re.MULTILINE)) for part in parts]
    names = [[table or verb for table, verb in one] for one in found if one]
    assert names == [["t"], ["u"], ["t"], ["u"], ["t", "t"], ["u", "u"], ["CREATE"], ["DELETE"]]
    assert "ADD CONSTRAINT" in parts[0]
    assert parts[2].count("VALIDATE CONSTRAINT") == 2
    assert parts[5].index("SET NOT NULL") < parts[5].index("DROP CONSTRAINT")


def test_a_script_that_ended_early_is_cut_into_what_was_executed_and_what_waits() -> None:
    script = tightened()
    revision = re.search(r"^revision = '(\w+)'", script, re.MULTILINE)[1]  # type: ignore[index]
    assert parts_of(script) == (1, 2, 3, 4, 5, 6, 7, 8)
    for part in parts_of(script)[:-1]:
        first, rest = cut(script, part)
        assert (parts_of(first), parts_of(rest)) == (parts_of(script)[:part], parts_of(script)[part:])
        executed = f"{revision.removesuffix('008')}{part:03d}"
        assert f"\nrevision = '{executed}'\ndown_revision = None\n" in first
        assert f"\nrevision = '{revision}'\ndown_revision = '{executed}'\n" in rest
        assert sql_text(first) + sql_text(rest).partition("\n\n")[2] == sql_text(script)


def test_the_target_is_recorded_last_by_expand() -> None:
    new = app()
    plan = plan_migration(None, target_schema(new), asset=new)
    statements = [line for line in sql_text(expand_script(plan)).splitlines() if line.strip()]
    assert statements[-1] == "COMMIT;"
    assert statements[-2].startswith("INSERT INTO odcpub_schema")
    assert plan.target in statements[-2]


def test_another_plan_is_another_revision() -> None:
    one, other = (plan_migration(None, target_schema(app(default=text)), asset=app()) for text in "ab")
    assert plan_digest(one) != plan_digest(other)
    assert plan_parts(one).revision(EXPAND, 7) != plan_parts(other).revision(EXPAND, 7)
    assert len(plan_parts(one).revision(TIGHTEN, 99_999, 9_999)) <= 32


@pytest.mark.parametrize("summary", ["a\nimport os", "a\r\nb", "a\u2028b", "a\x0cb"])
def test_a_summary_can_not_leave_its_comment(summary: str) -> None:
    new = app()
    plan = plan_migration(None, target_schema(new), asset=new)
    script = expand_script(replace(plan, steps=(*plan.steps, AddCheck(EXPAND, "t", "c", summary))))
    assert ast.dump(ast.parse(script)).count("Import(") == 1
