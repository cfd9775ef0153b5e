"""Waiting for a new version in Kubernetes, and taking a failed one back. I/O through ``Cluster``.

What the API server does not answer now it may answer in a moment: that is no version's failure.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from odcpub.deployment.objects import INSTALLATION, INSTANCE, Object, instance_of, namespace_of
from odcpub.deployment.workload import Workload
from odcpub.engines.ports import Report
from odcpub.engines.runner import pods
from odcpub.engines.runner.cluster import Cluster
from odcpub.engines.runner.last_words import LastWords
from odcpub.engines.runner.not_ready import LAST_LINES, NotReady, redact
from odcpub.engines.runner.removal import prune, remove_besides, selector
from odcpub.errors import EngineError, TemporaryEngineError

T = TypeVar("T")

PAUSE = 0.1
PATIENCE_SECONDS = 5.0
"""How long a pod may wait for a node: a new node or an ending pod may make room."""
END_SECONDS = 90.0
TEMPLATE_HASH = "pod-template-hash"
"""By this label the Deployment's controller tells its ReplicaSets and their pods apart."""
_SERVES = "The version before it serves on; nothing of the new one is left."
_BACK = "The version before it is in its place again; odcpub status shows whether it serves."
_NOTHING = "There was no version before it; nothing of the new one is left."
_LEFT = "It is the only version there is and has served, so it is left as it is."
_REPLACED = "It is no longer there: somebody has replaced or removed it meanwhile."


@dataclass(frozen=True, slots=True)
class Rollout:
    """One new version on its way."""

    cluster: Cluster
    workload: Workload

    @property
    def namespace(self) -> str:
        return namespace_of(self.workload.stage)

    @property
    def where(self) -> str:
        return f"{self.workload.asset} in {self.workload.stage}"

    @property
    def mine(self) -> str:
        return f"{selector(self.workload.asset)},{INSTANCE}={instance_of(self.workload)}"

    def wait(self, report: Report, seconds: float) -> None:
        """Returns when enough new pods are ready and the Service sends to one; else takes the version back and
        raises NotReady."""
        began, said, words = time.monotonic(), "", LastWords(self.cluster, self.namespace, self.workload.secrets)
        while True:
            waited = time.monotonic() - began
            try:
                found = self._pods()
                if self._ready(found):
                    return
                failure, state = self._failure(found, waited) or words.failure(found), words.state(found)
            except TemporaryEngineError as error:
                found, failure, state = (), None, error.message
            if failure is None and waited > seconds:
                failure = _late(found, seconds, state)
            if failure is not None:
                raise self._taken_back(failure)
            if state != said:
                report(state)
                said = state
            time.sleep(PAUSE)

    def complete(self) -> bool:
        """Whether the version is ready, as ``wait`` waits for it."""
        return self._ready(self._pods())

    def settle(self, seconds: float) -> None:
        """Returns when only this version's pods are left."""
        others = lambda: tuple(each for each in self._every_pod() if not self._is_mine(each))  # noqa: E731
        gone(others, self.where, self.namespace, seconds)

    def _pods(self) -> tuple[Object, ...]:
        return tuple(filter(self._is_mine, self.cluster.find("Pod", self.namespace, self.mine)))

    def _every_pod(self) -> tuple[Object, ...]:
        return self.cluster.find("Pod", self.namespace, selector(self.workload.asset))

    def _is_mine(self, found: Object) -> bool:
        """Whether a pod, or a ReplicaSet's or Deployment's template, is of this very version. Labels alone don't tell:
        one whose image somebody has changed by hand has them, too."""
        pod = found["spec"].get("template", found)
        image = pods.app(pod["spec"]["containers"]).get("image")
        return (_instance(pod), image) == (instance_of(self.workload), self.workload.reference)

    def _ready(self, found: tuple[Object, ...]) -> bool:
        """Whether the cluster has taken in this version, has made all its pods, and sends to them."""
        serving = [each for each in found if pods.ready(each)]
        deployment = self.cluster.get("Deployment", self.workload.asset, self.namespace) if serving else None
        if deployment is None or not self._is_mine(deployment):
            return False
        seen = deployment.get("status", {}).get("observedGeneration", 0) >= deployment["metadata"].get("generation", 0)
        newest = self._newest(deployment) if seen else ""
        names = {each["metadata"]["name"] for each in serving if _label(each, TEMPLATE_HASH) == newest}
        return seen and len(names) >= deployment["spec"].get("replicas", 1) and self._reached(names)

    def _newest(self, deployment: Object) -> str:
        """The hash of the template that the Deployment's pods are to be made from now."""
        sets = self.cluster.find("ReplicaSet", self.namespace, self.mine)
        return next((_label(each, TEMPLATE_HASH) for each in sets if _number(each) == _number(deployment)), "")

    def _reached(self, names: set[str]) -> bool:
        """Whether the Service sends to every one of the pods."""
        service = f"kubernetes.io/service-name={self.workload.asset}"
        slices = self.cluster.find("EndpointSlice", self.namespace, service)
        served = {
            each.get("targetRef", {}).get("name")
            for one in slices
            for each in one.get("endpoints") or ()
            if each.get("conditions", {}).get("ready")
        }
        return names <= served

    def _failure(self, found: tuple[Object, ...], waited: float) -> pods.Failure | None:
        patient = waited < PATIENCE_SECONDS
        known = next((failure for each in found if (failure := pods.failure(each, patient))), None)
        if known or found:
            return known
        sets = self.cluster.find("ReplicaSet", self.namespace, self.mine)
        return pods.replica_failure(filter(self._is_mine, sets))

    def _taken_back(self, failure: pods.Failure) -> NotReady:
        """Collects what the version said, then takes it back. What cannot be taken back in time does not hide why the
        version failed."""
        try:
            lines, event = self._told(failure)
        except TemporaryEngineError:
            lines, event = [], ""
        try:
            hint = f"{self.take_back()} Correct the reason and publish again."
        except EngineError as error:
            hint = f"The version is not all gone: {error.message}. {error.hint}"
        reason = f"{failure.reason}; last event: {event}" if event and event not in failure.reason else failure.reason
        (reason,) = redact([reason], self.workload.secrets)
        return NotReady(self.where, reason, hint, redact(lines, self.workload.secrets))

    def _told(self, failure: pods.Failure) -> tuple[list[str], str]:
        if not failure.pod:
            return [], ""
        fields = f"involvedObject.name={failure.pod}"
        event = pods.last_warning(self.cluster.find("Event", self.namespace, fields=fields))
        if not failure.ran:
            return [], event
        lines = self.cluster.log(self.namespace, failure.pod, LAST_LINES, previous=False)
        return lines or self.cluster.log(self.namespace, failure.pod, LAST_LINES, previous=True), event

    def take_back(self) -> str:
        """The template of the version that still runs again; where there is none, nothing, unless this version has
        ever served: what is the only one is not deleted. Says what there is now."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            told = patiently(self._back)
            if told:
                self._ended(told)
                return told
            time.sleep(PAUSE)
        return _LEFT

    def _back(self) -> str:
        """One attempt; nothing to say where the Deployment has changed meanwhile, as it does whenever a pod becomes
        available: then all is looked at again."""
        deployment = self.cluster.get("Deployment", self.workload.asset, self.namespace)
        if deployment is None or not self._is_mine(deployment):
            return _REPLACED
        before = self._before()
        if before is not None:
            self._again(deployment, before)
            return _SERVES if _available(before) else _BACK
        if self._served(deployment):
            return _LEFT
        if not self.cluster.delete("Deployment", self.workload.asset, self.namespace, as_seen=deployment):
            return ""
        patiently(lambda: remove_besides(self.cluster, self.namespace, self.workload.asset))
        return _NOTHING

    def _ended(self, told: str) -> None:
        """Waits until the pods of what was taken back are gone, and prunes what the version brought."""
        if told == _NOTHING:
            gone(self._every_pod, self.where, self.namespace, END_SECONDS)
        elif told in (_SERVES, _BACK):
            gone(self._pods, self.where, self.namespace, END_SECONDS)
            patiently(lambda: prune(self.cluster, self.namespace, self.workload.asset))

    def _again(self, deployment: Object, before: Object) -> None:
        """Applies the template of the version before."""
        template = before["spec"]["template"]
        template["metadata"]["labels"].pop(TEMPLATE_HASH, None)
        template["metadata"].pop("creationTimestamp", None)
        told = {name: value for name, value in template["metadata"]["labels"].items() if name != INSTANCE}
        notes = template["metadata"].get("annotations", {})
        ours = {name: value for name, value in deployment["metadata"]["annotations"].items() if name == INSTALLATION}
        self.cluster.apply(
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {
                    "name": self.workload.asset,
                    "namespace": self.namespace,
                    "labels": told,
                    "annotations": notes | ours,
                },
                "spec": {**_kept(deployment["spec"]), "template": template},
            }
        )

    def _served(self, deployment: Object) -> bool:
        """Whether any version of the app has ever been available, as far as the cluster still knows."""
        conditions = deployment.get("status", {}).get("conditions", ())
        complete = any(each.get("reason") == "NewReplicaSetAvailable" for each in conditions)
        return complete or _available(deployment) or _number(deployment) > 1 or any(map(pods.ready, self._every_pod()))

    def _before(self) -> Object | None:
        """The ReplicaSet of the version before: of the other ones that have pods one that serves, the youngest."""
        sets = self.cluster.find("ReplicaSet", self.namespace, selector(self.workload.asset))
        others = [each for each in sets if not self._is_mine(each) and each["spec"]["replicas"]]
        return max(others, key=lambda each: (_available(each), _number(each)), default=None)


def patiently(ask: Callable[[], T], seconds: float = PATIENCE_SECONDS) -> T:
    """The answer, asked for again while the API server fails in a way that may pass."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except TemporaryEngineError:
            if time.monotonic() > deadline:
                raise
        time.sleep(PAUSE)


def gone(pods_of: Callable[[], tuple[Object, ...]], what: str, namespace: str, seconds: float) -> None:
    """Returns when no such pod is left. ``what``: whose they are, in words."""
    deadline = time.monotonic() + seconds
    while patiently(pods_of, deadline - time.monotonic()):
        if time.monotonic() > deadline:
            raise TemporaryEngineError(
                f"{what}: pods are still ending after {seconds:g} s",
                f"kubectl -n {namespace} get pods shows them; the operation can be run again.",
            )
        time.sleep(PAUSE)


def _kept(spec: Object) -> Object:
    names = ("replicas", "revisionHistoryLimit", "progressDeadlineSeconds", "selector", "strategy")
    return {name: spec[name] for name in names if name in spec}


def _instance(found: Object) -> str:
    return _label(found, INSTANCE)


def _label(found: Object, name: str) -> str:
    return str(found["metadata"].get("labels", {}).get(name, ""))


def _available(found: Object) -> bool:
    return bool(found.get("status", {}).get("availableReplicas"))


def _number(found: Object) -> int:
    """How many versions the Deployment had when this one came, itself counted."""
    return int(found["metadata"].get("annotations", {}).get("deployment.kubernetes.io/revision", "0"))


def _late(found: tuple[Object, ...], seconds: float, state: str) -> pods.Failure:
    pod = found[0]["metadata"]["name"] if found else ""
    return pods.Failure(f"not ready after {seconds:g} s; {state}", pod, ran=bool(pod))
