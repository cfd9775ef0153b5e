"""What pods and ReplicaSets tell about a version that can't start. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from odcpub.deployment.objects import APP, Object

_FATAL = {
    "ErrImagePull": "its image cannot be pulled",
    "ImagePullBackOff": "its image cannot be pulled",
    "InvalidImageName": "its image has no valid name",
    "ErrImageNeverPull": "its image is not on the node",
    "ImageInspectError": "its image cannot be read",
    "CreateContainerConfigError": "its configuration does not exist",
    "CreateContainerError": "its container cannot be created",
    "RunContainerError": "its container cannot be started",
    "StartError": "its container cannot be started",
    "ContainerCannotRun": "its container cannot be started",
    "CrashLoopBackOff": "it keeps crashing",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a version can't become ready; ``pod`` is empty where none could be made, ``ran``: its container ran."""

    reason: str
    pod: str = ""
    ran: bool = False


def ready(pod: Object) -> bool:
    conditions = pod.get("status", {}).get("conditions", ())
    return not leaving(pod) and any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def leaving(pod: Object) -> bool:
    return bool(pod["metadata"].get("deletionTimestamp"))


def over(pod: Object) -> bool:
    """Whether it has ended for good, as one that its node has evicted or did not take in: its ReplicaSet makes another
    in its place, and it stays listed. A container that ends is begun again in the same pod."""
    return pod.get("status", {}).get("phase") in ("Failed", "Succeeded")


def end(pod: Object) -> Failure:
    """Why a pod is over."""
    status = pod.get("status", {})
    words = _words(status.get("reason") or status.get("phase", ""), status.get("message", ""))
    return Failure(words, pod["metadata"]["name"])


def failure(pod: Object, patient: bool) -> Failure | None:
    """What is wrong with a pod that is to become ready; ``patient`` leaves it a moment to be scheduled."""
    if leaving(pod) or over(pod):
        return None
    status, name = pod.get("status", {}), pod["metadata"]["name"]
    for container in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())):
        own = container.get("name") == APP
        found = _container(container) if own else _injected(container)
        if found:
            return Failure(found, name, own and _ran(container))
    for condition in status.get("conditions", ()):
        if not patient and condition["type"] == "PodScheduled" and condition.get("reason") == "Unschedulable":
            return Failure(f"no node can take it: {condition.get('message', '')}", name)
    return None


def _ran(container: Object) -> bool:
    """A container that could not even be started has no log."""
    ended = container.get("state", {}).get("terminated") or container.get("lastState", {}).get("terminated") or {}
    return bool(ended) and ended.get("reason") not in ("StartError", "ContainerCannotRun")


_PASSING = "failed to sync"
"""The node has not heard of the ConfigMap or Secret yet; it tries again."""
KILLED = 137
"""128 + SIGKILL: what a process that was out of memory ends with, too, where the node missed the reason."""


def _container(container: Object) -> str:
    """Why a container can't run, or an empty text. Apps wait for what is missing, so one that ends has failed."""
    state = container.get("state", {})
    ended = state.get("terminated") or container.get("lastState", {}).get("terminated")
    return _ended(ended) if ended else _waits(state.get("waiting") or {})


def _injected(container: Object) -> str:
    """As ``_container``, of one that the cluster has put beside the app's: such a one may end, or begin again until
    what it needs is there."""
    found = _waits(container.get("state", {}).get("waiting") or {})
    return f"container {container.get('name', '')}, which is not the app's: {found}" if found else ""


def _waits(waiting: Object) -> str:
    if waiting.get("reason") in _FATAL and _PASSING not in waiting.get("message", ""):
        return _words(f"{_FATAL[waiting['reason']]} ({waiting['reason']})", waiting.get("message", ""))
    return ""


def _ended(ended: Object) -> str:
    reason, code = ended.get("reason", ""), ended.get("exitCode")
    if reason == "OOMKilled":
        return "it needed more memory than its limit (OOMKilled)"
    if reason in _FATAL:
        return _words(f"{_FATAL[reason]} ({reason})", ended.get("message", ""))
    if code == KILLED:
        return f"it was killed (code {code}): out of memory, or by somebody"
    return f"its process ended with code {code}"


def replica_failure(sets: Iterable[Object]) -> Failure | None:
    """A ReplicaSet that may not make its pods: quota, Pod Security, admission."""
    for found in sets:
        for condition in found.get("status", {}).get("conditions", ()):
            if condition["type"] == "ReplicaFailure" and condition["status"] == "True":
                return Failure(f"no pod may be made ({condition.get('reason', '')}): {condition.get('message', '')}")
    return None


def _words(reason: str, message: str) -> str:
    text = " ".join(message.split())
    return f"{reason}: {text}" if text else reason


def last_warning(events: Iterable[Object]) -> str:
    """The youngest warning among events, as one line."""
    warnings = [each for each in events if each.get("type") == "Warning"]
    youngest = max(warnings, key=lambda each: each.get("lastTimestamp") or each.get("eventTime") or "", default=None)
    return _words(youngest.get("reason", ""), youngest.get("message", "")) if youngest else ""


def digest(pod: Object) -> str:
    """The digest of the image that a pod's app really runs, from its container's imageID."""
    container = app(pod.get("status", {}).get("containerStatuses", ()))
    return str(container.get("imageID", "")).rpartition("@")[2]


def other_image(pod: Object, wanted: str) -> str:
    """The name of the image that a pod (or template) has instead of the one with the digest ``wanted``; empty where it
    is that one, under whatever name (clusters rewrite names, to a mirror's for example), or not known yet."""
    named = str(app(pod["spec"]["containers"]).get("image", ""))
    known = [found for found in (named.partition("@")[2], digest(pod)) if found]
    return named if known and wanted not in known else ""


def app(containers: Iterable[Object]) -> Object:
    """The app's own among the containers of a pod, or their statuses; nothing where it is not there."""
    return next((each for each in containers if each.get("name") == APP), {})
