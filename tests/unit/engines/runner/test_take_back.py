"""What is left after a version failed, and after an app is undeployed: nothing that serves and nothing of others."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import pytest

from odcpub.deployment.objects import CREATED, INSTANCE, PORT, instance_of, labels, objects
from odcpub.deployment.workload import Workload
from odcpub.engines.ports import NotReady
from odcpub.engines.runner import last_words, rollout
from odcpub.engines.runner.kubernetes import KubernetesRunner
from odcpub.engines.runner.refusals import ApiRefusal
from odcpub.engines.runner.removal import make_namespace, remove, remove_namespace
from odcpub.engines.runner.rollout import TEMPLATE_HASH, Rollout
from odcpub.errors import TemporaryEngineError
from tests.cluster import FakeCluster

DIGEST = "sha256:" + "a" * 64
WORKLOAD = Workload("Shop", "shop", "k", "qa", 2, f"r/shop@{DIGEST}", "shop", DIGEST)
NAMESPACE = "odc-qa"


@pytest.fixture
def cluster() -> FakeCluster:
    made = FakeCluster()
    for each in objects(WORKLOAD):
        made.put(each)
    deployment = made.get("Deployment", "shop", NAMESPACE)
    assert deployment is not None
    deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "1"
    made.put(deployment)
    made.put(replica_set("shop-new", instance_of(WORKLOAD), 1))
    return made


def replica_set(name: str, instance: str, revision: int, available: int = 0) -> dict[str, Any]:
    template = copy.deepcopy(next(each for each in objects(WORKLOAD) if each["kind"] == "Deployment"))["spec"][
        "template"
    ]
    template["metadata"]["labels"] |= {INSTANCE: instance, TEMPLATE_HASH: name}
    return {
        "kind": "ReplicaSet",
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "labels": template["metadata"]["labels"],
            "annotations": {"deployment.kubernetes.io/revision": str(revision)},
            "ownerReferences": [{"kind": "Deployment", "name": "shop"}],
        },
        "spec": {"replicas": 1, "template": template},
        "status": {"availableReplicas": available},
    }


def ready_pod(image: str = WORKLOAD.reference) -> dict[str, Any]:
    return {
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": NAMESPACE, "labels": labels("shop")},
        "spec": {"containers": [{"name": "proxy", "image": "proxy"}, {"name": "app", "image": image}]},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }


def deployed(cluster: FakeCluster) -> dict[str, Any] | None:
    return cluster.get("Deployment", "shop", NAMESPACE)


def test_a_first_version_that_never_served_is_removed_whole(cluster: FakeCluster) -> None:
    told = Rollout(cluster, WORKLOAD).take_back()
    assert deployed(cluster) is None
    assert {kind for kind, _, _ in cluster.objects} == {"Namespace", "NetworkPolicy", "ReplicaSet"}
    assert "no previous version" in told


@pytest.mark.parametrize("sign", ["available", "complete", "later", "ready pod"])
def test_the_only_version_is_left_if_any_ever_served(cluster: FakeCluster, sign: str) -> None:
    deployment = deployed(cluster)
    assert deployment is not None
    if sign == "available":
        deployment["status"] = {"availableReplicas": 1}
    elif sign == "complete":
        deployment["status"] = {"conditions": [{"type": "Progressing", "reason": "NewReplicaSetAvailable"}]}
    elif sign == "later":
        deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "2"
    else:
        cluster.put(ready_pod())
    cluster.put(deployment)
    before = set(cluster.objects)
    assert "left as it is" in Rollout(cluster, WORKLOAD).take_back()
    assert set(cluster.objects) == before


def test_a_version_that_comes_to_serve_while_it_is_looked_at_is_left(cluster: FakeCluster) -> None:
    """Between the last look and the deletion: the cluster refuses it, and all is looked at again."""

    def serves_now() -> None:
        deployment = deployed(cluster)
        assert deployment is not None
        cluster.put(deployment | {"status": {"availableReplicas": 1}})

    cluster.before_delete = serves_now
    assert "left as it is" in Rollout(cluster, WORKLOAD).take_back()
    assert deployed(cluster) is not None


def test_the_version_that_serves_comes_back_and_not_a_younger_one_that_does_not(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollout, "prune", lambda *_: None)
    cluster.put(replica_set("shop-good", "good", 1, available=1))
    cluster.put(replica_set("shop-failed", "failed", 2))
    assert "keeps serving" in Rollout(cluster, WORKLOAD).take_back()
    deployment = deployed(cluster)
    assert deployment is not None
    assert deployment["spec"]["template"]["metadata"]["labels"][INSTANCE] == "good"
    cluster.put(deployment | {"spec": next(e for e in objects(WORKLOAD) if e["kind"] == "Deployment")["spec"]})
    del cluster.objects["ReplicaSet", NAMESPACE, "shop-good"]
    assert "keeps serving" not in Rollout(cluster, WORKLOAD).take_back()


def kubernetes(cluster: FakeCluster) -> KubernetesRunner:
    return KubernetesRunner("ours", cluster)


def test_a_start_that_never_came_to_its_deployment_leaves_nothing(cluster: FakeCluster) -> None:
    del cluster.objects["Deployment", NAMESPACE, "shop"]
    del cluster.objects["ReplicaSet", NAMESPACE, "shop-new"]
    assert not kubernetes(cluster).take_back(WORKLOAD)
    assert {kind for kind, _, _ in cluster.objects} == {"Namespace"}, "which was not marked as made by us"
    assert not kubernetes(cluster).take_back(WORKLOAD)


def make_ready(
    cluster: FakeCluster, image: str = WORKLOAD.reference, seen: int = 3, template: str = "shop-new"
) -> None:
    """A pod with the version's label, ready and reached by the Service, after the cluster has ``seen`` so many changes
    of the Deployment, which is at its third."""
    pod = ready_pod(image)
    pod["metadata"]["labels"] |= {INSTANCE: instance_of(WORKLOAD), TEMPLATE_HASH: template}
    cluster.put(pod)
    deployment = deployed(cluster)
    assert deployment is not None
    deployment["metadata"]["generation"] = 3
    cluster.put(deployment | {"status": {"observedGeneration": seen}})
    there = {"conditions": {"ready": True}, "targetRef": {"name": "p"}}
    cluster.put(
        {
            "kind": "EndpointSlice",
            "metadata": {"name": "s", "namespace": NAMESPACE, "labels": {"kubernetes.io/service-name": "shop"}},
            "endpoints": [there],
            "ports": [{"port": PORT}],
        }
    )


def test_a_version_that_is_ready_is_not_taken_back(cluster: FakeCluster) -> None:
    """Not even while the version before still drains."""
    cluster.put(replica_set("shop-good", "good", 1, available=1))
    make_ready(cluster)
    before = copy.deepcopy(cluster.objects)
    assert kubernetes(cluster).take_back(WORKLOAD)
    assert cluster.objects == before


@pytest.mark.parametrize(
    ("image", "seen", "template"),
    [
        ("r/shop@sha256:older", 3, "shop-new"),  # as after ``kubectl set image``: the pods keep the version's labels
        (WORKLOAD.reference, 2, "shop-new"),
        (WORKLOAD.reference, 3, "shop-small"),  # as after a limit that somebody has set and we set back
    ],
)
def test_pods_of_another_image_or_template_do_not_make_a_version_ready(
    cluster: FakeCluster, image: str, seen: int, template: str
) -> None:
    make_ready(cluster, image, seen, template)
    assert not Rollout(cluster, WORKLOAD).proved()
    make_ready(cluster)
    assert Rollout(cluster, WORKLOAD).proved()


def test_a_version_whose_image_was_changed_by_hand_serves_on_where_the_right_one_cannot_start(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollout, "prune", lambda *_: None)
    edited = replica_set("shop-edited", instance_of(WORKLOAD), 1, available=1)
    edited["spec"]["template"]["spec"]["containers"][0]["image"] = "r/shop@sha256:older"
    cluster.put(edited)
    make_ready(cluster, "r/shop@sha256:older", template="shop-edited")
    refused = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota"}
    cluster.put(replica_set("shop-new", instance_of(WORKLOAD), 2) | {"status": {"conditions": [refused]}})
    with pytest.raises(NotReady, match="exceeded quota") as caught:
        Rollout(cluster, WORKLOAD).wait(lambda _: None, 30)
    assert "keeps serving" in caught.value.hint
    deployment = deployed(cluster)
    assert deployment is not None
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == "r/shop@sha256:older"


def test_a_version_that_comes_to_no_database_is_told_with_its_own_words(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_words, "DATABASE_SECONDS", 0.2)
    monkeypatch.setattr(last_words, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(rollout, "END_SECONDS", 0.0)  # nothing in a cluster in memory ends by itself
    deployment = deployed(cluster)
    assert deployment is not None
    pod = ready_pod()
    pod["metadata"]["labels"] |= {INSTANCE: instance_of(WORKLOAD), TEMPLATE_HASH: "shop-new"}
    cluster.put(pod | {"status": {"containerStatuses": [{"name": "app", "state": {"running": {}}}]}})
    line = "2026-01-31T12:00:00.000Z info not ready: "
    written = [f"{line}the schema is not abc yet", f"{line}the database at db:5432 can't be reached: timeout"]
    cluster.log = lambda *_, **__: written  # type: ignore[method-assign]
    said: list[str] = []
    with pytest.raises(NotReady, match="the database at db:5432 can't be reached: timeout"):
        Rollout(cluster, WORKLOAD).wait(said.append, 30)
    reason = "the database at db:5432 can't be reached: timeout"
    assert said == [f"its process runs and is not ready yet: {reason}", f"the version is removed: {reason}"]
    cluster.log = lambda *_, **__: written[:1]  # type: ignore[method-assign]
    cluster.put(deployment)
    with pytest.raises(NotReady, match=r"not ready after 0\.5 s.*the schema is not abc yet"):
        Rollout(cluster, WORKLOAD).wait(said.append, 0.5)


class Busy(FakeCluster):
    """An API server that fails every request ``times`` before it answers, and for good once ``times`` is 0."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.failures = times
        self.asked: Counter[str] = Counter()

    def _may_fail(self, what: str) -> None:
        self.asked[what] += 1
        if self.failures == 0 or self.asked[what] <= self.failures:
            raise TemporaryEngineError("Kubernetes: the API server is busy or failing (429)")

    def get(self, kind: str, name: str, namespace: str = "") -> dict[str, Any] | None:
        self._may_fail(f"get {kind}")
        return super().get(kind, name, namespace)

    def find(self, kind: str, namespace: str = "", selector: str = "", fields: str = "") -> tuple[dict[str, Any], ...]:
        self._may_fail(f"find {kind}")
        return super().find(kind, namespace, selector, fields)

    def delete(self, kind: str, name: str, namespace: str = "", as_seen: dict[str, Any] | None = None) -> bool:
        self._may_fail(f"delete {kind}")
        return super().delete(kind, name, namespace, as_seen)


def busy(cluster: FakeCluster, times: int) -> Busy:
    made = Busy(times)
    made.objects = cluster.objects
    return made


def test_a_passing_failure_of_the_api_server_is_waited_out(cluster: FakeCluster) -> None:
    make_ready(cluster)
    said: list[str] = []
    Rollout(busy(cluster, 2), WORKLOAD).wait(said.append, 30)
    assert said == ["Kubernetes: the API server is busy or failing (429)"]


def test_a_version_is_taken_back_in_spite_of_passing_failures(cluster: FakeCluster) -> None:
    with pytest.raises(NotReady, match=r"not ready after 0\.05 s"):
        Rollout(busy(cluster, 2), WORKLOAD).wait(lambda _: None, 0.05)
    assert {kind for kind, _, _ in cluster.objects} == {"Namespace", "NetworkPolicy", "ReplicaSet"}


def test_an_api_server_that_does_not_come_back_is_told(cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollout.patiently, "__defaults__", (0.1,))
    with pytest.raises(NotReady, match=r"not ready after 0\.1 s.*busy or failing") as caught:
        Rollout(busy(cluster, 0), WORKLOAD).wait(lambda _: None, 0.1)
    assert "not all gone: Kubernetes: the API server is busy" in caught.value.hint
    with pytest.raises(TemporaryEngineError, match="busy or failing"):
        Rollout(busy(cluster, 0), WORKLOAD).settle(0.1)


def test_what_is_slow_to_end_does_not_hide_why_the_version_failed(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollout, "END_SECONDS", 0.1)
    pod = ready_pod()
    pod["metadata"]["labels"] |= {INSTANCE: instance_of(WORKLOAD), TEMPLATE_HASH: "shop-new"}
    waiting = {"reason": "ImagePullBackOff", "message": "no route to the registry"}
    cluster.put(pod | {"status": {"containerStatuses": [{"name": "app", "state": {"waiting": waiting}}]}})
    with pytest.raises(NotReady, match="no route to the registry") as caught:
        Rollout(cluster, WORKLOAD).wait(lambda _: None, 30)
    assert "pods are still there after 0.1 s: p" in caught.value.hint


def test_only_what_carries_our_labels_is_removed(cluster: FakeCluster) -> None:
    theirs = {"kind": "Service", "metadata": {"name": "shop-mail", "namespace": NAMESPACE, "labels": {}}}
    helm = {"app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/name": "shop"}
    cluster.put(theirs)
    cluster.put({"kind": "ConfigMap", "metadata": {"name": "shop", "namespace": NAMESPACE, "labels": helm}})
    remove(cluster, NAMESPACE, "shop")
    left = {(kind, name) for kind, _, name in cluster.objects if kind not in ("Namespace", "ReplicaSet")}
    assert left == {("Service", "shop-mail"), ("ConfigMap", "shop"), ("NetworkPolicy", "odcpub.default-deny")}


@pytest.fixture
def empty() -> FakeCluster:
    """A namespace made by us with what every one gets."""
    made = FakeCluster()
    make_namespace(made, objects(WORKLOAD)[0])
    made.put(objects(WORKLOAD)[1])
    for kind, name in (("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt"), ("Event", "x.1")):
        made.put({"kind": kind, "metadata": {"name": name, "namespace": NAMESPACE}})
    made.put(replica_set("left", "x", 1))
    return made


def test_our_empty_namespace_goes(empty: FakeCluster) -> None:
    assert remove_namespace(empty, "qa")
    assert empty.get("Namespace", NAMESPACE) is None


@pytest.mark.parametrize("kind", ["Role", "Ingress", "Job", "CronTab", "ServiceAccount", "NetworkPolicy", "Deployment"])
def test_anything_else_keeps_it(empty: FakeCluster, kind: str) -> None:
    empty.put({"kind": kind, "metadata": {"name": "theirs", "namespace": NAMESPACE, "labels": labels("other")}})
    assert not remove_namespace(empty, "qa")
    assert empty.get("Namespace", NAMESPACE) is not None


def test_a_namespace_that_was_there_before_stays(empty: FakeCluster) -> None:
    namespace = objects(WORKLOAD)[0]
    empty.put(namespace)
    make_namespace(empty, namespace)
    found = empty.get("Namespace", NAMESPACE)
    assert found is not None
    assert CREATED not in found["metadata"].get("annotations", {})
    assert not remove_namespace(empty, "qa")


def test_what_may_not_be_seen_may_be_there(empty: FakeCluster) -> None:
    empty.refuses = ApiRefusal("Kubernetes: not allowed", "", 403)
    assert not remove_namespace(empty, "qa")


def test_a_namespace_that_changes_meanwhile_stays(empty: FakeCluster) -> None:
    empty.before_delete = lambda: empty.put(empty.get("Namespace", NAMESPACE) or {})
    assert not remove_namespace(empty, "qa")
    assert empty.get("Namespace", NAMESPACE) is not None
