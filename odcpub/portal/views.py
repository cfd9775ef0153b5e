"""Records as the API shows them, in ODC's shapes. No I/O."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from odcpub.deployment.stages import Stage
from odcpub.store.records import AssetRecord, Message, OperationRecord, RevisionRecord, Status


def environment_key(label: str) -> str:
    """A stage's key: the same on every installation."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"odcpub:stage:{label}"))


def environment(stage: Stage, order: int) -> dict[str, Any]:
    return {"key": environment_key(stage.label), "name": stage.name, "purpose": stage.purpose, "order": order}


def operation(record: OperationRecord) -> dict[str, Any]:
    """PublishOperationResponse and DeploymentOperationResponse, with the address, the rules that it
    left out of force, and the exit code beside."""
    revision = record.state.get("revision") or record.request.get("revision")
    return {
        "key": record.key,
        "operation": record.kind,
        "status": record.status,
        "startedDateTime": record.started_at,
        "finishedDateTime": record.finished_at,
        "deployedBy": record.user,
        "assetKey": record.asset,
        "assetName": record.asset_name,
        "environmentKey": environment_key(record.stage),
        "environmentName": record.request.get("stage", record.stage),
        "revision": revision,
        "revisions": [revision] if revision else [],
        "address": record.state.get("address", ""),
        "forgotten": bool(record.request.get("forget")),
        "unchanged": bool(record.state.get("unchanged")),
        "rulesNotInForce": record.state.get("rules", []),
        "exitCode": record.state.get("exit_code", 3) if record.status == Status.FAILED else 0,
    }


def message(one: Message, asset: str) -> dict[str, Any]:
    """MessageDetailsV1TaskProgressMessage, with its number and data beside."""
    return {
        "id": one.id,
        "timestamp": one.timestamp,
        "type": one.step,
        "severity": one.severity,
        "message": one.text,
        "additionalInfo": {"stepId": one.data.get("step", one.step), "assetKey": asset},
        "data": one.data,
    }


def revision(asset: AssetRecord, record: RevisionRecord, tag: str | None) -> dict[str, Any]:
    """AssetRevisionV1, with the image's digest beside."""
    return {
        "assetKey": asset.key,
        "name": asset.name,
        "assetType": asset.kind,
        "revision": record.number,
        "tag": tag,
        "modelDigest": record.model,
        "imageDigest": record.image,
        "createdBy": record.created_by,
        "createdAt": record.created_at,
    }


def page(results: Sequence[Any], limit: int, offset: int) -> dict[str, Any]:
    """One page of what was read with ``limit`` + 1: whether there is a next one follows from that."""
    shown = list(results[:limit])
    following = offset + limit if len(results) > limit else None
    counts = {"count": len(shown), "limit": limit, "offset": offset, "nextPageOffset": following}
    return {"page": counts, "results": shown}
