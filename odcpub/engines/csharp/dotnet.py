"""Runs a ``dotnet`` command: quiet, in English, with an end, and nothing of it left behind. Does I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from odcpub.engines.csharp import child
from odcpub.engines.csharp.child import Done

QUIET = {
    "DOTNET_NOLOGO": "1",
    "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
    "DOTNET_CLI_UI_LANGUAGE": "en",
    # What a first run would do besides: make a certificate for HTTPS, write to the user's profile, look for workloads.
    "DOTNET_GENERATE_ASPNET_CERTIFICATE": "false",
    "DOTNET_ADD_GLOBAL_TOOLS_TO_PATH": "false",
    "DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE": "1",
    # Servers that would outlive the command.
    "MSBUILDDISABLENODEREUSE": "1",
    "DOTNET_CLI_USE_MSBUILD_SERVER": "0",
    "MSBUILDTERMINALLOGGER": "off",
}
OF_ANOTHER = ("MSBUILD", "DOTNET_ROOT", "DOTNET_HOST_PATH", "DOTNET_STARTUP_HOOKS")
"""Beginnings of variables that a surrounding ``dotnet`` sets for its own SDK."""


def run(command: Sequence[str], env: Mapping[str, str], folder: Path, seconds: float) -> Done:
    """Runs it in ``folder`` and takes what it writes. Raises ``OSError`` where it cannot be started."""
    inherited = {name: value for name, value in env.items() if not name.upper().startswith(OF_ANOTHER)}
    return child.run(command, inherited | QUIET, folder, seconds)
