"""Settle: waits until the old version has drained and is gone. Does I/O.

A step of its own, since the new version answers already.
"""

from __future__ import annotations

from odcpub.operations import handover, in_force, workloads
from odcpub.operations.core.outputs import TakenOver
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import step
from odcpub.operations.workloads import ToWaitFor


def settle(run: Run, given: ToWaitFor) -> TakenOver | None:
    """None when all earlier versions are gone; where another operation's version serves by now, that does the rest."""
    with in_force.recording_rules(run, given):
        workload = workloads.waited_for(run, given)
        while (over := handover.taken_over(run)) is None:
            if run.platform.engines().runner.settle(workload, handover.interrupted(run)):
                return None
            handover.check_stopped(run)
        return over


SETTLE = step("settle", "Deploy", ToWaitFor, settle)
