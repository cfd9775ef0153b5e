"""What a local app's process is told by its environment, and how two such environments differ. No I/O.

The names are those of docs/published-app.md; nothing of the server's own environment is passed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from odcpub.deployment.workload import Workload, platform_environment
from odcpub.engines.runner.process import MARK
from odcpub.engines.runner.state import Process

_FIXED = {
    "DOTNET_EnableDiagnostics": "0",
    "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "TZ": "UTC",
}
_SECRET = ("ODC_SECRET_", "ODCPUB_DATABASE_AUTHORITY", "ODCPUB_DATABASE_CERTIFICATE", "ODCPUB_DATABASE_KEY")
HIDDEN = "(hidden)"
HOSTS = "127.0.0.1,localhost"
"""The names that a local app's address is asked by."""


def app_environment(workload: Workload, base: Path, mark: str, listen: int, private: int) -> dict[str, str]:
    """The whole environment; ``listen`` and ``private`` are inherited descriptors."""
    return {
        **_FIXED,
        **platform_environment(workload),
        **dict(workload.settings),
        **dict(workload.secrets),
        "DOTNET_ROOT": str(base / "usr" / "share" / "dotnet"),
        # The image's authorities, as anywhere else, and not this machine's.
        "SSL_CERT_DIR": str(base / "etc" / "ssl" / "certs"),
        "SSL_CERT_FILE": str(base / "etc" / "ssl" / "certs" / "ca-certificates.crt"),
        "ODCPUB_HOSTS": HOSTS,
        "ODCPUB_LISTEN_FD": str(listen),
        "ODCPUB_PRIVATE_FD": str(private),
        MARK: mark,
    }


def differences(
    current: Process, environment: Mapping[str, str], workload: Workload
) -> tuple[tuple[str, str, str], ...]:
    """The fields (path, old, new) in which a running process differs; secrets' values are hidden."""
    wanted = {**platform_environment(workload), **dict(workload.settings), **dict(workload.secrets)}
    names = {name for name in environment if name.startswith(("ODC_SETTING_", *_SECRET))} | set(wanted)
    fields: list[tuple[str, str, str]] = []
    if current.digest != workload.digest:
        fields.append(("image", current.digest, workload.digest))
    secret = {name for name, _ in workload.secrets} | {name for name in names if name.startswith(_SECRET)}
    for name in sorted(names):
        old, new = environment.get(name), wanted.get(name)
        if old != new:
            fields.append((f"environment.{name}", _shown(old, name in secret), _shown(new, name in secret)))
    return tuple(fields)


def _shown(value: str | None, secret: bool) -> str:
    return "" if value is None else HIDDEN if secret else value
