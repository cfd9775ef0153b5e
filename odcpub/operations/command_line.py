"""Commands as people type them, for hints. Does I/O: asks the records for the asset."""

from __future__ import annotations

import os
from shlex import quote

from odcpub.operations.core.command import ApplyConfigs, Command, Deploy, Publish, Undeploy
from odcpub.operations.platform import Platform
from odcpub.store.records import AssetRecord


def publish_line(asset: AssetRecord, options: str = "") -> str:
    """``odcpub publish /home/ada/shop``, with ``options`` behind it. A folder of another machine than this one is no
    path that could be typed here: it is named beside the command."""
    if asset.host in ("", os.uname().nodename):
        return f"odcpub publish {quote(asset.folder)}{options}"
    return f"odcpub publish PATH{options} (its model was published from {asset.host}:{asset.folder})"


def apply_line(label: str, stage: str) -> str:
    """``odcpub config apply shop --stage qa``, which deploys the very revision again that runs there."""
    return f"odcpub config apply {label} --stage {stage}"


def command_line(platform: Platform, command: Command, options: str = "") -> str:
    """``odcpub promote shop --to qa --revision 2``, with ``options`` behind it."""
    asset = platform.store.assets.find(command.asset.key)
    if isinstance(command, Publish):
        return publish_line(asset or command.asset, options)
    label, stage = quote(asset.label if asset else command.asset.name), quote(command.stage.label)
    return _deploying(command, label, stage) + options


def _deploying(command: Deploy | ApplyConfigs | Undeploy, label: str, stage: str) -> str:
    if isinstance(command, Deploy):
        return f"odcpub promote {label} --to {stage} --revision {command.revision}"
    if isinstance(command, ApplyConfigs):
        return apply_line(label, stage)
    return f"odcpub undeploy {label} --stage {stage}{' --forget' if command.forget else ''}"


def planning_line(platform: Platform, command: Command) -> str:
    """What makes a plan of it, as a file."""
    return command_line(platform, command, " --plan --out plan.json")
