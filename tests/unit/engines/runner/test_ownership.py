"""Nothing of the app's name that is somebody else's, or another app's, is changed in a cluster."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from odcpub.deployment.objects import CREATED, DENY, Object, labels, objects
from odcpub.deployment.workload import Workload
from odcpub.engines.runner import from_here, kubernetes, not_ready
from odcpub.engines.runner.kubernetes import KubernetesRunner
from odcpub.engines.runner.refusals import ApiRefusal
from odcpub.engines.runner.rights import NEEDED
from odcpub.errors import EngineError, Refused
from tests.cluster import READY, FakeCluster, pod_of, reached, replica_set

DIGEST = "sha256:" + "a" * 64
OURS = Workload("Shop", "shop", "our-key", "qa", 2, f"r/shop@{DIGEST}", "shop", DIGEST)
THEIRS = replace(OURS, asset_key="their-key", revision=7)
ACTS: tuple[Callable[[KubernetesRunner], object], ...] = (
    lambda runner: runner.start(OURS),
    lambda runner: runner.observe(OURS),
    lambda runner: runner.running("qa", "shop", "our-key"),
    lambda runner: runner.stop("qa", "shop", "our-key"),
)


@pytest.fixture(autouse=True)
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the app's address."""
    monkeypatch.setattr(from_here, "ask", lambda *_: None)


def runner(cluster: FakeCluster, installation: str = "ours@here-1") -> KubernetesRunner:
    return KubernetesRunner(installation, cluster, node_address="10.0.0.9")


@pytest.mark.parametrize("act", ACTS)
def test_another_app_of_the_name_is_left_alone(act: Callable[[KubernetesRunner], object]) -> None:
    cluster = FakeCluster()
    for each in objects(THEIRS):
        cluster.put(each)
    before = copy.deepcopy(cluster.objects)
    with pytest.raises(Refused, match=r"deployment shop in odc-qa belongs to another app \(key their-key\)"):
        act(runner(cluster))
    assert not runner(cluster).take_back(OURS)
    assert cluster.objects == before


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("kind", ["Deployment", "Service", "NetworkPolicy"])
@pytest.mark.parametrize("manager", ["", "Helm"])
def test_what_is_not_ours_is_left_alone(act: Callable[[KubernetesRunner], object], kind: str, manager: str) -> None:
    cluster = FakeCluster()
    cluster.put({"kind": "Namespace", "metadata": {"name": "odc-qa", "labels": {"odcpub/stage": "qa"}}})
    labels = {"app.kubernetes.io/managed-by": manager} if manager else {}
    cluster.put({"kind": kind, "metadata": {"name": "shop", "namespace": "odc-qa", "labels": labels}, "spec": {}})
    before = copy.deepcopy(cluster.objects)
    with pytest.raises(Refused, match=manager or "somebody else"):
        act(runner(cluster))
    assert not runner(cluster).take_back(OURS)
    assert cluster.objects == before


@pytest.mark.parametrize("act", ACTS)
def test_another_installations_deployment_of_the_same_app_is_left_alone(
    act: Callable[[KubernetesRunner], object],
) -> None:
    cluster = FakeCluster()
    runner(cluster, "ada@laptop-2").start(OURS)
    before = copy.deepcopy(cluster.objects)
    with pytest.raises(Refused, match="this app as installation ada@laptop-2 publishes it") as caught:
        act(runner(cluster))
    assert "annotate --overwrite deployment shop odcpub/installation=ours@here-1" in caught.value.hint
    assert not runner(cluster).take_back(OURS)
    assert cluster.objects == before


def test_a_deployment_that_names_no_installation_is_ours_and_named_from_then_on() -> None:
    cluster = FakeCluster()
    for each in objects(OURS):
        cluster.put(each)
    runner(cluster).start(OURS)
    with pytest.raises(Refused, match="ours@here-1"):
        runner(cluster, "ada@laptop-2").start(OURS)


NAMESPACE = {"kind": "Namespace", "metadata": {"name": "odc-qa", "labels": {"team": "theirs"}}}


@pytest.mark.parametrize("act", ACTS[:2])
def test_a_namespace_that_others_made_is_not_used_unasked(act: Callable[[KubernetesRunner], object]) -> None:
    cluster = FakeCluster()
    cluster.put(copy.deepcopy(NAMESPACE))
    before = copy.deepcopy(cluster.objects)
    with pytest.raises(Refused, match="namespace odc-qa is there and was not made by odcpub") as caught:
        act(runner(cluster))
    assert "kubectl label namespace odc-qa odcpub/stage=qa" in caught.value.hint
    assert cluster.objects == before


def test_a_namespace_that_was_given_to_us_is_used_and_left_as_it_was() -> None:
    cluster = FakeCluster()
    given = copy.deepcopy(NAMESPACE)
    given["metadata"]["labels"] |= {"odcpub/stage": "qa"}  # type: ignore[index]
    cluster.put(given)
    before = copy.deepcopy(cluster.objects)
    runner(cluster).start(OURS)
    assert cluster.get("Namespace", "odc-qa") == before["Namespace", "", "odc-qa"]
    deny = cluster.get("NetworkPolicy", DENY, "odc-qa")
    assert deny is not None
    assert deny["spec"]["podSelector"]["matchLabels"].items() <= labels("shop").items(), "our pods alone"
    runner(cluster).stop("qa", "shop", "our-key")
    assert cluster.objects == before


def test_how_many_pods_there_are_is_left_to_who_changed_it() -> None:
    cluster = FakeCluster()
    runner(cluster).start(OURS)
    deployment = cluster.get("Deployment", "shop", "odc-qa")
    assert deployment is not None
    cluster.put(deployment | {"spec": deployment["spec"] | {"replicas": 3}})
    runner(cluster).start(replace(OURS, revision=3))
    found = cluster.get("Deployment", "shop", "odc-qa")
    assert found is not None
    assert found["spec"]["replicas"] == 3


def test_no_namespace_is_left_where_all_ports_are_taken() -> None:
    cluster = FakeCluster()
    port = {"metadata": {"name": "x", "namespace": "y"}, "spec": {"ports": [{"nodePort": 30080}]}}
    cluster.put({"kind": "Service", **port})
    full = KubernetesRunner("ours", cluster, node_address="10.0.0.9", node_ports=(30080, 30080))
    before = set(cluster.objects)
    with pytest.raises(EngineError, match="node ports"):
        full.start(OURS)
    assert set(cluster.objects) == before


def test_a_refused_first_start_leaves_nothing() -> None:
    class Refusing(FakeCluster):
        def apply(self, body: Object, dry_run: bool = False, manager: str = "") -> Object:
            if body["kind"] == "Service":
                raise ApiRefusal("Kubernetes: refused: no NodePort here", "", 403)
            return super().apply(body, dry_run, manager)

    cluster = Refusing()
    with pytest.raises(EngineError, match="no NodePort"):
        runner(cluster).start(OURS)
    assert cluster.get("Namespace", "odc-qa") is None, "what is in it goes with it"
    assert [kind for kind, _, name in cluster.objects if name != DENY] == []


def test_what_another_app_puts_into_a_namespace_does_not_go_with_it() -> None:
    other, seen = replace(OURS, app="Mail", asset="mail", asset_key="mail-key"), list[str]()

    class Busy(FakeCluster):
        def delete(self, kind: str, name: str, namespace: str = "", as_seen: Object | None = None) -> bool:
            if kind == "Namespace":
                starting.start()
                starting.join(0.3)
                seen.extend(name for _, _, name in self.objects if "mail" in name)
            return super().delete(kind, name, namespace, as_seen)

    cluster = Busy()
    platform = runner(cluster)
    starting = threading.Thread(target=platform.start, args=(other,))
    platform.start(OURS)
    platform.stop("qa", "shop", "our-key")
    starting.join()
    assert seen == [], "its namespace was about to go"
    assert cluster.get("Namespace", "odc-qa") is not None
    assert cluster.get("Deployment", "mail", "odc-qa") is not None


@pytest.mark.parametrize("act", ACTS[:2])
def test_every_right_that_is_missing_is_told_before_anything_is_changed(
    act: Callable[[KubernetesRunner], object],
) -> None:
    cluster = FakeCluster()
    every = [(group, what, verb) for group, what, verbs in NEEDED for verb in verbs]
    taken = {("", "secrets", "delete"), ("discovery.k8s.io", "endpointslices", "list"), ("", "pods/log", "get")}
    rules = [{"apiGroups": [g], "resources": [w], "verbs": [v]} for g, w, v in every if (g, w, v) not in taken]
    rules.append({"apiGroups": [""], "resources": ["secrets"], "verbs": ["delete"], "resourceNames": ["one"]})
    cluster.may = {"resourceRules": rules}
    with pytest.raises(EngineError, match="in odc-qa: delete secrets, get pods/log, list endpointslices; nothing"):
        act(runner(cluster))
    assert cluster.objects == {}
    cluster.may = {"resourceRules": [], "incomplete": True}
    act(runner(cluster))


def test_a_namespace_that_does_not_go_is_told_with_what_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kubernetes, "TERMINATING_SECONDS", 0.0)
    cluster = FakeCluster()
    remains = {"type": "NamespaceFinalizersRemaining", "status": "True", "message": "example.com/hold in 1 resource"}
    gone = {"type": "NamespaceDeletionContentFailure", "status": "False", "message": "all deleted"}
    leaving = {"name": "odc-qa", "deletionTimestamp": "now", "annotations": {CREATED: "odcpub"}}
    cluster.put({"kind": "Namespace", "metadata": leaving, "status": {"conditions": [gone, remains]}})
    with pytest.raises(EngineError, match=r"still being deleted: example\.com/hold in 1 resource"):
        runner(cluster).start(OURS)


def serve(cluster: FakeCluster) -> None:
    """With one ready pod of Shop's."""
    deployment = cluster.get("Deployment", "shop", "odc-qa")
    assert deployment is not None
    made = replica_set(deployment, "shop-1")
    for each in (made, pod_of(made, "p", READY), reached("shop", "odc-qa", "p")):
        cluster.put(each)


def test_pods_are_ready_and_the_app_says_that_its_database_refuses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = FakeCluster()
    monkeypatch.setattr(
        from_here,
        "ask",
        lambda *_: not_ready.Answer(503, "Not ready: the database at db:5432 refuses: it is full."),
    )
    runner(cluster).start(OURS)
    serve(cluster)
    found = runner(cluster).running("qa", "shop", "our-key")
    assert found is not None
    assert found.health == "not ready: the database at db:5432 refuses: it is full"
    monkeypatch.setattr(from_here, "ask", lambda *_: not_ready.Answer(503, "<h1>a proxy's own page</h1>"))
    found = runner(cluster).running("qa", "shop", "our-key")
    assert found is not None
    assert found.health == "ready", "nobody but the app can say that"


def test_our_own_goes_on() -> None:
    cluster = FakeCluster()
    runner(cluster).start(OURS)
    runner(cluster).start(replace(OURS, revision=3))
    found = runner(cluster).running("qa", "shop", "our-key")
    assert found is not None
    assert found.revision == 3
