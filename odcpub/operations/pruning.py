"""Removes stored contents and plans that nothing refers to any more. Does I/O through the store.

Three rules make it safe while the server works. What was written or touched lately stays (``CONTENTS_STAY``), so that
nobody loses what no record names yet. A request that names older contents touches them first (``model_files.take``).
And everything that a record refers to, or what a record refers to does in turn, is kept: all revisions; the files of
all assets; plans; operations that run, and those of which something runs. Each removal is whole: after a kill the next
run removes the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from odcpub.operations import builds
from odcpub.operations.core.codec import State, command_of, command_text, state_text
from odcpub.operations.core.command import Command, Publish
from odcpub.operations.core.ledger import Operation
from odcpub.operations.core.outputs import ByPlan, Compiled
from odcpub.operations.platform import Platform
from odcpub.store.clock import text_of
from odcpub.store.records import CLEARED, UNDEPLOYED, DeploymentRecord, Status
from odcpub.tree.tree import parse

CONTENTS_STAY = timedelta(days=7)
"""After their last use, whatever refers to them."""
PLANS_STAY = timedelta(days=90)
"""After they were made, executed or not."""
AT_ONCE = 5_000
"""Contents that one run removes at most."""
_DIGEST = re.compile("[0-9a-f]{64}")


class Pruned(NamedTuple):
    """How many plans and contents were removed."""

    plans: int
    contents: int


def prune(platform: Platform, now: datetime) -> Pruned:
    """Removes what is old and not needed; how much. ``now``: in UTC. Fails, and removes no contents, where anything
    that may refer to them cannot be read."""
    store, since = platform.store, now - CONTENTS_STAY
    with platform.beginning:  # or an operation could begin to execute a plan that is removed
        plans = store.plans.forget(text_of(now - PLANS_STAY), {*_running_plans(platform)})
    unused = store.blobs.unused(since)
    if not unused:
        return Pruned(plans, 0)
    removable = sorted(unused.difference(_needed(platform)))[:AT_ONCE]
    with platform.beginning:  # whose holder may move the store
        return Pruned(plans, store.blobs.discard(removable, since))


def _running_plans(platform: Platform) -> Iterator[str]:
    """The plans that operations execute or follow that have not ended."""
    for one in platform.ledger.running():
        followed = (unit.find(ByPlan) for unit in one.units)
        yield from (one.command.plan, *(found.fingerprint for found in followed if found))


def _needed(platform: Platform) -> Iterator[str]:
    """The digest of every content that is needed, and of some that are not."""
    store = platform.store
    for revision in store.assets.every_revision():
        yield from (revision.model, *_DIGEST.findall(revision.lock))
        yield from _of_build(platform, revision.build)
    for asset in store.assets.all():
        yield from _of_source(platform, asset.source)
        for deployment in _in_force(store.stages.deployments(asset.key)):
            if operation := platform.ledger.operation(deployment.operation):
                yield from _of_operation(platform, operation)
    for operation in platform.ledger.running():
        yield from _of_operation(platform, operation)
    for plan in store.plans.all():
        yield plan.catalogue
        yield from _of_command(platform, command_of(plan.command))


def _in_force(deployments: tuple[DeploymentRecord, ...]) -> Iterator[DeploymentRecord]:
    """Of an asset's deployments, the latest first: in each stage the last that succeeded, and all later ones. None that
    was undeployed: its secrets go."""
    succeeded = set[str]()
    for one in deployments:
        if one.stage not in succeeded and one.status not in (UNDEPLOYED, CLEARED):
            yield one
        if one.status == Status.FINISHED:
            succeeded.add(one.stage)


def _of_operation(platform: Platform, operation: Operation) -> Iterator[str]:
    """Whatever its texts name, in whichever output, and what follows from that."""
    yield from _DIGEST.findall(state_text(State(operation.units)))
    yield from _of_command(platform, operation.command)
    for unit in operation.units:
        if compiled := unit.find(Compiled):
            yield from _of_build(platform, compiled.build)


def _of_command(platform: Platform, command: Command) -> Iterator[str]:
    yield from _DIGEST.findall(command_text(command))
    if isinstance(command, Publish):
        yield from _of_source(platform, command.asset.source)


def _of_source(platform: Platform, source: str) -> Iterator[str]:
    """A model's files; none of one that an earlier odcpub has published from its folder."""
    if source:
        yield source
        yield from parse(platform.store.blobs.get(source).decode()).contents()


def _of_build(platform: Platform, build: str) -> Iterator[str]:
    if build:
        yield build
        yield from (digest for files in builds.stored(platform, build).values() for digest in files.values())
