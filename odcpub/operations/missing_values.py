"""Operations that wait for values that their stage lacks: they go on by themselves once nothing is missing. Does I/O
through the store.
"""

from __future__ import annotations

from odcpub.errors import OdcpubError
from odcpub.operations import settings, workloads
from odcpub.operations import stage as stages
from odcpub.operations.core.command import Publish
from odcpub.operations.core.ledger import Operation
from odcpub.operations.core.outputs import Revision, Verified
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import Waits
from odcpub.operations.platform import Platform


def waits(run: Run, error: stages.MissingValues) -> Waits:
    """What the operation waits for, in place of the refusal ``error``."""
    names, where = ", ".join(error.names), run.stage.name
    what = f"a value of {names} in {where}" if len(error.names) == 1 else f"values of {names} in {where}"
    return Waits(what, f"a user who configures {where}", stages.setting(run.asset, error.names, run.stage.label))


def still_waits(platform: Platform, operation: Operation) -> bool:
    """Whether an operation that waits must go on waiting. One that waits for values which its stage lacks no longer
    need not; where some of them are there now it says what is left."""
    if not operation.command.wait_for_settings:
        return True
    run = Run(platform, operation)
    try:
        _look(run)
    except stages.MissingValues as error:
        left = waits(run, error)
        platform.ledger.wait_for_less(run.key, left.wants, left.command)
        return True
    except OdcpubError:  # told by the step itself
        return False
    return False


def _look(run: Run) -> None:
    """Raises what the operation's own step would, as to the stage's configuration."""
    verified, revision = run.unit.find(Verified), run.unit.find(Revision)
    if isinstance(run.command, Publish) and verified:
        target, newest = workloads.aim(run, verified.model, verified.lock), None
    elif revision:
        target = workloads.target(run, workloads.record(run, revision))
        newest = settings.latest(run.platform, run.asset) or target.model
    else:
        return
    stages.configuration(run.platform, target, newest)
