"""``/api/v1``: calls of server actions, passed on to the app that runs. Does I/O."""

from __future__ import annotations

from fastapi import APIRouter

from odcpub.api_types.calls import ActionCall
from odcpub.operations import calling
from odcpub.portal.answers import Answer
from odcpub.portal.documented import BOTH, NewRouter
from odcpub.portal.life import Server
from odcpub.portal.schemas import CallBody


def router(server: Server, new: NewRouter) -> APIRouter:
    api = new(prefix="/api/v1", tags=["calls"])
    platform = server.platform

    @api.post("/applications/{key:name}/actions/{action:name}/calls", responses=BOTH)
    def call(key: str, action: str, body: CallBody) -> Answer[ActionCall]:
        """Calls a server action of an app, in the stage that is named or the first; what it refuses is an answer."""
        values, inputs = body.get("values", {}), body.get("inputs", {})
        return Answer(calling.call(platform, calling.Called(key, action, body.get("stage", ""), values, inputs)))

    return api
