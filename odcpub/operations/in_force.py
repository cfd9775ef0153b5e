"""Which rules of a version that serves are not in force, as its operation's record has it. Does I/O.

Noted as soon as the version serves, since the last phase comes after; gone when that has ended; after a failure, what
the database itself still lacks. A later operation that puts them in force has a record of its own. One that has taken
rules out of force for its own version, and fails before that serves, notes them with the operation whose version
serves on (``odcpub.operations.loosened``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from odcpub.api_types.installation import RuleNotInForce, Unfinished
from odcpub.data.migration import MigrationPlan
from odcpub.data.phases import TIGHTEN
from odcpub.data.plan import plan_migration
from odcpub.data.steps import Step
from odcpub.errors import OdcpubError, Refused, counted
from odcpub.operations import stage as stages
from odcpub.operations import workloads
from odcpub.operations.command_line import apply_line, command_line
from odcpub.operations.core.ledger import Operation
from odcpub.operations.core.outputs import NotInForce, Planned, Rule, TakenOver
from odcpub.operations.core.run import Run
from odcpub.operations.platform import Platform
from odcpub.operations.workloads import ToRun
from odcpub.store.again import Undone
from odcpub.store.clock import now
from odcpub.store.records import DeploymentRecord, Status

LOG = logging.getLogger("odcpub.operations")


def planned(plan: MigrationPlan) -> tuple[str, ...]:
    """The rules that the last phase puts in force, in the model's words."""
    return tuple(dict.fromkeys(step.rule for step in plan.steps if step.phase == TIGHTEN and step.rule))


def missing(platform: Platform, target: stages.Target, plan: MigrationPlan) -> tuple[str, ...]:
    """Those of them that the database lacks; all, where it does not say."""
    wanted = planned(plan)
    try:
        left = {step.rule for step in steps_left(platform, target, plan)}
    except OdcpubError:
        LOG.warning("%s: what is in force cannot be seen", target.asset.name, exc_info=True)
        return wanted
    return tuple(rule for rule in wanted if rule in left)


def steps_left(platform: Platform, target: stages.Target, plan: MigrationPlan) -> tuple[Step, ...]:
    """The steps that would make the database what the target needs; none where it has no schema of the app. ``plan``:
    the one that the target was deployed by, which knows the rows that a reference may spare."""
    live = platform.engines().database.observe(stages.place(platform, target))
    if live is None:
        return ()
    schema = platform.caches.schema(target.model, target.libraries)
    spared = {one.spares for one in plan.notices if one.spares}
    return plan_migration(live, schema, asset=target.model, runs=target.model, not_valid=spared).steps


def lacking(run: Run, rules: Iterable[str], why: str = "") -> NotInForce:
    """The rules as they are recorded, each since when it was first missing there."""
    known = [run.refreshed().unit.find(NotInForce), _served(run)]
    before = {one.rule: one.since for found in reversed(known) if found for one in found.rules}
    return NotInForce(tuple(Rule(rule, before.get(rule, now())) for rule in rules), why)


def _served(run: Run) -> NotInForce | None:
    current = run.platform.store.stages.current(run.unit.asset.key, run.stage.label)
    operation = run.platform.ledger.operation(current.operation) if current else None
    return operation.unit.find(NotInForce) if operation else None


@contextmanager
def recording_rules(run: Run, given: ToRun) -> Iterator[None]:
    """Where a step fails after the new version serves, it is told which of its rules are not in force, now and by the
    record. A store that does not answer is no failure: the step is done again."""
    try:
        yield
    except Undone:
        raise
    except OdcpubError as error:
        target = workloads.target(run, workloads.record(run, given.revision))
        latest = run.refreshed().unit.find(Planned) or given.planned  # it may have been planned again
        rules = missing(run.platform, target, workloads.migration(run.platform, latest))
        run.record(lacking(run, rules, error.message))
        raise with_rules(error, rules) from None


def with_rules(error: OdcpubError, rules: tuple[str, ...]) -> OdcpubError:
    """The error, which says that the new version serves all the same, and of each rule that it is not in force."""
    if not isinstance(error, Refused):
        number = counted(len(rules), "rule of it is", "rules of it are")
        lacks = f"{number} not in force yet" if rules else "its operation has not ended well"
        error.message = f"the new version runs, but {lacks}: {error.message}"
    error.details = (*error.details, *(f"not in force: {rule}" for rule in rules))
    return error


def shown(platform: Platform, deployment: DeploymentRecord) -> list[RuleNotInForce]:
    """What is not in force of the version that serves: which rule, since when, why, and how it is mended."""
    operation = platform.ledger.operation(deployment.operation)
    found = operation.unit.find(NotInForce) if operation else None
    if operation is None or found is None:
        return []
    why, mend = _why(platform, operation, found)
    return [{"rule": one.rule, "since": one.since, "why": why, "mend": mend} for one in found.rules]


def unfinished(platform: Platform, deployment: DeploymentRecord) -> Unfinished | None:
    """That the clean-up of the version that serves has failed: why, and how it is mended; None where it has not."""
    operation = platform.ledger.operation(deployment.operation)
    found = operation.unit.find(NotInForce) if operation else None
    if operation is None or found is None or operation.status != Status.FAILED:
        return None
    why, mend = _why(platform, operation, found)
    return {"why": why, "mend": mend}


def _why(platform: Platform, operation: Operation, found: NotInForce) -> tuple[str, str]:
    """Why the clean-up has not ended, and the command that shows how far it is or mends it."""
    if found.loosened_by:
        return found.why, _restored(platform, operation, found.loosened_by)
    over = operation.unit.find(TakenOver)
    by = platform.ledger.operation(over.by) if over else operation
    if by and by.status == Status.RUNNING:
        return "the operation that puts it in force goes on", f"odcpub log {by.key[:8]} --follow"
    why = found.why or ("the operation that took it over ended before" if over else "its operation ended before")
    return why, _mended(platform, operation)


def _mended(platform: Platform, operation: Operation) -> str:
    """The commands that show what stands in the way, and that try again."""
    again = command_line(platform, operation.command)
    return f"correct what odcpub log {operation.key[:8]} names, then: {again}"


def _restored(platform: Platform, operation: Operation, loosened_by: str) -> str:
    """The commands that bring the rules of the version that serves back, and that go on to the version that failed."""
    failed = platform.ledger.operation(loosened_by)
    assert failed is not None  # noqa: S101 - operations are never removed
    on = f"correct what odcpub log {loosened_by[:8]} names, then: {command_line(platform, failed.command)}"
    return f"{restoring(platform, operation)}; or {on}"


def restoring(platform: Platform, operation: Operation) -> str:
    """The command that puts the rules of the version that serves in force."""
    return apply_line(platform.asset(operation.unit.asset.key).label, operation.unit.stage.label)
