"""Settle: waits until the old version has drained and is gone. Does I/O.

A step of its own, since the new version answers already.
"""

from __future__ import annotations

from odcpub.operations import in_force, workloads
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import step
from odcpub.operations.workloads import ToRun


def settle(run: Run, given: ToRun) -> None:
    with in_force.telling(run, given):
        record = workloads.record(run, given.revision)
        run.platform.engines().runner.settle(workloads.workload(run, record, given.planned.sealed))


SETTLE = step("settle", "Deploy", ToRun, settle)
