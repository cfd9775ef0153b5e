"""Logins for registries, as ``docker login`` left them. I/O: reads Docker's configuration file.

Only what the file itself holds is used (``auths``); credential helpers are programs and are not run.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from odcpub.files import MAX_FILE, BadFile, read_file

_HUB = {"docker.io", "registry-1.docker.io", "index.docker.io"}


@dataclass(frozen=True, slots=True)
class Credential:
    """A login: user and password, or a refresh token (``identitytoken``). ``repr`` shows no secret."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def basic(self) -> str:
        """The value of an ``Authorization`` header."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


def docker_credential(host: str) -> Credential | None:
    """The login for a registry's host in ``$DOCKER_CONFIG/config.json`` or ``~/.docker/config.json``, if any."""
    folder = os.environ.get("DOCKER_CONFIG")
    path = (Path(folder) if folder else Path.home() / ".docker") / "config.json"
    try:
        document = json.loads(read_file(path, MAX_FILE) or b"{}")
    except (BadFile, ValueError):
        return None
    auths = document.get("auths") if isinstance(document, dict) else None
    for address, entry in (auths if isinstance(auths, dict) else {}).items():
        if isinstance(entry, dict) and _is_same(_host(address), host):
            return _credential(entry)
    return None


def _host(address: str) -> str:
    return address.partition("://")[2].partition("/")[0] if "://" in address else address.partition("/")[0]


def _is_same(one: str, other: str) -> bool:
    return one == other or (one in _HUB and other in _HUB)


def _credential(entry: dict[str, Any]) -> Credential | None:
    if isinstance(entry.get("identitytoken"), str) and entry["identitytoken"]:
        return Credential(token=entry["identitytoken"])
    if isinstance(entry.get("username"), str) and isinstance(entry.get("password"), str):
        return Credential(entry["username"], entry["password"])
    try:
        user, colon, password = base64.b64decode(str(entry.get("auth", ""))).decode().partition(":")
    except ValueError:
        return None
    return Credential(user, password) if colon else None
