"""Plans as they are shown: all that an operation would do, and nothing done. Reads only.

A plan's fingerprint is of everything it shows and of what that was computed from: the model, the live schema, the
configuration.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

from odcpub.data.fingerprint import target_fingerprint
from odcpub.data.migration import Finding, MigrationPlan
from odcpub.deployment.configuration import Resolved
from odcpub.deployment.plan import HIDDEN
from odcpub.deployment.stages import Stage
from odcpub.errors import ModelError, Refused
from odcpub.model.elements import Asset
from odcpub.operations import forgetting, requests, settings, way
from odcpub.operations import stage as stages
from odcpub.operations.builds import build_key, elements, is_there
from odcpub.operations.kinds import KINDS
from odcpub.operations.libraries import locked
from odcpub.operations.models import asset_stages, planned, read_model, strays
from odcpub.operations.platform import Platform
from odcpub.operations.stage import Configuration
from odcpub.store.records import AssetRecord, RevisionRecord


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """What an operation would do, in lines. ``fingerprint``: of them, and of what they were computed from."""

    asset: str
    stage: str
    build: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    deploy: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    fingerprint: str = ""

    def sealed(self, *basis: str) -> ShownPlan:
        """With its fingerprint; ``basis``: what it was computed from, none of which need show."""
        lines = {name: line for name, line in asdict(self).items() if name != "fingerprint"}
        text = json.dumps([lines, *basis], sort_keys=True)
        return replace(self, fingerprint=sha256(text.encode()).hexdigest())


def publish(platform: Platform, folder: Path) -> ShownPlan:
    """What publishing the model in the folder would do."""
    record = planned(platform, folder)
    read = read_model(platform, folder, keep_lock=False)
    stage = asset_stages(platform, record)[0]
    kind = KINDS[read.asset.kind]
    key = build_key(platform, read.asset, read.libraries, kind.inputs(platform.engines()))
    latest = platform.store.assets.latest(read.asset.key)
    known = latest is not None and latest.build_key == key
    same = latest is not None and known and is_there(platform, latest)
    last = latest.number if latest else 0
    made = f"{kind.made} {f'of revision {last} again, which is not whole' if known else f'as revision {last + 1}'}"
    build = () if same else ("compile " + elements(read.asset), made)
    warnings = tuple(str(one) for one in read.warnings)
    if not kind.runs:
        return ShownPlan(record.name, stage.name, build, warnings=warnings).sealed(key)
    target = stages.Target(record, requests.where(stage), read.asset, read.libraries)
    migration = stages.migration(platform, target, asks=True)
    return _stage_plan(platform, target, stage, latest if known else None, build, warnings, key, migration)


def deploy(platform: Platform, name: str, to: str, number: int | None) -> ShownPlan:
    """What promoting would do: nothing is compiled, nothing built."""
    asset = requests.app(platform, name)
    stage, revision = requests.promotion(platform, asset, to, number)
    return _revision_plan(platform, asset, stage, revision)


def apply(platform: Platform, name: str, to: str) -> ShownPlan:
    """What applying the stage's configuration would do to the revision that runs there."""
    asset, stage, number = requests.applying(platform, name, to)
    return _revision_plan(platform, asset, stage, requests.revision_of(platform, asset, number))


def _revision_plan(platform: Platform, asset: AssetRecord, stage: Stage, revision: RevisionRecord) -> ShownPlan:
    libraries = {library.asset.name: library for library in locked(platform, revision.lock)}
    target = stages.Target(asset, requests.where(stage), platform.memory.model(revision.model), libraries)
    migration = stages.migration(platform, target, asks=False)
    newest = settings.latest(platform, asset)
    return _stage_plan(platform, target, stage, revision, (), (), revision.build_key, migration, newest or target.model)


def undeploy(platform: Platform, name: str, to: str, forget: bool) -> ShownPlan:
    """What taking the app out of the stage would remove. ``forget``: what would stay behind."""
    asset, stage = requests.leaving(platform, name, to)
    plan = ShownPlan(asset.name, stage.name)
    if forget:
        try:
            warnings = forgetting.left_behind(platform, asset, requests.where(stage))
            line = f"forget {asset.name} in {stage.name}; nothing is removed"
            plan = replace(plan, deploy=(line,), warnings=warnings)
        except Refused as error:
            plan = replace(plan, refusals=tuple(_told(error)))
    else:
        with forgetting.way_on(asset, stage.label):
            runs = platform.engines().runner.running(stage.label, asset.label, asset.key)
        line = f"remove revision {runs.revision} from {stage.name}" if runs else f"remove what {stage.name} has of it"
        plan = replace(plan, deploy=(line,))
    return plan.sealed(*(str(one.id) for one in platform.store.stages.left(asset.key, stage.label)))


def _stage_plan(
    platform: Platform,
    target: stages.Target,
    stage: Stage,
    revision: RevisionRecord | None,
    build: tuple[str, ...],
    warnings: tuple[str, ...],
    key: str,
    migrated: tuple[MigrationPlan, tuple[Finding, ...]],
    newest: Asset | None = None,
) -> ShownPlan:
    """``newest``: the model that the stage's file is written for; None in a publish, whose own it is."""
    refusals: list[str] = []
    configuration, deploy = "", list[str]()
    try:
        source = revision.runtime if revision else platform.engines().csharp.toolchain().source
        stages.check_runtime(platform, target.asset, stage, source)
    except Refused as error:
        refusals += _told(error)
    try:
        warnings += settings.check_renames(platform, target) if newest is None else ()
    except Refused as error:
        refusals += _told(error)
    try:
        resolved = stages.configuration(platform, target, newest)
        if not build:
            stages.check_image(platform, revision)
            stages.check_database(platform, target, revision)
        configuration = stages.fingerprint(platform, resolved)
        deploy = _deployment(platform, target, revision, resolved)
    except Refused as error:
        refusals += _told(error)
    migration, findings = migrated
    try:
        stages.refuse(target, migration, findings)
    except Refused as error:
        refusals += _told(error)
    notices = stages.notices(platform, target, migration)
    schema = target_fingerprint(platform.memory.schema(target.model, target.libraries))
    amiss = stages.amiss(platform, target)
    mended = [f"set right for the app: {amiss}"] if amiss else []
    ways = way.check(platform, target, amiss) if deploy and not refusals else ()
    plan = ShownPlan(
        target.asset.name,
        target.stage.name,
        build=build,
        data=(*mended, *migration.stays, *(step.summary for step in migration.steps)),
        deploy=tuple(deploy),
        warnings=(*warnings, *migration.warnings, *notices, *strays(platform, target.asset), *ways),
        refusals=tuple(refusals),
    )
    return plan.sealed(key, configuration, migration.base, schema)


def _told(error: Refused) -> list[str]:
    """A refusal as lines: the message, each problem or detail, and how to go on, as the operation itself would say."""
    problems = error.problems if isinstance(error, ModelError) else ()
    lines = [*(f"{one}; {one.hint}" if one.hint else str(one) for one in problems), *error.details]
    if lines:
        return [error.message, *lines, *([error.hint] if error.hint else [])]
    return [f"{error.message}; {error.hint}" if error.hint else error.message]


UNBUILT = "sha256:" + "0" * 64
"""Stands for the digest of an image that a publish would build."""


def _deployment(
    platform: Platform, target: stages.Target, revision: RevisionRecord | None, resolved: Resolved
) -> list[str]:
    """What the runner would change, field by field; secrets are hidden by the runner's own plan."""
    record = revision or _unbuilt(platform, target)
    password = platform.store.stages.known_database_password(target.asset.key, target.stage.label)
    login = platform.engines().database.login(stages.place(platform, target), password)
    wanted = stages.workload(platform, target, record, Configuration(resolved.settings, resolved.secrets), login)
    platform.engines().settled()
    lines: list[str] = []
    hidden = settings.hidden(platform, target)
    for change in platform.engines().runner.observe(wanted).changes:
        lines.append(f"{change.verb} {change.what}")
        lines += [_field(*each, hidden) for each in change.fields]
    if platform.store.stages.current(target.asset.key, target.stage.label) is None:
        lines += _first_values(resolved, hidden)
    return [line.replace(UNBUILT, "(to be built)") for line in lines]


def _field(path: str, old: str, new: str, hidden: frozenset[str]) -> str:
    if path.rpartition(".")[2] in hidden:
        old, new = (value and HIDDEN for value in (old, new))
    return f"  {path}: {old or 'nothing'} → {new or 'nothing'}"


def _first_values(resolved: Resolved, hidden: frozenset[str]) -> list[str]:
    """The configuration of a first deployment, which differs from nothing: all of it, secrets by name."""
    shown = [(name, HIDDEN if f"ODC_SETTING_{name}" in hidden else value) for name, value in resolved.settings]
    values = [*shown, *((name, HIDDEN) for name, _ in resolved.secrets)]
    return [f"configure {name}: {value}" for name, value in values]


def _unbuilt(platform: Platform, target: stages.Target) -> RevisionRecord:
    latest = platform.store.assets.latest(target.asset.key)
    number = (latest.number if latest else 0) + 1
    schema = target_fingerprint(platform.memory.schema(target.model, target.libraries))
    return RevisionRecord(
        target.asset.key, number, "", "", "", UNBUILT, target.asset.label, schema, "{}", "", "", "", ""
    )
