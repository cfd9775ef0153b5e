"""Executing one phase of a migration plan. Does I/O: the database."""

from __future__ import annotations

from pathlib import Path

from odcpub.data.migration import MigrationPlan
from odcpub.errors import counted
from odcpub.operations import stage as stages
from odcpub.operations import workloads
from odcpub.operations.core.run import Run


def scripts_folder(run: Run) -> Path:
    """Where the app's chain of migration scripts in the stage is."""
    return run.platform.home.data / "migrations" / run.stage.label / run.asset.label


def migrate(run: Run, given: workloads.ToRun, migration: MigrationPlan, phase: str) -> None:
    """Executes one phase of the plan that the plan step made; stale, it is refused under the database's own lock."""
    there = stages.place(run.platform, workloads.target(run, workloads.record(run, given.revision)))
    run.platform.engines().database.apply(there, migration, phase, scripts_folder(run), run.progress)
    if steps := [step for step in migration.steps if step.phase == phase]:
        run.say(f"{phase}ed: {counted(len(steps), 'change')}")
