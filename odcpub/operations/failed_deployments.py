"""What becomes of a deployment whose operation has failed. Does I/O."""

from __future__ import annotations

import logging

from odcpub.errors import OdcpubError
from odcpub.operations import in_force, workloads
from odcpub.operations.core.command import Undeploy
from odcpub.operations.core.outputs import NotInForce, Planned, Ready, Revision
from odcpub.operations.core.run import Run
from odcpub.operations.loosened import record_loosened
from odcpub.store.records import DeploymentEnd, Status

LOG = logging.getLogger("odcpub.operations")


def end_deployment(run: Run) -> DeploymentEnd | None:
    """Takes the version of a failed deployment back, and says how the deployment ends, where there is one; a version
    that became ready serves, though a later step failed. None of an undeploy, which has none."""
    if isinstance(run.command, Undeploy):
        return None
    run = run.refreshed()
    ready, planned = run.unit.find(Ready), run.unit.find(Planned)
    if planned is None or not (ready or _serves_all_the_same(run)):
        record_loosened(run)
        return DeploymentEnd(Status.FAILED)
    if not run.unit.find(NotInForce):
        run.record(in_force.lacking(run, _rules(run, planned)))
    # Where this very version served before, as another operation's, that one goes on with its clean-up.
    return DeploymentEnd(Status.FINISHED, run.unit.address, serves=bool(ready or not planned.address))


def _rules(run: Run, planned: Planned) -> tuple[str, ...]:
    """The rules that its last phase would have put in force; none where the plan is lost."""
    try:
        return in_force.planned(workloads.migration(run.platform, planned))
    except OdcpubError:
        LOG.warning("operation %s: its plan cannot be read", run.key, exc_info=True)
        return ()


def _serves_all_the_same(run: Run) -> bool:
    """What the failed operation has begun to start goes again, unless it is ready; whether it is. Where that cannot be
    done it is told: an engine that does not answer must not keep the failure from being recorded."""
    revision, planned = run.unit.find(Revision), run.unit.find(Planned)
    deployments = run.platform.store.stages.deployments(run.unit.asset.key, run.stage.label)
    if revision is None or planned is None or all(one.operation != run.key for one in deployments):
        return False
    started = run.platform.caches.started.pop((run.key, run.number), None)
    try:
        there = started or workloads.workload(run, workloads.record(run, revision), planned.sealed)
        return run.platform.engines().runner.take_back(there)
    except Exception as error:
        LOG.warning("operation %s: its version cannot be taken back", run.key, exc_info=True)
        why = error.message if isinstance(error, OdcpubError) else f"{type(error).__name__}: internal error"
        run.warn(f"the version that was started may still be running: {why}", hint="the next publish replaces it")
        return False
