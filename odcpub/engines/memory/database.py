"""A database in memory: schemas are what somebody says that they are. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

from odcpub.data.migration import Finding, MigrationPlan, RowCheck
from odcpub.data.schema import Schema
from odcpub.engines.ports import Condition, Login, Place, Report, Scripts


class MemoryDatabase:
    """``schemas``: the live schema of a place; none where nothing is there. ``findings``: rows that stand in the way.
    ``applied``: the phases that were executed, in order, with their places and plans."""

    def __init__(self) -> None:
        self.schemas: dict[Place, Schema] = {}
        self.findings: tuple[Finding, ...] = ()
        self.passwords: dict[Place, str] = {}
        self.applied: list[tuple[Place, str, MigrationPlan]] = []

    def condition(self, places: Sequence[Place]) -> Condition:
        return Condition(f"in memory, {len(places)} apps")

    def way(self, apps: Sequence[tuple[Place, str]]) -> Condition:
        return Condition(f"{len(apps)} apps need no way to it")

    def prepare(self, place: Place, password: str) -> Login:
        self.passwords[place] = password
        return self.login(place, password)

    def login(self, place: Place, password: str) -> Login:
        return Login("localhost", 5432, place.database, place.schema, place.schema, password)

    def check(self, place: Place) -> None:
        """It may do all."""

    def amiss(self, place: Place, password: str) -> str:
        known = self.passwords.get(place, password)
        return "" if known == password else "the password of its role is another one"

    def observe(self, place: Place) -> Schema | None:
        return self.schemas.get(place)

    def inspect(self, place: Place, checks: Sequence[RowCheck]) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.check in checks)

    def apply(self, place: Place, plan: MigrationPlan, phase: str, scripts: Scripts, report: Report) -> None:
        if (place, phase, plan) not in self.applied:
            self.applied.append((place, phase, plan))

    def close(self) -> None:
        """Nothing is open."""
