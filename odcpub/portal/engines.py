"""``/api/v1/engines``: which engines are chosen, and others. Does I/O."""

from __future__ import annotations

from fastapi import APIRouter

from odcpub.api_types.installation import Engines
from odcpub.operations import switching
from odcpub.portal.answers import Answer
from odcpub.portal.documented import REFUSED, NewRouter
from odcpub.portal.life import Server
from odcpub.portal.schemas import EnginesBody


def router(server: Server, new: NewRouter) -> APIRouter:
    api = new(prefix="/api/v1", tags=["installation"])
    platform, choice = server.platform, server.engines

    @api.get("/engines")
    def engines() -> Answer[Engines]:
        """The engines that are chosen."""
        return Answer(platform.engines().settings.shown())

    @api.patch("/engines", responses=REFUSED)
    def change(body: EnginesBody) -> Answer[Engines]:
        """The engines from now on; ``warnings``: what follows, where somebody should know."""
        before = choice.chosen()
        values, password, config = body.get("set", {}), body.get("databasePassword"), body.get("kubeconfig", "")
        after = choice.other(body.get("use"), values, password, config)
        shown = after.shown()
        if body.get("check"):
            return Answer(shown)
        left = switching.foresee(platform, before, after)
        choice.change(after, platform)
        if warnings := switching.consequences(platform, before, after, left):
            shown["warnings"] = warnings
        return Answer(shown)

    return api
