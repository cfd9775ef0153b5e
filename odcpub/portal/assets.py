"""Assets, revisions, releases, stages and their configuration, in ODC's paths and shapes. Does I/O."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from odcpub.api_types.assets import (
    Configuration,
    ConfigurationValue,
    Configured,
    Environments,
    PushedFiles,
    Release,
    Revisions,
)
from odcpub.errors import UsageError
from odcpub.operations import configuring, overview, pushing, releasing
from odcpub.operations.models import Sent, asset_stages
from odcpub.operations.platform import Platform
from odcpub.portal import views
from odcpub.portal.actor import Actor
from odcpub.portal.answers import Answer
from odcpub.portal.documented import BOTH, MISSING, NewRouter
from odcpub.portal.life import Server
from odcpub.portal.schemas import ConfigurationBody, Number, ReleaseBody, StageFilesBody
from odcpub.text import shown

CONFIGURATIONS = "/api/asset-configurations/v1/environments/{stage:name}/applications/{key:name}/configurations"


def router(server: Server, new: NewRouter) -> APIRouter:
    api = new(tags=["assets"])
    platform = server.platform

    @api.get("/api/asset-repository/v1/assets/{key:name}/revisions", responses=MISSING)
    def revisions(key: str) -> Answer[Revisions]:
        """An asset's revisions, the latest first."""
        asset = platform.asset(key)
        tags = {one.revision: one.version for one in platform.store.assets.releases(asset.key)}
        found = platform.store.assets.revisions(asset.key)
        return Answer({"results": [views.revision(asset, one, tags.get(one.number)) for one in found]})

    @api.patch("/api/asset-repository/v1/assets/{key:name}/revisions/{number}", responses=BOTH)
    def release(key: str, number: Number, body: ReleaseBody, actor: Actor) -> Answer[Release]:
        """Gives a revision a semantic version; ``number`` 0: the latest revision."""
        tag, notes = body.get("tag"), body.get("releaseNotes", "")
        record, new = releasing.release(platform, key, releasing.Tag(tag, notes, number or None), actor)
        name = platform.asset(record.asset).name
        return Answer({"name": name, "revision": record.revision, "tag": record.version, "unchanged": not new})

    @api.get("/api/portfolios/v2/environments", responses=MISSING)
    def environments(asset: str = "") -> Answer[Environments]:
        """The stages, in their order: of an asset, or those of an asset without a project file."""
        stages = asset_stages(platform, platform.asset(asset) if asset else None)
        return Answer({"results": [views.environment(stage, order) for order, stage in enumerate(stages)]})

    @api.get(CONFIGURATIONS, responses=BOTH)
    def configurations(stage: str, key: str) -> Answer[Configuration]:
        """The settings of an app in a stage."""
        return Answer(overview.configuration(platform, key, stage))

    @api.post("/api/asset-configurations/v1/files", responses=BOTH)
    def push(body: StageFilesBody, actor: Actor) -> Answer[PushedFiles]:
        """Keeps the files of a model's stages, without a publish; they count once they are applied."""
        sent = Sent(body["source"], body["folder"], body.get("host", ""))
        return Answer(pushing.push(platform, sent, body.get("stage", ""), actor))

    @api.patch(CONFIGURATIONS, responses=BOTH)
    def configure(stage: str, key: str, body: ConfigurationBody) -> Answer[Configured]:
        """Sets and forgets settings of an app in a stage: all of them, or none."""
        return Answer(_configured(platform, key, stage, body["settings"]))

    return api


def _configured(platform: Platform, key: str, stage: str, settings: Sequence[ConfigurationValue]) -> Configured:
    names = [one["key"] for one in settings]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"{shown(twice)}: is named twice", "name each setting once; nothing was changed")
    given = {one["key"]: one.get("value") for one in settings}
    values = {name: value for name, value in given.items() if value is not None}
    unset = [name for name, value in given.items() if value is None]
    open_ones = [one["key"] for one in settings if one.get("fromArgument")]
    return configuring.configure(platform, key, stage, configuring.Changes(values, unset, open_ones))
