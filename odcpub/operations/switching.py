"""What follows from another choice of engines, for whoever has made it. Does I/O: asks the database."""

from __future__ import annotations

from collections.abc import Iterator

from odcpub.engines.settings import EngineSettings
from odcpub.errors import OdcpubError
from odcpub.operations.platform import Platform
from odcpub.operations.way import logins

LOGIN = ("database", "database_address", "database_pooling")


def consequences(platform: Platform, before: EngineSettings | None, after: EngineSettings) -> list[str]:
    """One line each: whether another database can be used and whose rows are in the one before, and whose pods are on
    the cluster before. ``before``: None where it could not be read."""
    if before is None:
        return []
    told = list(_cluster(platform, before, after))
    if any(getattr(before, name) != getattr(after, name) for name in (*LOGIN, "database_password")):
        told += [*_database(platform), *_apps(platform, before, after)]
    return told


def _cluster(platform: Platform, before: EngineSettings, after: EngineSettings) -> Iterator[str]:
    one, other = _place(before), _place(after)
    known = before.cluster and before.cluster == after.cluster
    if one == other and (known or not (before.cluster and after.cluster)):
        return
    if after.runner == "kubernetes" and not after.cluster:
        where = f"context {after.context}" if after.context else "the current context"
        yield f"Kubernetes: which cluster {where} leads to is not known yet; it is kept with its first answer"
    if before.runner == "kubernetes" and not known:
        for name, stages in _deployed(platform):
            yield (
                f"{name} in {stages}: what was deployed to the cluster of before (context {before.context}) goes on "
                "there; the next publish or promotion brings it here, too"
            )


def _place(settings: EngineSettings) -> tuple[str, ...]:
    if settings.runner == "local":
        return ("local",)
    return settings.runner, settings.kubeconfig, settings.context


def _deployed(platform: Platform) -> Iterator[tuple[str, str]]:
    """Each app that is deployed, with the stages."""
    stages = platform.store.stages
    for asset in platform.store.assets.all():
        labels = dict.fromkeys(found.stage for found in stages.deployments(asset.key))
        if there := [label for label in labels if stages.current(asset.key, label)]:
            yield asset.name, ", ".join(there)


def _database(platform: Platform) -> Iterator[str]:
    """Why it, or the pooler before it, cannot be used as it is. An embedded one is there when it is needed."""
    settings = platform.engines().settings
    if settings.database == "embedded" and not settings.reach().port:
        return
    try:
        database, apps = platform.engines().database, logins(platform)
        found, way = database.condition([place for place, _ in apps]), database.way(apps)
        if found.missing:
            yield "; ".join((f"database: {found.found}", *found.hints))
        if way.hints:
            yield "; ".join((f"database: {way.found}", *way.hints))
    except OdcpubError as error:
        yield f"{error.message}; {error.hint}" if error.hint else error.message


def _apps(platform: Platform, before: EngineSettings, after: EngineSettings) -> Iterator[str]:
    """Apps that are deployed go where the platform goes; their rows stay where they are."""
    one, other = before.server(), after.server()
    if (one.place if one else None) == (other.place if other else None):
        return
    for name, labels in _deployed(platform):
        yield (
            f"{name} in {labels}: its rows are in the database of before ({before.database}), and stay there; it is "
            "brought to this one by its next publish or promotion"
        )
