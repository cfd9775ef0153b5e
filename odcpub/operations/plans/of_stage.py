"""The plan of what brings a revision into a stage: a publish of an app, a promotion, a configuration. Reads only.

``--plan`` and the operation's own step both call ``plan_stage``: one collects what would be refused, the other is
refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field, replace

from odcpub.data.catalogue import Catalogue, catalogue
from odcpub.data.fingerprint import target_fingerprint
from odcpub.data.migration import MigrationPlan
from odcpub.data.schema import Schema
from odcpub.deployment.configuration import Configuration
from odcpub.deployment.objects import instance_of, secret_name
from odcpub.deployment.stages import Stage
from odcpub.deployment.workload import IDLE, IN_PLACE, DeploymentPlan, Running, Workload
from odcpub.errors import ModelError, Refused
from odcpub.model.elements import Asset
from odcpub.operations import app_logins, handover, settings
from odcpub.operations import stage as stages
from odcpub.operations.core.plan import Build, Plan
from odcpub.operations.models import unread_stage_files
from odcpub.operations.plans import parts
from odcpub.operations.platform import Platform
from odcpub.store.records import OperationKind, RevisionRecord

UNBUILT = "sha256:" + "0" * 64
"""Stands for the digest of an image that is still to be made."""
TO_BE_BUILT = "(to be built)"
NAMED_LATER = "(named by its content)"


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What is to be planned. ``stage``: of ``target``, with what the project file says of it; ``record``: the revision,
    also one that is made again; ``asks``: the author can still answer "renamed?"; ``newest``: the model that the
    stage's file is written for, None in a publish, whose own it is."""

    kind: OperationKind
    target: stages.Target
    stage: Stage
    build: Build
    record: RevisionRecord | None
    asks: bool = False
    newest: Asset | None = None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StagePlan:
    """A plan, with what its parts were made of: nobody plans twice. ``live``: the schema that is there, None where
    there is none; ``resolved``: the configuration, None where it is refused; ``access_fault``: what keeps the deployed
    app from its data; ``idle``: somebody has scaled the app to 0; ``address``: where this very version runs already;
    ``unchanged``: nothing is to be done."""

    plan: Plan
    migration: MigrationPlan
    live: Schema | None
    resolved: Configuration | None = field(repr=False, default=None)
    access_fault: str = ""
    idle: bool = False
    address: str = ""
    unchanged: bool = False

    def catalogue(self) -> Catalogue:
        """What the live schema has, by name."""
        return catalogue(self.live)


class Refusals:
    """What becomes of refusals: each ends the operation at once; a plan that is ``shown`` has all of them."""

    def __init__(self, shown: bool) -> None:
        self.lines: list[str] = []
        self.shown = shown

    @contextmanager
    def collected(self) -> Iterator[None]:
        """What is refused within it ends the operation, or is one more line of the plan."""
        try:
            yield
        except Refused as error:
            if not self.shown:
                raise
            self.lines += refusal_lines(error)


def refusal_lines(error: Refused) -> list[str]:
    """A refusal as lines: the message, each problem or detail, and how to go on, as the operation itself would say."""
    problems = error.problems if isinstance(error, ModelError) else ()
    lines = [*(f"{one}; {one.hint}" if one.hint else str(one) for one in problems), *error.details]
    if lines:
        return [error.message, *lines, *([error.hint] if error.hint else [])]
    return [f"{error.message}; {error.hint}" if error.hint else error.message]


@dataclass(frozen=True, slots=True)
class _Observed:
    """What there is in the stage, and what is to be done to it. ``placeholders``: texts of ``observed`` that stand for
    what is not made yet."""

    migration: MigrationPlan
    live: Schema | None
    access_fault: str
    running: Running | None = None
    observed: DeploymentPlan | None = None
    placeholders: Mapping[str, str] = field(default_factory=dict)


def plan_stage(platform: Platform, request: PlanRequest, refusals: Refusals) -> StagePlan:
    """Plans it. Raises what the engines raise; refusals as ``refusals`` has it."""
    resolved, renamed = _configured(platform, request, refusals)
    found = _observed(platform, request, resolved, refusals)
    target, migration, fault = request.target, found.migration, found.access_fault
    hidden, observed = settings.hidden(platform, target), found.observed or DeploymentPlan()
    deploy, others = parts.changes(observed, hidden, found.placeholders)
    there = _running_already(platform, request, resolved, found.running)
    undone = handover.needs_migration(platform, target.asset.key, target.stage.label, migration)
    unchanged = there is not None and observed.nothing_to_do and not (undone or fault)
    path = () if unchanged or refusals.lines else app_logins.check_path(platform, target, fault)
    plan = Plan(
        server=platform.store.installation,
        operation=request.kind,
        asset=target.asset.name,
        asset_key=target.asset.key,
        stage=target.stage.name,
        revision=_number(platform, request),
        build=request.build,
        stage_files=parts.stage_files(platform, target.asset) if request.kind == OperationKind.PUBLISH else None,
        configuration=parts.configuration(platform, target, resolved, hidden) if resolved else None,
        data=parts.data(migration, fault, refusals.shown),
        deploy=deploy,
        warnings=(*renamed, *migration.warnings),
        notices=tuple(map(parts.text_of, (*request.notices, *_notices(platform, target, found), *others, *path))),
        refusals=tuple(refusals.lines),
        basis=parts.basis(platform, target.asset, request.stage),
    ).with_fingerprint()
    address = there.address if there else ""
    return StagePlan(plan, migration, found.live, resolved, fault, _is_idle(found.running), address, unchanged)


def _observed(
    platform: Platform, request: PlanRequest, resolved: Configuration | None, refusals: Refusals
) -> _Observed:
    """The runner is asked while the database is. ``resolved``: without it nobody can say what the runner would
    change."""
    target, record = request.target, request.record
    wanted = _workload(platform, request, resolved) if resolved else None
    with ThreadPoolExecutor(1) as beside:
        asking = beside.submit(copy_context().run, _of_runner, platform, target, wanted)
        found = stages.migration(platform, target, request.asks)
        with refusals.collected():
            stages.refuse(target, found.plan, found.findings)
        with refusals.collected():
            refuse_other_rules(record, found.plan)
        access_fault = stages.access_fault(platform, target)
    # Its pods ask for what was recorded with it, however this version of odcpub would spell the same schema.
    migration = replace(found.plan, target=record.schema) if record else found.plan
    running, observed = None, None
    with refusals.collected():
        running, observed = asking.result()
    unknown = _unknown(platform, request, wanted) if wanted else {}
    return _Observed(migration, found.live, access_fault, running, observed, unknown)


def _unknown(platform: Platform, request: PlanRequest, wanted: Workload) -> Mapping[str, str]:
    """Texts that stand for what is not made yet, each with what is shown for it: the image; and, before the first
    deployment, what is named by a content that the database's password is part of. A hash of secrets alone would give
    short ones away."""
    target = request.target
    found = {} if request.record else dict.fromkeys((UNBUILT, instance_of(wanted)), TO_BE_BUILT)
    if not platform.store.stages.known_database_password(target.asset.key, target.stage.label):
        found |= dict.fromkeys((secret_name(wanted), instance_of(wanted)), NAMED_LATER)
    return found


def refuse_other_rules(record: RevisionRecord | None, plan: MigrationPlan) -> None:
    """Refuses to change a database for a revision whose model this odcpub gives another schema than the one that built
    it: the version would be called ready and ask for columns that are not there. Where nothing is to be changed, the
    schema is only spelled otherwise."""
    if record is not None and plan.steps and plan.target != record.schema:
        raise Refused(
            f"revision {record.number} was built by an odcpub that made another database schema of its model",
            "publish the model again with this one, then deploy that revision",
        )


def _of_runner(
    platform: Platform, target: stages.Target, wanted: Workload | None
) -> tuple[Running | None, DeploymentPlan | None]:
    """What runs, and what the runner would change for what is wanted."""
    runner = platform.engines().runner
    running = runner.running(target.stage.label, target.asset.label, target.asset.key)
    if wanted is None:
        return running, None
    platform.engines().settled()
    return running, runner.observe(wanted)


def _is_idle(running: Running | None) -> bool:
    return running is not None and running.health == IDLE


def _running_already(
    platform: Platform, request: PlanRequest, resolved: Configuration | None, running: Running | None
) -> Running | None:
    """What runs, where that is this very revision with this very configuration."""
    if resolved is None or request.build.does:
        return None
    digest = stages.fingerprint(platform, resolved)
    return running if runs_already(platform, request.target, request.record, digest, running) else None


def _notices(platform: Platform, target: stages.Target, found: _Observed) -> Iterator[str]:
    """What is worth a line at this moment, and may be otherwise at the next."""
    yield from stages.notices(platform, target, found.migration)
    yield from unread_stage_files(platform, target.asset)
    if _is_idle(found.running):
        yield f"it is {IDLE} in {target.stage.name}: no process of it will run and answer until that is changed"


def _configured(
    platform: Platform, request: PlanRequest, refusals: Refusals
) -> tuple[Configuration | None, tuple[str, ...]]:
    """The stage's values, where nothing is to be refused about them, and a line for each setting that is gone; whether
    the revision can run there at all."""
    target, resolved, renamed = request.target, None, tuple[str, ...]()
    with refusals.collected():
        stages.check_runtime(platform, target.asset, request.stage, request.build.runtime)
    with refusals.collected():
        renamed = settings.check_renames(platform, target) if request.newest is None else ()
    with refusals.collected():
        resolved = stages.configuration(platform, target, request.newest)
    with refusals.collected():
        if not request.build.does:
            stages.check_image(platform, request.record)
            stages.check_database(platform, target, request.record)
    return resolved, renamed


def _number(platform: Platform, request: PlanRequest) -> int:
    """Of the revision that will run: of one that is still to be made, the next."""
    latest = None if request.record else platform.store.assets.latest(request.target.asset.key)
    return request.record.number if request.record else (latest.number if latest else 0) + 1


def _workload(platform: Platform, request: PlanRequest, resolved: Configuration) -> Workload:
    """What shall run, with its image as far as it is there."""
    target = request.target
    password = platform.store.stages.known_database_password(target.asset.key, target.stage.label)
    login = platform.engines().database.login(stages.place(platform, target), password)
    record = request.record or _unbuilt(platform, request)
    return stages.workload(platform, target, record, resolved, login)


def _unbuilt(platform: Platform, request: PlanRequest) -> RevisionRecord:
    target = request.target
    schema = target_fingerprint(platform.caches.schema(target.model, target.libraries))
    key, label, number = target.asset.key, target.asset.label, _number(platform, request)
    return RevisionRecord(key, number, "", "", "", UNBUILT, label, schema, "{}", "", "", "", "")


def runs_already(
    platform: Platform, target: stages.Target, record: RevisionRecord | None, digest: str, found: Running | None
) -> bool:
    """Whether the stage runs this very revision with this very configuration, and healthily. ``found``: what the
    runner says runs there, request in any case: one that does not answer is told before anything is built."""
    current = platform.store.stages.current(target.asset.key, target.stage.label)
    if record is None or current is None or (current.revision, current.configuration) != (record.number, digest):
        return False
    if found is None or found.health not in IN_PLACE:
        return False
    return (found.revision, found.digest) == (record.number, record.image)
