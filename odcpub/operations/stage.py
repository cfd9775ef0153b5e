"""Observing and planning one stage for one app: configuration, migration, workload. Does I/O: reads; ``seal`` alone
stores something, the encrypted configuration.

What the steps execute and what ``--plan`` shows both come from here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from odcpub.data.migration import Finding, MigrationPlan
from odcpub.data.plan import plan_migration
from odcpub.data.schema import Schema
from odcpub.deployment.configuration import Configuration, parse_stage_file, resolve
from odcpub.deployment.stages import DEFAULT_STAGES, Stage
from odcpub.deployment.workload import Workload
from odcpub.engines.ports import Login, Owner
from odcpub.engines.ports import Place as DataPlace
from odcpub.errors import ModelError, Refused
from odcpub.image.content import ImageRef
from odcpub.model.elements import Asset, Library, VerifiedAsset
from odcpub.model.physical import physical
from odcpub.operations.core.outputs import StageRef, Verified
from odcpub.operations.login import database_environment
from odcpub.operations.models import asset_stages, stage_file
from odcpub.operations.platform import Platform
from odcpub.store.records import AssetRecord, RevisionRecord


@dataclass(frozen=True, slots=True)
class Target:
    """One app in one stage, at the revision (or not yet made revision) that shall run there."""

    asset: AssetRecord
    stage: StageRef
    model: VerifiedAsset
    libraries: Mapping[str, Library]


def place(platform: Platform, target: Target) -> DataPlace:
    """Where the app's data is, and whose it must be."""
    return place_of(platform, target.asset, target.stage.label)


def place_of(platform: Platform, asset: AssetRecord, label: str) -> DataPlace:
    """The same, of an app whose model is not at hand. ``label``: the stage's."""
    owner = Owner(asset.key, platform.store.installation)
    return DataPlace(f"odc_{physical(label.replace('-', '_'))}", asset.label.replace("-", "_"), owner)


def check_runtime(platform: Platform, asset: AssetRecord, stage: Stage, source: str) -> None:
    """Bootstrap runtimes get no security fixes: a stage can refuse what was built on one; Production does.

    ``source``: where the toolchain of the build came from (``sdk``, ``bootstrap``).
    """
    if source == "bootstrap" and not stage.allow_bootstrap:
        raise Refused(
            f"{asset.name} ({stage.name}): the image holds the bootstrap .NET runtime, which gets no fixes",
            "install a .NET SDK 10 and publish again; or allow it by one line of odcpub.yaml, beside the model "
            f"or above it: {_allowing(platform, asset, stage)}",
        )


def _allowing(platform: Platform, asset: AssetRecord, stage: Stage) -> str:
    """The line of the project file that allows it: all its stages stand there, since naming one names them all."""
    named = asset_stages(platform, asset)
    if named is not DEFAULT_STAGES:
        return f"{stage.name}: {{ allow_bootstrap: true }}"
    values = (f"{one.name}: {{{' allow_bootstrap: true ' if one == stage else ''}}}" for one in named)
    return f"stages: {{ {', '.join(values)} }}"


class MissingValues(Refused):
    """The stage lacks values that the app needs. ``names``: of the settings and secrets."""

    def __init__(self, message: str, hint: str, names: Sequence[str]) -> None:
        super().__init__(message, hint)
        self.names = tuple(names)


def configuration(platform: Platform, target: Target, newest: Asset | None = None) -> Configuration:
    """The stage's values: model default, then the stage's file, then what was set by command. Refused when wrong.
    ``newest``: the model that the stage's file is written for, where that is a later one."""
    label = target.stage.label
    parsed = parse_stage_file(stage_file(platform, target.asset, label), f"stages/{label}.yaml")
    whole = f"{target.asset.name} ({target.stage.name}): the configuration"
    if parsed.problems:
        raise ModelError(parsed.problems, whole)
    known = platform.store.stages.values(target.asset.key, target.stage.label)
    where = (target.asset.label, target.stage.label)
    written_for = (newest or target.model).settings
    resolved = resolve(target.model, parsed.values, known, written_for, where)
    if resolved.problems:
        raise ModelError(resolved.problems, whole)
    if lost := [one.name for one in target.model.settings if one.secret and one.identity in known.lost]:
        raise MissingValues(
            f"{target.asset.name} ({target.stage.name}): cannot decrypt {', '.join(lost)}: "
            f"{platform.store.vault.key_file} is the wrong key file",
            f"put the right file back; where it is lost: {setting(target.asset, lost, label)}",
            lost,
        )
    if resolved.missing:
        raise MissingValues(
            f"{target.asset.name} ({target.stage.name}): no value for the mandatory {', '.join(resolved.missing)}",
            setting(target.asset, resolved.missing, label),
            resolved.missing,
        )
    return Configuration(resolved.settings, resolved.secrets)


def setting(asset: AssetRecord, names: Sequence[str], label: str) -> str:
    """The command that sets values. ``label``: the stage's."""
    return f"odcpub config set {asset.label} {' '.join(names)} --stage {label}"


class Migration(NamedTuple):
    """A plan, the rows that stand in its way, and the live schema that it was made from."""

    plan: MigrationPlan
    findings: tuple[Finding, ...]
    live: Schema | None


def migration(platform: Platform, target: Target, asks: bool) -> Migration:
    """The migration plan for the stage's live schema. Fails where there is none and the platform may not make it.

    ``asks``: the author can still answer "renamed?", as in a publish; in a promotion the answer stands already.
    """
    database = platform.engines().database
    served = platform.store.stages.served(target.asset.key, target.stage.label)
    before = platform.store.assets.revision(target.asset.key, served[0].revision) if served else None
    runs = platform.model_of(target.asset.name, before) if before else None
    there = place(platform, target)
    live = database.observe(there)
    if live is None:
        database.check(there)
    schema = platform.caches.schema(target.model, target.libraries)
    # Where nothing ran, as in a database that was taken over, what it remembers itself is asked about.
    previous = (runs or replace(target.model, entities=(), static_entities=())) if asks else None
    plan = platform.caches.plan(live, schema, target.model, previous, runs)
    found = database.inspect(there, plan.checks) if plan.checks else ()
    if spared := {one.check.spares for one in found if one.check.spares}:
        plan = plan_migration(live, schema, asset=target.model, previous=previous, runs=runs, not_valid=spared)
        found = tuple(one for one in found if not one.check.spares)
    return Migration(plan, found, live)


def notices(platform: Platform, target: Target, plan: MigrationPlan) -> tuple[str, ...]:
    """What is worth a line and refuses nothing: rows that still refer to a removed record, a table's rewrite."""
    found = platform.engines().database.inspect(place(platform, target), plan.notices) if plan.notices else ()
    return tuple(one.told if one.check.spares else f"{one.check.element}: {one.message}" for one in found)


def refuse(target: Target, plan: MigrationPlan, findings: tuple[Finding, ...]) -> None:
    """Raises Refused where the plan needs the author or rows stand in its way; all reasons at once."""
    details = [*plan.refusals, *(finding.told for finding in findings)]
    why = "the data would not survive this change" if findings else "this change cannot be made as it stands"
    if details:
        raise Refused(
            f"{target.asset.name} ({target.stage.name}): {why}",
            "nothing was changed; settle each point above, then publish or promote again",
            details,
        )


def workload(
    platform: Platform, target: Target, revision: RevisionRecord, configured: Configuration, login: Login
) -> Workload:
    """What the runner shall run."""
    secrets = {f"ODC_SECRET_{name}": value for name, value in configured.secrets}
    settings = {f"ODC_SETTING_{name}": value for name, value in configured.settings}
    # All else that runners set follows from the workload; it knows the stage by its label alone.
    about = {"ODCPUB_STAGE": target.stage.name, "ODCPUB_DATABASE_POOLING": login.pooling}
    return replace(
        bare_workload(platform, target, revision),
        settings=tuple(sorted((settings | about).items())),
        secrets=tuple(sorted((secrets | database_environment(login)).items())),
        database_port=login.port,
    )


def bare_workload(platform: Platform, target: Target, revision: RevisionRecord, instance: str = "") -> Workload:
    """The same without its configuration, for whoever only waits. ``instance``: what tells the version from another."""
    image, asset = ImageRef(revision.repository, revision.image), target.asset
    return Workload(
        asset.name, asset.label, asset.key, target.stage.label, revision.number,
        platform.engines().registry.reference(image), image.repository, image.digest,
        schema=revision.schema, instance=instance,
    )  # fmt: skip


def seal(platform: Platform, configured: Configuration) -> str:
    """Keeps the configuration as this deployment has it: the blob of it, encrypted."""
    return platform.store.blobs.put(platform.store.vault.seal(_text(configured)))


def fingerprint(platform: Platform, configured: Configuration) -> str:
    """Tells whether two deployments have the same configuration; keeps nothing."""
    return platform.store.vault.fingerprint(_text(configured))


def _text(configured: Configuration) -> str:
    return json.dumps({"settings": sorted(configured.settings), "secrets": sorted(configured.secrets)})


def access_fault(platform: Platform, target: Target) -> str:
    """What keeps the app that is deployed there from its data and is set right by its next deployment, and what an
    operator has to do besides; empty where nothing does."""
    password = platform.store.stages.known_database_password(target.asset.key, target.stage.label)
    if not password or platform.store.stages.current(target.asset.key, target.stage.label) is None:
        return ""
    database, there = platform.engines().database, place(platform, target)
    found = database.access_fault(there, password)
    login = database.login(there, password)
    if not found or login.pooling == "none":
        return found
    return f"{found}; {_POOLER.format(where=f'{login.host}:{login.port}', role=login.user)}"


_POOLER = (
    "a pooler at {where} with a list of passwords (auth_file) needs the new one of {role} from pg_authid, and RELOAD "
    "in its console; a pooler that asks the server (auth_query) needs nothing"
)


def check_image(platform: Platform, revision: RevisionRecord | None) -> None:
    """Refuses a revision whose image the present registry does not have: it was lost, or other engines built it."""
    if revision is None:
        return
    registry = platform.engines().registry
    if not registry.has(ImageRef(revision.repository, revision.image)):
        raise Refused(
            f"revision {revision.number}: the registry {platform.engines().settings.registry} does not have its image",
            "publish its model again; where it was built for other engines, choose those again",
        )


def check_database(platform: Platform, target: Target, revision: RevisionRecord | None) -> None:
    """Refuses a revision of an odcpub whose apps knew neither TLS nor poolers, where the database asks for that: it
    would start, and fail at every request."""
    if revision is None or compiler_of(platform, revision):
        return
    password = platform.store.stages.known_database_password(target.asset.key, target.stage.label)
    login = platform.engines().database.login(place(platform, target), password)
    pooled = login.pooling != "none"
    if pooled or login.tls.mode in _ASKED:
        what = f"a {login.pooling} pooler" if pooled else f"sslmode={login.tls.mode}"
        raise Refused(
            f"revision {revision.number} of {target.asset.name}: was published by an older odcpub, whose apps do not "
            f"support {what}, as the database asks for",
            f"publish its model again, and promote that revision; odcpub source {target.asset.label} --revision "
            f"{revision.number} FOLDER shows what it is",
        )


_ASKED = ("require", "verify-ca", "verify-full")


def compiler_of(platform: Platform, revision: RevisionRecord) -> str:
    """The identity of the compiler that made the revision; empty where an odcpub made it that did not record it."""
    operation = platform.ledger.operation(revision.operation)
    verified = operation.unit.find(Verified) if operation else None
    return verified.compiler if verified else ""


def unseal(platform: Platform, blob: str) -> Configuration:
    """The configuration a deployment was begun with, whatever was set since."""
    data = json.loads(platform.store.vault.open(platform.store.blobs.get(blob)))
    return Configuration(*(tuple((name, value) for name, value in data[part]) for part in ("settings", "secrets")))
