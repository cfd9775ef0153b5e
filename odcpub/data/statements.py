"""A migration plan as the transactions that are executed: their statements, locks and hazards. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from odcpub.data.locks import Hazard, HazardKind, Lock, TableLock, of_locks, strongest
from odcpub.data.migration import MigrationPlan
from odcpub.data.phases import PHASES, TIGHTEN, Phase
from odcpub.data.script import Part, plan_parts, statements
from odcpub.data.script_lines import Stage
from odcpub.data.steps import AlterType, SetNotNull, Step


@dataclass(frozen=True, slots=True)
class Transaction:
    """``does``: in words; ``concurrent``: no transaction is around it, and others read and write meanwhile."""

    phase: Phase
    does: tuple[str, ...]
    statements: tuple[str, ...]
    locks: tuple[TableLock, ...]
    hazards: tuple[Hazard, ...]
    concurrent: bool


def transactions(plan: MigrationPlan) -> tuple[Transaction, ...]:
    """In the order of their execution; none where the schema is up to date."""
    if not plan.steps:
        return ()
    made = plan_parts(plan)
    return tuple(
        Transaction(
            part.phase,
            tuple(dict.fromkeys(step.summary for step in part.steps)),
            statements(made, part),
            strongest(lock for step in part.steps for lock in _locks(part, step)),
            tuple(dict.fromkeys(hazard for step in part.steps for hazard in _hazards(part, step))),
            part.concurrent,
        )
        for phase in PHASES
        for part in made.of(phase)
        if part.lines
    )


def _checks_first(part: Part, step: Step) -> bool:
    """Whether the step's rows are looked at in a transaction before the one that changes its table."""
    return part.phase == TIGHTEN and isinstance(step, AlterType | SetNotNull) and step.scans


def _locks(part: Part, step: Step) -> tuple[TableLock, ...]:
    if _checks_first(part, step) and part.stage is Stage.VALIDATE:
        return (TableLock(step.table, Lock.SHARE_UPDATE_EXCLUSIVE),)
    return step.locks


def _hazards(part: Part, step: Step) -> Iterator[Hazard]:
    if not _checks_first(part, step):
        yield from step.hazards
    elif part.stage is Stage.VALIDATE:
        yield Hazard(HazardKind.SCANS_TABLE, step.table)
    else:
        yield from of_locks(step.locks)
        if step.rewrites and part.stage is Stage.CHANGE:
            yield Hazard(HazardKind.REWRITES_TABLE, step.table)
