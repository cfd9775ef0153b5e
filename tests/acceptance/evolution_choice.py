"""Which of the cases of evolution are tried each time where a case is tried in several ways: every two steps that some
case's migrations have together, and everything else that tells cases apart, is in one that was chosen. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

from odcpub.data.plan import plan_migration
from odcpub.data.target import target_schema
from tests.acceptance.evolution_cases import Case

SAID = ("late", "added", "changed", "empty", "warned", "libraries")
Feature = frozenset[str]


def features(case: Case) -> set[Feature]:
    """What a case has: steps with their phase, by themselves and two by two; hazards; what is checked or told."""
    found = {frozenset({name}) for name in SAID if getattr(case, name)}
    found.add(frozenset({f"{len(case.models)} models"}))
    versions = zip(case.models, case.uses, strict=True)
    for (one, used), (other, uses) in pairwise(versions):
        schemas = target_schema(one, used), target_schema(other, uses)
        plan = plan_migration(*schemas, asset=other, previous=one, runs=one)
        steps = sorted({f"{type(step).__name__} in {step.phase}" for step in plan.steps})
        found |= {frozenset({step}) for step in steps} | {frozenset(two) for two in combinations(steps, 2)}
        found |= {frozenset({hazard.kind}) for step in plan.steps for hazard in step.hazards}
        told = ("checks", "notices", "warnings", "stays")
        found |= {frozenset({name}) for name in told if getattr(plan, name)}
    return found


def chosen(cases: Sequence[Case]) -> set[str]:
    """The names of the cases; the first of those that add most, again and again."""
    has = {case.name: features(case) for case in cases}
    left, names = set[Feature]().union(*has.values()), set[str]()
    while left:
        name = max(has, key=lambda each: len(has[each] & left))
        names.add(name)
        left -= has[name]
    return names
