"""The step that takes an app out of a stage, and the way on where its runner is gone for good. Does I/O."""

from __future__ import annotations

import time
from collections.abc import Iterator
from shlex import quote

from odcpub.deployment.objects import namespace_of
from odcpub.engines.ports import Gone
from odcpub.engines.runner.removal import by_hand
from odcpub.errors import Refused
from odcpub.operations import stage as stages
from odcpub.operations.platform import Run

LOOKS, PAUSE_SECONDS = 3, 1.0
"""A runner that is gone answers none of so many looks."""


def undeploy(run: Run) -> None:
    """Nothing of the app is left running in the stage, or of what the records say of it there; its data stays."""
    if run.operation.request.get("forget"):
        _forget(run)
        return
    try:
        run.platform.engines().runner.stop(run.operation.stage, run.asset.label, run.asset.key)
    except Gone as gone:
        gone.hint += f" Where it is gone for good: {_command(run)} --forget"
        raise
    run.platform.store.stages.undeployed(run.operation.asset, run.operation.stage)
    run.say("undeployed; its database stays")


def _command(run: Run) -> str:
    return f"odcpub undeploy {run.asset.label} --stage {quote(run.operation.stage)}"


def _forget(run: Run) -> None:
    """Drops the records alone, and tells what stays behind. Refused where the runner answers."""
    gone = _gone(run)
    if gone is None:
        raise Refused(
            f"{run.asset.name} ({run.operation.request['stage']}): is not forgotten, since its runner answers",
            f"take it out: {_command(run)}",
        )
    run.warn(gone.message)
    for line in _stays(run):
        run.warn(line)
    run.platform.store.stages.undeployed(run.operation.asset, run.operation.stage)
    run.say("forgotten; nothing was removed")


def _gone(run: Run) -> Gone | None:
    """Why the runner can't be asked; None where it answers, if only once. That may be an error of its own, too."""
    for look in range(LOOKS):
        try:
            time.sleep(PAUSE_SECONDS if look else 0.0)
            run.platform.engines().runner.running(run.operation.stage, run.asset.label, run.asset.key)
        except Gone as error:
            gone = error
        else:
            return None
    return gone


def _stays(run: Run) -> Iterator[str]:
    """What is left behind, and where."""
    settings, label, asset = run.platform.engines().settings, run.operation.stage, run.asset
    current = run.platform.store.stages.current(asset.key, label)
    at = f" at {current.address}" if current and current.address else ""
    yield (
        f"should that cluster come back, {asset.name} is there{at}, and reads and writes its rows: "
        f"in namespace {namespace_of(label)}; there it is removed by: "
        f"{by_hand(settings.kubeconfig, settings.context, label, asset.label)}"
    )
    place = stages.place_of(run.platform, asset, label)
    yield (
        f"its rows stay in the database {place.database}, schema {place.schema} ({settings.database}), and are used "
        f"again by the next publish or promotion; its images stay in the registry ({settings.registry})"
    )
