"""What revisions say of an app's settings: which are secrets, what was renamed. Reads only."""

from __future__ import annotations

from odcpub.deployment import renames
from odcpub.errors import OdcpubError, Refused
from odcpub.model.elements import Asset
from odcpub.operations.platform import Platform
from odcpub.operations.stage import Target
from odcpub.store.records import AssetRecord, RevisionRecord


def latest(platform: Platform, asset: AssetRecord) -> Asset | None:
    """The latest revision's model, for which the stages' files are written; None where there is none to read."""
    return _recorded(platform, platform.store.assets.latest(asset.key))


def running(platform: Platform, asset: AssetRecord, label: str) -> Asset | None:
    """The model of what was deployed last in the stage of that label; None where there is none to read."""
    current = platform.store.stages.current(asset.key, label)
    return _recorded(platform, platform.store.assets.revision(asset.key, current.revision) if current else None)


def _recorded(platform: Platform, revision: RevisionRecord | None) -> Asset | None:
    try:
        return platform.caches.model(revision.model) if revision else None
    except OdcpubError:  # lost, which is told by who needs it
        return None


def hidden(platform: Platform, target: Target) -> frozenset[str]:
    """The environment names whose values no plan shows: of all that is a secret in what is deployed, in what runs
    there or in the newest revision, by every name that it has in one of them."""
    others = (running(platform, target.asset, target.stage.label), latest(platform, target.asset))
    models = [target.model, *(one for one in others if one)]
    settings = [setting for model in models for setting in model.settings]
    secret = {setting.identity for setting in settings if setting.secret}
    return frozenset(f"ODC_SETTING_{one.name}" for one in settings if one.identity in secret)


def check_renames(platform: Platform, target: Target) -> tuple[str, ...]:
    """Refuses where only the author knows whether a setting that stages have values for was renamed; else a line for
    each that is gone."""
    before = running(platform, target.asset, target.stage.label)
    kept = platform.store.stages.kept(target.asset.key)
    if before is None or not kept:
        return ()
    if asked := renames.questions(before, target.model, kept):
        raise Refused(
            f"{target.asset.name} ({target.stage.name}): stages have values for settings that the model no longer has",
            "nothing was changed; answer each question in the model, then publish again",
            asked,
        )
    return renames.notices(before, target.model, kept)
