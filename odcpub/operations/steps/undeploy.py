"""Undeploy: takes an app out of a stage; its data stays. Does I/O."""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.operations import forgetting
from odcpub.operations.core.command import Undeploy
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import step


@dataclass(frozen=True, slots=True)
class Input:
    command: Undeploy


def undeploy(run: Run, given: Input) -> None:
    """Nothing of the app is left running in the stage, or of what the records say of it there."""
    asset, label = run.asset, run.stage.label
    if given.command.forget:
        for line in forgetting.left_behind(run.platform, asset, run.stage):
            run.warn(line)
    else:
        with forgetting.way_on(asset, label):
            run.platform.engines().runner.stop(label, asset.label, asset.key)
    run.platform.store.stages.undeployed(asset.key, label)
    run.say("forgotten; nothing was removed" if given.command.forget else "undeployed; its database stays")


UNDEPLOY = step("undeploy", "Deploy", Input, undeploy)
