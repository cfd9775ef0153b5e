"""What a version that is on its way says of itself: one line of progress, and when waiting for it is of no use.

I/O through ``Cluster``: the version's log.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from odcpub.deployment.objects import Object
from odcpub.engines.runner import pods
from odcpub.engines.runner.cluster import Cluster
from odcpub.engines.runner.not_ready import LAST_LINES, redact

LOOK_SECONDS, DATABASE_SECONDS = 2.0, 15.0
"""How often a version's log is read for why it is not ready; how long it may say that it comes to no database."""
_NOT_READY, _DATABASE = " not ready: ", "the database "


class LastWords:
    """What a version that runs and is not ready says of it, read in its log now and then."""

    def __init__(self, cluster: Cluster, namespace: str, secrets: Sequence[tuple[str, str]]) -> None:
        self._cluster, self._namespace, self._secrets = cluster, namespace, secrets
        self._reason, self._pod = "", ""
        self._due, self._since = 0.0, 0.0

    def state(self, found: tuple[Object, ...]) -> str:
        """One line of progress."""
        return f"{_state(found)}: {self._reason}" if self._reason and _runs(found) else _state(found)

    def reason(self, found: tuple[Object, ...]) -> str:
        """Why it is not ready, as its log says; empty where that says nothing."""
        if running := _runs(found):
            self._read(running, time.monotonic())
        return self._reason

    def failure(self, found: tuple[Object, ...]) -> pods.Failure | None:
        """A database that it has not come to for a while it will not come to: addresses and rights do not change by
        themselves."""
        now = time.monotonic()
        if now >= self._due and (running := _runs(found)):
            self._due = now + LOOK_SECONDS
            self._read(running, now)
        if self._reason.startswith(_DATABASE) and now > self._since + DATABASE_SECONDS:
            return pods.Failure(self._reason, self._pod, ran=True)
        return None

    def _read(self, pod: str, now: float) -> None:
        lines = self._cluster.log(self._namespace, pod, LAST_LINES, previous=False)
        reasons = [line.partition(_NOT_READY)[2] for line in lines if _NOT_READY in line]
        (reason,) = redact(reasons[-1:] or [""], self._secrets)
        if reason != self._reason:
            self._reason, self._pod, self._since = reason, pod, now


def _runs(found: tuple[Object, ...]) -> str:
    """The name of a pod whose app runs; empty where there is none."""
    for pod in found:
        if "running" in pods.app(pod.get("status", {}).get("containerStatuses", ())).get("state", {}):
            return str(pod["metadata"]["name"])
    return ""


def _state(found: tuple[Object, ...]) -> str:
    """One line of progress."""
    if not found:
        return "waiting for a pod"
    return "its process runs and is not ready yet" if _runs(found) else "a pod is starting: the image is pulled"
