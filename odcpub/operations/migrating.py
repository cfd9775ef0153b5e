"""Executing one phase of a migration plan. Does I/O: the database."""

from __future__ import annotations

from odcpub.data.migration import MigrationPlan
from odcpub.data.phases import EXPAND, TIGHTEN, Phase
from odcpub.errors import counted
from odcpub.operations import stage as stages
from odcpub.operations import workloads
from odcpub.operations.core.run import Run
from odcpub.store.scripts import Chain

_DID = {EXPAND: "expanded", TIGHTEN: "contracted"}
"""What people read of a phase that has ended."""


def chain(run: Run) -> Chain:
    """The app's chain of migration scripts in the stage."""
    return run.platform.store.scripts(run.asset.label, run.stage.label)


def migrate(run: Run, given: workloads.ToRun, migration: MigrationPlan, phase: Phase) -> None:
    """Executes one phase of the plan that the plan step made; stale, it is refused under the database's own lock."""
    there = stages.place(run.platform, workloads.target(run, workloads.record(run, given.revision)))
    run.platform.engines().database.apply(there, migration, phase, chain(run), run.progress)
    if steps := [step for step in migration.steps if step.phase == phase]:
        run.say(f"{_DID[phase]}: {counted(len(steps), 'change')}")
