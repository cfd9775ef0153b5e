"""The steps that bring a revision into a stage: plan, start, expand, ready, settle, tighten. Does I/O.

The Data tool expands the schema while the new version is pulled and started; that version becomes ready when its
schema is there, the old one serves until then; what the old one could not bear is tightened when it has gone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from odcpub.data.migration import EXPAND, TIGHTEN, MigrationPlan
from odcpub.deployment.workload import IDLE, IN_PLACE, Running, Workload
from odcpub.engines.database.chain import write_scripts
from odcpub.errors import EngineError, OdcpubError, Refused, counted
from odcpub.operations import in_force, settings, way
from odcpub.operations import stage as stages
from odcpub.operations.libraries import locked
from odcpub.operations.models import stage_of, strays
from odcpub.operations.platform import Platform, Run
from odcpub.operations.stored_plan import from_text, to_text
from odcpub.store.records import DeploymentRecord, OperationKind, OperationRecord, RevisionRecord, Status

LOG = logging.getLogger("odcpub.operations")


def target(run: Run) -> stages.Target:
    """What this operation deploys and where: the verified model of a publish, else the revision's. All of it is as
    recorded: what was begun goes on, and what runs is started again, whatever has become of the author's files."""
    record = _revision(run)
    model = record.model if record else run.state["model"]
    lock = record.lock if record else run.state["lock"]
    libraries = {library.asset.name: library for library in locked(run.platform, lock)}
    where = stages.Where(run.operation.request["stage"], run.operation.stage)
    return stages.Target(run.asset, where, run.platform.memory.model(model), libraries)


def _revision(run: Run) -> RevisionRecord | None:
    number = run.state.get("revision") or run.operation.request.get("revision") or 0
    return run.platform.store.assets.revision(run.operation.asset, number)


def plan(run: Run) -> None:
    """Refuses, before anything is made, what cannot be done; finds out whether there is anything to do."""
    aim = target(run)
    stage = stage_of(run.platform, run.asset, run.operation.stage)
    stages.check_runtime(run.platform, run.asset, stage, run.state.get("runtime") or _made(run).runtime)
    publishes = run.operation.kind == OperationKind.PUBLISH
    for line in settings.check_renames(run.platform, aim) if publishes else ():
        run.warn(line)
    newest = None if publishes else settings.latest(run.platform, run.asset)
    resolved = stages.configuration(run.platform, aim, newest)
    record = _revision(run)
    stages.check_image(run.platform, record)
    stages.check_database(run.platform, aim, record)
    sealed, digest = stages.seal(run.platform, resolved), stages.fingerprint(run.platform, resolved)
    migration, findings = stages.migration(run.platform, aim, publishes)
    stages.refuse(aim, migration, findings)
    if record is not None:
        # Its pods ask for what was recorded with it, however this version of odcpub would spell the same schema.
        migration = replace(migration, target=record.schema)
    left = strays(run.platform, run.asset)
    for line in (*migration.warnings, *stages.notices(run.platform, aim, migration), *left):
        run.warn(line)
    amiss = stages.amiss(run.platform, aim)
    if amiss:
        run.warn(f"{amiss}: it is set right")
    plan_blob = run.platform.store.blobs.put(to_text(migration).encode())
    runs = run.platform.engines().runner.running(run.operation.stage, run.asset.label, run.asset.key)
    idle = runs is not None and runs.health == IDLE
    if idle:
        run.warn(f"it is {IDLE} in {stage.name}: no process of it will run and answer until that is changed")
    run.note(configuration=digest, sealed=sealed, migration=plan_blob, idle=idle)
    unchanged = not (migration.steps or amiss) and _runs_already(run, record, digest, runs) and not _drifted(run)
    for line in () if unchanged else way.check(run.platform, aim, amiss):
        run.warn(line)
    run.note(unchanged=unchanged)
    run.say(summary([*migration.stays, *(step.summary for step in migration.steps)]) or "the schema is up to date")


def summary(lines: Sequence[str], most: int = 3) -> str:
    """The first few lines as one, and how many more there are."""
    more = f"; and {len(lines) - most} more" if len(lines) > most else ""
    return "; ".join(lines[:most]) + more


def _runs_already(run: Run, record: RevisionRecord | None, digest: str, found: Running | None) -> bool:
    """Whether the stage runs this very revision with this very configuration, and healthily. ``found``: what the
    runner says runs there, asked in any case: one that does not answer is told before anything is built."""
    current = run.platform.store.stages.current(run.operation.asset, run.operation.stage)
    if record is None or current is None or (current.revision, current.configuration) != (record.number, digest):
        return False
    if found is None or found.health not in IN_PLACE or (found.revision, found.digest) != (record.number, record.image):
        return False
    run.note(address=found.address)
    return True


def _drifted(run: Run) -> bool:
    """Whether somebody has changed what was deployed, so that the runner has something to set back."""
    return not run.platform.engines().runner.observe(_workload(run, prepared=True)).nothing_to_do


def start(run: Run) -> None:
    """Configuration first, then the new version; the old one goes on serving."""
    record = _made(run)
    _deployment(run)
    asked = run.platform.memory.started[run.operation.key] = _workload(run)
    run.platform.engines().runner.start(asked)
    run.say(f"starting revision {record.number}")


def _made(run: Run) -> RevisionRecord:
    record = _revision(run)
    if record is None:
        raise Refused(f"{run.asset.name}: the revision to deploy is not there", "see: odcpub status")
    return record


def _workload(run: Run, prepared: bool = False) -> Workload:
    """``prepared``: an earlier step has made the database and its role."""
    aim = target(run)
    configured = stages.unseal(run.platform, run.state["sealed"])
    password = run.platform.store.stages.database_password(run.operation.asset, run.operation.stage)
    database = run.platform.engines().database
    login = (database.login if prepared else database.prepare)(stages.place(run.platform, aim), password)
    return stages.workload(run.platform, aim, _made(run), configured, login)


def expand(run: Run) -> None:
    """Everything the new version needs and the old one bears."""
    _migrate(run, EXPAND)


def tighten(run: Run) -> None:
    """What only the new version obeys, now that the old one has gone."""
    with _telling_rules(run):
        _migrate(run, TIGHTEN)
    in_force.note(run, ())


@contextmanager
def _telling_rules(run: Run) -> Iterator[None]:
    """Where a step fails after the new version serves, it is told which of its rules are not in force, now and by the
    record."""
    try:
        yield
    except OdcpubError as error:
        rules = in_force.missing(run.platform, target(run), _migration(run))
        in_force.note(run, rules, error.message)
        raise in_force.told(error, rules) from None


def _migration(run: Run) -> MigrationPlan:
    return from_text(run.platform.store.blobs.get(run.state["migration"]).decode())


def _migrate(run: Run, phase: str) -> None:
    """Executes one phase of the plan that the plan step made; stale, it is refused under the database's own lock."""
    aim = target(run)
    migration = _migration(run)
    folder = run.platform.home.data / "migrations" / run.operation.stage / run.asset.label
    steps = [step.summary for step in migration.steps if step.phase == phase]
    if phase == EXPAND:
        write_scripts(migration, folder, _deployment(run).number)
    run.platform.engines().database.apply(stages.place(run.platform, aim), migration, phase, folder, run.progress)
    if steps:
        run.say(f"{phase}ed: {counted(len(steps), 'change')}")


def _deployment(run: Run) -> DeploymentRecord:
    """This operation's deployment, recorded at the first call."""
    return run.platform.store.stages.begin_deployment(
        run.operation.asset, run.operation.stage, _made(run).number, run.state["configuration"], run.operation.key
    )


def ready(run: Run) -> None:
    """Waits until the new version answers."""
    runner, started = run.platform.engines().runner, run.platform.memory.started.get(run.operation.key)
    asked = started or _workload(run, prepared=True)
    if started is None:
        runner.start(asked)  # by a server that has ended since: what it started may have ended with it
    address = runner.wait(asked, run.progress)
    in_force.note(run, in_force.planned(_migration(run)), address=address)
    # From here on this version serves, whatever becomes of the steps that follow.
    run.platform.store.stages.end_deployment(run.operation.key, Status.FINISHED, address)
    run.platform.memory.started.pop(run.operation.key, None)
    run.say(f"in its place, {IDLE}" if run.state.get("idle") else f"ready at {address}", address=address)


def settle(run: Run) -> None:
    """Waits until the old version has drained and is gone: a step of its own, since the new one answers already."""
    with _telling_rules(run):
        run.platform.engines().runner.settle(_workload(run, prepared=True))


def recall(platform: Platform, stage: str, label: str) -> Workload | None:
    """What the records say runs there, for a runner that must start it again; None where nothing should. Its database
    was prepared when it was deployed: to do it again would meet the migration of an operation that is resumed."""
    asset = platform.store.assets.find(label)
    operation = _serving(platform, asset.key, stage) if asset else None
    try:
        return _workload(Run(platform, operation, "Deploy"), prepared=True) if operation else None
    except Refused as error:
        raise EngineError(error.message, error.hint) from None  # one app's trouble, which keeps no other from running


def _serving(platform: Platform, asset: str, stage: str) -> OperationRecord | None:
    """The operation whose version serves: one that goes on but has its version ready, else the last that succeeded."""
    deployments, find = platform.store.stages.deployments(asset, stage), platform.store.journal.operation
    going_on = [find(one.operation) for one in deployments if one.status == Status.RUNNING]
    ready = next((one for one in going_on if one and one.status == Status.RUNNING and one.state.get("address")), None)
    current = platform.store.stages.current(asset, stage)
    return ready or (find(current.operation) if current else None)


def failed(run: Run) -> None:
    """Closes what a failed deployment has open and takes its version back; one that became ready serves, though a
    later step failed."""
    if run.operation.kind == OperationKind.UNDEPLOY:
        return
    address = run.state.get("address", "")
    status = Status.FINISHED if address or _stays(run) else Status.FAILED
    if status == Status.FINISHED and "rules" not in run.state and "migration" in run.state:
        in_force.note(run, in_force.planned(_migration(run)))
    run.platform.store.stages.end_deployment(run.operation.key, status, address)


def _stays(run: Run) -> bool:
    """What the failed operation has begun to start goes again, unless it is ready; whether it is. Where that cannot be
    done it is told: an engine that does not answer must not keep the failure from being recorded."""
    deployments = run.platform.store.stages.deployments(run.operation.asset, run.operation.stage)
    if all(one.operation != run.operation.key for one in deployments):
        return False
    started = run.platform.memory.started.pop(run.operation.key, None)
    try:
        return run.platform.engines().runner.take_back(started or _workload(run, prepared=True))
    except Exception as error:
        LOG.warning("operation %s: its version cannot be taken back", run.operation.key, exc_info=True)
        why = error.message if isinstance(error, OdcpubError) else f"{type(error).__name__}: internal error"
        run.warn(f"the version that was started may still be there: {why}", hint="the next publish replaces it")
        return False
