"""The failures of an API server in our words: what it refuses, and that nobody reaches it. No I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from odcpub.engines.ports import Gone
from odcpub.errors import EngineError, TemporaryEngineError

UNAUTHORIZED, FORBIDDEN, CONFLICT = 401, 403, 409
_NOT_ALLOWED = {
    UNAUTHORIZED: (
        "the cluster does not know this user",
        "log in to the cluster again, since the kubeconfig's token or certificate has expired or was revoked, then see "
        "that this answers: kubectl auth whoami",
    ),
    FORBIDDEN: ("not allowed", "give the kubeconfig's user the rights that docs/kind.md lists"),
}


class ApiRefusal(EngineError):
    """The API server refused a request; ``status`` is its HTTP status."""

    def __init__(self, message: str, hint: str, status: int) -> None:
        super().__init__(message, hint)
        self.status = status


class Unreachable(TemporaryEngineError):
    """The cluster {host} cannot be reached."""


class Silent(Gone, Unreachable):
    """Nobody is there who could be the cluster."""


@contextmanager
def told(where: str, host: str) -> Iterator[None]:
    """The client's failures as ours; ``host``: the API server's address."""
    from kubernetes.client import ApiException
    from kubernetes.dynamic.exceptions import DynamicApiError
    from urllib3.exceptions import HTTPError, SSLError

    try:
        yield
    except (ApiException, DynamicApiError) as error:
        raise _refusal(where, error) from error
    except HTTPError as error:
        hint = "see whether the cluster is up: kubectl cluster-info; docs/kind.md says how to create one"
        what = f"{where}: the cluster at {host} cannot be reached: {_reason(error)}"
        # Whoever shows a certificate that can't be checked is there, and may well be the cluster.
        raise (Unreachable if isinstance(getattr(error, "reason", None), SSLError) else Silent)(what, hint) from error


def _refusal(where: str, error: Any) -> EngineError:
    status = int(error.status or 0)
    try:
        message = str(json.loads(error.body)["message"])
    except (TypeError, ValueError, KeyError):
        message = str(error.reason or "no reason given")
    if status in _NOT_ALLOWED:
        what, hint = _NOT_ALLOWED[status]
        return ApiRefusal(f"{where}: {what}: {message}", hint, status)
    if status == 429 or status >= 500:
        return TemporaryEngineError(
            f"{where}: the API server is busy or failing ({status}): {message}",
            "wait a moment, then run the same command again",
        )
    return ApiRefusal(f"{where}: refused: {message}", "", status)


def _reason(error: Exception) -> str:
    cause = getattr(error, "reason", None) or error
    words = re.sub(r"\[Errno -?\d+\] ", "", str(cause).rpartition(": ")[2])
    return words or type(error).__name__
