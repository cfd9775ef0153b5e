"""The plan of a clean-up, made again where another operation has begun to change the schema since, and has failed.

What that one has done to the schema stays, and the scripts that waited for this clean-up are gone. So the schema is
brought from what it is now to what the version that serves needs. Does I/O: asks the database, writes scripts.
"""

from __future__ import annotations

from dataclasses import replace

from msgspec.structs import replace as _replace

from odcpub.data.phases import EXPAND
from odcpub.engines.database.chain import write_scripts
from odcpub.errors import counted
from odcpub.operations import in_force, workloads
from odcpub.operations import stage as stages
from odcpub.operations.core.run import Run
from odcpub.operations.migrating import chain, migrate
from odcpub.operations.migration_text import to_text
from odcpub.operations.plans.of_stage import refuse_other_rules
from odcpub.operations.workloads import ToRun


def replan(run: Run, given: ToRun) -> ToRun:
    """Plans again where another operation has begun a deployment since, and executes the expand phase of the new plan;
    ``given`` with the plan that holds. Refused where rows stand in its way."""
    deployments = run.platform.store.stages.deployments(run.unit.asset.key, run.stage.label)
    own = next((one for one in deployments if one.operation == run.key), None)
    if own is None or own == deployments[0]:
        return given
    record = workloads.record(run, given.revision)
    target = workloads.target(run, record)
    found = stages.migration(run.platform, target, asks=False)
    stages.refuse(target, found.plan, found.findings)
    refuse_other_rules(record, found.plan)
    # Its processes ask for what was recorded with the revision, however this version of odcpub would spell the schema.
    plan = replace(found.plan, target=record.schema)
    blob = run.platform.store.blobs.put(to_text(plan).encode())
    planned = _replace(given.planned, migration=blob)
    run.record(planned, in_force.lacking(run, in_force.planned(plan)))
    later, steps = deployments[0].operation[:8], counted(len(plan.steps), "change")
    run.say(f"operation {later} has failed and may have changed the schema; planned again: {steps}")
    write_scripts(plan, chain(run), own.number)
    now = replace(given, planned=planned)
    migrate(run, now, plan, EXPAND)
    return now
