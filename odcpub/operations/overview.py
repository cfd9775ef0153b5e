"""Answers about what is there: status, one stage's configuration, doctor. Reads; of an asset that an earlier odcpub has
published, the first answer takes its stages' files over (``model_files``)."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import cast

from odcpub.api_types.assets import AssetKind, Configuration, SettingValue
from odcpub.api_types.installation import AssetStatus, Check, Doctor, StageStatus, Status, WaitingOperation
from odcpub.api_types.operations import WaitingFor
from odcpub.deployment.configuration import parse_stage_file, resolve
from odcpub.errors import ModelError, OdcpubError
from odcpub.model.elements import Setting
from odcpub.model.versions import parse_version
from odcpub.operations import configuring, in_force, pushing, requests
from odcpub.operations.app_logins import app_logins
from odcpub.operations.core.ledger import Operation
from odcpub.operations.core.outputs import Waiting
from odcpub.operations.models import stage_file, stage_or_former, unread_stage_files
from odcpub.operations.platform import Platform, error_data
from odcpub.store.records import AssetRecord, DeploymentRecord
from odcpub.store.stages import Values
from odcpub.store.vault import lost

LOOKS = 8
"""How many rows of the status are looked up at once."""


def status(platform: Platform) -> Status:
    """Every asset's latest revision and release, and what runs of it in each stage. Where no engine can be asked, the
    reason stands beside once, as a problem. One that never got a revision is known so that its secrets can be set
    before."""
    problem = _no_engines(platform)
    there = platform.store.assets.all()
    deployed = {asset.key: _current(platform, asset) for asset in there}
    every = [(asset, one) for asset in there for one in deployed[asset.key]]
    # All at once: a runner that does not answer is waited for once, and not for every row.
    with ThreadPoolExecutor(LOOKS) as looks:
        rows = looks.map(lambda one: _seen(platform, one[0], one[1], problem is not None), every)
        found = dict(zip(every, rows, strict=True))
    running = platform.ledger.running()
    assets = [_asset(platform, asset, [found[asset, one] for one in deployed[asset.key]], running) for asset in there]
    return (
        {"assets": assets} if problem is None else {"assets": assets, "title": problem.message, **error_data(problem)}
    )


def _no_engines(platform: Platform) -> OdcpubError | None:
    try:
        platform.engines()
    except OdcpubError as error:
        return error
    return None


def _current(platform: Platform, asset: AssetRecord) -> list[DeploymentRecord]:
    """What was deployed last in each stage, in the order in which the stages came."""
    deployments = sorted(platform.store.stages.deployments(asset.key), key=lambda one: one.id)
    labels = dict.fromkeys(one.stage for one in deployments)
    return [found for label in labels if (found := platform.store.stages.current(asset.key, label))]


def _asset(
    platform: Platform, asset: AssetRecord, stages: list[StageStatus], running: Sequence[Operation]
) -> AssetStatus:
    latest = platform.store.assets.latest(asset.key)
    releases = [one.version for one in platform.store.assets.releases(asset.key)]
    return {
        "key": asset.key,
        "name": asset.name,
        "kind": cast(AssetKind, asset.kind),
        "revision": latest.number if latest else 0,
        "release": max(releases, key=parse_version, default=""),
        "stages": stages,
        "waiting": [_waiting(one, one.waiting) for one in running if one.waiting and one.unit.asset.key == asset.key],
    }


def _waiting(one: Operation, waits: Waiting) -> WaitingOperation:
    why: WaitingFor = {"for": waits.wants, "who": waits.who, "since": waits.since, "command": waits.command}
    return {"operation": one.key, "kind": one.kind.value, "stage": one.unit.stage.name, "waiting": why}


def _seen(platform: Platform, asset: AssetRecord, current: DeploymentRecord, blind: bool) -> StageStatus:
    """One row: what the records say is deployed, and what the runner says of it."""
    running, health = None, "unknown" if blind else "stopped"
    try:
        running = None if blind else platform.engines().runner.running(current.stage, asset.label, asset.key)
    except OdcpubError as error:
        health = f"unknown: {error.message}"
    operation = platform.ledger.operation(current.operation)
    revision = platform.store.assets.revision(asset.key, current.revision)
    return {
        "stage": operation.unit.stage.name if operation else current.stage,
        "revision": running.revision if running else current.revision,
        "digest": running.digest if running else (revision.image if revision else ""),
        "address": running.address if running else "",
        "health": running.health if running else health,
        "deployedAt": current.created_at,
        "rulesNotInForce": in_force.shown(platform, current),
        "unfinished": in_force.unfinished(platform, current),
        "pending": pushing.pending(platform, asset, current),
    }


def configuration(platform: Platform, name: str, to: str) -> Configuration:
    """Every setting of the latest revision with its value in the stage and where that comes from; secrets hidden. A
    value that was set and does not count for it (any more) is told as such, and never shown."""
    asset = requests.app(platform, name)
    stage = stage_or_former(platform, asset, to)
    model = configuring.newest(platform, asset)
    parsed = parse_stage_file(stage_file(platform, asset, stage.label), f"stages/{stage.label}.yaml")
    known = platform.store.stages.values(asset.key, stage.label)
    current = platform.store.stages.current(asset.key, stage.label)
    where = (asset.label, stage.label)
    found = resolve(model, parsed.values, known, where=where)
    # What has no place was set by command; that can be put right by one, which needs what is shown here.
    if problems := parsed.problems or [one for one in found.problems if one.place]:
        raise ModelError(problems, f"{asset.name} ({stage.name}): the configuration")
    unfit = {one.element.partition(".")[2]: one.message for one in found.problems}
    in_file = {one.name for one in parsed.values}
    stands = _Values(dict(found.settings), unfit, known, f"stages/{stage.label}.yaml", in_file)
    return {
        "key": asset.key,
        "name": asset.name,
        "revisionDeployed": current.revision if current else None,
        "settings": [stands.of(one) for one in model.settings],
        "pending": pushing.pending(platform, asset, current) if current else None,
        "warnings": _unread_stage_files(platform, asset),
    }


@dataclass(frozen=True, slots=True)
class _Values:
    """What a stage's settings have. ``resolved``: values that may be shown, by name; ``unfit``: why a value that was
    set does not count, by name; ``known``: what was set by command; ``in_file``: names that the ``file`` has."""

    resolved: Mapping[str, str]
    unfit: Mapping[str, str]
    known: Values = field(repr=False)
    file: str
    in_file: Collection[str]

    def of(self, one: Setting) -> SettingValue:
        """The setting with its value in the stage, as the API shows it."""
        return {
            "key": one.identity,
            "name": one.name,
            "description": one.description,
            "dataType": one.type.basic,
            "isSecret": one.secret,
            "value": self._value(one),
            "valueOrigin": self._origin(one),
        }

    def _origin(self, one: Setting) -> str:
        if one.name in self.unfit or one.identity in (self.known.secrets if one.secret else self.known.settings):
            return "EnvironmentLevelOverride"
        return self.file if one.name in self.in_file else "ApplicationLevelDefault"

    def _value(self, one: Setting) -> str | None:
        if one.name in self.unfit:
            return f"({self.unfit[one.name]}: set it again)"
        if one.secret and one.identity in self.known.lost:
            return "(lost: set it again)"
        if one.secret:
            return "(set)" if one.identity in self.known.secrets else None
        return self.resolved.get(one.name)


def _unread_stage_files(platform: Platform, asset: AssetRecord) -> list[str]:
    """Files of no stage; none where the project file is such that nobody knows its stages."""
    try:
        return list(unread_stage_files(platform, asset))
    except OdcpubError:
        return []


def doctor(platform: Platform) -> Doctor:
    """What is there behind each port, what is missing and how to get it."""
    try:
        apps = app_logins(platform)
    except OdcpubError:  # of the key, which is told beneath
        apps = []
    return {"checks": [*platform.engines().examine(apps), _store(platform), _key(platform)]}


def _store(platform: Platform) -> Check:
    """Where the platform's records are, and whether that answers."""
    what = "records of the platform"
    try:
        return {"what": what, "state": "ok", "found": platform.store.condition(), "hints": []}
    except OdcpubError as error:
        return {"what": what, "state": "missing", "found": error.message, "hints": [error.hint]}


def _key(platform: Platform) -> Check:
    """Whether the key of the secrets is there, whole, and the one that they were written with."""
    file = platform.store.vault.key_file
    hint = f"put it back from a backup; {lost(file)}"
    bad = ""
    try:
        assets = [asset for asset in platform.store.assets.all() if platform.store.stages.deployments(asset.key)]
        if assets and not file.exists():
            bad = "is missing, and apps are deployed"
        elif without := [asset.name for asset in assets if _lost(platform, asset)]:
            bad = f"cannot decrypt the secrets of {', '.join(without)}: wrong key file"
    except OdcpubError as error:
        bad, hint = error.message.removeprefix(f"{file}: "), error.hint
    found = bad or ("is there" if file.exists() else "is made with the first secret")
    check: Check = {"what": "key of secrets", "state": "ok", "found": f"{file}: {found}", "hints": []}
    if bad:
        return check | {"state": "missing", "hints": [hint]}
    if platform.store.vault.exposed():
        told = f"{file}: {found}, and others may read it"
        return check | {"state": "warning", "found": told, "hints": [f"chmod 600 {shlex.quote(str(file))}"]}
    return check


def _lost(platform: Platform, asset: AssetRecord) -> bool:
    """Whether secrets of what is deployed cannot be read with the present key."""
    stages = platform.store.stages
    labels = {one.stage for one in stages.deployments(asset.key)}
    current = [label for label in labels if stages.current(asset.key, label)]
    return any(
        stages.values(asset.key, label).lost or not stages.known_database_password(asset.key, label)
        for label in current
    )
