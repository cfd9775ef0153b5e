"""Commands as people type them, for hints. Does I/O: asks the records for the asset."""

from __future__ import annotations

from shlex import quote

from odcpub.operations.core.command import ApplyConfigs, Command, Deploy, Publish
from odcpub.operations.platform import Platform


def command_line(platform: Platform, command: Command) -> str:
    """``odcpub promote shop --to qa --revision 2``."""
    asset = platform.store.assets.find(command.asset.key)
    label, stage = quote(asset.label if asset else command.asset.name), quote(command.stage.label)
    if isinstance(command, Publish):
        return f"odcpub publish {quote(asset.folder if asset else command.asset.folder)}"
    if isinstance(command, Deploy):
        return f"odcpub promote {label} --to {stage} --revision {command.revision}"
    if isinstance(command, ApplyConfigs):
        return f"odcpub config apply {label} --stage {stage}"
    return f"odcpub undeploy {label} --stage {stage}{' --forget' if command.forget else ''}"


def planning_line(platform: Platform, command: Command) -> str:
    """What makes a plan of it, as a file."""
    return f"{command_line(platform, command)} --plan --out plan.json"
