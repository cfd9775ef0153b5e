"""A registry's failures in plain words. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from odcpub.errors import EngineError, TemporaryEngineError
from odcpub.escaping import in_short

if TYPE_CHECKING:
    import httpx

_FULL = re.compile(r"no space left|disk quota|insufficient storage", re.IGNORECASE)
_ERRNO = re.compile(r"\[Errno -?\d+\] ")
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
_TRANSIENT_CODES = {"TOOMANYREQUESTS", "UNAVAILABLE"}
_HINTS = {
    "NAME_INVALID": "choose another repository prefix: odcpub engines set registry=…",
    "NAME_UNKNOWN": "create the repository in the registry, or choose another prefix",
    "UNSUPPORTED": "the registry does not allow this: it may be read-only or a mirror",
    "TOOMANYREQUESTS": "wait a moment and run the same command again",
}


class Later(TemporaryEngineError):
    """A failure that may pass. ``seconds``: after how many the registry wants to be asked again; 0: it did not say."""

    def __init__(self, message: str, hint: str, seconds: float) -> None:
        super().__init__(message, hint)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Reported:
    """One error of an answer's body: its code and the rest in words (OCI distribution specification, error codes)."""

    code: str
    text: str


def unreachable(host: str, error: httpx.TransportError) -> TemporaryEngineError:
    """No connection, or one that broke."""
    return TemporaryEngineError(
        f"registry {host}: cannot be reached: {_line(_ERRNO.sub('', str(error))) or type(error).__name__}",
        "start the registry or correct its address: odcpub engines set registry=…",
    )


def denied(host: str, repository: str, response: httpx.Response) -> EngineError:
    """401 and 403."""
    return EngineError(
        f"registry {host}: access to {repository} denied ({response.status_code}{_in_words(reported(response))})",
        f"run `docker login {host}` as a user who may push to {repository}",
    )


def refused(host: str, repository: str, response: httpx.Response) -> EngineError:
    """Every other answer that is not success; temporary where its status or code says so."""
    found = reported(response)
    if response.status_code == 507 or any(_FULL.search(one.text) for one in found):
        return EngineError(
            f"registry {host}: its disk is full: {repository} was not stored",
            "free space in the registry (delete old images, run its garbage collection), then try again",
        )
    codes = [one.code for one in found]
    temporary = response.status_code in _TRANSIENT or not _TRANSIENT_CODES.isdisjoint(codes)
    hint = next((_HINTS[code] for code in codes if code in _HINTS), "see the registry's own log")
    message = f"registry {host}: {repository}: answered {response.status_code}{_in_words(found)}"
    if not temporary:
        return EngineError(message, hint)
    asked = response.headers.get("Retry-After", "")
    return Later(message, hint, float(asked) if asked.isascii() and asked.isdigit() else 0.0)


def reported(response: httpx.Response) -> tuple[Reported, ...]:
    """The errors of an answer's body; a body of another form is one without a code."""
    try:
        return tuple(_reported(error) for error in response.json()["errors"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return (Reported("", response.text),)


def _reported(error: Mapping[str, object]) -> Reported:
    return Reported(str(error.get("code", "")), f"{error.get('message', '')} {error.get('detail') or ''}".strip())


def _in_words(found: Iterable[Reported]) -> str:
    """All of them in one short line."""
    text = _line("; ".join(f"{one.code} {one.text}".strip() for one in found))
    return f": {text}" if text else ""


def _line(text: str) -> str:
    return in_short(text, 300)
