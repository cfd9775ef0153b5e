"""The plan of what takes an app out of a stage. Does I/O: asks the runner."""

from __future__ import annotations

from msgspec.structs import replace

from odcpub.deployment.stages import Stage
from odcpub.operations import forgetting
from odcpub.operations.core.outputs import StageRef
from odcpub.operations.core.plan import Change, Plan
from odcpub.operations.plans import parts
from odcpub.operations.plans.of_stage import Refusals
from odcpub.operations.platform import Platform
from odcpub.store.records import AssetRecord, OperationKind


def undeploy(platform: Platform, asset: AssetRecord, stage: Stage, forget: bool, refusals: Refusals) -> Plan:
    """``forget``: the records alone; its notices say what would stay behind."""
    notices: tuple[str, ...] = ()
    change = Change(verb="forget", what=f"{asset.name} in {stage.name}; nothing is removed")
    with refusals.collected():
        if forget:
            notices = forgetting.left_behind(platform, asset, StageRef(stage.name, stage.label))
        else:
            change = _removal(platform, asset, stage)
    left = tuple(one.id for one in platform.store.stages.left(asset.key, stage.label))
    return Plan(
        server=platform.store.installation,
        operation=OperationKind.UNDEPLOY,
        asset=asset.name,
        asset_key=asset.key,
        stage=stage.name,
        deploy=() if refusals.lines else (change,),
        notices=notices,
        refusals=tuple(refusals.lines),
        basis=replace(parts.basis(platform, asset, stage), left=left),
    ).with_fingerprint()


def _removal(platform: Platform, asset: AssetRecord, stage: Stage) -> Change:
    with forgetting.way_on(asset, stage.label):
        runs = platform.engines().runner.running(stage.label, asset.label, asset.key)
    what = f"revision {runs.revision} from {stage.name}" if runs else f"what {stage.name} has of it"
    return Change(verb="remove", what=what)
