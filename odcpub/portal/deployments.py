"""``/api/deployments/v1``: publish and deployment operations, their messages, events and plans. Does I/O."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from odcpub.api_types.limits import LARGEST
from odcpub.api_types.operations import (
    DeploymentOperationRequest,
    Message,
    MessagePage,
    OperationPage,
    PublishOperationRequest,
)
from odcpub.api_types.operations import Operation as ShownOperation
from odcpub.api_types.plans import Plan
from odcpub.deployment.stages import label_of
from odcpub.errors import Missing
from odcpub.operations import executing, planning, requests
from odcpub.operations.core.command import Command, Deploy, Publish, Undeploy
from odcpub.operations.core.ledger import Operation
from odcpub.operations.core.plan import Plan as Planned
from odcpub.operations.models import Sent
from odcpub.operations.platform import Platform
from odcpub.operations.requests import Promotion, Removal
from odcpub.portal import views
from odcpub.portal.actor import Actor
from odcpub.portal.answers import Answer
from odcpub.portal.documented import BOTH, EVENTS, LOCATION, MISSING, NewRouter
from odcpub.portal.life import Server
from odcpub.portal.schemas import DeploymentBody, ExecutionBody, Limit, ManyLines, Offset, PublishBody, Statuses, Whole
from odcpub.store.journal import Journal
from odcpub.store.records import OperationKind, Status
from odcpub.text import NAMELESS, named

PATH = "/api/deployments/v1"
POLL_SECONDS, QUIET_SECONDS, SAID_SECONDS = 0.01, 15.0, 1.0
"""How often a reader's server looks for news, how long it says nothing, and how long it waits for the message with
which a version serves."""
KINDS = {
    "publish-operations": (OperationKind.PUBLISH,),
    "deployment-operations": (OperationKind.DEPLOY, OperationKind.APPLY, OperationKind.UNDEPLOY),
}


def router(server: Server, new: NewRouter) -> APIRouter:
    """The routes of both kinds of operation; they differ only in what begins them."""
    api = new(prefix=PATH, tags=["deployments"])
    platform = server.platform

    @api.post("/publish-operations", status_code=201, responses=BOTH | {201: LOCATION})
    def publish(body: PublishBody, actor: Actor, idempotency_key: str = Header("")) -> Answer[ShownOperation]:
        """Begins a publish of a model that was sent, to the first stage."""
        key = idempotency_key
        if not requests.asked_before(platform, key, partial(_asks_publish, body)):
            waits = body.get("waitForSettings", False)
            key = requests.publish(platform, _sent(body), actor, key, waits)
        return _created(platform, "publish-operations", key)

    @api.post("/publish-plans", responses=BOTH)
    def publish_plan(body: PublishBody, actor: Actor) -> Answer[Plan]:
        """What publishing the model would do; it is kept, and can be executed."""
        return Answer(views.plan(planning.publish(platform, _sent(body), actor)))

    @api.post("/deployment-operations", status_code=201, responses=BOTH | {201: LOCATION})
    def deploy(body: DeploymentBody, actor: Actor, idempotency_key: str = Header("")) -> Answer[ShownOperation]:
        """Begins a promotion, an undeployment, or gives a stage its configuration."""
        key = idempotency_key
        if not requests.asked_before(platform, key, partial(_asks_deployment, platform, body)):
            key = _begin(platform, body, actor, key)
        return _created(platform, "deployment-operations", key)

    @api.post("/deployment-plans", responses=BOTH)
    def deployment_plan(body: DeploymentBody, actor: Actor) -> Answer[Plan]:
        """What that very operation would do; it is kept, and can be executed."""
        return Answer(views.plan(_plan(platform, body, actor)))

    @api.post("/plan-executions", status_code=201, responses=BOTH | {201: LOCATION})
    def execute(body: ExecutionBody, actor: Actor, idempotency_key: str = Header("")) -> Answer[ShownOperation]:
        """Begins the operation of a stored plan, by the text of its file."""
        key = executing.execute(platform, body["plan"], body["file"], actor, idempotency_key)
        name = next(name for name, kinds in KINDS.items() if _operation(platform, key).kind in kinds)
        return _created(platform, name, key)

    for name in KINDS:
        _read_routes(api, platform, name)
    return api


def _sent(body: PublishOperationRequest) -> Sent:
    return Sent(body["source"], body["folder"], body.get("host", ""), body.get("renamed", False))


def _asks_publish(body: PublishOperationRequest, command: Command) -> bool:
    """Whether the body asks for that command."""
    return isinstance(command, Publish) and command.asset.source == body["source"] and not command.plan


def _asks_deployment(platform: Platform, body: DeploymentOperationRequest, command: Command) -> bool:
    """The same. A revision that is left out is the one that was found out for the command."""
    asset = platform.store.assets.find(body["assetKey"])
    place = (body["operation"], asset.key if asset else "", label_of(body["environmentKey"]), "")
    if place != (command.kind, command.asset.key, command.stage.label, command.plan):
        return False
    if isinstance(command, Undeploy):
        return command.forget is body.get("forget", False)
    return not isinstance(command, Deploy) or body.get("revision") in (None, command.revision)


def _begin(platform: Platform, body: DeploymentOperationRequest, user: str, key: str) -> str:
    asset, stage = body["assetKey"], body["environmentKey"]
    if body["operation"] == "Deploy":
        waits = body.get("waitForSettings", False)
        return requests.deploy(platform, Promotion(asset, stage, body.get("revision"), waits), user, key)
    if body["operation"] == "Undeploy":
        return requests.undeploy(platform, Removal(asset, stage, body.get("forget", False)), user, key)
    return requests.apply(platform, asset, stage, user, key)


def _plan(platform: Platform, body: DeploymentOperationRequest, user: str) -> Planned:
    """The plan of the very operation that ``_begin`` would begin."""
    asset, stage = body["assetKey"], body["environmentKey"]
    if body["operation"] == "Deploy":
        return planning.deploy(platform, asset, stage, body.get("revision"), user)
    if body["operation"] == "Undeploy":
        return planning.undeploy(platform, asset, stage, body.get("forget", False), user)
    return planning.apply(platform, asset, stage, user)


def _created(platform: Platform, name: str, key: str) -> Answer[ShownOperation]:
    return Answer(views.operation(_operation(platform, key)), 201, {"Location": f"{PATH}/{name}/{key}"})


def _operation(platform: Platform, key: str) -> Operation:
    found = platform.ledger.operation(key)
    assert found is not None  # noqa: S101 - operations are never removed
    return found


def find_operation(platform: Platform, typed: str) -> Operation:
    """The operation that somebody means by its key or the key's beginning."""
    found = platform.ledger.find(typed)
    if found is None:
        raise Missing(f"{named(typed) or NAMELESS}: no such operation", "see: odcpub log")
    return found


def _read_routes(api: APIRouter, platform: Platform, name: str) -> None:
    @api.get(f"/{name}", responses=MISSING)
    def listed(
        assetKey: str = "",  # noqa: N803 - ODC's name
        status: Statuses = "",
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> Answer[OperationPage]:
        """Operations of these kinds, the latest first."""
        asset = platform.asset(assetKey).key if assetKey else ""
        found = platform.ledger.operations(asset, status, KINDS[name], limit + 1, offset)
        return Answer(views.operations(found, limit, offset))

    @api.get(f"/{name}/{{key}}", responses=MISSING)
    def one(key: str) -> Answer[ShownOperation]:
        """An operation by its key or the key's beginning."""
        return Answer(views.operation(find_operation(platform, key)))

    @api.get(f"/{name}/{{key}}/messages", responses=MISSING)
    def messages(key: str, limit: ManyLines = 500, offset: Offset = 0) -> Answer[MessagePage]:
        """What an operation has said, in order."""
        found = find_operation(platform, key)
        lines = platform.store.journal.messages(found.key, limit=limit + 1, offset=offset)
        return Answer(views.messages(lines, found.unit.asset.key, limit, offset))

    @api.get(f"/{name}/{{key}}/events", response_class=StreamingResponse, responses=MISSING | EVENTS)
    def events(key: str, last_event_id: Annotated[Whole, Header(ge=0, le=LARGEST)] = 0) -> StreamingResponse:
        """What an operation says, as it says it."""
        found = find_operation(platform, key)
        return StreamingResponse(_events(platform, found, last_event_id), media_type="text/event-stream")


async def _events(platform: Platform, operation: Operation, after: int) -> AsyncIterator[str]:
    """The messages as server-sent events, from the one after the last the reader has seen; ends with the operation.
    With the message that says so, and at the latest before the end, the operation is sent whose new version serves. A
    reader that has seen that message gets it first: its connection may have broken in between."""
    journal, asset = platform.store.journal, operation.unit.asset.key
    told = after > 0 and await asyncio.to_thread(journal.has_said, operation.key, after, "serves")
    if told:
        yield await _serves(platform, operation.key)
    while True:
        seen = journal.changes
        now = await asyncio.to_thread(_operation, platform, operation.key)
        lines = await asyncio.to_thread(journal.messages, operation.key, after)
        for line in lines:
            after = line.id
            yield f"id: {line.id}\n{_event('message', views.message(line, asset))}"
            if line.data.get("serves"):
                told = True
                yield await _serves(platform, operation.key)
        if lines:
            continue
        ended = now.status != Status.RUNNING
        if now.became_ready and not told:  # the server was killed before it said so, or is about to say so
            if told := ended or not await _news(journal, seen, SAID_SECONDS):
                yield await _serves(platform, operation.key)
        elif ended:
            yield _event("end", views.operation(now))
            return
        elif not await _news(journal, seen, QUIET_SECONDS):
            yield ": still running\n\n"


async def _serves(platform: Platform, key: str) -> str:
    """The operation as it is when its version begins to serve: it may have ended by the time that somebody reads."""
    now = await asyncio.to_thread(_operation, platform, key)
    return _event("serves", views.operation(replace(now, status=Status.RUNNING, finished_at=None, exit_code=None)))


def _event(name: str, data: Message | ShownOperation) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


async def _news(journal: Journal, seen: int, seconds: float) -> bool:
    """Waits for a change since ``seen``; False where there was none in that time. Looking costs no query: asking the
    database fifty times a second took as much of the processor as the publish itself."""
    for _ in range(round(seconds / POLL_SECONDS)):
        if journal.changes != seen:
            return True
        await asyncio.sleep(POLL_SECONDS)
    return False
