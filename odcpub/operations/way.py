"""The way that apps take to their database, looked at before anybody needs it. Does I/O: asks the database."""

from __future__ import annotations

from odcpub.engines.ports import Place
from odcpub.errors import EngineError
from odcpub.operations import stage as stages
from odcpub.operations.platform import Platform


def logins(platform: Platform) -> list[tuple[Place, str]]:
    """Of each app in each stage where it is deployed: where its data is, and its password of the database."""
    records = platform.store.stages
    return [
        (stages.place_of(platform, asset, label), records.known_database_password(asset.key, label))
        for asset in platform.store.assets.all()
        for label in sorted({one.stage for one in records.deployments(asset.key)})
        if records.current(asset.key, label) is not None
    ]


def check(platform: Platform, target: stages.Target, amiss: str) -> tuple[str, ...]:
    """Fails where the app would come to no database by an address of its own; lines of what is worth a warning.
    ``amiss``: what is not right yet about its login, which then tells nothing."""
    if not platform.engines().settings.database_address:
        return ()  # then the platform has just gone this way itself
    known = platform.store.stages.known_database_password(target.asset.key, target.stage.label)
    found = platform.engines().database.way([(stages.place(platform, target), "" if amiss else known)])
    if found.missing:
        raise EngineError(f"{target.asset.name} ({target.stage.name}): {found.found}", "; ".join(found.hints))
    return (f"{found.found}; {'; '.join(found.hints)}",) if found.hints else ()
