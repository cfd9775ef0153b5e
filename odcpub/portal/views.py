"""Records as the API shows them, in ODC's shapes. No I/O."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import cast

import msgspec

from odcpub.api_types.assets import AssetKind, Environment, Revision
from odcpub.api_types.installation import StoreChanged
from odcpub.api_types.operations import Message as ShownMessage
from odcpub.api_types.operations import MessageData, MessagePage, OperationPage, Page, WaitingFor
from odcpub.api_types.operations import Operation as ShownOperation
from odcpub.api_types.plans import Plan as ShownPlan
from odcpub.deployment.stages import Stage
from odcpub.operations.core.command import Undeploy
from odcpub.operations.core.ledger import Operation
from odcpub.operations.core.outputs import ByPlan, NotInForce, Ready, TakenOver, Verified, Waiting
from odcpub.operations.core.plan import Plan
from odcpub.store.moving import Moved
from odcpub.store.records import AssetRecord, Message, RevisionRecord, Status


def environment_key(label: str) -> str:
    """A stage's key: the same on every installation."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"odcpub:stage:{label}"))


def environment(stage: Stage, order: int) -> Environment:
    """A stage. ``order``: from 0."""
    return {"key": environment_key(stage.label), "name": stage.name, "purpose": stage.purpose, "order": order}


def operation(one: Operation) -> ShownOperation:
    """PublishOperationResponse and DeploymentOperationResponse, with the address, what is left to do once the new
    version serves (``cleanUp``, while it runs), which operation does that in its place, the rules that it left out of
    force, what it waits for (it is Running then), who cancelled it (FinishedWithError), the exit code and the text that
    the author's lock file should have (None: it is right) beside."""
    command, unit, status = one.command, one.unit, one.status
    revision, left, waits = unit.revision, unit.find(NotInForce), one.waiting
    ready, over, follows = unit.find(Ready), unit.find(TakenOver), unit.find(ByPlan)
    verified = unit.find(Verified)
    return {
        "key": one.key,
        "operation": one.kind.value,
        "status": status.value,
        "startedDateTime": one.started_at,
        "finishedDateTime": one.finished_at,
        "deployedBy": command.actor,
        "assetKey": unit.asset.key,
        "assetName": unit.asset.name,
        "environmentKey": environment_key(unit.stage.label),
        "environmentName": unit.stage.name,
        "revision": revision,
        "revisions": [revision] if revision else [],
        "address": unit.address,
        "forgotten": isinstance(command, Undeploy) and command.forget,
        "unchanged": unit.unchanged,
        "cleanUp": list(ready.left) if ready and status == Status.RUNNING else [],
        "takenOverBy": over.by if over else None,
        "rulesNotInForce": [{"rule": rule.rule, "since": rule.since} for rule in left.rules] if left else [],
        "waiting": waiting(waits) if waits else None,
        "plan": follows.fingerprint if follows else None,
        "cancelledBy": one.cancelled_by or None if status != Status.FINISHED else None,
        "lockFile": verified.lock_file if verified else None,
        "exitCode": (one.exit_code or 3) if status == Status.FAILED else 0,
    }


def waiting(one: Waiting) -> WaitingFor:
    """What an operation waits for."""
    return {"for": one.wants, "who": one.who, "since": one.since, "command": one.command}


def plan(one: Plan) -> ShownPlan:
    """As its file has it."""
    return cast(ShownPlan, msgspec.to_builtins(one))


def message(one: Message, asset: str) -> ShownMessage:
    """MessageDetailsV1TaskProgressMessage, with its number and data beside."""
    return {
        "id": one.id,
        "timestamp": one.timestamp,
        "type": one.step,
        "severity": one.severity,
        "message": one.text,
        "additionalInfo": {"stepId": str(one.data.get("step", one.step)), "assetKey": asset},
        "data": cast(MessageData, one.data),
    }


def revision(asset: AssetRecord, record: RevisionRecord, tag: str | None) -> Revision:
    """AssetRevisionV1, with the image's digest beside."""
    return {
        "assetKey": asset.key,
        "name": asset.name,
        "assetType": cast(AssetKind, asset.kind),
        "revision": record.number,
        "tag": tag,
        "modelDigest": record.model,
        "imageDigest": record.image,
        "createdBy": record.created_by,
        "createdAt": record.created_at,
    }


def page(found: Sequence[object], limit: int, offset: int) -> Page:
    """Of one page of what was read with ``limit`` + 1: whether there is a next one follows from that."""
    following = offset + limit if len(found) > limit else None
    return {"count": min(len(found), limit), "limit": limit, "offset": offset, "nextPageOffset": following}


def operations(found: Sequence[Operation], limit: int, offset: int) -> OperationPage:
    """A page of operations, of ``limit`` + 1 that were read."""
    return {"page": page(found, limit, offset), "results": [operation(one) for one in found[:limit]]}


def messages(found: Sequence[Message], asset: str, limit: int, offset: int) -> MessagePage:
    """A page of messages, of ``limit`` + 1 that were read."""
    return {"page": page(found, limit, offset), "results": [message(one, asset) for one in found[:limit]]}


def store_changed(moved: Moved, pid: int, seconds: float) -> StoreChanged:
    """Where the records are now; ``pid`` and ``seconds``: of the server's end."""
    return {
        "store": moved.store, "before": moved.before, "aside": moved.aside, "rows": moved.rows,
        "contents": moved.contents, "pid": pid, "seconds": seconds,
    }  # fmt: skip
