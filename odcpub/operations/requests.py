"""What users ask for: begins operations, or does at once what is small (release). Does I/O.

Everything that can be refused without looking at a stage is refused here, before an operation is recorded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from msgspec.structs import replace

from odcpub.deployment.stages import Stage
from odcpub.errors import Missing, Refused, UsageError
from odcpub.model.elements import Kind
from odcpub.operations.command_line import publish_line
from odcpub.operations.core.command import ApplyConfigs, Command, Deploy, Publish, Undeploy
from odcpub.operations.core.ledger import Operation
from odcpub.operations.core.outputs import AssetRef, StageRef
from odcpub.operations.missing_values import still_waits
from odcpub.operations.model_files import check_files
from odcpub.operations.models import Sent, asset_stages, planned, stage_among, stage_of, stage_or_former
from odcpub.operations.platform import Platform
from odcpub.store.records import AssetRecord, RevisionRecord, Status

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Same = Callable[[Command], bool]
"""Whether a recorded command is the one that a request asks for."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """Which app is to go to which stage, by name, label or key; ``revision``: None means the one of the stage before;
    ``wait_for_settings``: as commands have it."""

    asset: str
    stage: str
    revision: int | None = None
    wait_for_settings: bool = False


@dataclass(frozen=True, slots=True)
class Removal:
    """Which app is to be taken out of which stage; ``forget``: out of the records alone, where its runner is gone for
    good."""

    asset: str
    stage: str
    forget: bool = False


def publish(platform: Platform, sent: Sent, user: str, key: str = "", wait_for_settings: bool = False) -> str:
    """Begins a publish of the model that was sent, to the first stage; the operation's key: ``key``, where the caller
    has made one so as to be able to ask again."""
    command = publish_command(platform, sent, user)
    return begin(platform, replace(command, wait_for_settings=wait_for_settings), key)


def publish_command(platform: Platform, sent: Sent, user: str) -> Publish:
    """The command that publishes the model; refused where it cannot be."""
    asset = planned(platform, sent)
    stage = asset_stages(platform, asset)[0]
    return Publish(actor=user, stage=stage_ref(stage), asset=asset)


def deploy(platform: Platform, wanted: Promotion, user: str, key: str = "") -> str:
    """Begins a promotion: the revision that runs in the stage before (or an older one that ran there), unchanged."""
    asset = app(platform, wanted.asset)
    stage, revision = check_promotion(platform, asset, wanted.stage, wanted.revision)
    command = deploy_command(asset, stage, revision, user)
    return begin(platform, replace(command, wait_for_settings=wanted.wait_for_settings), key)


def deploy_command(asset: AssetRecord, stage: Stage, revision: RevisionRecord, user: str) -> Deploy:
    """The command that promotes the revision."""
    return Deploy(actor=user, stage=stage_ref(stage), asset=_asset_ref(asset), revision=revision.number)


def check_promotion(
    platform: Platform, asset: AssetRecord, to: str, number: int | None
) -> tuple[Stage, RevisionRecord]:
    """The stage and revision a promotion means; refused for the first stage and for what the stage before lacks."""
    stages = asset_stages(platform, asset)
    stage = stage_among(platform, asset, stages, to)
    place = stages.index(stage)
    if place == 0:
        raise Refused(
            f"{stage.name}: is the first stage, where apps are published and not promoted", publish_line(asset)
        )
    before = stages[place - 1]
    if number is None:
        current = platform.store.stages.current(asset.key, before.label)
        if current is None:
            raise Refused(f"{asset.name}: does not run in {before.name}", _how_to_reach(asset, before, place - 1))
        number = current.revision
    revision = revision_of(platform, asset, number)
    if all(one.revision != number for one in platform.store.stages.served(asset.key, before.label)):
        raise Refused(f"{asset.name}: revision {number} never ran in {before.name}", "promote through every stage")
    check_files(platform, asset)
    return stage, revision


def revision_of(platform: Platform, asset: AssetRecord, number: int | None) -> RevisionRecord:
    """The revision of that number, the latest without one; a Missing says which there are."""
    assets = platform.store.assets
    latest = assets.latest(asset.key)
    if latest is None:
        raise Missing(f"{asset.name}: has no revision yet", f"publish it first: {publish_line(asset)}")
    found = latest if number is None else assets.revision(asset.key, number)
    if found is None:
        raise Missing(f"{asset.name}: there is no revision {number}", f"its latest is revision {latest.number}")
    return found


def _how_to_reach(asset: AssetRecord, stage: Stage, place: int) -> str:
    return publish_line(asset) if place == 0 else f"odcpub promote {asset.label} --to {stage.label}"


def apply(platform: Platform, name: str, to: str, user: str, key: str = "") -> str:
    """Begins applying a stage's configuration to the revision that runs there."""
    asset, stage, number = check_apply(platform, name, to)
    return begin(platform, apply_command(asset, stage, number, user), key)


def apply_command(asset: AssetRecord, stage: Stage, number: int, user: str) -> ApplyConfigs:
    """The command that gives the revision which runs in the stage the present configuration."""
    return ApplyConfigs(actor=user, stage=stage_ref(stage), asset=_asset_ref(asset), revision=number)


def check_apply(platform: Platform, name: str, to: str) -> tuple[AssetRecord, Stage, int]:
    """The app, the stage, and the revision that runs there and gets the stage's configuration."""
    asset = app(platform, name)
    stage = stage_of(platform, asset, to)
    current = platform.store.stages.current(asset.key, stage.label)
    if current is None:
        raise Refused(f"{asset.name}: does not run in {stage.name}", "see: odcpub status")
    check_files(platform, asset)
    return asset, stage, current.revision


def undeploy(platform: Platform, wanted: Removal, user: str, key: str = "") -> str:
    """Begins taking the app out of a stage."""
    asset, stage = check_undeploy(platform, wanted.asset, wanted.stage)
    return begin(platform, undeploy_command(asset, stage, wanted.forget, user), key)


def undeploy_command(asset: AssetRecord, stage: Stage, forget: bool, user: str) -> Undeploy:
    """The command that takes the app out of the stage."""
    return Undeploy(actor=user, stage=stage_ref(stage), asset=_asset_ref(asset), forget=forget)


def check_undeploy(platform: Platform, name: str, to: str) -> tuple[AssetRecord, Stage]:
    """The app and the stage that it is taken out of, a former one too; also where its deployments there all failed,
    which left something."""
    asset = app(platform, name)
    stage = stage_or_former(platform, asset, to)
    if not platform.store.stages.left(asset.key, stage.label):
        raise Refused(f"{asset.name}: does not run in {stage.name}", "see: odcpub status")
    return asset, stage


def app(platform: Platform, name: str) -> AssetRecord:
    """The app meant; libraries are never deployed."""
    asset = platform.asset(name)
    if asset.kind != Kind.APP:
        raise Refused(f"{asset.name}: is a {asset.kind}, and only apps are deployed", "publish an app that uses it")
    return asset


def asked_before(platform: Platform, key: str, same: Same) -> bool:
    """Whether this very request has its operation: its answer was lost, and it is asked again. An operation that was
    recorded, and the server was killed before it began, begins now. Refused where the key is that of another request.
    """
    found = _operation_of(platform, key, same)
    if found and found.status == Status.RUNNING:
        _run(found.key)
    return found is not None


def _operation_of(platform: Platform, key: str, same: Same) -> Operation | None:
    if key and not _UUID.fullmatch(key):
        raise UsageError("Idempotency-Key: is no UUID", "leave it out, or make a new UUID for each operation")
    found = platform.ledger.operation(key) if key else None
    if found and not same(found.command):
        one = found.command
        raise UsageError(
            f"Idempotency-Key: belongs to another request: {one.kind} of {one.asset.name} in {one.stage.name}",
            "make a new UUID for each request",
        )
    return found


def _like(one: Command, other: Command) -> bool:
    """Whether both are of one request; what it leaves open can have been found out anew for the second one."""
    sources = [each.asset.source if isinstance(each, Publish) else "" for each in (one, other)]
    return (one.kind, one.asset.key, one.stage.label, one.plan) == (
        other.kind, other.asset.key, other.stage.label, other.plan,
    ) and sources[0] == sources[1]  # fmt: skip


def _run(key: str) -> None:
    """Late: what ``durable`` imports, the server loads beside its first answer."""
    from odcpub.operations import durable

    durable.begin(key)


def _run_on(key: str) -> None:
    from odcpub.operations import durable

    durable.go_on(key)


def stage_ref(stage: Stage) -> StageRef:
    """The stage as commands have it."""
    return StageRef(stage.name, stage.label)


def _asset_ref(asset: AssetRecord) -> AssetRef:
    return AssetRef(asset.key, asset.name)


def begin(platform: Platform, command: Command, key: str) -> str:
    """Records and begins it, once for one ``key``; the operation's key."""
    with platform.beginning:
        if _operation_of(platform, key, partial(_like, command)) is None:
            key = platform.ledger.begin(command, key)
    _run(key)
    return key


def go_on(platform: Platform, operation: Operation, user: str) -> None:
    """Lets an operation that waits go on."""
    if operation.waiting is None:
        state = "is running" if operation.status == Status.RUNNING else "has ended"
        raise Refused(
            f"operation {operation.key[:8]}: is not waiting: it {state}", f"see: odcpub log {operation.key[:8]}"
        )
    platform.ledger.go_on(operation.key)
    platform.store.journal.say(operation.key, "", f"continued by {user}")
    _run_on(operation.key)


def values_came(platform: Platform, asset: AssetRecord, label: str = "") -> list[str]:
    """Operations of the asset that wait for values go on where none is missing any more; their keys. ``label``: of the
    stage that got values; every stage without one."""
    resumed = []
    for one in platform.ledger.running(asset.key):
        there = not label or one.unit.stage.label == label
        if there and one.waiting and not still_waits(platform, one):
            platform.ledger.go_on(one.key)
            platform.store.journal.say(one.key, "", f"goes on: no value is missing in {one.unit.stage.name}")
            _run_on(one.key)
            resumed.append(one.key)
    return resumed


def cancel(platform: Platform, operation: Operation, user: str) -> None:
    """Ends an operation before its next step; one that waits at once."""
    if operation.status != Status.RUNNING:
        raise Refused(f"operation {operation.key[:8]}: has ended", f"see: odcpub log {operation.key[:8]}")
    platform.ledger.cancel(operation.key, user)
    _run_on(operation.key)
