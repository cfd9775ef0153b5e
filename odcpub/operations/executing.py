"""Executes a plan that was shown, by its file: the stored plan of that fingerprint, and no other. Does I/O."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from odcpub.errors import Refused, UsageError
from odcpub.operations import requests
from odcpub.operations.command_line import planning_line
from odcpub.operations.core.codec import command_of
from odcpub.operations.core.command import ApplyConfigs, Command, Deploy, Publish
from odcpub.operations.core.plan import VERSION, Plan, from_text
from odcpub.operations.plans.differing import Json, differing
from odcpub.operations.platform import Platform
from odcpub.store.records import PlanRecord, Status
from odcpub.text import shown

MOST = 20
"""So many places of an edited file are told."""
NEW = "make a new plan: odcpub promote APP --to STAGE --plan --out plan.json; or one of publish, config apply, undeploy"
_FINGERPRINT = re.compile("[0-9a-f]{64}")
OF_THE_MOMENT = "notices"
"""What nobody executes."""


def execute(platform: Platform, text: str, file: str, user: str, key: str = "") -> str:
    """Begins the operation whose plan the file holds; the operation's key. Whether the plan is stale is found out by
    the operation itself, which makes it again and compares. ``file``: its name, for messages."""
    found = _read(text, file)
    record = _stored(platform, found, file)
    command = command_of(record.command)
    if key and requests.asked_before(platform, key, lambda one: one.plan == record.fingerprint):  # its answer was lost
        return key
    again = f"make a new plan: {planning_line(platform, command)}"
    if edited := tuple(differing(_counting(json.loads(record.text)), _counting(found))):
        what = "differ" if len(edited) > 1 else "differs"
        told = ", ".join(edited[:3]) + (", …" if len(edited) > 3 else "")
        details = edited[:MOST] if len(edited) > 3 else ()
        raise Refused(f"{file}: was edited: {told} {what} from the plan that was made", again, details)
    plan = _decoded(record.text, file, again)
    if plan.refusals:
        raise Refused(f"{file}: this plan was refused when it was made", again, plan.refusals)
    _refuse_twice(platform, record, file, again)
    _ask_again(platform, command)
    key = key or str(uuid.uuid4())
    platform.store.plans.begun(plan.fingerprint, key)  # first: one that is killed in between has executed nothing
    return requests.begin(platform, replace(command, actor=user, plan=plan.fingerprint), key)


def _decoded(text: str, file: str, again: str) -> Plan:
    """The plan as this version of odcpub knows plans."""
    try:
        plan = from_text(text)
    except msgspec.ValidationError:
        plan = None
    if plan is None or plan.version != VERSION:
        raise Refused(f"{file}: stale: odcpub has changed since, and plans are written in another form now", again)
    return plan


def _read(text: str, file: str) -> Mapping[str, Json]:
    """The file's content, with a fingerprint; what else is in it is compared."""
    try:
        found: Json = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{file}: is not a plan file: line {error.lineno} is no JSON", NEW) from None
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "it is nested too deeply"
        raise UsageError(f"{file}: is not a plan file: {reason}", NEW) from None
    if not isinstance(found, Mapping) or not _FINGERPRINT.fullmatch(str(found.get("fingerprint"))):
        raise UsageError(f"{file}: is not a plan file: it has no fingerprint", NEW)
    return found


def _stored(platform: Platform, found: Mapping[str, Json], file: str) -> PlanRecord:
    """The plan of that fingerprint. Refused where this server has not made it."""
    fingerprint, server, own = str(found["fingerprint"]), found.get("server"), platform.store.installation
    record = platform.store.plans.find(fingerprint)
    if record is None or not record.catalogue:
        if server != own:
            whose = shown(str(server)) if server else "an unknown one"
            raise Refused(f"{file}: was made by another server, {whose}; this one is {own}", NEW)
        raise Refused(f"{file}: this server has made no plan {shown(fingerprint[:12])}", NEW)
    return record


def _counting(plan: Mapping[str, Json]) -> Mapping[str, Json]:
    return {name: value for name, value in plan.items() if name != OF_THE_MOMENT}


def _refuse_twice(platform: Platform, record: PlanRecord, file: str, again: str) -> None:
    """A plan is executed once. One whose operation has failed is tried again, and is stale where that has made or
    changed anything."""
    operation = platform.ledger.operation(record.operation) if record.operation else None
    if operation and operation.status == Status.RUNNING:
        follow = f"follow it with: odcpub log {operation.key[:8]} --follow"
        raise Refused(f"{file}: is being executed by operation {operation.key[:8]}", follow)
    if operation and operation.status == Status.FINISHED:
        raise Refused(f"{file}: was executed already, by operation {operation.key[:8]}", again)


def _ask_again(platform: Platform, command: Command) -> None:
    """Refuses what would be refused if it were asked for now; a model is looked at when it is verified."""
    key, stage = command.asset.key, command.stage.label
    if isinstance(command, Publish):
        return
    if isinstance(command, Deploy):
        requests.check_promotion(platform, requests.app(platform, key), stage, command.revision)
    elif isinstance(command, ApplyConfigs):
        requests.check_apply(platform, key, stage)
    else:
        requests.check_undeploy(platform, key, stage)
