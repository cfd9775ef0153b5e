"""A database in memory: schemas without rows. What is planned for one is in it afterwards. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

from odcpub.data.fingerprint import fingerprint
from odcpub.data.migrated import migrated
from odcpub.data.migration import Finding, MigrationPlan, RowCheck
from odcpub.data.phases import EXPAND, TIGHTEN, Phase
from odcpub.data.schema import Schema
from odcpub.data.script import plan_digest
from odcpub.data.steps import Step
from odcpub.engines.ports import Condition, Login, Place, Report, Scripts
from odcpub.errors import Refused


class MemoryDatabase:
    """``schemas``: the live schema of a place; none where nothing is there. ``findings``: rows that stand in the way,
    of the checks that ask for them. ``applied``: the phases that were executed, in order, with their places and
    plans."""

    def __init__(self) -> None:
        self.schemas: dict[Place, Schema] = {}
        self.findings: tuple[Finding, ...] = ()
        self.passwords: dict[Place, str] = {}
        self.applied: list[tuple[Place, str, MigrationPlan]] = []
        self._reached: dict[Place, tuple[str, str]] = {}

    def condition(self, places: Sequence[Place]) -> Condition:
        return Condition(f"in memory, {len(places)} apps")

    def app_path(self, apps: Sequence[tuple[Place, str]]) -> Condition:
        return Condition(f"{len(apps)} apps need no way to it")

    def prepare(self, place: Place, password: str) -> Login:
        self.passwords[place] = password
        self.schemas.setdefault(place, Schema())
        return self.login(place, password)

    def login(self, place: Place, password: str) -> Login:
        return Login("localhost", 5432, place.database, place.schema, place.schema, password)

    def check(self, place: Place) -> None:
        """It may do all."""

    def access_fault(self, place: Place, password: str) -> str:
        known = self.passwords.get(place, password)
        return "" if known == password else "the password of its role is another one"

    def observe(self, place: Place) -> Schema | None:
        return self.schemas.get(place)

    def inspect(self, place: Place, checks: Sequence[RowCheck]) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.check in checks)

    def apply(self, place: Place, plan: MigrationPlan, phase: Phase, scripts: Scripts, report: Report) -> None:
        steps = [step for step in plan.steps if step.phase == phase]
        if self._is_there(place, plan, phase, steps):
            return
        if any(phase in one.check.phases for one in self.inspect(place, plan.checks)):
            raise Refused(
                f"{_named(place)}: rows stand in the way of the new model", "correct them, then publish again"
            )
        self.schemas[place] = migrated(self.schemas.get(place), steps)
        self._reached[place] = plan_digest(plan), phase
        self.applied.append((place, phase, plan))

    def _is_there(self, place: Place, plan: MigrationPlan, phase: Phase, steps: Sequence[Step]) -> bool:
        """Whether nothing is left to do; refused where the schema is another than the plan's."""
        digest = plan_digest(plan)
        if phase == TIGHTEN and not steps:
            return True
        if phase == EXPAND and fingerprint(self.schemas.get(place)) == plan.base:
            return self._reached.get(place) == (digest, phase)
        if phase == TIGHTEN and self._reached.get(place) == (digest, EXPAND):
            return False
        if self._reached.get(place, ("", ""))[0] == digest:
            return True
        raise Refused(
            f"{_named(place)}: the plan is stale: the schema has changed since it was made",
            "run the same command again",
        )

    def close(self) -> None:
        """Nothing is open."""


def _named(place: Place) -> str:
    return f"{place.database}.{place.schema}"
