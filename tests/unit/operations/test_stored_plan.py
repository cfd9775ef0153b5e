"""A stored migration plan comes back as it was, whatever is in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from odcpub.data.migration import EXPAND, TIGHTEN, MigrationPlan, RowCheck, Step
from odcpub.data.script import plan_digest
from odcpub.operations.stored_plan import from_text, to_text

TEXTS = st.text(max_size=20)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=6,
)
PHASES = st.sampled_from([EXPAND, TIGHTEN])
STEPS = st.builds(
    Step, PHASES, TEXTS, st.lists(st.tuples(TEXTS, PLAIN), max_size=3).map(tuple), TEXTS, TEXTS, st.booleans()
)
CHECKS = st.builds(
    RowCheck, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.integers(1, 9), st.lists(PHASES, max_size=2).map(tuple), TEXTS
)


def tuples(of: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(of, max_size=3).map(tuple)


PLANS = st.builds(
    MigrationPlan, TEXTS, TEXTS, tuples(STEPS), tuples(CHECKS), tuples(TEXTS), tuples(TEXTS), tuples(CHECKS)
)


@given(PLANS)
def test_what_is_stored_comes_back(plan: MigrationPlan) -> None:
    again = from_text(to_text(plan))
    assert again == plan
    assert plan_digest(again) == plan_digest(plan), "the scripts that were written from it are found again"
    assert to_text(again) == to_text(plan)


def test_lists_are_tuples_again_at_every_depth() -> None:
    step = Step(EXPAND, "create_table", (("columns", (("id", "bigint", False, None, True),)),), "create table t")
    ((_, columns),) = from_text(to_text(MigrationPlan("a", "b", (step,)))).steps[0].arguments
    assert columns == (("id", "bigint", False, None, True),)
    assert hash(columns)
