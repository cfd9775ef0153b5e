"""Which pods and templates count when a version is waited for, told as failed, taken back, and when its health is told.

Each test makes the cluster as its controllers would have made it at that moment.
"""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from odcpub.deployment.objects import INSTANCE, Object, labels, objects
from odcpub.deployment.workload import Workload
from odcpub.engines.ports import NotReady
from odcpub.engines.runner import from_here, rollout, watch
from odcpub.engines.runner.kubernetes import KubernetesRunner
from odcpub.engines.runner.look import same_template
from odcpub.engines.runner.rollout import Rollout
from odcpub.errors import TemporaryEngineError
from tests.cluster import READY, FakeCluster, pod_of, reached, replica_set

DIGEST = "sha256:" + "a" * 64
WORKLOAD = Workload("Shop", "shop", "k", "qa", 2, f"r/shop@{DIGEST}", "shop", DIGEST)
NAMESPACE = "odc-qa"
PULLS = {
    "phase": "Pending",
    "containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "PodInitializing"}}}],
}
CRASHES = {
    "phase": "Running",
    "containerStatuses": [{"name": "app", "state": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}}],
}
EVICTED = {"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."}
NO_NODE = {
    "phase": "Pending",
    "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes"}],
}
STARTS = "a pod is starting: the image is pulled"
FORBIDDEN = {
    "type": "ReplicaFailure",
    "status": "True",
    "reason": "FailedCreate",
    "message": "violates PodSecurity",
}
QUOTA = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota: full"}


class World(FakeCluster):
    """A cluster with the version deployed, no pod yet."""

    def __init__(self, replicas: int = 1) -> None:
        super().__init__()
        for each in objects(WORKLOAD, 30080):
            self.put(each)
        self.change(replicas=replicas)

    def change(self, **spec: Any) -> None:
        """As ``kubectl`` changes the Deployment; the cluster has seen it."""
        found = self.deployment
        self.put(found | {"spec": found["spec"] | spec, "status": {"observedGeneration": 0}})

    def hand_edit(self, **app: Any) -> None:
        """As ``kubectl set`` changes the app's container."""
        template = copy.deepcopy(self.deployment["spec"]["template"])
        template["spec"]["containers"][0] |= app
        self.change(template=template)

    @property
    def deployment(self) -> Object:
        found = self.get("Deployment", "shop", NAMESPACE)
        assert found is not None
        return found

    def make(
        self, name: str, *statuses: Object, revision: int = 1, available: int = 0, failed: Object | None = None
    ) -> None:
        """A ReplicaSet of the Deployment as it is now, with so many pods."""
        notes = {"deployment.kubernetes.io/revision": str(revision)}
        made = replica_set(self.deployment, name, len(statuses) or bool(failed), available, annotations=notes)
        made["status"] |= {"conditions": [failed]} if failed else {}
        self.put(made)
        for count, status in enumerate(statuses):
            self.put(pod_of(made, f"{name}-{count}", status))

    def serve(self, *names: str) -> None:
        self.put(reached("shop", NAMESPACE, *names))

    def runner(self) -> KubernetesRunner:
        return KubernetesRunner("ours", self, node_address="10.0.0.9")

    def health(self) -> str:
        found = self.runner().running("qa", "shop", "k")
        assert found is not None
        return found.health

    def wait(self, seconds: float = 30) -> list[str]:
        said: list[str] = []
        Rollout(self, WORKLOAD).wait(said.append, seconds)
        return said


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in a cluster in memory ends by itself, and nobody answers."""
    monkeypatch.setattr(rollout, "END_SECONDS", 0.0)
    monkeypatch.setattr(rollout, "PAUSE", 0.01)
    monkeypatch.setattr(rollout, "prune", lambda *_: None)
    monkeypatch.setattr(from_here, "ask", lambda *_: None)


def test_scaled_to_0_a_version_is_in_place_and_told_as_such() -> None:
    world = World(replicas=0)
    assert world.health() == "starting"
    with pytest.raises(NotReady, match="waiting for the cluster to take in the new version"):
        world.wait(0.05)
    world = World(replicas=0)
    world.make("new")
    said: list[str] = []
    assert world.runner().wait(WORKLOAD, said.append) == "http://10.0.0.9:30080"
    assert said == ["it is scaled to 0: no pod runs, and nothing answers"]
    assert world.health() == "scaled to 0"


def test_scaled_to_0_nothing_shows_that_a_version_is_good() -> None:
    """So an operation that has failed, in its migration for example, does not leave it as the one that serves."""
    world = World(replicas=0)
    world.make("new", revision=2)
    deployment = world.deployment
    deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "2"
    world.put(deployment)
    assert not world.runner().take_back(WORKLOAD)
    assert world.health() == "scaled to 0", "and it is left as it is"


def test_a_hand_edited_template_that_crashes_is_not_told_as_the_versions_failure() -> None:
    """``kubectl set resources`` before a publish that sets it back: the controllers have not reacted yet."""
    world = World()
    world.make("right", READY, available=1)
    right = world.deployment["spec"]
    world.hand_edit(resources={"limits": {"memory": "20Mi"}})
    world.make("small", CRASHES, revision=2)
    world.serve("right-0")
    assert world.health() == "degraded"
    world.change(**right)
    assert world.wait() == []
    assert world.health() == "ready"


def test_a_hand_edited_template_that_serves_comes_back_where_the_right_one_cannot_start() -> None:
    world = World()
    right = world.deployment["spec"]
    world.hand_edit(resources={"limits": {"memory": "400Mi"}})
    world.make("edited", READY, available=1)
    world.change(**right)
    world.make("right", revision=2, failed=QUOTA)
    with pytest.raises(NotReady, match="exceeded quota: full") as caught:
        world.wait()
    assert "keeps serving" in caught.value.hint
    app = world.deployment["spec"]["template"]["spec"]["containers"][0]
    assert app["resources"] == {"limits": {"memory": "400Mi"}}


def injected() -> World:
    """The version serves, and somebody has put a container beside the app's that Pod Security does not let in."""
    world = World()
    world.make("served", READY, available=1)
    world.serve("served-0")
    template = world.deployment["spec"]["template"]
    template["spec"]["containers"].append({"name": "inject", "image": "none:1"})
    world.change(template=template)
    world.make("injected", revision=2, failed=FORBIDDEN)
    return world


@pytest.mark.parametrize("changed", [False, True])
def test_a_container_of_somebody_elses_that_is_not_let_in_is_told_at_once_and_goes(changed: bool) -> None:
    """An apply leaves it in the template that is gone back to, too; and the pod that serves is none that must end."""
    world, workload = injected(), WORKLOAD
    served = world.get("ReplicaSet", "served", NAMESPACE)
    assert served is not None
    if changed:
        workload = replace(WORKLOAD, revision=3)
        world.apply(next(each for each in objects(workload, 30080) if each["kind"] == "Deployment"))
        world.make("new", revision=3, failed=FORBIDDEN)
    said: list[str] = []
    with pytest.raises(NotReady, match="violates PodSecurity") as caught:
        Rollout(world, workload).wait(said.append, 30)
    assert caught.value.hint.startswith("correct the reason and publish again; the previous version keeps serving")
    assert said == ["the version is removed: no pod may be made (FailedCreate): violates PodSecurity"]
    assert same_template(world.deployment, served)
    assert world.health() == "ready"


def test_a_pod_that_serves_is_none_that_must_end_where_something_is_put_in_again() -> None:
    """As a cluster does it that puts a container into every Deployment."""
    world = injected()
    world.replace = lambda *_: None  # type: ignore[method-assign]
    with pytest.raises(NotReady, match="violates PodSecurity") as caught:
        world.wait()
    assert "served-0" not in caught.value.hint


@pytest.mark.parametrize("beside", [False, True])
def test_pods_that_nobody_comes_to_are_not_told_as_serving(beside: bool) -> None:
    world = injected() if beside else World()
    if not beside:
        world.make("new", READY)
    right = "the next publish or promotion sets it right"
    for elsewhere in (reached("shop", NAMESPACE), reached("shop", NAMESPACE, "served-0", "new-0", port=9999)):
        world.put(elsewhere)
        assert world.health() == f"not ready: the Service shop sends to no pod's port 8080: {right}"
    world.delete("Service", "shop", NAMESPACE)
    assert world.health() == f"not ready: the Service shop does not exist any more: {right}"


def test_settling_waits_for_pods_of_another_template_and_names_them() -> None:
    world = World()
    right = world.deployment["spec"]
    world.hand_edit(resources={})
    world.make("edited", READY)
    world.change(**right)
    world.make("right", READY)
    with pytest.raises(TemporaryEngineError, match=r"pods are still there after 0\.05 s: edited-0"):
        Rollout(world, WORKLOAD).settle(0.05)
    del world.objects["Pod", NAMESPACE, "edited-0"]
    Rollout(world, WORKLOAD).settle(0.05)


def stranger(world: FakeCluster, image: str) -> None:
    """A pod that somebody has made by hand, from the version's own."""
    told = labels("shop") | {INSTANCE: objects(WORKLOAD)[-1]["spec"]["template"]["metadata"]["labels"][INSTANCE]}
    spec = {"containers": [{"name": "app", "image": image}]}
    about = {"name": "debugging", "namespace": NAMESPACE, "labels": told}
    world.put({"kind": "Pod", "metadata": about, "spec": spec, "status": READY})


def test_a_pod_that_somebody_has_made_by_hand_is_not_the_versions() -> None:
    world = World()
    world.make("new", PULLS)
    stranger(world, WORKLOAD.reference)
    world.serve("debugging")
    assert not Rollout(world, WORKLOAD).proved()
    assert world.health() == "starting"
    Rollout(world, WORKLOAD).settle(0.05)
    stranger(world, "r/shop@sha256:older")
    with pytest.raises(TemporaryEngineError, match="debugging"):  # what is tightened now, it could not bear
        Rollout(world, WORKLOAD).settle(0.05)


def test_pods_that_a_node_has_put_out_are_passed_over_while_others_come() -> None:
    world = World()
    world.make("new", EVICTED, PULLS)
    said: list[str] = []

    def goes_on(line: str) -> None:
        said.append(line)
        if len(said) == 1:
            world.make("new", EVICTED, EVICTED, PULLS)
        else:
            world.make("new", EVICTED, EVICTED, READY)
            world.serve("new-2")

    Rollout(world, WORKLOAD).wait(goes_on, 30)
    ended = "a pod before it has ended: Evicted: The node was low on resource: memory."
    assert said == [STARTS, f"{STARTS}; {ended}"]
    assert world.health() == "ready"


def test_pods_that_are_put_out_again_and_again_are_a_failure() -> None:
    """Those that had ended before are none of this version's trouble."""
    world = World()
    world.make("new", *[EVICTED] * 5, PULLS)
    with pytest.raises(NotReady, match="become ready: Evicted: The node was low on resource"):
        Rollout(world, WORKLOAD).wait(lambda _: world.make("new", *[EVICTED] * 8, PULLS), 30)


def test_a_pod_waits_while_another_one_that_ends_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "PATIENCE_SECONDS", 0.05)
    world = World(replicas=2)
    world.make("new", READY, NO_NODE)
    with pytest.raises(NotReady, match="become ready: no node can take it: 0/1 nodes"):
        world.wait()
    world = World(replicas=2)
    world.make("new", READY, NO_NODE)
    old = pod_of(replica_set(world.deployment, "old"), "old-0", READY)
    old["metadata"]["deletionTimestamp"] = "now"
    world.put(old)
    with pytest.raises(NotReady, match=r"not ready after 0\.3 s; no node can take it: 0/1 nodes"):
        world.wait(0.3)


def test_a_pod_may_wait_for_a_node_from_when_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "PATIENCE_SECONDS", 1.0)
    world = World()
    world.make("new", PULLS)
    said: list[str] = []

    def goes_on(line: str) -> None:
        said.append(line)
        if len(said) == 1:
            time.sleep(1.1)
            world.make("new", EVICTED, NO_NODE)
        else:
            world.make("new", EVICTED, READY)
            world.serve("new-1")

    Rollout(world, WORKLOAD).wait(goes_on, 30)
    assert len(said) == 2


def runs(world: World, image: str, image_id: str) -> None:
    """The pod as a cluster has it that rewrites images' names."""
    pod = world.get("Pod", "new-0", NAMESPACE)
    assert pod is not None
    pod["spec"]["containers"][0]["image"] = image
    pod["status"]["containerStatuses"] = [{"name": "app", "imageID": image_id}]
    world.put(pod)


@pytest.mark.parametrize(
    ("image", "image_id"),
    [
        (f"mirror.local/r/shop@{DIGEST}", f"mirror.local/r/shop@{DIGEST}"),
        ("mirror.local/r/shop:2", f"mirror.local/r/shop@{DIGEST}"),
        ("mirror.local/r/shop@sha256:list", f"mirror.local/r/shop@{DIGEST}"),
    ],
)
def test_an_image_may_have_another_name(image: str, image_id: str) -> None:
    world = World()
    world.make("new", READY)
    world.serve("new-0")
    runs(world, image, image_id)
    assert world.wait() == []
    assert world.runner().take_back(WORKLOAD)


def test_pods_that_run_another_image_are_told() -> None:
    world = World()
    world.make("new", READY)
    world.serve("new-0")
    runs(world, "mirror.local/r/shop:2", "mirror.local/r/shop@sha256:older")
    with pytest.raises(NotReady, match=r"its pods run another image: mirror\.local/r/shop:2"):
        world.wait()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda world: world.hand_edit(image="r/shop@sha256:older"), "changed to another image: r/shop@sha256:older"),
        (lambda world: world.delete("Deployment", "shop", NAMESPACE), "Deployment does not exist any more"),
        (lambda world: world.change(paused=True), "Deployment is paused"),
    ],
)
def test_what_nobody_will_make_ready_is_not_waited_for(change: Callable[[World], object], told: str) -> None:
    world = World()
    change(world)
    with pytest.raises(NotReady, match=told):
        world.wait()


def half_done() -> World:
    """Two wanted: one old pod and one new are ready, and the other new one keeps crashing."""
    world = World(replicas=2)
    world.make("new", READY, CRASHES, revision=2)
    right = world.deployment["spec"]
    world.hand_edit(resources={})
    world.make("old", READY)
    world.change(**right)
    world.serve("new-0", "old-0")
    return world


def test_a_version_that_is_half_in_place_is_degraded() -> None:
    world = half_done()
    assert world.health() == "degraded"
    world.make("new", READY, READY, revision=2)
    assert world.health() == "degraded", "the Service sends to one of them only"
    world.serve("new-0", "new-1")
    assert world.health() == "ready"
    seen = world.deployment
    world.put(seen | {"metadata": seen["metadata"] | {"generation": 1}})
    assert world.health() == "degraded", "something was changed that the cluster has not seen yet"


def test_the_pod_that_is_not_ready_is_the_one_that_is_told() -> None:
    world = half_done()
    with pytest.raises(NotReady, match="OOMKilled"):
        world.wait()
    world = World(replicas=2)
    world.make("new", READY, PULLS)
    world.serve("new-0")
    with pytest.raises(NotReady, match=r"not ready after 0\.05 s; a pod is starting"):
        world.wait(0.05)
    world.make("new", READY, failed=QUOTA)
    with pytest.raises(NotReady, match=r"not ready after 0\.05 s; no pod may be made .*exceeded quota"):
        world.wait(0.05)


def test_while_the_deployment_is_the_same_nothing_else_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """An API server has others to serve: a look is three lists, and a version may take minutes."""
    world, lists = World(), []
    world.make("new", PULLS)
    find = world.find

    def counted(kind: str, *arguments: str, **named: str) -> tuple[Object, ...]:
        lists.append(kind)
        return find(kind, *arguments, **named)

    monkeypatch.setattr(world, "find", counted)
    monkeypatch.setattr(rollout, "LOOK_SECONDS", 30.0)
    with pytest.raises(NotReady):
        world.wait(0.5)
    assert lists.count("ReplicaSet") <= 3, "one look, and those of taking it back"


def test_a_version_serves_when_the_service_sends_to_no_other_pod(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    before = replica_set(world.deployment, "old", 1, 1)
    before["spec"]["template"]["spec"]["containers"][0]["image"] = "r/shop@sha256:" + "b" * 64
    world.put(before)
    world.put(pod_of(before, "old-0", READY))
    world.make("new", READY)
    world.serve("new-0", "old-0")
    began, done = time.monotonic(), threading.Event()
    threading.Timer(0.3, lambda: (world.serve("new-0"), done.set())).start()
    world.wait()
    assert done.is_set()
    assert time.monotonic() - began < rollout.PATIENCE_SECONDS
