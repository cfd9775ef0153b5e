"""Plans that were made, by their fingerprint. Does I/O."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from odcpub.store.again import persistent
from odcpub.store.records import PlanRecord
from odcpub.store.tables import PLANS


@persistent()
class Plans:
    """Plans as texts; what they say is known to ``odcpub.operations.core.plan``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, plan: PlanRecord, anew: bool) -> None:
        """Keeps the plan. One of this fingerprint that is there stays as it is; ``anew``: it was made again, which
        replaces that one, and can be executed again."""
        row = {name: getattr(plan, name) for name in PlanRecord.__slots__}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(PLANS), row)
        except IntegrityError:
            if anew:
                with self._engine.begin() as connection:
                    connection.execute(update(PLANS).where(PLANS.c.fingerprint == plan.fingerprint).values(row))

    def find(self, fingerprint: str) -> PlanRecord | None:
        """The plan of that fingerprint."""
        with self._engine.connect() as connection:
            row = connection.execute(select(PLANS).where(PLANS.c.fingerprint == fingerprint)).mappings().first()
        return PlanRecord(**row) if row else None

    def all(self) -> tuple[PlanRecord, ...]:
        """Every plan, in no order."""
        with self._engine.connect() as connection:
            return tuple(PlanRecord(**row) for row in connection.execute(select(PLANS)).mappings())

    def forget(self, before: str, needed: Collection[str]) -> int:
        """Removes the plans that were made before that moment, but those whose fingerprints are ``needed``; how
        many."""
        with self._engine.begin() as connection:
            old = set(connection.execute(select(PLANS.c.fingerprint).where(PLANS.c.made_at < before)).scalars())
            for fingerprint in sorted(old.difference(needed)):
                here = PLANS.c.fingerprint == fingerprint, PLANS.c.made_at < before  # it may be made anew meanwhile
                connection.execute(delete(PLANS).where(*here))
        return len(old.difference(needed))

    def begun(self, fingerprint: str, operation: str) -> None:
        """The operation was told to execute the plan."""
        with self._engine.begin() as connection:
            connection.execute(update(PLANS).where(PLANS.c.fingerprint == fingerprint).values(operation=operation))
