"""Ready: waits until the new version answers. Does I/O."""

from __future__ import annotations

from odcpub.data.migration import MigrationPlan
from odcpub.data.phases import TIGHTEN
from odcpub.deployment.workload import IDLE
from odcpub.errors import counted
from odcpub.operations import in_force, workloads
from odcpub.operations.core.outputs import Ready
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import step
from odcpub.operations.model_files import published
from odcpub.operations.workloads import ToRun
from odcpub.store.records import Status


def ready(run: Run, given: ToRun) -> None:
    """From the end of this step on the new version serves; the rules that come later are recorded with it."""
    platform, asked = run.platform, run.platform.caches.started.get((run.key, run.number))
    runner = platform.engines().runner
    if asked is None:  # by a server that has ended since: what it started may have ended with it
        asked = workloads.workload(run, workloads.record(run, given.revision), given.planned.sealed)
        runner.start(asked)
    address = runner.wait(asked, run.progress)
    migration = workloads.migration(platform, given.planned)
    left, lacks = _left(run, migration), in_force.lacking(run, in_force.planned(migration))
    published(run)
    run.serve(address, Ready(address, left), lacks)
    platform.caches.started.pop((run.key, run.number), None)
    run.say(f"deployed, {IDLE}" if given.planned.idle else f"ready at {address}", address=address)


def _left(run: Run, migration: MigrationPlan) -> tuple[str, ...]:
    """What the steps after this one have to do, in words."""
    deployments = run.platform.store.stages.deployments(run.unit.asset.key, run.stage.label)
    before = any(one.status == Status.FINISHED and one.operation != run.key for one in deployments)
    changes = sum(one.phase == TIGHTEN for one in migration.steps)
    old = "the previous version ends" if before else ""
    schema = f"{counted(changes, 'change')} of the schema {'follows' if changes == 1 else 'follow'}" if changes else ""
    return tuple(filter(None, (old, schema)))


READY = step("ready", "Deploy", ToRun, ready, serves=True)
