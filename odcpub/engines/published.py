"""A published app asked at its address for what its API has. I/O: an HTTP request."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from odcpub.errors import EngineError


@dataclass(frozen=True, slots=True)
class Reply:
    """``content``: of its JSON, an object."""

    status: int
    content: dict[str, Any]


def post(address: str, path: str, content: object, seconds: float) -> Reply:
    """What the app at ``http://host:port`` answers. Raises EngineError where it does not within ``seconds``."""
    parts = urlsplit(address)
    with closing(http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=seconds)) as connection:
        try:
            connection.connect()
        except OSError as error:
            raise EngineError(f"{address}: does not answer: {error}", "odcpub status") from None
        try:
            connection.request("POST", path, json.dumps(content).encode(), {"Content-Type": "application/json"})
            response = connection.getresponse()
            return Reply(response.status, _object(response.read(), address))
        except TimeoutError:
            raise _unsure(address, f"has not answered within {seconds:.0f} s") from None
        except (OSError, http.client.HTTPException):
            raise _unsure(address, "ended before it answered") from None


def _unsure(address: str, what: str) -> EngineError:
    return EngineError(f"{address}: {what}: what it was asked for may be done or not", "odcpub status")


def _object(text: bytes, address: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise EngineError(f"{address}: answers no JSON object: it is not the app", "odcpub status")
    return found
