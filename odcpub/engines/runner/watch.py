"""Judges a version that is on its way, look after look: what has failed for good, what may still pass, and how far it
is. I/O through ``Cluster``: the version's log.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from odcpub.deployment.objects import INSTANCE, Object, instance_of, namespace_of
from odcpub.deployment.workload import Workload
from odcpub.engines.runner import pods
from odcpub.engines.runner.cluster import Cluster
from odcpub.engines.runner.last_words import LastWords
from odcpub.engines.runner.look import Look

PATIENCE_SECONDS = 5.0
"""How long a pod may wait for a node while none of the app's pods is ending: a new node may make room."""
REPEATS = 3
"""So many pods that ended in the place of one another are more than a node's passing trouble."""


class Watch:
    """One version from its start on."""

    def __init__(self, cluster: Cluster, workload: Workload) -> None:
        self._workload = workload
        self._words = LastWords(cluster, namespace_of(workload.stage), workload.secrets)
        self._first: dict[str, float] = {}
        """When each pod was first seen."""
        self._ended_before: set[str] | None = None

    def failure(self, seen: Look) -> pods.Failure | None:
        """Why it can't become ready, as soon as that is sure."""
        now = time.monotonic()
        for each in seen.coming:
            self._first.setdefault(_name(each), now)
        ended = self._ended(seen)
        return (
            self._changed(seen)
            or next(self._broken(seen, now), None)
            or (pods.end(ended[-1]) if len(ended) >= REPEATS else None)
            or self._words.failure(_unready(seen))
        )

    def late(self, seen: Look, seconds: float, state: str) -> pods.Failure:
        """That it has not become ready in time, with what may have passed and did not."""
        pod = next(map(_name, _unready(seen)), "")
        why = next((found.reason for found in self._passing(seen)), state)
        return pods.Failure(f"not ready after {seconds:g} s; {why}", pod, ran=bool(pod))

    def state(self, seen: Look) -> str:
        """One line of progress."""
        if not seen.taken_in:
            return "waiting for the cluster to take in the new version"
        if seen.enough:
            return "its pods are ready, and its Service does not send to all of them yet"
        said, ended = self._words.state(_unready(seen)), self._ended(seen)
        return f"{said}; a pod before it has ended: {pods.end(ended[-1]).reason}" if ended else said

    def _changed(self, seen: Look) -> pods.Failure | None:
        """What was applied is not there any more: nothing will come of it."""
        other = not_of(seen.deployment, self._workload)
        if not other and seen.newest is None and seen.deployment and seen.deployment["spec"].get("paused"):
            other = "its Deployment is paused, so no pod of a new version is made (kubectl rollout resume ends that)"
        return pods.Failure(other) if other else None

    def _broken(self, seen: Look, now: float) -> Iterator[pods.Failure]:
        """A pod that is ending may make room for one that waits."""
        ending = any(map(pods.leaving, seen.pods))
        for each in seen.coming:
            other = pods.other_image(each, self._workload.digest) if pods.ready(each) else ""
            if other:
                yield pods.Failure(f"its pods run another image: {other}", _name(each))
            patient = ending or now < self._first[_name(each)] + PATIENCE_SECONDS
            if found := pods.failure(each, patient):
                yield found
        if not seen.coming and not ending:
            yield from self._refused(seen)

    def _passing(self, seen: Look) -> Iterator[pods.Failure]:
        yield from filter(None, (pods.failure(each, patient=False) for each in seen.coming))
        yield from self._refused(seen)

    def _refused(self, seen: Look) -> Iterator[pods.Failure]:
        if seen.newest and (refused := pods.replica_failure([seen.newest])):
            yield refused

    def _ended(self, seen: Look) -> list[Object]:
        """The newest template's pods that have ended for good under our eyes, the last of them last."""
        over = [each for each in seen.of_newest if pods.over(each)]
        if self._ended_before is None:
            self._ended_before = set(map(_name, over))
        fresh = [each for each in over if _name(each) not in self._ended_before]
        return sorted(fresh, key=lambda each: str(each["metadata"].get("creationTimestamp", "")))


def not_of(deployment: Object | None, workload: Workload) -> str:
    """Why a Deployment is not of this version, its host names and its pods' sizes aside; empty where it is."""
    if deployment is None:
        return "its Deployment does not exist any more"
    template = deployment["spec"]["template"]
    if template["metadata"].get("labels", {}).get(INSTANCE) != instance_of(workload):
        return "its Deployment has been changed to another version"
    other = pods.other_image(template, workload.digest)
    return f"its Deployment has been changed to another image: {other}" if other else ""


def _unready(seen: Look) -> tuple[Object, ...]:
    """The pods that are waited for; all, where every one is ready."""
    return tuple(each for each in seen.coming if not pods.ready(each)) or seen.coming


def _name(found: Object) -> str:
    return str(found["metadata"]["name"])
