"""Rules of the version that serves on, which an operation took out of force for its own version before it failed.

Where the operation before still cleans up, that puts them in force again (``odcpub.operations.replanning``). Where its
clean-up has ended nobody does, until somebody deploys again: so they are recorded, and told. Does I/O.
"""

from __future__ import annotations

import logging

from odcpub.data.phases import EXPAND
from odcpub.data.steps import DropConstraint, DropIndex
from odcpub.errors import counted
from odcpub.operations import in_force, workloads
from odcpub.operations.core.outputs import NotInForce, Planned, Revision
from odcpub.operations.core.run import Run
from odcpub.store.again import Undone
from odcpub.store.records import Status

LOG = logging.getLogger("odcpub.operations")


def record_loosened(run: Run) -> None:
    """Of an operation that fails, and whose version does not serve: what the database now lacks of the rules of the
    version that does. Where that cannot be seen, it is told: nothing may keep the failure from being recorded. StageRef
    the store does not answer, all of it is tried again."""
    served = _served(run)
    if served is None:
        return
    again = in_force.restoring(run.platform, served.operation)
    try:
        rules = _lacked(served) if _expands(run) else ()
    except Undone:
        raise
    except Exception:
        LOG.warning("operation %s: what it took out of force cannot be seen", run.key, exc_info=True)
        run.warn("whether the version that serves still has all its rules cannot be seen", hint=again)
        return
    if not rules:
        return
    why = f"operation {run.key[:8]} took {'it' if len(rules) == 1 else 'them'} out of force for its version, and failed"
    known = in_force.lacking(served, rules, why)
    served.record(NotInForce(known.rules, known.why, run.key))
    number = counted(len(rules), "rule of it is", "rules of it are")
    run.warn(f"the previous version goes on serving, but {number} not in force now: {'; '.join(rules)}", hint=again)


def _served(run: Run) -> Run | None:
    """The operation whose version serves on, where this one has begun to change the schema beneath it and nobody will
    change it back."""
    store, asset, stage = run.platform.store.stages, run.unit.asset.key, run.stage.label
    current, begun = store.current(asset, stage), store.deployments(asset, stage)
    if current is None or all(one.operation != run.key for one in begun):
        return None
    served = run.platform.ledger.operation(current.operation)
    if served is None or served.status == Status.RUNNING:
        return None
    return Run(run.platform, served, marker=run.marker)


def _expands(run: Run) -> bool:
    """Whether the first phase of its plan changes anything."""
    planned = run.unit.find(Planned)
    steps = workloads.migration(run.platform, planned).steps if planned else ()
    return any(step.phase == EXPAND for step in steps)


def _lacked(served: Run) -> tuple[str, ...]:
    revision, planned = served.unit.find(Revision), served.unit.find(Planned)
    if revision is None or planned is None:
        return ()
    target = workloads.target(served, workloads.record(served, revision))
    left = in_force.steps_left(served.platform, target, workloads.migration(served.platform, planned))
    # What would be dropped is none of its rules: the failed operation has added it.
    return tuple(
        dict.fromkeys(one.rule for one in left if one.rule and not isinstance(one, DropConstraint | DropIndex))
    )
