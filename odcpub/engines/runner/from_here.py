"""A published app asked at its address, from this machine. I/O: HTTP requests."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from odcpub.engines.runner.not_ready import NOW, Answer, said
from odcpub.engines.runner.process import ask
from odcpub.engines.runner.rollout import PAUSE

ANSWER_SECONDS = 10.0
CONDITION_SECONDS = 20.0
"""How long an app may say that it is not ready when its pods are: a pooler comes back to a server that has refused it
after 15 s (PgBouncer's ``server_login_retry``)."""


def condition(address: str) -> str:
    """``not ready: …``, where the app says so now; empty where it is ready or can't be asked from here."""
    return said(_ask(address, NOW))


def answers(address: str) -> bool:
    """A Service's rules reach the nodes up to a second or two after its pods are ready."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        answer = _ask(address, "/_odc/health")
        if answer and answer.status == 200:
            return True
        time.sleep(PAUSE)
    return False


def lasting(address: str) -> str:
    """``condition`` where it does not pass."""
    deadline = time.monotonic() + CONDITION_SECONDS
    while (found := condition(address)) and time.monotonic() < deadline:
        time.sleep(PAUSE)
    return found


def _ask(address: str, path: str) -> Answer | None:
    parts = urlsplit(address)
    return ask(parts.hostname or "", parts.port or 80, path) if address else None
