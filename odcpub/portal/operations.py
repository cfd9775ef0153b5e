"""``/api/v1/operations``: operations of every kind. Does I/O."""

from __future__ import annotations

from fastapi import APIRouter

from odcpub.api_types.operations import Operation, OperationPage
from odcpub.operations import requests
from odcpub.portal import views
from odcpub.portal.actor import Actor
from odcpub.portal.answers import Answer
from odcpub.portal.deployments import find_operation
from odcpub.portal.documented import BOTH, MISSING, NewRouter
from odcpub.portal.life import Server
from odcpub.portal.schemas import Limit, Offset


def router(server: Server, new: NewRouter) -> APIRouter:
    api = new(prefix="/api/v1", tags=["installation"])
    platform = server.platform

    @api.get("/operations")
    def operations(limit: Limit = 20, offset: Offset = 0) -> Answer[OperationPage]:
        """Operations of every kind, the latest first."""
        found = platform.ledger.operations(limit=limit + 1, offset=offset)
        return Answer(views.operations(found, limit, offset))

    @api.post("/operations/{key:name}/continue", responses=BOTH)
    def go_on(key: str, actor: Actor) -> Answer[Operation]:
        """Lets an operation that waits go on."""
        found = find_operation(platform, key)
        requests.go_on(platform, found, actor)
        return Answer(views.operation(find_operation(platform, found.key)))

    @api.post("/operations/{key:name}/cancel", responses=BOTH)
    def cancel(key: str, actor: Actor) -> Answer[Operation]:
        """Ends an operation before its next step."""
        found = find_operation(platform, key)
        requests.cancel(platform, found, actor)
        return Answer(views.operation(find_operation(platform, found.key)))

    @api.get("/operations/{key:name}", responses=MISSING)
    def operation(key: str) -> Answer[Operation]:
        """An operation by its key or the key's beginning."""
        return Answer(views.operation(find_operation(platform, key)))

    return api
