"""An app whose runner can't be asked: the way on, and what stays behind where it is gone for good. Does I/O."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from shlex import quote

from odcpub.deployment.objects import namespace_of
from odcpub.engines.ports import Gone
from odcpub.engines.runner.removal import by_hand
from odcpub.errors import Refused
from odcpub.operations import stage as stages
from odcpub.operations.core.outputs import StageRef
from odcpub.operations.platform import Platform
from odcpub.store.records import AssetRecord

LOOKS, PAUSE_SECONDS = 3, 1.0
"""A runner that is gone answers none of so many looks."""


@contextmanager
def way_on(asset: AssetRecord, label: str) -> Iterator[None]:
    """Where the runner can't be asked, how to go on without it is told."""
    try:
        yield
    except Gone as gone:
        gone.hint += f"; where it is gone for good: {_command(asset, label)} --forget"
        raise


def _command(asset: AssetRecord, label: str) -> str:
    return f"odcpub undeploy {asset.label} --stage {quote(label)}"


def left_behind(platform: Platform, asset: AssetRecord, stage: StageRef) -> tuple[str, ...]:
    """Why the runner can't be asked, and what is left there. Refused where it answers."""
    gone = _gone(platform, asset, stage.label)
    if gone is None:
        raise Refused(
            f"{asset.name} ({stage.name}): --forget is refused: the runner answers",
            f"take it out: {_command(asset, stage.label)}",
        )
    return (gone.message, *_stays(platform, asset, stage.label))


def _gone(platform: Platform, asset: AssetRecord, label: str) -> Gone | None:
    """Why the runner can't be asked; None where it answers, if only once. That may be an error of its own, too."""
    for look in range(LOOKS):
        try:
            time.sleep(PAUSE_SECONDS if look else 0.0)
            platform.engines().runner.running(label, asset.label, asset.key)
        except Gone as error:
            gone = error
        else:
            return None
    return gone


def _stays(platform: Platform, asset: AssetRecord, label: str) -> Iterator[str]:
    """What is left behind, and where."""
    settings = platform.engines().settings
    current = platform.store.stages.current(asset.key, label)
    at = f" at {current.address}" if current and current.address else ""
    yield (
        f"should that cluster come back, {asset.name} is there{at}, and reads and writes its rows: "
        f"in namespace {namespace_of(label)}; there it is removed by: "
        f"{by_hand(settings.kubeconfig, settings.context, label, asset.label)}"
    )
    place = stages.place_of(platform, asset, label)
    yield (
        f"its rows stay in the database {place.database}, schema {place.schema} ({settings.database}), and are used "
        f"again by the next publish or promotion; its images stay in the registry ({settings.registry})"
    )
