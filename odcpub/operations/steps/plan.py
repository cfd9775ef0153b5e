"""Plan: refuses, before anything is made, what cannot be done; finds out whether there is anything to do. Does I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from odcpub.data.migration import MigrationPlan
from odcpub.deployment.configuration import Resolved
from odcpub.deployment.workload import IDLE, IN_PLACE, Running
from odcpub.operations import settings, way, workloads
from odcpub.operations import stage as stages
from odcpub.operations.core.outputs import Planned, Revision, Verified
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import step
from odcpub.operations.models import stage_of, strays
from odcpub.operations.stored_plan import to_text
from odcpub.store.records import RevisionRecord


@dataclass(frozen=True, slots=True)
class OfModel:
    """Of a publish: the revision may still have to be made."""

    verified: Verified


@dataclass(frozen=True, slots=True)
class OfRevision:
    revision: Revision


def plan_model(run: Run, given: OfModel) -> Planned:
    verified, assets = given.verified, run.platform.store.assets
    aim = workloads.aim(run, verified.model, verified.lock)
    _check_runtime(run, verified.runtime)
    for line in settings.check_renames(run.platform, aim):
        run.warn(line)
    resolved = stages.configuration(run.platform, aim)
    record = assets.revision(run.unit.asset.key, verified.same) if verified.same is not None else None
    return _plan(run, aim, record, resolved, asks=True)


def plan_revision(run: Run, given: OfRevision) -> Planned:
    record = workloads.record(run, given.revision)
    aim = workloads.target(run, record)
    _check_runtime(run, record.runtime)
    # The stage's file is written for the newest model, which may be a later one.
    resolved = stages.configuration(run.platform, aim, settings.latest(run.platform, run.asset))
    return _plan(run, aim, record, resolved, asks=False)


def _check_runtime(run: Run, source: str) -> None:
    stage = stage_of(run.platform, run.asset, run.stage.label)
    stages.check_runtime(run.platform, run.asset, stage, source)


def _plan(run: Run, aim: stages.Target, record: RevisionRecord | None, resolved: Resolved, asks: bool) -> Planned:
    """``record``: the revision, where it is made; ``asks``: as ``stages.migration`` has it."""
    platform = run.platform
    stages.check_image(platform, record)
    stages.check_database(platform, aim, record)
    migration = _migration(run, aim, record, asks)
    amiss = stages.amiss(platform, aim)
    if amiss:
        run.warn(f"{amiss}: it is set right")
    runs = platform.engines().runner.running(run.stage.label, run.asset.label, run.asset.key)
    idle = runs is not None and runs.health == IDLE
    if idle:
        run.warn(f"it is {IDLE} in {run.stage.name}: no process of it will run and answer until that is changed")
    digest, sealed = stages.fingerprint(platform, resolved), stages.seal(platform, resolved)
    there = runs if runs_already(run, record, digest, runs) else None
    same = there is not None and not (migration.steps or amiss)
    unchanged = same and record is not None and not _drifted(run, record, sealed)
    for line in () if unchanged else way.check(platform, aim, amiss):
        run.warn(line)
    run.say(summary([*migration.stays, *(step.summary for step in migration.steps)]) or "the schema is up to date")
    blob = platform.store.blobs.put(to_text(migration).encode())
    return Planned(digest, sealed, blob, idle, there.address if there else "", unchanged)


def _migration(run: Run, aim: stages.Target, record: RevisionRecord | None, asks: bool) -> MigrationPlan:
    """The plan for the stage's database, whose warnings are told; refused where rows or the author stand in its
    way."""
    migration, findings = stages.migration(run.platform, aim, asks)
    stages.refuse(aim, migration, findings)
    if record is not None:
        # Its pods ask for what was recorded with it, however this version of odcpub would spell the same schema.
        migration = replace(migration, target=record.schema)
    left = strays(run.platform, run.asset)
    for line in (*migration.warnings, *stages.notices(run.platform, aim, migration), *left):
        run.warn(line)
    return migration


def summary(lines: Sequence[str], most: int = 3) -> str:
    """The first few lines as one, and how many more there are."""
    more = f"; and {len(lines) - most} more" if len(lines) > most else ""
    return "; ".join(lines[:most]) + more


def runs_already(run: Run, record: RevisionRecord | None, digest: str, found: Running | None) -> bool:
    """Whether the stage runs this very revision with this very configuration, and healthily. ``found``: what the
    runner says runs there, asked in any case: one that does not answer is told before anything is built."""
    current = run.platform.store.stages.current(run.unit.asset.key, run.stage.label)
    if record is None or current is None or (current.revision, current.configuration) != (record.number, digest):
        return False
    if found is None or found.health not in IN_PLACE:
        return False
    return (found.revision, found.digest) == (record.number, record.image)


def _drifted(run: Run, record: RevisionRecord, sealed: str) -> bool:
    """Whether somebody has changed what was deployed, so that the runner has something to set back."""
    return not run.platform.engines().runner.observe(workloads.workload(run, record, sealed)).nothing_to_do


PLAN_MODEL = step("plan", "Data", OfModel, plan_model, always=True)
PLAN_REVISION = step("plan", "Data", OfRevision, plan_revision, always=True)
