"""What follows from another choice of engines, for whoever has made it. Does I/O: asks the database."""

from __future__ import annotations

from collections.abc import Iterator

from odcpub.engines.settings import EngineSettings
from odcpub.errors import OdcpubError
from odcpub.operations.platform import Platform

LOGIN = ("database", "database_address", "database_pooling")


def consequences(platform: Platform, before: EngineSettings | None, after: EngineSettings) -> list[str]:
    """One line each, of the database alone: whether it can be used, and whose rows are in the one before. ``before``:
    None where it could not be read."""
    if before is None or all(getattr(before, name) == getattr(after, name) for name in (*LOGIN, "database_password")):
        return []
    return [*_database(platform), *_apps(platform, before, after)]


def _database(platform: Platform) -> Iterator[str]:
    """Why it cannot be used as it is. An embedded one is there when it is needed."""
    if platform.engines().settings.database == "embedded":
        return
    try:
        found = platform.engines().database.condition()
        if found.missing:
            yield "; ".join((f"database: {found.found}", *found.hints))
    except OdcpubError as error:
        yield f"{error.message}; {error.hint}" if error.hint else error.message


def _apps(platform: Platform, before: EngineSettings, after: EngineSettings) -> Iterator[str]:
    """Apps that are deployed go where the platform goes; their rows stay where they are."""
    one, other = before.server(), after.server()
    if (one.place if one else None) == (other.place if other else None):
        return
    stages = platform.store.stages
    for asset in platform.store.assets.all():
        labels = dict.fromkeys(found.stage for found in stages.deployments(asset.key))
        if there := [label for label in labels if stages.current(asset.key, label)]:
            yield (
                f"{asset.name} in {', '.join(there)}: its rows are in the database of before ({before.database}), and "
                "stay there; it is brought to this one by its next publish or promotion"
            )
