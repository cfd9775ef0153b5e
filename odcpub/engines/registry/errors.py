"""A registry's failures in plain words. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from odcpub.errors import EngineError, TemporaryEngineError
from odcpub.escaping import in_short

if TYPE_CHECKING:
    import httpx

_FULL = re.compile(r"no space left|disk quota|insufficient storage", re.IGNORECASE)
_ERRNO = re.compile(r"\[Errno -?\d+\] ")
_HINTS = {
    "NAME_INVALID": "choose another repository prefix: odcpub engines set registry=…",
    "NAME_UNKNOWN": "create the repository in the registry, or choose another prefix",
    "UNSUPPORTED": "the registry does not allow this: it may be read-only or a mirror",
    "TOOMANYREQUESTS": "wait a moment and run the same command again",
}


def unreachable(host: str, error: httpx.TransportError) -> TemporaryEngineError:
    """No connection, or one that broke."""
    return TemporaryEngineError(
        f"registry {host}: cannot be reached: {_line(_ERRNO.sub('', str(error))) or type(error).__name__}",
        "start the registry or correct its address: odcpub engines set registry=…",
    )


def denied(host: str, repository: str, response: httpx.Response) -> EngineError:
    """401 and 403."""
    return EngineError(
        f"registry {host}: access to {repository} denied ({response.status_code}{_said(response)})",
        f"run docker login {host} without a credential helper as a user who may push to {repository}",
    )


def refused(host: str, repository: str, response: httpx.Response, temporary: bool) -> EngineError:
    """Every other answer that is not success."""
    said = _said(response)
    if response.status_code == 507 or _FULL.search(said):
        return EngineError(
            f"registry {host}: its disk is full: {repository} was not stored",
            "free space in the registry (delete old images, run its garbage collection), then try again",
        )
    kind = TemporaryEngineError if temporary else EngineError
    hint = next((hint for code, hint in _HINTS.items() if code in said), "see the registry's own log")
    return kind(f"registry {host}: {repository}: answered {response.status_code}{said}", hint)


def _said(response: httpx.Response) -> str:
    """The errors of the answer's body (OCI distribution specification, error codes), shortened to one line."""
    try:
        errors = response.json()["errors"]
        texts = [f"{error.get('code', '')} {error.get('message', '')} {error.get('detail') or ''}" for error in errors]
    except (ValueError, KeyError, TypeError, AttributeError):
        texts = [response.text]
    text = _line("; ".join(texts))
    return f": {text}" if text else ""


def _line(text: str) -> str:
    return in_short(text, 300)
