"""Start: configuration first, then the new version; the old one goes on serving. Does I/O."""

from __future__ import annotations

from odcpub.operations import workloads
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import step
from odcpub.operations.workloads import ToRun


def start(run: Run, given: ToRun) -> None:
    record = workloads.record(run, given.revision)
    workloads.deployment(run, given)
    asked = workloads.workload(run, record, given.planned.sealed, prepared=False)
    run.platform.memory.started[run.key, run.number] = asked
    run.platform.engines().runner.start(asked)
    run.say(f"starting revision {record.number}")


START = step("start", "Deploy", ToRun, start)
