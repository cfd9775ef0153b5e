"""The files that turn compiled assemblies into a runnable app. Does I/O (reads the toolchain).

``app`` starts ``app.dll`` beside it with the runtime that ``DOTNET_ROOT`` names.
"""

from __future__ import annotations

import json

from odcpub.engines.ports import Toolchain
from odcpub.image.content import File

FRAMEWORKS = ("Microsoft.NETCore.App", "Microsoft.AspNetCore.App")


def host_files(toolchain: Toolchain, folder: str = "app") -> tuple[File, ...]:
    """Launcher and runtime configuration, below ``folder``."""
    return (
        File(f"{folder}/app", toolchain.launcher.read_bytes(), 0o755),
        File(f"{folder}/app.runtimeconfig.json", runtime_configuration(toolchain.runtime_version)),
    )


def library_files(toolchain: Toolchain, folder: str = "app") -> tuple[File, ...]:
    """The managed libraries that the toolchain brings (Npgsql), below ``folder``."""
    return tuple(File(f"{folder}/{path.name}", path.read_bytes()) for path in toolchain.libraries)


def runtime_configuration(version: str) -> bytes:
    """What the host reads: both frameworks from ``version`` on, texts compared by code point, a small heap."""
    major, minor = version.split(".")[:2]
    options = {
        "tfm": f"net{major}.{minor}",
        "frameworks": [{"name": name, "version": version} for name in FRAMEWORKS],
        "configProperties": {
            "System.GC.Server": False,
            "System.Globalization.Invariant": True,
            "System.Runtime.TieredCompilation": True,
        },
    }
    return (json.dumps({"runtimeOptions": options}, indent=2, sort_keys=True) + "\n").encode()
