"""Plan: refuses, before anything is made, what cannot be done; finds out whether there is anything to do. Does I/O.

The plan itself is made by what ``--plan`` calls, too (``odcpub.operations.plans.of_stage``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from odcpub.errors import Refused
from odcpub.operations import handover, missing_values, settings, workloads
from odcpub.operations import stage as stages
from odcpub.operations.core.outputs import Planned, Revision, Verified
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import Step, step
from odcpub.operations.migration_text import to_text
from odcpub.operations.models import stage_of
from odcpub.operations.plans import stored
from odcpub.operations.plans.building import building, made_before
from odcpub.operations.plans.of_stage import PlanRequest, Refusals, StagePlan, plan_stage


@dataclass(frozen=True, slots=True)
class OfModel:
    """Of a publish: the revision may still have to be made."""

    verified: Verified


@dataclass(frozen=True, slots=True)
class OfRevision:
    """Of what brings a revision that is there into a stage."""

    revision: Revision


def plan_model_step(made: str) -> Step:
    """``made``: what a publish makes."""
    return step("plan", "Data", OfModel, partial(plan_model, made), always=True)


def plan_model(made: str, run: Run, given: OfModel) -> Planned:
    """Plans a publish: of a model that may have no revision yet."""
    handover.claim(run)
    verified = given.verified
    aim = workloads.aim(run, verified.model, verified.lock)
    found = building(run.platform, aim.model, verified, made)
    stage = stage_of(run.platform, run.asset, run.stage.label)
    return _plan(run, PlanRequest(run.command.kind, aim, stage, found.build, found.known, asks=True))


def plan_revision(run: Run, given: OfRevision) -> Planned:
    """Plans a promotion, or the present configuration of what runs."""
    handover.claim(run)
    record = workloads.record(run, given.revision)
    aim = workloads.target(run, record)
    build = made_before(record, stages.compiler_of(run.platform, record))
    stage = stage_of(run.platform, run.asset, run.stage.label)
    # The stage's file is written for the newest model, which may be a later one.
    newest = settings.latest(run.platform, run.asset) or aim.model
    return _plan(run, PlanRequest(run.command.kind, aim, stage, build, record, newest=newest))


def _plan(run: Run, request: PlanRequest) -> Planned:
    try:
        made = plan_stage(run.platform, request, Refusals(shown=False))
    except stages.MissingValues as error:
        if run.command.wait_for_settings:
            raise missing_values.waits(run, error) from None
        raise stored.refused_since(run, error) from None
    except Refused as error:
        raise stored.refused_since(run, error) from None
    for line in (*made.plan.warnings, *made.plan.notices):
        run.warn(line)
    if made.access_fault:
        run.warn(f"{made.access_fault}: it is repaired")
    stored.record_followed(run, made.plan, made.catalogue)
    migration = made.migration
    run.say(summary([*migration.stays, *(step.summary for step in migration.steps)]) or "the schema is up to date")
    return _planned(run, made)


def _planned(run: Run, made: StagePlan) -> Planned:
    platform, resolved = run.platform, made.resolved
    assert resolved is not None  # noqa: S101 - what is wrong with it was refused
    digest, sealed = stages.fingerprint(platform, resolved), stages.seal(platform, resolved)
    blob = platform.store.blobs.put(to_text(made.migration).encode())
    return Planned(digest, sealed, blob, made.idle, made.address, made.unchanged)


def summary(lines: Sequence[str], most: int = 3) -> str:
    """The first few lines as one, and how many more there are."""
    more = f"; and {len(lines) - most} more" if len(lines) > most else ""
    return "; ".join(lines[:most]) + more


PLAN_REVISION = step("plan", "Data", OfRevision, plan_revision, always=True)
