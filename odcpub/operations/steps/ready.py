"""Ready: waits until the new version answers. Does I/O."""

from __future__ import annotations

from odcpub.deployment.workload import IDLE
from odcpub.operations import in_force, workloads
from odcpub.operations.core.outputs import Ready
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import step
from odcpub.operations.workloads import ToRun
from odcpub.store.records import Status


def ready(run: Run, given: ToRun) -> None:
    platform, asked = run.platform, run.platform.memory.started.get((run.key, run.number))
    runner = platform.engines().runner
    if asked is None:  # by a server that has ended since: what it started may have ended with it
        asked = workloads.workload(run, workloads.record(run, given.revision), given.planned.sealed)
        runner.start(asked)
    address = runner.wait(asked, run.progress)
    rules = in_force.planned(workloads.migration(platform, given.planned))
    # Recorded at once: from here on this version serves, whatever becomes of this step and those that follow.
    run.record(Ready(address), in_force.lacking(run, rules))
    platform.store.stages.end_deployment(run.key, Status.FINISHED, address)
    platform.memory.started.pop((run.key, run.number), None)
    run.say(f"in its place, {IDLE}" if given.planned.idle else f"ready at {address}", address=address)


READY = step("ready", "Deploy", ToRun, ready)
