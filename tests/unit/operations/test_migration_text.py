"""A stored migration plan comes back as it was, whatever is in it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odcpub.data.migration import MigrationPlan, RowCheck, Sentence
from odcpub.data.phases import EXPAND
from odcpub.data.schema import Annotation, Column, Referent
from odcpub.data.script import plan_digest
from odcpub.data.steps import STEPS, Clause, CreateTable
from odcpub.operations.migration_text import from_text, to_text


def whole(kind: type) -> st.SearchStrategy[Any]:
    """Values of a class with all of its fields, those with defaults, too."""
    return st.builds(kind, **{one.name: ... for one in fields(kind)})


for _kind in (Referent, Annotation, Column, Clause, Sentence, RowCheck):
    st.register_type_strategy(_kind, whole(_kind))
TEXTS = st.text(max_size=20)


def tuples(of: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(of, max_size=3).map(tuple)


STEP = st.one_of([whole(kind) for kind in STEPS.values()])
CHECKS = whole(RowCheck)
PLANS = st.builds(
    MigrationPlan, TEXTS, TEXTS, tuples(STEP), tuples(CHECKS), tuples(TEXTS), tuples(TEXTS), tuples(CHECKS)
)


@given(PLANS)
def test_what_is_stored_comes_back(plan: MigrationPlan) -> None:
    again = from_text(to_text(plan))
    assert again == replace(plan, digest=plan_digest(plan))
    assert plan_digest(again) == plan_digest(plan), "the scripts that were written from it are found again"
    assert to_text(again) == to_text(plan)


@given(PLANS, st.sampled_from([("base", "x"), ("target", "x"), ("steps", ())]))
def test_another_plan_has_another_digest(plan: MigrationPlan, change: tuple[str, object]) -> None:
    other = replace(plan, **{change[0]: change[1]})  # type: ignore[arg-type]
    assert (plan_digest(other) == plan_digest(plan)) == (other == plan)


def test_what_no_plan_could_be_is_not_read() -> None:
    text = to_text(MigrationPlan("a", "b", (CreateTable(EXPAND, "t", (Column("id", "bigint"),)),)))
    for old, new in (('"table":"t"', '"table":1'), ("create_table", "create_nothing"), ('"columns"', '"colums"')):
        with pytest.raises((TypeError, KeyError)):
            from_text(text.replace(old, new))


def test_a_default_that_comes_later_changes_no_digest() -> None:
    """Scripts of a plan that was made by an earlier version are found by its digest."""
    step = CreateTable(EXPAND, "t", (Column("id", "bigint"),))
    assert '"early"' not in to_text(MigrationPlan("a", "b", (step,)))
    assert '"early":true' in to_text(MigrationPlan("a", "b", (replace(step, early=True),)))
