"""The files that turn compiled assemblies into a runnable app. Does I/O (reads the toolchain).

``app`` starts ``app.dll`` beside it with the runtime that ``DOTNET_ROOT`` names.
"""

from __future__ import annotations

from odcpub.compiler.runtime import runtime_config
from odcpub.engines.ports import Toolchain
from odcpub.image.content import File


def host_files(toolchain: Toolchain, folder: str = "app") -> tuple[File, ...]:
    """Launcher and runtime configuration, below ``folder``."""
    return (
        File(f"{folder}/app", toolchain.launcher.read_bytes(), 0o755),
        File(f"{folder}/app.runtimeconfig.json", runtime_config(toolchain.runtime_version)),
    )


def library_files(toolchain: Toolchain, folder: str = "app") -> tuple[File, ...]:
    """The managed libraries that the toolchain brings (Npgsql), below ``folder``."""
    return tuple(File(f"{folder}/{path.name}", path.read_bytes()) for path in toolchain.libraries)
