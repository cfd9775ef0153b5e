"""Waiting for a new version in Kubernetes, and taking a failed one back. I/O through ``Cluster``."""

from __future__ import annotations

import time
from dataclasses import dataclass

from odcpub.deployment.objects import INSTANCE, Object, configuration_names, instance_of, labels, namespace_of
from odcpub.deployment.workload import Workload
from odcpub.engines.ports import Report
from odcpub.engines.runner import pods
from odcpub.engines.runner.cluster import Cluster
from odcpub.engines.runner.not_ready import LAST_LINES, NotReady, redact
from odcpub.errors import TemporaryEngineError

PAUSE = 0.1
PATIENCE_SECONDS = 5.0
"""How long a pod may wait for a node: a new node or an ending pod may make room."""
SELECTED = ("ConfigMap", "Secret")


def selector(asset: str) -> str:
    return ",".join(f"{name}={value}" for name, value in sorted(labels(asset).items()))


@dataclass(frozen=True, slots=True)
class Rollout:
    """One new version on its way."""

    cluster: Cluster
    workload: Workload

    @property
    def namespace(self) -> str:
        return namespace_of(self.workload.stage)

    @property
    def mine(self) -> str:
        return f"{selector(self.workload.asset)},{INSTANCE}={instance_of(self.workload)}"

    def wait(self, report: Report, seconds: float) -> None:
        """Returns when enough new pods are ready and the Service sends to one; else takes the version back and
        raises NotReady."""
        began, said = time.monotonic(), ""
        while True:
            found = self.cluster.find("Pod", self.namespace, self.mine)
            if self._ready(found):
                return
            waited = time.monotonic() - began
            failure = self._failure(found, waited)
            if failure is None and waited > seconds:
                failure = self._late(found, seconds)
            if failure is not None:
                raise self._taken_back(failure)
            state = _state(found)
            if state != said:
                report(state)
                said = state
            time.sleep(PAUSE)

    def _ready(self, found: tuple[Object, ...]) -> bool:
        names = {each["metadata"]["name"] for each in found if pods.ready(each)}
        deployment = self.cluster.get("Deployment", self.workload.asset, self.namespace) if names else None
        wanted = deployment["spec"].get("replicas", 1) if deployment else None
        return wanted is not None and len(names) >= wanted and self._reached(names)

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
        return pods.replica_failure(self.cluster.find("ReplicaSet", self.namespace, self.mine))

    def _late(self, found: tuple[Object, ...], seconds: float) -> pods.Failure:
        pod = found[0]["metadata"]["name"] if found else ""
        return pods.Failure(f"not ready after {seconds:g} s; {_state(found)}", pod, ran=bool(pod))

    def _taken_back(self, failure: pods.Failure) -> NotReady:
        """Collects what the version said, then takes it back."""
        lines, event = self._told(failure)
        self.take_back()
        reason = f"{failure.reason}; last event: {event}" if event and event not in failure.reason else failure.reason
        (reason,) = redact([reason], self.workload.secrets)
        where = f"{self.workload.asset} in {self.workload.stage}"
        hint = "The version before it serves on; nothing of the new one is left. Correct the reason and publish again."
        return NotReady(where, reason, hint, redact(lines, self.workload.secrets))

    def _told(self, failure: pods.Failure) -> tuple[list[str], str]:
        if not failure.pod:
            return [], ""
        fields = f"involvedObject.name={failure.pod}"
        event = pods.last_warning(self.cluster.find("Event", self.namespace, fields=fields))
        if not failure.ran:
            return [], event
        lines = self.cluster.log(self.namespace, failure.pod, LAST_LINES, previous=False)
        return lines or self.cluster.log(self.namespace, failure.pod, LAST_LINES, previous=True), event

    def take_back(self) -> None:
        """The template of the version that still runs again, or nothing where there is none; prunes the rest."""
        deployment = self.cluster.get("Deployment", self.workload.asset, self.namespace)
        if deployment is None or _instance(deployment["spec"]["template"]) != instance_of(self.workload):
            return
        before = self._before()
        if before is None:
            remove(self.cluster, self.workload.stage, self.workload.asset)
            return
        template = before["spec"]["template"]
        template["metadata"]["labels"].pop("pod-template-hash", None)
        template["metadata"].pop("creationTimestamp", None)
        told = {name: value for name, value in template["metadata"]["labels"].items() if name != INSTANCE}
        self.cluster.apply(
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {
                    "name": self.workload.asset,
                    "namespace": self.namespace,
                    "labels": told,
                    "annotations": template["metadata"].get("annotations", {}),
                },
                "spec": {**_kept(deployment["spec"]), "template": template},
            }
        )
        self.gone(self.mine, 60)
        prune(self.cluster, self.namespace, self.workload.asset)

    def _before(self) -> Object | None:
        """The ReplicaSet of the version before: the youngest other one that has pods."""
        sets = self.cluster.find("ReplicaSet", self.namespace, selector(self.workload.asset))
        others = [each for each in sets if _instance(each) != instance_of(self.workload) and each["spec"]["replicas"]]
        return max(others, key=_number, default=None)

    def gone(self, chosen: str, seconds: float) -> None:
        """Returns when no chosen pod is left; ends those that the cluster is slow to end."""
        deadline = time.monotonic() + seconds
        while self.cluster.find("Pod", self.namespace, chosen):
            if time.monotonic() > deadline:
                raise TemporaryEngineError(
                    f"{self.workload.asset} in {self.workload.stage}: pods are still ending after {seconds:g} s",
                    f"kubectl -n {self.namespace} get pods shows them; the operation can be run again.",
                )
            time.sleep(PAUSE)


def remove(cluster: Cluster, stage: str, asset: str) -> None:
    """Deletes all objects of an app in a stage and waits until its pods are gone."""
    namespace = namespace_of(stage)
    cluster.delete("Deployment", asset, namespace)
    for kind in ("Service", "NetworkPolicy", "ServiceAccount"):
        cluster.delete(kind, asset, namespace)
    for kind in SELECTED:
        for each in cluster.find(kind, namespace, selector(asset)):
            cluster.delete(kind, each["metadata"]["name"], namespace)
    deadline = time.monotonic() + 90
    while cluster.find("Pod", namespace, selector(asset)):
        if time.monotonic() > deadline:
            raise TemporaryEngineError(f"{asset} in {stage}: pods are still ending", f"kubectl -n {namespace} get pods")
        time.sleep(PAUSE)


def unused(cluster: Cluster, namespace: str, asset: str, kept: set[str]) -> tuple[Object, ...]:
    """The app's ConfigMaps and Secrets that no pod, no ReplicaSet with pods and nothing in ``kept`` needs."""
    mine = selector(asset)
    used = set(kept)
    for pod in cluster.find("Pod", namespace, mine):
        used |= configuration_names(pod)
    for found in cluster.find("ReplicaSet", namespace, mine):
        used |= configuration_names(found["spec"]["template"]) if found["spec"]["replicas"] else set()
    return tuple(
        each
        for kind in SELECTED
        for each in cluster.find(kind, namespace, mine)
        if each["metadata"]["name"] not in used
    )


def prune(cluster: Cluster, namespace: str, asset: str) -> None:
    deployment = cluster.get("Deployment", asset, namespace)
    kept = configuration_names(deployment["spec"]["template"]) if deployment else set()
    for each in unused(cluster, namespace, asset, kept):
        cluster.delete(each["kind"], each["metadata"]["name"], namespace)


def _kept(spec: Object) -> Object:
    names = ("replicas", "revisionHistoryLimit", "progressDeadlineSeconds", "selector", "strategy")
    return {name: spec[name] for name in names if name in spec}


def _instance(found: Object) -> str:
    return str(found["metadata"].get("labels", {}).get(INSTANCE, ""))


def _number(replica_set: Object) -> int:
    return int(replica_set["metadata"].get("annotations", {}).get("deployment.kubernetes.io/revision", "0"))


def _state(found: tuple[Object, ...]) -> str:
    """One line of progress."""
    if not found:
        return "waiting for a pod"
    for pod in found:
        for container in pod.get("status", {}).get("containerStatuses", ()):
            if "running" in container.get("state", {}):
                return "its process runs and is not ready yet"
    return "a pod is starting: the image is pulled"
