"""Scripts are Python and SQL that say what the plan says, whatever texts a model holds."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odcpub.data.migration import EXPAND, TIGHTEN, MigrationPlan
from odcpub.data.plan import plan_migration
from odcpub.data.script import pieces, plan_digest, revision_id, script_text, sql_text
from odcpub.data.target import target_schema
from odcpub.model.elements import Asset, Basic, Entity, Index, Kind, Record, StaticEntity
from tests.helpdesk_asset import attribute as field


def app(label: str = "x", default: str = "x", *more: object) -> Asset:
    attributes = (field("A", Basic.TEXT, length=10, default=default), *more)
    return Asset(
        Kind.APP, "A", "k",
        static_entities=(StaticEntity("S", "S", (Record(label or "-", label, 1),)),),
        entities=(Entity("T", "T", attributes, (Index("I", "I", ("A",), True),)),),
    )  # fmt: skip


def scripts(old: Asset | None, new: Asset) -> tuple[str, ...]:
    plan = plan_migration(target_schema(old) if old else None, target_schema(new), asset=new)
    return tuple(script_text(plan, piece, 7, None) for phase in (EXPAND, TIGHTEN) for piece in pieces(plan, phase))


def expand_script(plan: MigrationPlan) -> str:
    return script_text(plan, pieces(plan, EXPAND)[0], 1, None)


TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\t"), max_size=30)


@settings(max_examples=50)
@given(TEXTS, TEXTS)
def test_hostile_texts_stay_inside_their_literals(label: str, default: str) -> None:
    (script,) = scripts(None, app(label, default))
    calls = [node.func.id if isinstance(node.func, ast.Name) else node.func.attr  # type: ignore[attr-defined]
             for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Call)]  # fmt: skip
    assert set(calls) <= {
        "q", "quoted_name", "create_table", "Column", "BigInteger", "Identity", "String", "Text", "Integer", "Boolean",
        "literal_column", "PrimaryKeyConstraint", "create_index", "execute", "DDL", "NotImplementedError",
    }  # fmt: skip
    sql = sql_text(script)
    assert "'" + label.replace("'", "''") + "'" in sql
    assert not default or f"DEFAULT '{default.replace(chr(39), chr(39) * 2)}'::character varying" in sql


def test_same_plan_same_script() -> None:
    assert scripts(None, app()) == scripts(None, app())


def test_expand_is_one_transaction_and_each_statement_of_tighten_another_revision() -> None:
    old = replace(app(), entities=(Entity("T", "T", ()),))
    new = app("x", "x", field("B", Basic.INTEGER, mandatory=True))
    expand, *tighten = scripts(old, new)
    assert sql_text(expand).count("COMMIT") == 1
    assert "CONCURRENTLY" not in expand.upper()
    said = [sql_text(script) for script in tighten]
    assert [text.count("COMMIT") for text in said if "CONCURRENTLY" not in text] == [1] * 4
    (build,) = (text for text in said if "CONCURRENTLY" in text)
    assert build.index("COMMIT") < build.index("CREATE UNIQUE INDEX CONCURRENTLY")
    assert len({re.search("^revision = .*", script, re.MULTILINE)[0] for script in tighten}) == 5  # type: ignore[index]


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
    assert revision_id(one, EXPAND, 7) != revision_id(other, EXPAND, 7)
    assert len(revision_id(one, TIGHTEN, 99_999, 9_999)) <= 32


@pytest.mark.parametrize("summary", ["a\nimport os", "a\r\nb", "a\u2028b", "a\x0cb"])
def test_a_summary_can_not_leave_its_comment(summary: str) -> None:
    new = app()
    plan = plan_migration(None, target_schema(new), asset=new)
    plan = replace(plan, steps=tuple(replace(step, summary=summary) for step in plan.steps))
    script = expand_script(plan)
    assert ast.dump(ast.parse(script)).count("Import(") == 1
