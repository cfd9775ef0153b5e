"""Plans for who only looks: all that an operation would do. No app, no stage and no data is changed. A publish is
compiled and packed, so that the plan names its image; that and the plan are stored.

They are made by what the operation itself calls (``odcpub.operations.plans``), and kept, so that they can be executed.
"""

from __future__ import annotations

from msgspec.structs import replace

from odcpub.data.catalogue import Catalogue
from odcpub.deployment.stages import Stage
from odcpub.operations import requests, settings
from odcpub.operations import stage as stages
from odcpub.operations.core.command import ApplyConfigs, Command, Deploy
from odcpub.operations.core.plan import Plan
from odcpub.operations.kinds import KINDS
from odcpub.operations.libraries import locked
from odcpub.operations.models import Sent, asset_stages, read_model
from odcpub.operations.plans.building import building, made_before, only_built, verified
from odcpub.operations.plans.of_stage import PlanRequest, Refusals, plan_stage
from odcpub.operations.plans.stored import no_catalogue, record_shown
from odcpub.operations.plans.undeploying import undeploy as plan_undeploy
from odcpub.operations.platform import Platform
from odcpub.store.records import AssetRecord, OperationKind, RevisionRecord


def publish(platform: Platform, sent: Sent, user: str) -> Plan:
    """What publishing the model that was sent would do. What is new is built, into caches and the registry, so that the
    image's digest is known; no revision is made of it. One that is not whole is left as it is: to build it is to mend
    it."""
    command = requests.publish_command(platform, sent, user)
    record, stage = command.asset, asset_stages(platform, command.asset)[0]
    read = read_model(platform, sent.source, sent.folder)
    kind = KINDS[read.asset.kind]
    of = verified(platform, read.asset, read.libraries, kind.inputs(platform.engines()))
    found = building(platform, read.asset, of, kind.made)
    notices = tuple(str(one) for one in read.warnings)
    if kind.runs:
        target = stages.Target(record, command.stage, read.asset, read.libraries)
        request = PlanRequest(
            OperationKind.PUBLISH, target, stage, found.build, found.known, asks=True, notices=notices
        )
        made = plan_stage(platform, request, Refusals(shown=True))
        plan, catalogue = made.plan, made.catalogue()
    else:
        plan, catalogue = only_built(platform, record, stage, found, notices), no_catalogue()
    if found.known is None and not plan.refusals:
        image = kind.pack(platform, record, read.asset, of.lock)
        plan = replace(plan, build=replace(found.build, image=image))
    return _kept(platform, plan, command, catalogue)


def deploy(platform: Platform, name: str, to: str, number: int | None, user: str) -> Plan:
    """What promoting would do: nothing is compiled, nothing built."""
    asset = requests.app(platform, name)
    stage, revision = requests.check_promotion(platform, asset, to, number)
    return _of_revision(platform, requests.deploy_command(asset, stage, revision, user), asset, stage, revision)


def apply(platform: Platform, name: str, to: str, user: str) -> Plan:
    """What applying the stage's configuration would do to the revision that runs there."""
    asset, stage, number = requests.check_apply(platform, name, to)
    revision = requests.revision_of(platform, asset, number)
    return _of_revision(platform, requests.apply_command(asset, stage, number, user), asset, stage, revision)


def undeploy(platform: Platform, name: str, to: str, forget: bool, user: str) -> Plan:
    """What taking the app out of the stage would remove. ``forget``: what would stay behind."""
    asset, stage = requests.check_undeploy(platform, name, to)
    plan = plan_undeploy(platform, asset, stage, forget, Refusals(shown=True))
    return _kept(platform, plan, requests.undeploy_command(asset, stage, forget, user), no_catalogue())


def _of_revision(
    platform: Platform, command: Deploy | ApplyConfigs, asset: AssetRecord, stage: Stage, revision: RevisionRecord
) -> Plan:
    libraries = {library.asset.name: library for library in locked(platform, revision.lock)}
    target = stages.Target(asset, command.stage, platform.model_of(asset.name, revision), libraries)
    build = made_before(revision, stages.compiler_of(platform, revision))
    newest = settings.latest(platform, asset) or target.model
    return _made(platform, PlanRequest(command.kind, target, stage, build, revision, newest=newest), command)


def _made(platform: Platform, request: PlanRequest, command: Command) -> Plan:
    made = plan_stage(platform, request, Refusals(shown=True))
    return _kept(platform, made.plan, command, made.catalogue())


def _kept(platform: Platform, plan: Plan, command: Command, catalogue: Catalogue) -> Plan:
    record_shown(platform, plan, command, catalogue)
    return plan
