"""What follows from another choice of engines, for whoever has made it. Does I/O: asks the database."""

from __future__ import annotations

from collections.abc import Iterator

from odcpub.engines.settings import EMBEDDED, FILE, EngineSettings
from odcpub.errors import EngineError, OdcpubError
from odcpub.operations import stage as stages
from odcpub.operations.app_logins import app_logins
from odcpub.operations.platform import Platform

Apps = tuple[tuple[str, str], ...]
"""Apps by name, each with its stages in words."""


def foresee(platform: Platform, before: EngineSettings | None, after: EngineSettings) -> Apps:
    """What must be known before other engines are chosen: the apps that have rows in a database that is left, as far
    as it can be asked. Fails where apps that are deployed would be led to a database that can't be reached."""
    if before is None or not _moves(before, after) or not (deployed := tuple(_deployed(platform))):
        return ()
    if after.database != EMBEDDED:
        _refuse_unreachable(platform, after, ", ".join(f"{name} in {labels}" for name, labels in deployed))
    return tuple(_with_rows(platform))


def _moves(before: EngineSettings, after: EngineSettings) -> bool:
    """Whether apps go to another database."""
    one, other = before.server(), after.server()
    return (one.place if one else None) != (other.place if other else None)


def _refuse_unreachable(platform: Platform, after: EngineSettings, deployed: str) -> None:
    try:
        platform.engines().others(after).database.condition(())
    except OdcpubError as error:
        file = platform.home.data / FILE
        anyway = f"to choose it all the same: odcpub down, then name it in {file}"
        hint = "; ".join(filter(None, (error.hint.rstrip("."), anyway)))
        raise EngineError(
            f"engines: nothing was changed: {error.message}; these apps are deployed: {deployed}", hint
        ) from None


def _with_rows(platform: Platform) -> Iterator[tuple[str, str]]:
    """The deployed apps that have tables in the present database; none where it can't be asked."""
    observe, records = platform.engines().database.observe, platform.store.stages
    for asset in platform.store.assets.all():
        labels = dict.fromkeys(one.stage for one in records.deployments(asset.key))
        places = {label: stages.place_of(platform, asset, label) for label in labels}
        try:
            found = {label: observe(places[label]) for label in labels if records.current(asset.key, label)}
        except OdcpubError:
            return
        if there := [label for label, schema in found.items() if schema and schema.tables]:
            yield asset.name, ", ".join(there)


def consequences(platform: Platform, before: EngineSettings | None, after: EngineSettings, left: Apps) -> list[str]:
    """One line each: whether another database can be used and whose rows are in the one before, and whose pods are on
    the cluster before. ``before``: None where it could not be read. ``left``: what ``foresee`` told."""
    if before is None:
        return []
    told = list(_cluster(platform, before, after))
    if _login(before) != _login(after):
        told += _database(platform)
    for name, labels in left:
        told.append(
            f"{name} in {labels}: its rows stay in the previous database ({before.database}). Its next publish or "
            "promotion makes its schema in the new database, without these rows"
        )
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
                f"{name} in {stages}: if it runs on the previous cluster (context {before.context}), it keeps running "
                "there; its next publish or promotion deploys it with the engines chosen now"
            )


def _login(settings: EngineSettings) -> tuple[str, ...]:
    """What decides how a database is reached, and as whom."""
    return settings.database, settings.database_address, settings.database_pooling, settings.database_password


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
        database, apps = platform.engines().database, app_logins(platform)
        found, path = database.condition([place for place, _ in apps]), database.app_path(apps)
        if found.missing:
            yield "; ".join((f"database: {found.found}", *found.hints))
        if path.hints:
            yield "; ".join((f"database: {path.found}", *path.hints))
    except OdcpubError as error:
        yield f"{error.message}; {error.hint}" if error.hint else error.message
