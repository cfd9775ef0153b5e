"""From one operation to the next one in the same stage, which begins as soon as the version of the former serves.

What is left of the former is its clean-up: the old version ends, and the schema is contracted. The next one asks it to
leave the stage alone (``claim``) and plans for the schema as it is. Once the version of the next one serves, its own
clean-up does all that was left, and the former ends. If the next one finds nothing to do, or fails before it changes
the schema, the former goes on. Does I/O through the ledger.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from odcpub.data.migration import MigrationPlan
from odcpub.data.phases import TIGHTEN
from odcpub.operations.core.command import Undeploy
from odcpub.operations.core.ledger import Operation
from odcpub.operations.core.outputs import TakenOver
from odcpub.operations.core.run import Run
from odcpub.operations.platform import Platform
from odcpub.store.records import Status

PAUSE_SECONDS = 0.05
QUIET_SECONDS = 1.0
"""A shorter wait is worth no line."""


class ServerEnding(Exception):
    """The server ends: the step is begun anew by the next one."""


def predecessors(run: Run) -> Sequence[Operation]:
    """The operations before this one whose versions serve in the stage and which still clean up."""
    found = run.platform.ledger.serving(run.unit.asset.key, run.stage.label)
    return [one for one in found if one.key != run.key]


def claim(run: Run) -> None:
    """Returns when no operation before this one changes the stage any more. One that contracts the schema already is
    waited for, however long that takes."""
    ledger, tell_at = run.platform.ledger, time.monotonic() + QUIET_SECONDS
    while busy := [one.key for one in predecessors(run) if not (one.paused and one.successor == run.key)]:
        for key in busy:
            ledger.request_pause(key, run.key)
        if time.monotonic() > tell_at:
            run.progress(f"waiting for operation {busy[0][:8]} to finish contracting the schema")
            tell_at = float("inf")
        _sleep(run)


def needs_migration(platform: Platform, asset: str, stage: str, plan: MigrationPlan) -> bool:
    """Whether the plan has steps besides those that an operation whose version serves there goes on with where nothing
    else is done. ``stage``: its label."""
    cleaning = platform.ledger.serving(asset, stage)
    return any(step.phase != TIGHTEN for step in plan.steps) if cleaning else bool(plan.steps)


def taken_over(run: Run) -> TakenOver | None:
    """Before the clean-up does anything: waits while another operation has claimed the stage. None where this one goes
    on."""
    ledger = run.platform.ledger
    while successor := run.refreshed().operation.successor:
        other = ledger.operation(successor)
        goes_on = _clean_up_goes_on(other)
        if goes_on is False:
            failed = other and other.status == Status.FAILED
            what = "has failed, but its version serves" if failed else "goes on with the clean-up"
            run.say(f"operation {successor[:8]} {what}")
            return TakenOver(successor)
        if goes_on:
            ledger.resume(run.key, successor)
            continue
        ledger.pause(run.key, successor)
        _sleep(run)
    return None


def _clean_up_goes_on(successor: Operation | None) -> bool | None:
    """Whether the former goes on with its clean-up; None while that is not sure."""
    if successor is None:
        return True
    if successor.serves or (isinstance(successor.command, Undeploy) and successor.status == Status.FINISHED):
        return False
    return True if successor.status != Status.RUNNING or successor.waiting else None


def _sleep(run: Run) -> None:
    """A moment, unless the operation is cancelled or the server ends."""
    check_stopped(run)
    time.sleep(PAUSE_SECONDS)


def check_stopped(run: Run) -> None:
    """Raises where the step must not go on: the operation is cancelled, or the server ends."""
    if run.platform.ending.is_set():
        raise ServerEnding
    now = run.refreshed()
    if now.operation.cancelled_by:
        raise now.cancelled()


def interrupted(run: Run) -> Callable[[], bool]:
    """Tells a wait of the clean-up whether somebody wants it to end early."""

    def leave() -> bool:
        now = run.refreshed().operation
        return run.platform.ending.is_set() or bool(now.successor or now.cancelled_by)

    return leave
