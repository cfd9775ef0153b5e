"""Start: configuration first, then the new version; the old one goes on serving. Does I/O."""

from __future__ import annotations

from odcpub.deployment.objects import instance_of
from odcpub.operations import workloads
from odcpub.operations.core.outputs import Started
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import step
from odcpub.operations.workloads import ToRun


def start(run: Run, given: ToRun) -> Started:
    """The version is starting when this returns; nobody has waited for it."""
    record = workloads.record(run, given.revision)
    workloads.deployment(run, given)
    asked = workloads.workload(run, record, given.planned.sealed, prepared=False)
    run.platform.caches.started[run.key, run.number] = asked
    run.platform.engines().runner.start(asked)
    run.say(f"starting revision {record.number}")
    return Started(instance_of(asked))


START = step("start", "Deploy", ToRun, start)
