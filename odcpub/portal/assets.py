"""Assets, revisions, releases, stages and their configuration, in ODC's paths and shapes. Does I/O."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from odcpub.errors import UsageError
from odcpub.model.problems import shown
from odcpub.operations import configuring, overview, requests
from odcpub.operations.models import asset_stages
from odcpub.portal import views
from odcpub.portal.life import Server
from odcpub.portal.schemas import ApplicationConfigPatch, AssetVersionPatchRequest, Number


def router(server: Server) -> APIRouter:
    api = APIRouter(tags=["assets"])
    platform = server.platform

    @api.get("/api/asset-repository/v1/assets/{key:name}/revisions")
    def revisions(key: str) -> dict[str, Any]:
        asset = platform.asset(key)
        tags = {one.revision: one.version for one in platform.store.assets.releases(asset.key)}
        found = platform.store.assets.revisions(asset.key)
        return {"results": [views.revision(asset, one, tags.get(one.number)) for one in found]}

    @api.patch("/api/asset-repository/v1/assets/{key:name}/revisions/{number}")
    def release(key: str, number: Number, body: AssetVersionPatchRequest) -> Any:
        record, new = requests.release(platform, key, body.tag, body.releaseNotes, number or None, server.user)
        name = platform.asset(record.asset).name
        return {"name": name, "revision": record.revision, "tag": record.version, "unchanged": not new}

    @api.get("/api/portfolios/v2/environments")
    def environments(asset: str = "") -> dict[str, Any]:
        stages = asset_stages(platform, platform.asset(asset) if asset else None)
        return {"results": [views.environment(stage, order) for order, stage in enumerate(stages)]}

    @api.get("/api/asset-configurations/v1/environments/{stage:name}/applications/{key:name}/configurations")
    def configurations(stage: str, key: str) -> dict[str, Any]:
        return overview.configuration(platform, key, stage)

    @api.patch("/api/asset-configurations/v1/environments/{stage:name}/applications/{key:name}/configurations")
    def configure(stage: str, key: str, body: ApplicationConfigPatch) -> dict[str, Any]:
        names = [one.key for one in body.settings]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise UsageError(f"{shown(twice)}: is named twice", "name each setting once; nothing was changed")
        values = {one.key: one.value for one in body.settings if one.value is not None}
        unset = [one.key for one in body.settings if one.value is None]
        open_ones = [one.key for one in body.settings if one.fromArgument]
        return configuring.configure(platform, key, stage, values, unset, open_ones)

    return api
