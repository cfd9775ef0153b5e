"""Logins that Docker's credential helpers keep (``credsStore``, ``credHelpers``). I/O: runs the helper's program.

A helper is ``docker-credential-NAME`` on the PATH. It is given the registry's address on its standard input and answers
with JSON. What it writes never reaches a message: it may be the secret.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess

from odcpub.errors import EngineError

SECONDS = 10.0
"""How long a helper may take."""
NO_USER = "<token>"
"""The user's name where the secret is a refresh token."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NONE = b"credentials not found in native keychain"
"""What every helper answers about a registry that it has no login for (docker/docker-credential-helpers)."""


def ask(helper: str, address: str) -> tuple[str, str] | None:
    """User and secret; None where the helper has no login for this address. Raises ``EngineError``."""
    program = f"docker-credential-{helper}"
    path = shutil.which(program) if _NAME.fullmatch(helper) else None
    if path is None:
        raise _failed(address, program, "is not on the PATH of odcpub's server")
    try:
        done = subprocess.run(
            [path, "get"], input=address.encode(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
            timeout=SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise _failed(address, program, f"did not answer within {SECONDS:g} s") from None
    except OSError as error:
        raise _failed(address, program, f"cannot be run: {error.strerror}") from None
    if done.returncode:
        if done.stdout.strip() == _NONE:
            return None
        raise _failed(address, program, f"failed (exit code {done.returncode})")
    return _read(done.stdout, address, program)


def _read(answer: bytes, address: str, program: str) -> tuple[str, str] | None:
    try:
        said = json.loads(answer)
    except ValueError:
        said = None
    user, secret = (said.get("Username"), said.get("Secret")) if isinstance(said, dict) else (None, None)
    if not isinstance(user, str) or not isinstance(secret, str):
        raise _failed(address, program, "answered with something else than a login")
    return (user, secret) if secret else None


def _failed(address: str, program: str, why: str) -> EngineError:
    return EngineError(
        f"registry {address}: Docker's credential helper {program} {why}",
        f"try `echo {address} | {program} get`, or remove the helper from ~/.docker/config.json and run "
        f"`docker login {address}` again",
    )
