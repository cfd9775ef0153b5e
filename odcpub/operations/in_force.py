"""Which rules of a version that serves are not in force yet, as its operation's record has it. Does I/O.

Noted as soon as the version serves, since the last phase comes after; gone when that has ended; after a failure, what
the database itself still lacks. A later operation that puts them in force has a record of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from shlex import quote
from typing import Any

from odcpub.data.migration import TIGHTEN, MigrationPlan
from odcpub.data.plan import plan_migration
from odcpub.errors import OdcpubError, Refused, counted
from odcpub.operations import stage as stages
from odcpub.operations.platform import Platform, Run
from odcpub.store.clock import now
from odcpub.store.records import DeploymentRecord, OperationKind, OperationRecord, Status

LOG = logging.getLogger("odcpub.operations")


def planned(plan: MigrationPlan) -> tuple[str, ...]:
    """The rules that the last phase puts in force, in the model's words."""
    return tuple(dict.fromkeys(step.rule for step in plan.steps if step.phase == TIGHTEN and step.rule))


def missing(platform: Platform, target: stages.Target, plan: MigrationPlan) -> tuple[str, ...]:
    """Those of them that the database lacks; all, where it does not say."""
    wanted = planned(plan)
    try:
        live = platform.engines().database.observe(stages.place(platform, target))
        schema = platform.memory.schema(target.model, target.libraries)
        spared = {one.spares for one in plan.notices if one.spares}
        again = plan_migration(live, schema, asset=target.model, runs=target.model, unchecked=spared)
    except OdcpubError:
        LOG.warning("%s: what is in force cannot be seen", target.asset.name, exc_info=True)
        return wanted
    left = {step.rule for step in again.steps}
    return tuple(rule for rule in wanted if rule in left)


def note(run: Run, rules: Iterable[str], why: str = "", **more: Any) -> None:
    """Records them for the operation, each since when it was first missing there; ``more``: what is noted with it."""
    before = {one["rule"]: one["since"] for one in (*_served(run), *run.state.get("rules", ()))}
    found = [{"rule": rule, "since": before.get(rule, now())} for rule in rules]
    run.note(rules=found, rules_why=why, **more)


def _served(run: Run) -> list[dict[str, str]]:
    current = run.platform.store.stages.current(run.operation.asset, run.operation.stage)
    operation = run.platform.store.journal.operation(current.operation) if current else None
    return list(operation.state.get("rules", ())) if operation else []


def told(error: OdcpubError, rules: tuple[str, ...]) -> OdcpubError:
    """The error, which says that the new version serves all the same, and of each rule that it is not in force."""
    if not isinstance(error, Refused):
        number = counted(len(rules), "rule of it is", "rules of it are")
        lacks = f"{number} not in force yet" if rules else "its operation has not ended well"
        error.message = f"the new version runs, but {lacks}: {error.message}"
    error.details = (*error.details, *(f"not in force: {rule}" for rule in rules))
    return error


def shown(platform: Platform, deployment: DeploymentRecord) -> list[dict[str, str]]:
    """What is not in force of the version that serves: which rule, since when, why, and how it is mended."""
    operation = platform.store.journal.operation(deployment.operation)
    if operation is None:
        return []
    why, mend = operation.state.get("rules_why", ""), _mended(platform, operation)
    if operation.status == Status.RUNNING:
        why, mend = "the operation that puts it in force goes on", f"odcpub log {operation.key[:8]} --follow"
    return [
        one | {"why": why or "its operation ended before", "mend": mend} for one in operation.state.get("rules", ())
    ]


def _mended(platform: Platform, operation: OperationRecord) -> str:
    """The commands that show what stands in the way, and that try again."""
    asset = platform.store.assets.find(operation.asset)
    label, stage = (
        asset.label if asset else operation.asset_name,
        quote(operation.request.get("stage", operation.stage)),
    )
    again = {
        OperationKind.DEPLOY: f"odcpub promote {label} --to {stage} --revision {operation.request.get('revision')}",
        OperationKind.APPLY: f"odcpub config apply {label} --stage {stage}",
    }.get(OperationKind(operation.kind), f"odcpub publish {quote(asset.folder if asset else '.')}")
    return f"settle what odcpub log {operation.key[:8]} names, then: {again}"
