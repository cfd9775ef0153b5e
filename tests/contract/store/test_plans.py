"""Plans by their fingerprint."""

from __future__ import annotations

from dataclasses import replace

from odcpub.store.records import PlanRecord
from odcpub.store.store import Store

PLAN = PlanRecord("f" * 64, "k1", "qa", "ada", "2026-01-01T00:00:00.000Z", "{}", '{"a": "→"}', "c1", "")


def test_a_plan_is_found_by_its_fingerprint_alone(store: Store) -> None:
    assert store.plans.find(PLAN.fingerprint) is None
    store.plans.keep(PLAN, anew=True)
    assert store.plans.find(PLAN.fingerprint) == PLAN
    assert store.plans.find(PLAN.fingerprint[:12]) is None


def test_what_an_operation_follows_leaves_a_shown_plan_as_it_is(store: Store) -> None:
    store.plans.keep(PLAN, anew=True)
    store.plans.begun(PLAN.fingerprint, "o1")
    store.plans.keep(replace(PLAN, catalogue="", text="{}"), anew=False)
    assert store.plans.find(PLAN.fingerprint) == replace(PLAN, operation="o1")


def test_a_plan_that_is_made_again_can_be_executed_again(store: Store) -> None:
    store.plans.keep(PLAN, anew=True)
    store.plans.begun(PLAN.fingerprint, "o1")
    again = replace(PLAN, made_by="bob", catalogue="c2")
    store.plans.keep(again, anew=True)
    assert store.plans.find(PLAN.fingerprint) == again
