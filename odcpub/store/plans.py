"""Plans that were made, by their fingerprint. Does I/O."""

from __future__ import annotations

from sqlalchemy import Engine, insert, select, update

from odcpub.store.again import persistent
from odcpub.store.records import PlanRecord
from odcpub.store.tables import PLANS


@persistent
class Plans:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, plan: PlanRecord, anew: bool) -> None:
        """Keeps the plan. One of this fingerprint that is there stays as it is; ``anew``: it was made again, which
        replaces that one, and can be executed again."""
        row = {name: getattr(plan, name) for name in PlanRecord.__slots__}
        here = PLANS.c.fingerprint == plan.fingerprint
        with self._engine.begin() as connection:
            if connection.execute(select(PLANS.c.fingerprint).where(here)).first() is None:
                connection.execute(insert(PLANS), row)
            elif anew:
                connection.execute(update(PLANS).where(here).values(row))

    def find(self, fingerprint: str) -> PlanRecord | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(PLANS).where(PLANS.c.fingerprint == fingerprint)).mappings().first()
        return PlanRecord(**row) if row else None

    def begun(self, fingerprint: str, operation: str) -> None:
        """The operation was told to execute the plan."""
        with self._engine.begin() as connection:
            connection.execute(update(PLANS).where(PLANS.c.fingerprint == fingerprint).values(operation=operation))
