"""One look at an app in a cluster: its Deployment, the ReplicaSets and the pods, and which of them are of the newest
template. I/O through ``Cluster``.

The template alone tells: labels stay with one that somebody has changed by hand. As the Deployment's own controller
does it (kubernetes/pkg/controller/deployment/util, FindNewReplicaSet), the newest ReplicaSet is the oldest of those
that have the Deployment's template.
"""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.deployment.objects import PORT, Object
from odcpub.deployment.workload import DEGRADED, FAILED, IDLE, READY, STARTING
from odcpub.engines.runner import pods
from odcpub.engines.runner.cluster import Cluster
from odcpub.engines.runner.removal import selector

TEMPLATE_HASH = "pod-template-hash"
"""By this label the Deployment's controller tells its ReplicaSets and their pods apart; it takes in every pod that has
it, so that one without it is nobody's."""


@dataclass(frozen=True, slots=True)
class Look:
    """``sets``, ``pods``: all that have the app's labels. ``newest``: the ReplicaSet of the Deployment's template; None
    where the cluster has not made it yet."""

    deployment: Object | None
    sets: tuple[Object, ...]
    pods: tuple[Object, ...]
    newest: Object | None

    @property
    def wanted(self) -> int:
        """How many pods the Deployment asks for."""
        return int(self.deployment["spec"].get("replicas", 1)) if self.deployment else 0

    @property
    def idle(self) -> bool:
        """Whether the Deployment asks for no pods."""
        return self.deployment is not None and self.wanted == 0

    @property
    def taken_in(self) -> bool:
        """Whether the cluster has seen the Deployment as it is, and has made its ReplicaSet."""
        if self.deployment is None or self.newest is None:
            return False
        seen = self.deployment.get("status", {}).get("observedGeneration", 0)
        return bool(seen >= self.deployment["metadata"].get("generation", 0))

    @property
    def of_newest(self) -> tuple[Object, ...]:
        mark = template_hash(self.newest) if self.newest else ""
        return tuple(each for each in self.pods if mark and template_hash(each) == mark)

    @property
    def coming(self) -> tuple[Object, ...]:
        """The newest template's pods without those that have ended for good, which are replaced."""
        return tuple(each for each in self.of_newest if not pods.over(each))

    @property
    def others(self) -> tuple[Object, ...]:
        """The pods of other templates."""
        mine = self.of_newest
        return tuple(each for each in self.pods if template_hash(each) and each not in mine)

    @property
    def nobodys(self) -> tuple[Object, ...]:
        """Pods with the app's labels that no ReplicaSet has made, as of somebody who looks for a fault."""
        return tuple(each for each in self.pods if not template_hash(each))

    @property
    def serving(self) -> tuple[Object, ...]:
        """The pods that are ready, of whatever template."""
        return tuple(each for each in self.pods if template_hash(each) and pods.ready(each))

    @property
    def enough(self) -> bool:
        """Whether as many pods of the newest template are ready as are asked for."""
        return self.taken_in and sum(map(pods.ready, self.of_newest)) >= self.wanted

    @property
    def before(self) -> Object | None:
        """The ReplicaSet to go back to: of the other ones that have pods one that serves, the youngest."""
        others = [each for each in self.sets if each != self.newest and each["spec"]["replicas"]]
        return max(others, key=lambda each: (available(each), number(each)), default=None)


def look(cluster: Cluster, namespace: str, asset: str) -> Look:
    """In this order: what has come meanwhile is seen, never what a later change has made of an earlier one."""
    deployment = cluster.get("Deployment", asset, namespace)
    sets = cluster.find("ReplicaSet", namespace, selector(asset))
    found = cluster.find("Pod", namespace, selector(asset))
    same = [each for each in sets if deployment and same_template(each, deployment)]
    age = lambda each: (str(each["metadata"].get("creationTimestamp", "")), each["metadata"]["name"])  # noqa: E731
    newest = min(same, key=age, default=None)
    return Look(deployment, sets, found, newest)


def reached_besides(cluster: Cluster, namespace: str, asset: str, seen: Look) -> bool:
    """Whether the Service sends to pods of other templates, too."""
    others = {each["metadata"]["name"] for each in seen.others}
    return bool(others) and not others.isdisjoint(_reached(cluster, namespace, asset))


def complete(cluster: Cluster, namespace: str, asset: str, seen: Look) -> bool:
    """Whether enough pods of the newest template are ready, and the Service sends to every one of them."""
    if not seen.enough:
        return False
    names = {each["metadata"]["name"] for each in seen.of_newest if pods.ready(each)}
    return not names or names <= _reached(cluster, namespace, asset)


def health(cluster: Cluster, namespace: str, asset: str, seen: Look) -> str:
    """What ``Running`` says of it."""
    if seen.idle:
        return IDLE if seen.taken_in else STARTING
    if complete(cluster, namespace, asset, seen):
        return READY
    if seen.serving:
        return _unreached(cluster, namespace, asset, seen) or DEGRADED
    made = (each for each in seen.pods if template_hash(each))
    refused = pods.replica_failure([seen.newest] if seen.newest else [])
    return FAILED if refused or any(pods.failure(each, patient=False) for each in made) else STARTING


def _unreached(cluster: Cluster, namespace: str, asset: str, seen: Look) -> str:
    """``not ready: …`` where pods are ready and nobody comes to them; empty where somebody does."""
    if _reached(cluster, namespace, asset).intersection(each["metadata"]["name"] for each in seen.serving):
        return ""
    what = f"sends to no pod's port {PORT}" if cluster.get("Service", asset, namespace) else "does not exist any more"
    return f"not ready: the Service {asset} {what}: the next publish or promotion sets it right"


def _reached(cluster: Cluster, namespace: str, asset: str) -> set[str]:
    """The names of the pods that the Service sends to, at the port where the app listens."""
    every = cluster.find("EndpointSlice", namespace, f"kubernetes.io/service-name={asset}")
    slices = [one for one in every if PORT in {port.get("port") for port in one.get("ports") or ()}]
    return {
        str(each.get("targetRef", {}).get("name"))
        for one in slices
        for each in one.get("endpoints") or ()
        if each.get("conditions", {}).get("ready")
    }


def same_template(one: Object, other: Object) -> bool:
    """Whether two Deployments or ReplicaSets make the same pods."""
    return _template(one) == _template(other)


def _template(found: Object) -> Object:
    """A template without what the cluster writes into that of a ReplicaSet."""
    template: Object = found["spec"]["template"]
    metadata = {name: value for name, value in template["metadata"].items() if name != "creationTimestamp"}
    told = {name: value for name, value in metadata.get("labels", {}).items() if name != TEMPLATE_HASH}
    return template | {"metadata": metadata | {"labels": told}}


def template_hash(found: Object) -> str:
    return str(found["metadata"].get("labels", {}).get(TEMPLATE_HASH, ""))


def available(found: Object) -> bool:
    return bool(found.get("status", {}).get("availableReplicas"))


def number(found: Object) -> int:
    """How many versions the Deployment had when this one came, itself counted."""
    return int(found["metadata"].get("annotations", {}).get("deployment.kubernetes.io/revision", "0"))
