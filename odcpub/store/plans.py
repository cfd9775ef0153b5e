"""Plans that were made, by their fingerprint. Does I/O."""

from __future__ import annotations

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from odcpub.store.again import persistent
from odcpub.store.records import PlanRecord
from odcpub.store.tables import PLANS


@persistent()
class Plans:
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
        with self._engine.connect() as connection:
            row = connection.execute(select(PLANS).where(PLANS.c.fingerprint == fingerprint)).mappings().first()
        return PlanRecord(**row) if row else None

    def begun(self, fingerprint: str, operation: str) -> None:
        """The operation was told to execute the plan."""
        with self._engine.begin() as connection:
            connection.execute(update(PLANS).where(PLANS.c.fingerprint == fingerprint).values(operation=operation))
