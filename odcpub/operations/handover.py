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


class Ending(Exception):
    """The server ends: the step is begun anew by the next one."""


def formers(run: Run) -> Sequence[Operation]:
    """The operations before this one whose versions serve in the stage and which still clean up."""
    found = run.platform.ledger.serving(run.unit.asset.key, run.stage.label)
    return [one for one in found if one.key != run.key]


def claim(run: Run) -> None:
    """Returns when no operation before this one changes the stage any more. One that contracts the schema already is
    waited for, however long that takes."""
    ledger, tell_at = run.platform.ledger, time.monotonic() + QUIET_SECONDS
    while busy := [one.key for one in formers(run) if not (one.held and one.follower == run.key)]:
        for key in busy:
            ledger.follow(key, run.key)
        if time.monotonic() > tell_at:
            run.progress(f"waiting for operation {busy[0][:8]} to finish contracting the schema")
            tell_at = float("inf")
        _rest(run)


def undone(platform: Platform, asset: str, stage: str, plan: MigrationPlan) -> bool:
    """Whether the plan has steps besides those that an operation whose version serves there goes on with where nothing
    else is done. ``stage``: its label."""
    cleaning = platform.ledger.serving(asset, stage)
    return any(step.phase != TIGHTEN for step in plan.steps) if cleaning else bool(plan.steps)


def taken_over(run: Run) -> TakenOver | None:
    """Before the clean-up does anything: waits while another operation has claimed the stage. None where this one goes
    on."""
    ledger = run.platform.ledger
    while follower := run.now().operation.follower:
        other = ledger.operation(follower)
        goes_on = _goes_on(other)
        if goes_on is False:
            failed = other and other.status == Status.FAILED
            what = "has failed, but its version serves" if failed else "goes on with the clean-up"
            run.say(f"operation {follower[:8]} {what}")
            return TakenOver(follower)
        if goes_on:
            ledger.release(run.key, follower)
            continue
        ledger.hold(run.key, follower)
        _rest(run)
    return None


def _goes_on(follower: Operation | None) -> bool | None:
    """Whether the former goes on with its clean-up; None while that is not sure."""
    if follower is None:
        return True
    if follower.serves or (isinstance(follower.command, Undeploy) and follower.status == Status.FINISHED):
        return False
    return True if follower.status != Status.RUNNING or follower.waiting else None


def _rest(run: Run) -> None:
    """A moment, unless the operation is cancelled or the server ends."""
    stop(run)
    time.sleep(PAUSE_SECONDS)


def stop(run: Run) -> None:
    """Raises where the step must not go on: the operation is cancelled, or the server ends."""
    if run.platform.ending.is_set():
        raise Ending
    now = run.now()
    if now.operation.cancelled_by:
        raise now.cancelled()


def asked(run: Run) -> Callable[[], bool]:
    """Tells a wait of the clean-up whether somebody wants it to end early."""

    def leave() -> bool:
        now = run.now().operation
        return run.platform.ending.is_set() or bool(now.follower or now.cancelled_by)

    return leave
