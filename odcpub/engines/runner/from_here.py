"""A published app asked at its address, from this machine. I/O: HTTP requests."""

from __future__ import annotations

from urllib.parse import urlsplit

from odcpub.engines.runner.not_ready import NOW, Answer, said
from odcpub.engines.runner.process import ask
from odcpub.engines.runner.rollout import PAUSE
from odcpub.waiting import looks

ANSWER_SECONDS = 10.0
CONDITION_SECONDS = 20.0
"""How long an app may say that it is not ready when its pods are: a pooler comes back to a server that has refused it
after 15 s (PgBouncer's ``server_login_retry``)."""


def condition(address: str) -> str:
    """``not ready: …``, where the app says so now; empty where it is ready or can't be asked from here."""
    return said(_ask(address, NOW))


def answers(address: str) -> bool:
    """A Service's rules reach the nodes up to a second or two after its pods are ready."""
    for _ in looks(ANSWER_SECONDS, PAUSE):
        answer = _ask(address, "/_odc/health")
        if answer and answer.status == 200:
            return True
    return False


def lasting(address: str) -> str:
    """``condition`` where it does not pass."""
    for _ in looks(CONDITION_SECONDS, PAUSE):
        if not (found := condition(address)):
            break
    return found


def _ask(address: str, path: str) -> Answer | None:
    parts = urlsplit(address)
    return ask(parts.hostname or "", parts.port or 80, path) if address else None
