"""Logins for registries, as ``docker login`` left them: in Docker's configuration file or in a credential helper's
keeping. I/O: reads the file, runs the helper."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from odcpub.engines.registry import credential_helpers
from odcpub.files import MAX_FILE, BadFile, read_file

_HUB_ADDRESS = "https://index.docker.io/v1/"
"""What ``docker login`` calls Docker Hub."""
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
    """The login for a registry's host as ``$DOCKER_CONFIG/config.json`` or ``~/.docker/config.json`` says: of the
    credential helper that is named there, else of the file itself; None where there is none."""
    folder = os.environ.get("DOCKER_CONFIG")
    path = (Path(folder) if folder else Path.home() / ".docker") / "config.json"
    try:
        document = json.loads(read_file(path, MAX_FILE) or b"{}")
    except (BadFile, ValueError):
        return None
    if not isinstance(document, dict):
        return None
    return _of_helper(document, host) or _of_file(document, host)


def _of_helper(document: Mapping[str, object], host: str) -> Credential | None:
    helpers = {_host(address): name for address, name in _table(document, "credHelpers").items()}
    helper = next((name for known, name in helpers.items() if _is_same(known, host)), document.get("credsStore"))
    if not isinstance(helper, str) or not helper:
        return None
    found = credential_helpers.ask(helper, _HUB_ADDRESS if host in _HUB else host)
    if found is None:
        return None
    user, secret = found
    return Credential(token=secret) if user == credential_helpers.NO_USER else Credential(user, secret)


def _of_file(document: Mapping[str, object], host: str) -> Credential | None:
    for address, entry in _table(document, "auths").items():
        if isinstance(entry, dict) and _is_same(_host(address), host):
            return _credential(entry)
    return None


def _table(document: Mapping[str, object], name: str) -> dict[str, object]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _host(address: str) -> str:
    return address.partition("://")[2].partition("/")[0] if "://" in address else address.partition("/")[0]


def _is_same(one: str, other: str) -> bool:
    return one == other or (one in _HUB and other in _HUB)


def _credential(entry: Mapping[str, object]) -> Credential | None:
    token, user, password = (entry.get(name) for name in ("identitytoken", "username", "password"))
    if isinstance(token, str) and token:
        return Credential(token=token)
    if isinstance(user, str) and isinstance(password, str):
        return Credential(user, password)
    try:
        known, colon, secret = base64.b64decode(str(entry.get("auth", ""))).decode().partition(":")
    except ValueError:
        return None
    return Credential(known, secret) if colon else None
