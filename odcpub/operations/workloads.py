"""What an operation runs in its stage: revision, target and workload, always as recorded. Does I/O.

What was begun goes on, and what runs is started again, whatever has become of the author's files.
"""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.data.migration import MigrationPlan
from odcpub.deployment.workload import Workload
from odcpub.errors import EngineError, Refused
from odcpub.model.elements import VerifiedAsset
from odcpub.operations import stage as stages
from odcpub.operations.core.ledger import Operation
from odcpub.operations.core.outputs import Planned, Revision, Started
from odcpub.operations.core.run import Run
from odcpub.operations.libraries import locked
from odcpub.operations.migration_text import from_text
from odcpub.operations.platform import Platform
from odcpub.store.records import DeploymentRecord, RevisionRecord, Status


@dataclass(frozen=True, slots=True)
class ToRun:
    """What every step takes that brings a revision into a stage: which, and what was planned for it there."""

    revision: Revision
    planned: Planned


@dataclass(frozen=True, slots=True)
class ToWaitFor(ToRun):
    """The same with what was started; None of an operation that an earlier odcpub has begun."""

    started: Started | None


def record(run: Run, revision: Revision) -> RevisionRecord:
    """The revision's record; refused where there is none."""
    found = run.platform.store.assets.revision(run.unit.asset.key, revision.number)
    if found is None:
        raise Refused(f"{run.asset.name}: revision {revision.number} does not exist", "see: odcpub status")
    return found


def target(run: Run, of: RevisionRecord) -> stages.Target:
    """The revision with its libraries, in the operation's stage."""
    return _aimed(run, run.platform.model_of(run.asset.name, of), of.lock)


def aim(run: Run, model: str, lock: str) -> stages.Target:
    """The same, of a model and a lock that may have no revision yet."""
    return _aimed(run, run.platform.caches.model(model), lock)


def _aimed(run: Run, model: VerifiedAsset, lock: str) -> stages.Target:
    libraries = {library.asset.name: library for library in locked(run.platform, lock)}
    return stages.Target(run.asset, run.stage, model, libraries)


def workload(run: Run, of: RevisionRecord, sealed: str, prepared: bool = True) -> Workload:
    """What the runner shall run. ``sealed``: its configuration; ``prepared``: database and role are there already."""
    there = target(run, of)
    configured = stages.unseal(run.platform, sealed)
    password = run.platform.store.stages.database_password(run.unit.asset.key, run.stage.label)
    database = run.platform.engines().database
    login = (database.login if prepared else database.prepare)(stages.place(run.platform, there), password)
    return stages.workload(run.platform, there, of, configured, login)


def waited_for(run: Run, given: ToWaitFor) -> Workload:
    """What was started, for whoever only waits: without its configuration, as far as that is possible."""
    of = record(run, given.revision)
    if given.started is None:
        return workload(run, of, given.planned.sealed)
    return stages.bare_workload(run.platform, target(run, of), of, given.started.instance)


def migration(platform: Platform, planned: Planned) -> MigrationPlan:
    """The migration plan that was made for the stage."""
    return from_text(platform.store.blobs.get(planned.migration).decode())


def deployment(run: Run, given: ToRun) -> DeploymentRecord:
    """This operation's deployment, recorded at the first call."""
    number = record(run, given.revision).number
    return run.platform.store.stages.begin_deployment(
        run.unit.asset.key, run.stage.label, number, given.planned.configuration, run.key
    )


def rebuild(platform: Platform, stage: str, label: str) -> Workload | None:
    """What the records say runs there, for a runner that must start it again; None where nothing should. Its database
    was prepared when it was deployed: to do it again would meet the migration of an operation that is resumed."""
    asset = platform.store.assets.find(label)
    operation = _serving(platform, asset.key, stage) if asset else None
    if operation is None:
        return None
    run = Run(platform, operation, marker="Deploy")
    revision, planned = run.unit.find(Revision), run.unit.find(Planned)
    assert revision is not None and planned is not None  # noqa: S101 - it was deployed
    try:
        return workload(run, record(run, revision), planned.sealed)
    except Refused as error:
        raise EngineError(error.message, error.hint) from None  # one app's trouble, which keeps no other from running


def _serving(platform: Platform, asset: str, stage: str) -> Operation | None:
    """The operation whose version serves: one that goes on but has its version ready, else the last that succeeded."""
    deployments, find = platform.store.stages.deployments(asset, stage), platform.ledger.operation
    going_on = [find(one.operation) for one in deployments if one.status == Status.RUNNING]
    ready = next((one for one in going_on if one and one.status == Status.RUNNING and one.unit.address), None)
    current = platform.store.stages.current(asset, stage)
    return ready or (find(current.operation) if current else None)
