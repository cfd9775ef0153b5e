"""An app's settings and secrets in a stage. Does I/O."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from odcpub.author.files import read_model
from odcpub.cli import routes, show
from odcpub.cli.asking import expect_end, setting_value
from odcpub.cli.client import Client
from odcpub.cli.running import run_or_plan
from odcpub.cli.sending import send
from odcpub.tree.tree import STAGES

if TYPE_CHECKING:
    from odcpub.api_types.assets import (
        ApplicationConfigPatch,
        ConfigurationValue,
        Configured,
        StageFilesRequest,
    )
    from odcpub.api_types.operations import DeploymentOperationRequest


def config_set(options: argparse.Namespace) -> int:
    """Sets values; those without one are asked for."""
    settings = [setting_value(text) for text in options.values]
    if any("fromArgument" not in one for one in settings):
        expect_end()
    answer = _set(options, settings)
    names = [f"{name} (a secret)" if name in answer["secrets"] else name for name in answer["set"]]
    return show.answer(answer, f"Set {', '.join(names)}; {_when(answer, options)}", options.json)


def _set(options: argparse.Namespace, settings: list[ConfigurationValue]) -> Configured:
    body: ApplicationConfigPatch = {"settings": settings}
    return Client.connected().request(routes.CONFIGURE.at(options.stage, options.asset), body)


def _when(answer: Configured, options: argparse.Namespace) -> str:
    """When the values take effect."""
    return _resumed(answer["resumed"]) or f"takes effect {_then(options.asset, options.stage)}"


def _resumed(keys: Sequence[str]) -> str:
    """The operations that waited for values and go on; empty where there are none."""
    told = (f"operation {key[:8]}, which waited for this, goes on: odcpub log {key[:8]} --follow" for key in keys)
    return "; ".join(told)


def _then(asset: str, stage: str) -> str:
    return f"with the next deployment, or: odcpub config apply {asset} --stage {stage}"


def config_unset(options: argparse.Namespace) -> int:
    """Forgets values that were set."""
    answer = _set(options, [{"key": name, "value": None} for name in options.values])
    return show.answer(answer, f"Unset {', '.join(answer['unset'])}; {_when(answer, options)}", options.json)


def config_show(options: argparse.Namespace) -> int:
    """Shows an app's values in a stage."""
    route = routes.CONFIGURATION.at(options.stage, options.asset)
    return show.configuration(Client.connected().request(route), options.json)


def config_apply(options: argparse.Namespace) -> int:
    """Deploys the same revision with the values as they are now."""
    asset, stage = options.asset, options.stage
    body: DeploymentOperationRequest = {"operation": "ApplyConfigs", "assetKey": asset, "environmentKey": stage}
    return run_or_plan(routes.DEPLOYING, body, options)


def config_push(options: argparse.Namespace) -> int:
    """Sends the project file and the files of stages."""
    found, client = read_model(options.path), Client.connected()
    body: StageFilesRequest = {**send(client, found)[0], "stage": options.stage}
    pushed = client.request(routes.PUSH, body)
    stage = options.stage or _one_stage([one["path"] for one in pushed["files"]])
    later = f"the files take effect {_then(pushed['name'], stage or 'STAGE')}"
    when = "; ".join(filter(None, (_resumed(pushed["resumed"]), later)))
    return show.pushed(pushed, when, options.json)


def _one_stage(paths: Sequence[str]) -> str:
    """The stage whose file is the only one; empty where several have changed, or what all stages read."""
    one = PurePosixPath(*paths[:1])
    return one.stem if len(paths) == 1 and one.parent.name == STAGES else ""
