"""Taking away what an app leaves, and its stage's namespace after the last: nothing of anybody else's.

I/O through ``Cluster``.
"""

from __future__ import annotations

import shlex

from odcpub.deployment.objects import BY, CREATED, DENY, MANAGER, Object, configuration_names, labels, namespace_of
from odcpub.engines.runner.cluster import Cluster
from odcpub.engines.runner.contents import contents
from odcpub.engines.runner.ownership import made_by_us
from odcpub.engines.runner.refusals import ApiRefusal

CONFIGURATION = ("ConfigMap", "Secret")
_BESIDES = ("Service", "NetworkPolicy", "ServiceAccount", *CONFIGURATION)
_BY_THE_CLUSTER = (("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt"))
_PASSING = ("Event", "Endpoints", "EndpointSlice")
"""Kinds that come and go with what they are about."""


def selector(asset: str) -> str:
    return ",".join(f"{name}={value}" for name, value in sorted(labels(asset).items()))


def by_hand(kubeconfig: str, context: str, stage: str, asset: str) -> str:
    """The command that removes all objects of an app that carry our labels."""
    named = {
        "kubeconfig": kubeconfig,
        "context": context,
        "namespace": namespace_of(stage),
        "selector": selector(asset),
    }
    options = " ".join(f"--{name} {shlex.quote(value)}" for name, value in named.items() if value)
    return f"kubectl {options} delete {','.join(kind.lower() for kind in ('Deployment', *_BESIDES))}"


def remove(cluster: Cluster, namespace: str, asset: str) -> None:
    """Deletes all objects of an app that carry our labels; its pods end a little later."""
    for each in cluster.find("Deployment", namespace, selector(asset)):
        cluster.delete("Deployment", each["metadata"]["name"], namespace)
    remove_besides(cluster, namespace, asset)


def remove_besides(cluster: Cluster, namespace: str, asset: str) -> None:
    """All but the Deployment."""
    for kind in _BESIDES:
        for each in cluster.find(kind, namespace, selector(asset)):
            cluster.delete(kind, each["metadata"]["name"], namespace)


def make_namespace(cluster: Cluster, namespace: Object) -> None:
    """Makes a stage's namespace where there is none. It is marked as made by us: no other is ever deleted."""
    metadata = namespace["metadata"] | {"annotations": {CREATED: MANAGER}}
    cluster.create(namespace | {"metadata": metadata})


def leave_namespace(cluster: Cluster, stage: str) -> bool:
    """Where no app of ours is left in the stage's namespace, takes out of it what we have added, the whole of it if we
    made it and nobody else uses it; whether it did that."""
    name = namespace_of(stage)
    if cluster.find("Deployment", name, f"{BY}={MANAGER}"):
        return False
    if remove_namespace(cluster, stage):
        return True
    cluster.delete("NetworkPolicy", DENY, name)
    found = cluster.get("Namespace", name)
    if found is not None and not made_by_us(found) and _touched(found):
        # What an applied object no longer has is taken away; fields of others stay.
        cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return False


def _touched(found: Object) -> bool:
    """Whether an odcpub of before has labelled it."""
    return any(each.get("manager") == MANAGER for each in found["metadata"].get("managedFields", ()))


def remove_namespace(cluster: Cluster, stage: str) -> bool:
    """Deletes the namespace if we made it and nothing is in it but what every namespace gets; whether it did."""
    name = namespace_of(stage)
    found = cluster.get("Namespace", name)
    if found is None or not made_by_us(found):
        return False
    try:
        occupied = any(not _expected(each) for each in contents(cluster, name))
    except ApiRefusal:
        return False  # what we may not see may be there
    return not occupied and cluster.delete("Namespace", name, as_seen=found)


def _expected(found: Object) -> bool:
    """What is in a namespace that nobody uses. Whatever has an owner stands and falls with it."""
    kind, metadata = found["kind"], found["metadata"]
    ours = metadata.get("labels", {}).get(BY) == MANAGER
    return (
        kind in _PASSING
        or bool(metadata.get("ownerReferences"))
        or (kind, metadata["name"]) in _BY_THE_CLUSTER
        or (ours and (kind, metadata["name"]) == ("NetworkPolicy", DENY))
    )


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
        for kind in CONFIGURATION
        for each in cluster.find(kind, namespace, mine)
        if each["metadata"]["name"] not in used
    )


def prune(cluster: Cluster, namespace: str, asset: str) -> None:
    deployment = cluster.get("Deployment", asset, namespace)
    kept = configuration_names(deployment["spec"]["template"]) if deployment else set()
    for each in unused(cluster, namespace, asset, kept):
        cluster.delete(each["kind"], each["metadata"]["name"], namespace)
