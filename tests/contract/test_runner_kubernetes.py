"""The Kubernetes runner on a real cluster. Takes KUBECONFIG, ODCPUB_TEST_REGISTRY and a Docker engine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from odcpub.deployment.objects import MANAGER, namespace_of, objects
from odcpub.deployment.workload import Workload
from odcpub.engines.runner import from_here, pods
from odcpub.engines.runner.cluster import Cluster
from odcpub.engines.runner.kubernetes import KubernetesRunner
from odcpub.engines.runner.not_ready import NotReady
from odcpub.engines.runner.rollout import Rollout
from odcpub.errors import EngineError, Refused, TemporaryEngineError
from tests.absence import absent, need

pytestmark = pytest.mark.kubernetes

SOURCE = Path(__file__).with_name("standin_image")
NEEDED = ("KUBECONFIG", "ODCPUB_TEST_REGISTRY")
SECRET = "s3cret-token"
DATABASE = "Host='10.0.0.1';Port='5433';Username='u';Password='pa55word';Search Path='x'"
STAGE = "runner-test"
PATIENCE_SECONDS, SOON_SECONDS = 180, 45
"""What has failed is told long before the patience ends, on a busy machine too."""
KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10"
LIMITS = {"memory": "400Mi"}
THEIRS = ("kube-root-ca.crt", "theirs")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Repository reference by digest and the digest of the stand-in, built FROM scratch and pushed."""
    need("Kubernetes", *NEEDED)
    go = shutil.which("go") or shutil.which("/usr/local/go/bin/go")
    if go is None:
        absent("Kubernetes", "no Go compiler to build the stand-in's image")
    import docker

    folder = tmp_path_factory.mktemp("image")
    shutil.copytree(SOURCE, folder, dirs_exist_ok=True)
    environment = {**os.environ, "CGO_ENABLED": "0"}
    subprocess.run([str(go), "build", "-o", "standin", "."], cwd=folder, env=environment, check=True)
    repository = f"{os.environ['ODCPUB_TEST_REGISTRY']}/runner-standin"
    with closing(docker.from_env()) as engine:
        engine.images.build(path=str(folder), tag=f"{repository}:test")
        pushed = engine.images.push(repository, tag="test", stream=True, decode=True)
        digest = next(line["aux"]["Digest"] for line in pushed if "aux" in line)
    return f"{repository}@{digest}", digest


@pytest.fixture
def runner(image: tuple[str, str]) -> Iterator[KubernetesRunner]:
    made = KubernetesRunner("ours", Cluster(os.environ.get("KUBECONFIG", "")), ready_seconds=PATIENCE_SECONDS)
    yield made
    made.stop(STAGE, "helpdesk", KEY)
    made.close()


@pytest.fixture(scope="module", autouse=True)
def namespace() -> Iterator[None]:
    """Something of somebody else's, so that the namespace is not deleted and made again for every test."""
    made = Cluster(os.environ.get("KUBECONFIG", ""))
    if not os.environ.get("KUBECONFIG"):
        yield
        return
    name = namespace_of(STAGE)
    theirs(made)
    made.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs", "namespace": name}}, manager="somebody"
    )
    yield
    made.delete("Namespace", name)
    made.close()


def theirs(cluster: Cluster, **labels: str) -> None:
    given = {"name": namespace_of(STAGE), "labels": {"odcpub/stage": STAGE} | labels}
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": given}, manager="somebody")


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


def version(image: tuple[str, str], revision: int, mode: str = "ready", stage: str = STAGE) -> Workload:
    return Workload(
        app="Helpdesk",
        asset="helpdesk",
        asset_key=KEY,
        stage=stage,
        revision=revision,
        reference=image[0],
        repository="runner-standin",
        digest=image[1],
        settings=(("ODC_SETTING_Mode", mode),),
        secrets=(("ODCPUB_DATABASE", DATABASE), ("ODC_SECRET_Token", SECRET)),
    )


def get(address: str) -> dict[str, object]:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return dict(json.load(answer))


def quiet(line: str) -> None:
    pass


def publish(runner: KubernetesRunner, workload: Workload) -> str:
    runner.start(workload)
    address = runner.wait(workload, quiet)
    runner.settle(workload)
    return address


def configuration(cluster: Cluster) -> list[str]:
    found = [*cluster.find("ConfigMap", namespace_of(STAGE)), *cluster.find("Secret", namespace_of(STAGE))]
    return sorted(each["metadata"]["name"] for each in found if each["metadata"]["name"] not in THEIRS)


def test_publish_update_under_load_and_undeploy(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    first = version(image, 1)
    plan = runner.observe(first)
    assert {change.verb for change in plan.changes if not change.what.startswith("Namespace")} == {"create"}
    assert SECRET not in repr(plan)
    address = publish(runner, first)
    assert get(address)["revision"] == "1"
    assert runner.observe(first).changes == ()
    ended, failures = threading.Event(), list[str]()

    def load() -> None:
        while not ended.is_set():
            try:
                get(address)
            except OSError as error:
                failures.append(repr(error))
            time.sleep(0.01)

    clients = [threading.Thread(target=load) for _ in range(3)]
    for client in clients:
        client.start()
    second = version(image, 2)
    assert publish(runner, second) == address
    ended.set()
    for client in clients:
        client.join()
    assert failures == []
    told = get(address)["environment"]
    assert isinstance(told, dict)
    assert (told["ODCPUB_REVISION"], told["ODC_SECRET_Token"]) == ("2", SECRET)
    assert len(configuration(cluster)) == 2  # the first version's ConfigMap is pruned, the Secret is the same
    running = runner.running(STAGE, "helpdesk", KEY)
    assert running is not None
    assert (running.revision, running.digest, running.address, running.health) == (2, image[1], address, "ready")
    runner.stop(STAGE, "helpdesk", KEY)
    assert runner.running(STAGE, "helpdesk", KEY) is None
    assert configuration(cluster) == []
    runner.stop(STAGE, "helpdesk", KEY)


@pytest.mark.parametrize(
    ("mode", "reason", "logged"),
    [("crash", "ended with code 3", "cannot go on"), ("hungry", "memory", "secret is (hidden)")],
)
def test_version_that_ends_is_taken_back_at_once(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster, mode: str, reason: str, logged: str
) -> None:
    address = publish(runner, version(image, 1))
    before = configuration(cluster)
    began = time.monotonic()
    bad = version(image, 2, mode)
    runner.start(bad)
    with pytest.raises(NotReady) as caught:
        runner.wait(bad, quiet)
    assert time.monotonic() - began < SOON_SECONDS
    assert reason in caught.value.message
    told = "\n".join((caught.value.message, caught.value.hint, *caught.value.log))
    assert logged in told
    assert SECRET not in told
    assert "pa55word" not in told
    assert get(address)["revision"] == "1"
    assert configuration(cluster) == before
    assert runner.observe(version(image, 1)).changes == ()
    assert len(cluster.find("Pod", namespace_of(STAGE))) == 1
    assert publish(runner, version(image, 3)) == address
    assert get(address)["revision"] == "3"


def test_a_started_version_is_taken_back_and_one_that_serves_is_not(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    address = publish(runner, version(image, 1))
    before = configuration(cluster)
    assert runner.take_back(version(image, 1))
    runner.start(version(image, 2, "never"))
    for _ in range(2):
        assert not runner.take_back(version(image, 2, "never"))
    assert configuration(cluster) == before
    assert len(cluster.find("Pod", namespace_of(STAGE))) == 1
    assert runner.observe(version(image, 1)).changes == ()
    assert get(address)["revision"] == "1"


def test_nothing_is_left_of_a_first_version_that_is_taken_back(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    runner.start(version(image, 1, "never"))
    assert not runner.take_back(version(image, 1, "never"))
    assert runner.running(STAGE, "helpdesk", KEY) is None
    assert configuration(cluster) == []


def test_image_that_is_not_there_fails_within_seconds_and_leaves_nothing(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    digest = "sha256:" + "0" * 64
    bad = replace(version(image, 1), reference=f"{image[0].partition('@')[0]}@{digest}", digest=digest)
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
    address = publish(runner, version(image, 1))
    assert "left as it is" in Rollout(cluster, version(image, 1)).take_back()
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
    address = publish(runner, version(image, 1))
    with closing(KubernetesRunner("ours", Cluster(os.environ["KUBECONFIG"]), ready_seconds=12)) as impatient:
        impatient.start(version(image, 2, "never"))
        with pytest.raises(NotReady) as caught:
            impatient.wait(version(image, 2, "never"), quiet)
    assert "not ready after 12 s" in caught.value.message
    assert "503" in caught.value.message
    assert get(address)["revision"] == "1"


def test_version_that_comes_to_no_database_is_told_with_its_own_words(
    image: tuple[str, str], runner: KubernetesRunner
) -> None:
    address = publish(runner, version(image, 1))
    began = time.monotonic()
    runner.start(version(image, 2, "adrift"))
    with pytest.raises(NotReady, match=r"the database at 10\.0\.0\.1:5433 can't be reached: timeout"):
        runner.wait(version(image, 2, "adrift"), quiet)
    assert time.monotonic() - began < SOON_SECONDS
    assert get(address)["revision"] == "1"


def test_quota_is_told(image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster) -> None:
    address = publish(runner, version(image, 1))
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "full", "namespace": namespace_of(STAGE)},
        "spec": {"hard": {"pods": "1"}},
    }
    cluster.apply(quota)
    try:
        bad = version(image, 2)
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
    publish(runner, version(image, 1))
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
        runner.start(version(image, 1))
        with pytest.raises(NotReady, match="exceeded quota") as caught:
            runner.wait(version(image, 1), quiet)
        assert "keeps serving" in caught.value.hint
        assert running_images(cluster) == {older_image(image)}
    finally:
        cluster.delete("ResourceQuota", "full", namespace_of(STAGE))
    publish(runner, version(image, 1))
    assert running_images(cluster) == {image[0]}


def older_image(image: tuple[str, str]) -> str:
    """The same content under another name, as an older version's would be."""
    return f"{image[0].partition('@')[0]}:test"


def running_images(cluster: Cluster) -> set[str]:
    found = cluster.find("Pod", namespace_of(STAGE))
    return {str(pods.app(each["spec"]["containers"])["image"]) for each in found if not pods.leaving(each)}


def wait_for(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON_SECONDS
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def edit(cluster: Cluster, **spec: object) -> None:
    """As somebody changes the Deployment by hand."""
    metadata = {"name": "helpdesk", "namespace": namespace_of(STAGE)}
    body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}
    cluster.apply(body, manager="kubectl-edit")


def health(runner: KubernetesRunner) -> tuple[int, str]:
    found = runner.running(STAGE, "helpdesk", KEY)
    assert found is not None
    return found.revision, found.health


def test_scaled_to_0_a_version_is_put_in_its_place(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    address = publish(runner, version(image, 1))
    edit(cluster, replicas=0)
    wait_for(lambda: not cluster.find("Pod", namespace_of(STAGE)))
    wait_for(lambda: health(runner) == (1, "scaled to 0"))
    began = time.monotonic()
    assert publish(runner, version(image, 2)) == address
    assert time.monotonic() - began < SOON_SECONDS
    assert health(runner) == (2, "scaled to 0")
    assert not runner.take_back(version(image, 2)), "no pod has shown that it works"
    edit(cluster, replicas=1)
    wait_for(lambda: health(runner) == (2, "ready"))
    assert get(address)["revision"] == "2"


def test_a_template_of_somebody_elses_that_cannot_start_is_no_failure_of_the_version(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    """The publish sets it back, and looks before the controllers have reacted."""
    address = publish(runner, version(image, 1))
    edit(cluster, template={"spec": {"securityContext": {"runAsUser": 0}}})  # which runAsNonRoot does not let start
    wait_for(lambda: any(map(broken, cluster.find("Pod", namespace_of(STAGE)))))
    assert health(runner) == (1, "degraded")
    assert publish(runner, version(image, 1)) == address
    assert health(runner) == (1, "ready")
    assert len(cluster.find("Pod", namespace_of(STAGE))) == 1


def broken(pod: dict[str, Any]) -> bool:
    return pods.failure(pod, patient=True) is not None


def test_a_template_of_somebody_elses_that_serves_comes_back_where_the_right_one_cannot_start(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    address = publish(runner, version(image, 1))
    edit(cluster, template={"spec": {"containers": [{"name": "app", "resources": {"limits": LIMITS}}]}})
    wait_for(lambda: health(runner) == (1, "ready") and len(cluster.find("Pod", namespace_of(STAGE))) == 1)
    quota = {"name": "full", "namespace": namespace_of(STAGE)}
    hard = {"hard": {"pods": "1"}}
    cluster.apply({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": quota, "spec": hard})
    try:
        runner.start(version(image, 1))
        with pytest.raises(NotReady, match="exceeded quota") as caught:
            runner.wait(version(image, 1), quiet)
    finally:
        cluster.delete("ResourceQuota", "full", namespace_of(STAGE))
    assert "keeps serving" in caught.value.hint
    found = cluster.get("Deployment", "helpdesk", namespace_of(STAGE))
    assert found is not None
    assert found["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"] == LIMITS["memory"]
    assert health(runner) == (1, "ready")
    assert get(address)["revision"] == "1"


@pytest.mark.usefixtures("restricted")
@pytest.mark.parametrize("revision", [1, 2])
def test_a_container_of_somebody_elses_that_is_not_let_in_is_told_at_once_and_goes(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster, revision: int
) -> None:
    """Put beside the app's by hand; the version of before is deployed again, or a new one."""
    address = publish(runner, version(image, 1))
    edit(cluster, template={"spec": {"containers": [{"name": "inject", "image": "localhost:5001/none:1"}]}})
    wait_for(lambda: any(map(refused, cluster.find("ReplicaSet", namespace_of(STAGE)))))
    told: list[str] = []
    runner.start(version(image, revision))
    began = time.monotonic()
    with pytest.raises(NotReady, match="violates PodSecurity") as caught:
        runner.wait(version(image, revision), told.append)
    assert time.monotonic() - began < SOON_SECONDS
    assert caught.value.hint.startswith("correct the reason and publish again; the previous version keeps serving")
    assert "violates PodSecurity" in told[-1], "before it is taken back, which may take long"
    wait_for(lambda: health(runner) == (1, "ready"))
    assert runner.take_back(version(image, revision)) is (revision == 1), "as who has failed asks"
    assert publish(runner, version(image, 3)) == address
    assert health(runner) == (3, "ready")
    assert not changes(runner, version(image, 3)), "nothing of the other's is kept"
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
    publish(runner, version(image, 1))
    where = {"name": "helpdesk", "namespace": namespace_of(STAGE)}
    right = "the next publish or promotion sets it right"
    elsewhere = {"port": 80, "protocol": "TCP", "targetPort": 9999}
    for spec in ({"selector": {"foo": "bar"}}, {"ports": [elsewhere]}):
        cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": where, "spec": spec}, manager="kubectl-patch")
        wait_for(lambda: health(runner) == (1, f"not ready: the Service helpdesk sends to no pod's port 8080: {right}"))
        publish(runner, version(image, 1))
        assert health(runner) == (1, "ready")
    cluster.delete("Service", "helpdesk", namespace_of(STAGE))
    wait_for(lambda: health(runner) == (1, f"not ready: the Service helpdesk is not there any more: {right}"))
    publish(runner, version(image, 1))
    assert health(runner) == (1, "ready")


def test_a_pod_that_its_node_puts_out_is_replaced(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    address = publish(runner, version(image, 1))
    runner.start(version(image, 2))
    wait_for(lambda: bool(of_revision(cluster, "2")))
    put_out(of_revision(cluster, "2")[0]["metadata"]["name"])
    wait_for(lambda: any(map(pods.over, of_revision(cluster, "2"))))
    assert runner.wait(version(image, 2), quiet) == address
    runner.settle(version(image, 2))
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
    publish(runner, version(image, 1))
    edit(cluster, replicas=2)
    wait_for(lambda: health(runner) == (1, "ready") and len(of_revision(cluster, "1")) == 2)
    runner.start(version(image, 2, "never"))
    wait_for(lambda: bool(of_revision(cluster, "2")))
    assert health(runner) == (1, "degraded"), "as many pods as asked for are ready, all of them old"
    assert not runner.take_back(version(image, 2, "never"))
    assert health(runner) == (1, "ready")
    publish(runner, version(image, 3))
    assert health(runner) == (3, "ready")
    assert len(of_revision(cluster, "3")) == 2


def test_a_container_that_prepares_a_pod_is_ordinary(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    """As meshes and vaults put one into every pod."""
    publish(runner, version(image, 1))
    secured = next(each for each in objects(version(image, 1)) if each["kind"] == "Deployment")
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
    address = publish(runner, version(image, 2))
    assert get(address)["revision"] == "2"
    found = runner.running(STAGE, "helpdesk", KEY)
    assert found is not None
    assert (found.revision, found.digest, found.health) == (2, image[1], "ready")


def test_another_installation_takes_nothing_over(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    address = publish(runner, version(image, 1))
    with closing(KubernetesRunner("ada@laptop-1", Cluster(os.environ["KUBECONFIG"]))) as other:
        for act in (other.start, other.observe):
            with pytest.raises(Refused, match="as installation ours publishes it"):
                act(version(image, 2))
        with pytest.raises(Refused):
            other.stop(STAGE, "helpdesk", KEY)
        assert get(address)["revision"] == "1"
        deployment = cluster.get("Deployment", "helpdesk", namespace_of(STAGE))
        assert deployment is not None
        told = {**deployment["metadata"]["annotations"], "odcpub/installation": "ada@laptop-1"}
        metadata = {"name": "helpdesk", "namespace": namespace_of(STAGE), "annotations": told}
        cluster.apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata}, manager="kubectl-annotate")
        assert publish(other, version(image, 2)) == address
        other.stop(STAGE, "helpdesk", KEY)


def test_refused_start_leaves_nothing(image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster) -> None:
    with pytest.raises(EngineError) as caught:
        runner.start(replace(version(image, 1), reference=""))
    assert "image" in caught.value.message
    assert configuration(cluster) == []
    assert cluster.get("Service", "helpdesk", namespace_of(STAGE)) is None


def test_drift_is_shown_field_by_field(image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster) -> None:
    publish(runner, version(image, 1))
    deployment = cluster.get("Deployment", "helpdesk", namespace_of(STAGE))
    assert deployment is not None
    changed = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "helpdesk", "namespace": namespace_of(STAGE)},
        "spec": {"replicas": 2, "minReadySeconds": 1},
    }
    cluster.apply(changed, manager="somebody")
    fields = [field for change in runner.observe(version(image, 1)).changes for field in change.fields]
    assert fields == [("spec.minReadySeconds", "set by somebody", "kept")]
    publish(runner, version(image, 2))
    serving = [each for each in cluster.find("Pod", namespace_of(STAGE)) if pods.ready(each)]
    assert len(serving) == 2, "how many there are is left to who has changed it"
    changed["spec"] = {"template": {"spec": {"containers": [{"name": "app", "resources": {"limits": LIMITS}}]}}}
    cluster.apply(changed, manager="kubectl-edit")
    plan = runner.observe(version(image, 2))
    where = "spec.template.spec.containers[app].resources.limits.memory"
    assert (where, LIMITS["memory"], "384Mi") in [field for change in plan.changes for field in change.fields]
    assert not plan.nothing_to_do
    publish(runner, version(image, 2))
    assert runner.observe(version(image, 2)).nothing_to_do
    publish(runner, version(image, 1))
    changed_secret = replace(version(image, 1), secrets=(("ODCPUB_DATABASE", DATABASE), ("ODC_SECRET_Token", "new")))
    told = repr(runner.observe(changed_secret))
    assert "new" not in told.replace("renew", "")
    assert SECRET not in told


@pytest.mark.parametrize("kind", ["Service", "Deployment"])
def test_what_is_somebody_elses_stays_as_it_is(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster, kind: str
) -> None:
    body = next(each for each in objects(version(image, 1)) if each["kind"] == kind)
    body["metadata"] |= {"labels": {"app": "theirs"}, "annotations": {}}
    cluster.apply(body, manager="somebody")
    before = cluster.get(kind, "helpdesk", namespace_of(STAGE))
    assert before is not None
    try:
        for act in (runner.start, runner.observe):
            with pytest.raises(Refused, match=f"{kind.lower()} helpdesk in .* somebody else"):
                act(version(image, 1))
        with pytest.raises(Refused):
            runner.stop(STAGE, "helpdesk", KEY)
        after = cluster.get(kind, "helpdesk", namespace_of(STAGE))
        assert after is not None
        assert (after["spec"], after["metadata"]["labels"]) == (before["spec"], before["metadata"]["labels"])
        assert configuration(cluster) == []
    finally:
        cluster.delete(kind, "helpdesk", namespace_of(STAGE))


def test_start_is_idempotent(image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster) -> None:
    address = publish(runner, version(image, 1))
    before = [each["metadata"]["name"] for each in cluster.find("Pod", namespace_of(STAGE))]
    assert publish(runner, version(image, 1)) == address
    assert [each["metadata"]["name"] for each in cluster.find("Pod", namespace_of(STAGE))] == before


def test_namespace_goes_with_its_last_app_and_stays_with_others(
    image: tuple[str, str], runner: KubernetesRunner, cluster: Cluster
) -> None:
    alone = version(image, 1, stage="runner-alone")
    name = namespace_of(alone.stage)
    publish(runner, alone)
    publish(runner, version(image, 1))
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
    there = version(image, 1, stage="runner-there")
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
    lost = version(image, 1, "lost")
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
