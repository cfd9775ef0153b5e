"""What every step of a migration says. No I/O."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from odcpub.data.locks import Hazard, HazardKind, Lock, TableLock, of_locks
from odcpub.data.phases import Phase

LOCK_TIMEOUT, PATIENT_TIMEOUT = "1s", "60s"
"""How long a statement waits for a lock: while it waits, whoever uses the table waits behind it; so that only what
holds nobody up can be patient. It is tried again then. How long a statement runs has no limit: a rewrite takes as long
as its table is large, and to break it off would only lose the time."""


@dataclass(frozen=True, slots=True)
class Step(ABC):
    """One change of the database. ``element``: what of the model it is about; ``early``: of ``tighten``, and no row can
    stand in its way, so it waits for none; ``rule``: what is not as the model says as long as this has not been done,
    in the model's words; empty where nobody could tell. ``operation``: what the class is called in a stored plan."""

    operation: ClassVar[str]
    lock: ClassVar[Lock] = Lock.ACCESS_EXCLUSIVE

    phase: Phase
    table: str
    element: str = field(default="", kw_only=True)
    rule: str = field(default="", kw_only=True)
    early: bool = field(default=False, kw_only=True)

    @property
    @abstractmethod
    def summary(self) -> str:
        """The step in words."""

    @property
    def concurrent(self) -> bool:
        """Whether it runs outside of a transaction, beside reads and writes."""
        return False

    @property
    def lock_timeout(self) -> str:
        """How long its statements wait for a lock."""
        return PATIENT_TIMEOUT if self.concurrent else LOCK_TIMEOUT

    @property
    def scans(self) -> bool:
        """Whether every row of the table is read."""
        return False

    @property
    def rewrites(self) -> bool:
        """Whether every row of the table is written anew."""
        return False

    @property
    def locks(self) -> tuple[TableLock, ...]:
        """The strongest lock on each table that was there before the migration."""
        return (TableLock(self.table, self.lock),)

    @property
    def hazards(self) -> tuple[Hazard, ...]:
        """What others who use the tables may feel."""
        return (*of_locks(self.locks), *(Hazard(kind, self.table) for kind in self._kinds()))

    def _kinds(self) -> Iterator[HazardKind]:
        if self.rewrites:
            yield HazardKind.REWRITES_TABLE
        if self.scans:
            yield HazardKind.SCANS_TABLE
