"""How apps log in to their database, and whether they can: tried before anybody needs it. Does I/O."""

from __future__ import annotations

from odcpub.engines.ports import Place
from odcpub.errors import EngineError
from odcpub.operations import stage as stages
from odcpub.operations.platform import Platform


def app_logins(platform: Platform) -> list[tuple[Place, str]]:
    """Of each app in each stage where it is deployed: where its data is, and its password of the database."""
    records = platform.store.stages
    return [
        (stages.place_of(platform, asset, label), records.known_database_password(asset.key, label))
        for asset in platform.store.assets.all()
        for label in sorted({one.stage for one in records.deployments(asset.key)})
        if records.current(asset.key, label) is not None
    ]


def check_path(platform: Platform, target: stages.Target, access_fault: str) -> tuple[str, ...]:
    """Fails where the app could not reach its database by an address of its own; lines of what is worth a warning.
    ``access_fault``: what is not right yet about its login, which then is not tried."""
    if not platform.engines().settings.database_address:
        return ()  # apps use the platform's own address, which has just answered
    known = platform.store.stages.known_database_password(target.asset.key, target.stage.label)
    found = platform.engines().database.app_path([(stages.place(platform, target), "" if access_fault else known)])
    if found.missing:
        raise EngineError(f"{target.asset.name} ({target.stage.name}): {found.found}", "; ".join(found.hints))
    return (f"{found.found}; {'; '.join(found.hints)}",) if found.hints else ()
