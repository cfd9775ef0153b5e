"""The Kubernetes runner on a real cluster. Takes KUBECONFIG, ODCPUB_TEST_REGISTRY and a Docker engine."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from odcpub.deployment.objects import MANAGER, namespace_of, objects
from odcpub.deployment.workload import Workload
from odcpub.engines.ports import NotReady
from odcpub.engines.runner import from_here, pods
from odcpub.engines.runner.cluster import Cluster
from odcpub.engines.runner.kubernetes import KubernetesRunner
from odcpub.engines.runner.rollout import Rollout
from odcpub.errors import EngineError, Refused, TemporaryEngineError
from tests.contract.runners import (
    DATABASE,
    KEY,
    PATIENCE_SECONDS,
    SECRET,
    SOON_SECONDS,
    STAGE,
    cluster_version,
    configuration,
    get,
    publish,
    pushed_standin,
    quiet,
    somebody_elses_namespace,
    theirs,
)
from tests.waiting import wait_for

pytestmark = pytest.mark.kubernetes

"""What has failed is told long before the patience ends, on a busy machine too."""
LIMITS = {"memory": "400Mi"}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    return pushed_standin(tmp_path_factory.mktemp("image"))


@pytest.fixture
def runner(image: tuple[str, str]) -> Iterator[KubernetesRunner]:
    made = KubernetesRunner("ours", Cluster(os.environ.get("KUBECONFIG", "")), ready_seconds=PATIENCE_SECONDS)
    yield made
    made.stop(STAGE, "helpdesk", KEY)
    made.close()


@pytest.fixture(scope="module", autouse=True)
def namespace() -> Iterator[None]:
    with somebody_elses_namespace() if os.environ.get("KUBECONFIG") else nullcontext():
        yield


@pytest.fixture
def restricted(cluster: Cluster) -> Iterator[None]:
    """As in a namespace that odcpub has made: pods that ask for more are not let in."""
    theirs(cluster, **{"pod-security.kubernetes.io/enforce": "restricted"})
    yield
    theirs(cluster)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    made = Cluster(os.environ.get("KUBECONFIG", ""))
    yield made
    made.close()


def test_version_that_needs_more_memory_is_taken_back_at_once(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    address = publish(runner, cluster_version(image, 1))
    before = configuration(cluster)
    began = time.monotonic()
    bad = cluster_version(image, 2, "hungry")
    runner.start(bad)
    with pytest.raises(NotReady, match="memory") as caught:
        runner.wait(bad, quiet)
    assert time.monotonic() - began < SOON_SECONDS
    told = "\n".join((caught.value.message, caught.value.hint, *caught.value.log))
    assert "secret is (hidden)" in told
    assert SECRET not in told
    assert "pa55word" not in told
    assert get(address)["revision"] == "1"
    assert configuration(cluster) == before
    assert runner.observe(cluster_version(image, 1)).changes == ()
    assert len(cluster.find("Pod", namespace_of(STAGE))) == 1
    assert publish(runner, cluster_version(image, 3)) == address
    assert get(address)["revision"] == "3"


def test_image_that_is_not_there_fails_within_seconds_and_leaves_nothing(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    digest = "sha256:" + "0" * 64
    bad = replace(cluster_version(image, 1), reference=f"{image[0].partition('@')[0]}@{digest}", digest=digest)
    began = time.monotonic()
    runner.start(bad)
    with pytest.raises(NotReady) as caught:
        runner.wait(bad, quiet)
    assert time.monotonic() - began < SOON_SECONDS
    assert "image cannot be pulled" in caught.value.message
    assert "no previous version" in caught.value.hint
    assert runner.running(STAGE, "helpdesk", KEY) is None
    assert configuration(cluster) == []


def test_the_only_version_is_never_taken_away(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    """As where a version fails after it had taken the place of the one before."""
    address = publish(runner, cluster_version(image, 1))
    assert "left as it is" in Rollout(cluster, cluster_version(image, 1)).take_back()
    assert get(address)["revision"] == "1"
    seen = cluster.get("Deployment", "helpdesk", namespace_of(STAGE))
    assert seen is not None
    cluster.apply(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "helpdesk", "namespace": namespace_of(STAGE), "labels": {"seen": "yes"}},
        },
        manager="somebody",
    )
    assert not cluster.delete("Deployment", "helpdesk", namespace_of(STAGE), as_seen=seen)
    assert get(address)["revision"] == "1"


def test_version_that_never_becomes_ready(image: tuple[str, str], runner: KubernetesRunner) -> None:
    address = publish(runner, cluster_version(image, 1))
    with closing(KubernetesRunner("ours", Cluster(os.environ["KUBECONFIG"]), ready_seconds=12)) as impatient:
        impatient.start(cluster_version(image, 2, "never"))
        with pytest.raises(NotReady) as caught:
            impatient.wait(cluster_version(image, 2, "never"), quiet)
    assert "not ready after 12 s" in caught.value.message
    assert "503" in caught.value.message
    assert get(address)["revision"] == "1"


def test_version_that_comes_to_no_database_is_told_with_its_own_words(
    image: tuple[str, str], runner: KubernetesRunner
) -> None:
    address = publish(runner, cluster_version(image, 1))
    began = time.monotonic()
    runner.start(cluster_version(image, 2, "adrift"))
    with pytest.raises(NotReady, match=r"the database at 10\.0\.0\.1:5433 can't be reached: timeout"):
        runner.wait(cluster_version(image, 2, "adrift"), quiet)
    assert time.monotonic() - began < SOON_SECONDS
    assert get(address)["revision"] == "1"


def test_quota_is_told(image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster) -> None:
    address = publish(runner, cluster_version(image, 1))
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "full", "namespace": namespace_of(STAGE)},
        "spec": {"hard": {"pods": "1"}},
    }
    cluster.apply(quota)
    try:
        bad = cluster_version(image, 2)
        began = time.monotonic()
        runner.start(bad)
        with pytest.raises(NotReady) as caught:
            runner.wait(bad, quiet)
        assert time.monotonic() - began < SOON_SECONDS
        assert "exceeded quota" in caught.value.message
        assert get(address)["revision"] == "1"
    finally:
        cluster.delete("ResourceQuota", "full", namespace_of(STAGE))


def test_an_image_changed_by_hand_is_not_taken_for_the_version(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    """The pods keep the version's labels, and a quota lets no other one be made."""
    publish(runner, cluster_version(image, 1))
    edited = {"containers": [{"name": "app", "image": older_image(image)}]}
    body = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "helpdesk", "namespace": namespace_of(STAGE)},
        "spec": {"template": {"spec": edited}},
    }
    cluster.apply(body, manager="kubectl-set")
    wait_for(lambda: running_images(cluster) == {older_image(image)})
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "full", "namespace": namespace_of(STAGE)},
    }
    cluster.apply(quota | {"spec": {"hard": {"pods": "1"}}})
    try:
        runner.start(cluster_version(image, 1))
        with pytest.raises(NotReady, match="exceeded quota") as caught:
            runner.wait(cluster_version(image, 1), quiet)
        assert "keeps serving" in caught.value.hint
        assert running_images(cluster) == {older_image(image)}
    finally:
        cluster.delete("ResourceQuota", "full", namespace_of(STAGE))
    publish(runner, cluster_version(image, 1))
    assert running_images(cluster) == {image[0]}


def older_image(image: tuple[str, str]) -> str:
    """The same content under another name, as an older version's would be."""
    return f"{image[0].partition('@')[0]}:test"


def running_images(cluster: Cluster) -> set[str]:
    found = cluster.find("Pod", namespace_of(STAGE))
    return {str(pods.app(each["spec"]["containers"])["image"]) for each in found if not pods.leaving(each)}


def edit(cluster: Cluster, **spec: object) -> None:
    """As somebody changes the Deployment by hand."""
    metadata = {"name": "helpdesk", "namespace": namespace_of(STAGE)}
    body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}
    cluster.apply(body, manager="kubectl-edit")


def health(runner: KubernetesRunner) -> tuple[int, str]:
    found = runner.running(STAGE, "helpdesk", KEY)
    assert found is not None
    return found.revision, found.health


def revision(address: str) -> object:
    """What answers, if anything: a node learns of a Service's new pods a moment after the API server."""
    try:
        return get(address)["revision"]
    except OSError:
        return None


def test_scaled_to_0_a_version_is_put_in_its_place(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    address = publish(runner, cluster_version(image, 1))
    edit(cluster, replicas=0)
    wait_for(lambda: not cluster.find("Pod", namespace_of(STAGE)))
    wait_for(lambda: health(runner) == (1, "scaled to 0"))
    began = time.monotonic()
    assert publish(runner, cluster_version(image, 2)) == address
    assert time.monotonic() - began < SOON_SECONDS
    assert health(runner) == (2, "scaled to 0")
    assert not runner.take_back(cluster_version(image, 2)), "no pod has shown that it works"
    edit(cluster, replicas=1)
    wait_for(lambda: health(runner) == (2, "ready"))
    wait_for(lambda: revision(address) == "2")


def test_a_template_of_somebody_elses_that_cannot_start_is_no_failure_of_the_version(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    """The publish sets it back, and looks before the controllers have reacted."""
    address = publish(runner, cluster_version(image, 1))
    edit(cluster, template={"spec": {"securityContext": {"runAsUser": 0}}})  # which runAsNonRoot does not let start
    wait_for(lambda: any(map(broken, cluster.find("Pod", namespace_of(STAGE)))))
    assert health(runner) == (1, "degraded")
    assert publish(runner, cluster_version(image, 1)) == address
    assert health(runner) == (1, "ready")
    assert len(cluster.find("Pod", namespace_of(STAGE))) == 1


def broken(pod: dict[str, Any]) -> bool:
    return pods.failure(pod, patient=True) is not None


def test_a_template_of_somebody_elses_that_serves_comes_back_where_the_right_one_cannot_start(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    address = publish(runner, cluster_version(image, 1))
    edit(cluster, template={"spec": {"containers": [{"name": "app", "resources": {"limits": LIMITS}}]}})
    wait_for(lambda: health(runner) == (1, "ready") and len(cluster.find("Pod", namespace_of(STAGE))) == 1)
    quota = {"name": "full", "namespace": namespace_of(STAGE)}
    hard = {"hard": {"pods": "1"}}
    cluster.apply({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": quota, "spec": hard})
    try:
        runner.start(cluster_version(image, 1))
        with pytest.raises(NotReady, match="exceeded quota") as caught:
            runner.wait(cluster_version(image, 1), quiet)
    finally:
        cluster.delete("ResourceQuota", "full", namespace_of(STAGE))
    assert "keeps serving" in caught.value.hint
    found = cluster.get("Deployment", "helpdesk", namespace_of(STAGE))
    assert found is not None
    assert found["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"] == LIMITS["memory"]
    wait_for(lambda: health(runner) == (1, "ready"))
    assert get(address)["revision"] == "1"


@pytest.mark.usefixtures("restricted")
@pytest.mark.parametrize("revision", [1, 2])
def test_a_container_of_somebody_elses_that_is_not_let_in_is_told_at_once_and_goes(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster, revision: int
) -> None:
    """Put beside the app's by hand; the version of before is deployed again, or a new one."""
    address = publish(runner, cluster_version(image, 1))
    edit(cluster, template={"spec": {"containers": [{"name": "inject", "image": "localhost:5001/none:1"}]}})
    wait_for(lambda: any(map(refused, cluster.find("ReplicaSet", namespace_of(STAGE)))))
    told: list[str] = []
    runner.start(cluster_version(image, revision))
    began = time.monotonic()
    with pytest.raises(NotReady, match="violates PodSecurity") as caught:
        runner.wait(cluster_version(image, revision), told.append)
    assert time.monotonic() - began < SOON_SECONDS
    assert caught.value.hint.startswith("correct the reason and publish again; the previous version keeps serving")
    assert "violates PodSecurity" in told[-1], "before it is taken back, which may take long"
    wait_for(lambda: health(runner) == (1, "ready"))
    assert runner.take_back(cluster_version(image, revision)) is (revision == 1), "as who has failed asks"
    assert publish(runner, cluster_version(image, 3)) == address
    assert health(runner) == (3, "ready")
    assert not changes(runner, cluster_version(image, 3)), "nothing of the other's is kept"
    assert owners(cluster) <= {"Apply"}, "what a later version leaves out must not stay"


def refused(replica_set: dict[str, Any]) -> bool:
    return pods.replica_failure([replica_set]) is not None


def owners(cluster: Cluster) -> set[str]:
    """How odcpub has set what it owns of the Deployment."""
    found = cluster.get("Deployment", "helpdesk", namespace_of(STAGE))
    assert found is not None
    return {each["operation"] for each in found["metadata"]["managedFields"] if each["manager"] == MANAGER}


def changes(runner: KubernetesRunner, workload: Workload) -> tuple[object, ...]:
    return runner.observe(workload).changes


def test_a_service_that_sends_to_no_pod_is_told(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    publish(runner, cluster_version(image, 1))
    where = {"name": "helpdesk", "namespace": namespace_of(STAGE)}
    right = "the next publish or promotion sets it right"
    elsewhere = {"port": 80, "protocol": "TCP", "targetPort": 9999}
    for spec in ({"selector": {"foo": "bar"}}, {"ports": [elsewhere]}):
        cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": where, "spec": spec}, manager="kubectl-patch")
        wait_for(lambda: health(runner) == (1, f"not ready: the Service helpdesk sends to no pod's port 8080: {right}"))
        publish(runner, cluster_version(image, 1))
        assert health(runner) == (1, "ready")
    cluster.delete("Service", "helpdesk", namespace_of(STAGE))
    wait_for(lambda: health(runner) == (1, f"not ready: the Service helpdesk does not exist any more: {right}"))
    publish(runner, cluster_version(image, 1))
    assert health(runner) == (1, "ready")


def test_a_pod_that_its_node_puts_out_is_replaced(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    address = publish(runner, cluster_version(image, 1))
    runner.start(cluster_version(image, 2))
    wait_for(lambda: bool(of_revision(cluster, "2")))
    put_out(of_revision(cluster, "2")[0]["metadata"]["name"])
    wait_for(lambda: any(map(pods.over, of_revision(cluster, "2"))))
    assert runner.wait(cluster_version(image, 2), quiet) == address
    runner.settle(cluster_version(image, 2))
    assert health(runner) == (2, "ready")
    assert get(address)["revision"] == "2"


def of_revision(cluster: Cluster, revision: str) -> tuple[dict[str, Any], ...]:
    return cluster.find("Pod", namespace_of(STAGE), f"app.kubernetes.io/version={revision}")


def put_out(pod: str) -> None:
    """Its node ends it for good, as in an eviction."""
    from kubernetes import client, config

    api = client.CoreV1Api(config.new_client_from_config(os.environ["KUBECONFIG"]))
    api.patch_namespaced_pod(pod, namespace_of(STAGE), {"spec": {"activeDeadlineSeconds": 1}})


def test_a_version_half_in_its_place_is_degraded(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    publish(runner, cluster_version(image, 1))
    edit(cluster, replicas=2)
    wait_for(lambda: health(runner) == (1, "ready") and len(of_revision(cluster, "1")) == 2)
    runner.start(cluster_version(image, 2, "never"))
    wait_for(lambda: bool(of_revision(cluster, "2")))
    assert health(runner) == (1, "degraded"), "as many pods as asked for are ready, all of them old"
    assert not runner.take_back(cluster_version(image, 2, "never"))
    assert health(runner) == (1, "ready")
    publish(runner, cluster_version(image, 3))
    assert health(runner) == (3, "ready")
    assert len(of_revision(cluster, "3")) == 2


def test_a_container_that_prepares_a_pod_is_ordinary(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    """As meshes and vaults put one into every pod."""
    publish(runner, cluster_version(image, 1))
    secured = next(each for each in objects(cluster_version(image, 1)) if each["kind"] == "Deployment")
    injected = secured["spec"]["template"]["spec"]["containers"][0] | {
        "name": "prepares",
        "env": [{"name": "ODC_SETTING_Mode", "value": "done"}],
    }
    for name in ("envFrom", "lifecycle", "startupProbe", "readinessProbe", "livenessProbe", "ports", "volumeMounts"):
        injected.pop(name)
    body = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "helpdesk", "namespace": namespace_of(STAGE)},
        "spec": {"template": {"spec": {"initContainers": [injected]}}},
    }
    cluster.apply(body, manager="injector")
    address = publish(runner, cluster_version(image, 2))
    assert get(address)["revision"] == "2"
    found = runner.running(STAGE, "helpdesk", KEY)
    assert found is not None
    assert (found.revision, found.digest, found.health) == (2, image[1], "ready")


def test_another_installation_takes_nothing_over(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    address = publish(runner, cluster_version(image, 1))
    with closing(KubernetesRunner("ada@laptop-1", Cluster(os.environ["KUBECONFIG"]))) as other:
        for act in (other.start, other.observe):
            with pytest.raises(Refused, match="as installation ours publishes it"):
                act(cluster_version(image, 2))
        with pytest.raises(Refused):
            other.stop(STAGE, "helpdesk", KEY)
        assert get(address)["revision"] == "1"
        deployment = cluster.get("Deployment", "helpdesk", namespace_of(STAGE))
        assert deployment is not None
        told = {**deployment["metadata"]["annotations"], "odcpub/installation": "ada@laptop-1"}
        metadata = {"name": "helpdesk", "namespace": namespace_of(STAGE), "annotations": told}
        cluster.apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata}, manager="kubectl-annotate")
        assert publish(other, cluster_version(image, 2)) == address
        other.stop(STAGE, "helpdesk", KEY)


def test_refused_start_leaves_nothing(image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster) -> None:
    with pytest.raises(EngineError) as caught:
        runner.start(replace(cluster_version(image, 1), reference=""))
    assert "image" in caught.value.message
    assert configuration(cluster) == []
    assert cluster.get("Service", "helpdesk", namespace_of(STAGE)) is None


def test_drift_is_shown_field_by_field(image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster) -> None:
    publish(runner, cluster_version(image, 1))
    deployment = cluster.get("Deployment", "helpdesk", namespace_of(STAGE))
    assert deployment is not None
    changed = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "helpdesk", "namespace": namespace_of(STAGE)},
        "spec": {"replicas": 2, "minReadySeconds": 1},
    }
    cluster.apply(changed, manager="somebody")
    fields = [field for change in runner.observe(cluster_version(image, 1)).changes for field in change.fields]
    assert fields == [("spec.minReadySeconds", "set by somebody", "kept")]
    publish(runner, cluster_version(image, 2))
    serving = [each for each in cluster.find("Pod", namespace_of(STAGE)) if pods.ready(each)]
    assert len(serving) == 2, "how many there are is left to who has changed it"
    changed["spec"] = {"template": {"spec": {"containers": [{"name": "app", "resources": {"limits": LIMITS}}]}}}
    cluster.apply(changed, manager="kubectl-edit")
    plan = runner.observe(cluster_version(image, 2))
    where = "spec.template.spec.containers[app].resources.limits.memory"
    assert (where, LIMITS["memory"], "384Mi") in [field for change in plan.changes for field in change.fields]
    assert not plan.nothing_to_do
    publish(runner, cluster_version(image, 2))
    assert runner.observe(cluster_version(image, 2)).nothing_to_do
    publish(runner, cluster_version(image, 1))
    changed_secret = replace(
        cluster_version(image, 1), secrets=(("ODCPUB_DATABASE", DATABASE), ("ODC_SECRET_Token", "new"))
    )
    told = repr(runner.observe(changed_secret))
    assert "new" not in told.replace("renew", "")
    assert SECRET not in told


@pytest.mark.parametrize("kind", ["Service", "Deployment"])
def test_what_is_somebody_elses_stays_as_it_is(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster, kind: str
) -> None:
    body = next(each for each in objects(cluster_version(image, 1)) if each["kind"] == kind)
    body["metadata"] |= {"labels": {"app": "theirs"}, "annotations": {}}
    cluster.apply(body, manager="somebody")
    before = cluster.get(kind, "helpdesk", namespace_of(STAGE))
    assert before is not None
    try:
        for act in (runner.start, runner.observe):
            with pytest.raises(Refused, match=f"{kind.lower()} helpdesk in .* somebody else"):
                act(cluster_version(image, 1))
        with pytest.raises(Refused):
            runner.stop(STAGE, "helpdesk", KEY)
        after = cluster.get(kind, "helpdesk", namespace_of(STAGE))
        assert after is not None
        assert (after["spec"], after["metadata"]["labels"]) == (before["spec"], before["metadata"]["labels"])
        assert configuration(cluster) == []
    finally:
        cluster.delete(kind, "helpdesk", namespace_of(STAGE))


def test_namespace_goes_with_its_last_app_and_stays_with_others(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    alone = cluster_version(image, 1, stage="runner-alone")
    name = namespace_of(alone.stage)
    publish(runner, alone)
    publish(runner, cluster_version(image, 1))
    with role(name):
        runner.stop(alone.stage, "helpdesk", KEY)
        found = cluster.get("Namespace", name)
        assert found is not None
        assert "deletionTimestamp" not in found["metadata"]
    runner.stop(alone.stage, "helpdesk", KEY)
    assert cluster.get("Namespace", name) is None
    runner.stop(STAGE, "helpdesk", KEY)
    assert cluster.get("ConfigMap", "theirs", namespace_of(STAGE)) is not None
    assert configuration(cluster) == []


def test_namespace_that_was_there_before_stays(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    there = cluster_version(image, 1, stage="runner-there")
    name = namespace_of(there.stage)
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    cluster.apply(body, manager="somebody")
    try:
        with pytest.raises(Refused, match="was not made by odcpub"):
            runner.start(there)
        assert cluster.find("NetworkPolicy", name) == ()
        given = body["metadata"] | {"labels": {"odcpub/stage": there.stage}}  # type: ignore[operator]
        before = cluster.apply(body | {"metadata": given}, manager="somebody")
        runner.start(there)
        runner.stop(there.stage, "helpdesk", KEY)
        found = cluster.get("Namespace", name)
        assert found is not None
        assert "deletionTimestamp" not in found["metadata"]
        assert found["metadata"]["labels"] == before["metadata"]["labels"]
        assert cluster.find("NetworkPolicy", name) == ()
    finally:
        cluster.delete("Namespace", namespace_of(there.stage))


@contextmanager
def role(namespace: str) -> Iterator[None]:
    """Something of a kind that odcpub has no use for."""
    from kubernetes import client, config

    api = client.RbacAuthorizationV1Api(config.new_client_from_config(os.environ["KUBECONFIG"]))
    api.create_namespaced_role(namespace, {"metadata": {"name": "theirs"}, "rules": []})
    try:
        yield
    finally:
        api.delete_namespaced_role("theirs", namespace)


def test_pods_that_are_ready_do_not_hide_what_the_app_says(
    image: tuple[str, str], runner: KubernetesRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(from_here, "CONDITION_SECONDS", 2.0)
    lost = cluster_version(image, 1, "lost")
    runner.start(lost)
    with pytest.raises(NotReady, match="the database at db:5432 refuses: it is full"):
        runner.wait(lost, quiet)
    assert runner.take_back(lost), "it is in its place, as the only one there is"
    found = runner.running(STAGE, "helpdesk", KEY)
    assert found is not None
    assert found.health == "not ready: the database at db:5432 refuses: it is full"


def test_absent_cluster_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        KubernetesRunner("ours", Cluster(str(tmp_path / "none"))).running(STAGE, "helpdesk", KEY)
    assert "cannot be used" in caught.value.message
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "x",
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
        "clusters": [{"name": "x", "cluster": {"server": "http://127.0.0.1:9"}}],
        "users": [{"name": "x", "user": {}}],
    }
    (tmp_path / "config").write_text(json.dumps(config))
    with pytest.raises(TemporaryEngineError) as caught:
        KubernetesRunner("ours", Cluster(str(tmp_path / "config"))).running(STAGE, "helpdesk", KEY)
    assert "cannot be reached" in caught.value.message
    assert caught.value.hint
