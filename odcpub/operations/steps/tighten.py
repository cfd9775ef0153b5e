"""Tighten: what only the new version obeys, now that the old one has gone. Does I/O."""

from __future__ import annotations

from odcpub.data.phases import TIGHTEN as PHASE
from odcpub.operations import handover, in_force, replanning, workloads
from odcpub.operations.core.outputs import NotInForce, TakenOver
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import step
from odcpub.operations.migrating import migrate
from odcpub.operations.workloads import ToRun


def tighten(run: Run, given: ToRun) -> NotInForce | TakenOver | None:
    """All rules are in force then, unless another operation takes that over."""
    if run.unit.find(TakenOver):
        return None
    with in_force.recording_rules(run, given):
        if over := handover.taken_over(run):
            return over
        given = replanning.replan(run, given)
        migrate(run, given, workloads.migration(run.platform, given.planned), PHASE)
    return NotInForce()


TIGHTEN = step("tighten", "Data", ToRun, tighten)
