"""Undeploy: takes an app out of a stage; its data stays. Does I/O."""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.errors import Refused
from odcpub.operations import forgetting, handover
from odcpub.operations.core.command import Undeploy
from odcpub.operations.core.outputs import ByPlan
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import step
from odcpub.operations.models import stage_or_former
from odcpub.operations.plans import stored
from odcpub.operations.plans.of_stage import Refusals
from odcpub.operations.plans.undeploying import undeploy as planned


@dataclass(frozen=True, slots=True)
class Input:
    command: Undeploy


def undeploy(run: Run, given: Input) -> None:
    """Nothing of the app is left running in the stage, or of what the records say of it there."""
    handover.claim(run)
    asset, label = run.asset, run.stage.label
    if run.unit.find(ByPlan) is None:  # a server that was killed later in this step has planned, and changed something
        _plan(run, given.command.forget)
    if not given.command.forget:
        with forgetting.way_on(asset, label):
            run.platform.engines().runner.stop(label, asset.label, asset.key)
    run.platform.store.stages.undeployed(asset.key, label)
    run.say(
        "removed from odcpub's records; nothing else was changed"
        if given.command.forget
        else "undeployed; its database stays"
    )


def _plan(run: Run, forget: bool) -> None:
    stage = stage_or_former(run.platform, run.asset, run.stage.label)
    try:
        plan = planned(run.platform, run.asset, stage, forget, Refusals(shown=False))
    except Refused as error:
        raise stored.refused_since(run, error) from None
    for line in plan.notices:
        run.warn(line)
    stored.record_followed(run, plan, stored.no_catalogue)


UNDEPLOY = step("undeploy", "Deploy", Input, undeploy)
