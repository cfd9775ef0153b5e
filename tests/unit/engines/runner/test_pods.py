"""What pods tell about a version that can't start."""

from __future__ import annotations

from typing import Any

import pytest

from odcpub.engines.runner import pods


def pod(container: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "helpdesk-1"},
        "status": {**status, "containerStatuses": [{"name": "app", **container}] if container else []},
    }


@pytest.mark.parametrize(
    ("container", "said", "ran"),
    [
        (
            {"state": {"waiting": {"reason": "ErrImagePull", "message": "not\n found"}}},
            "(ErrImagePull): not found",
            False,
        ),
        ({"state": {"waiting": {"reason": "ImagePullBackOff"}}}, "its image cannot be pulled", False),
        ({"state": {"waiting": {"reason": "InvalidImageName"}}}, "its image has no valid name", False),
        ({"state": {"waiting": {"reason": "CreateContainerConfigError"}}}, "its configuration does not exist", False),
        ({"state": {"terminated": {"reason": "Error", "exitCode": 3}}}, "ended with code 3", True),
        ({"state": {"terminated": {"reason": "Completed", "exitCode": 0}}}, "ended with code 0", True),
        ({"state": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}}, "OOMKilled", True),
        ({"state": {"terminated": {"reason": "StartError", "message": "no such file"}}}, "no such file", False),
        (
            {
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": {"reason": "Error", "exitCode": 7}},
            },
            "ended with code 7",
            True,
        ),
        ({"state": {"running": {}}, "lastState": {"terminated": {"exitCode": 1}}}, "ended with code 1", True),
    ],
)
def test_container_that_cannot_run(container: dict[str, Any], said: str, ran: bool) -> None:
    found = pods.failure(pod(container), patient=True)
    assert found is not None
    assert said in found.reason
    assert (found.pod, found.ran) == ("helpdesk-1", ran)


@pytest.mark.parametrize("state", [{"running": {}}, {"waiting": {"reason": "ContainerCreating"}}, {}])
def test_container_on_its_way_is_no_failure(state: dict[str, Any]) -> None:
    assert pods.failure(pod({"state": state}), patient=False) is None


@pytest.mark.parametrize(
    "injected",
    [
        {"initContainerStatuses": [{"name": "istio-init", "state": {"terminated": {"exitCode": 0}}}]},
        {"initContainerStatuses": [{"name": "vault-agent-init", "state": {"terminated": {"exitCode": 1}}}]},
        {"initContainerStatuses": [{"name": "proxy", "state": {"running": {}}, "started": True}]},
        {"containerStatuses": [{"name": "proxy", "state": {"terminated": {"exitCode": 0}}}, {"name": "app"}]},
    ],
)
def test_injected_containers_come_and_go(injected: dict[str, Any]) -> None:
    assert pods.failure({**pod(), "status": injected}, patient=False) is None


def test_an_injected_container_that_cannot_run_is_named() -> None:
    waiting = {"name": "istio-init", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
    found = pods.failure({**pod(), "status": {"initContainerStatuses": [waiting]}}, patient=True)
    assert found is not None
    assert "container istio-init" in found.reason
    assert not found.ran, "the app's log tells nothing of it"


def test_the_image_is_the_apps_and_not_a_sidecars() -> None:
    images = {"proxy": "docker.io/proxy@sha256:bb", "app": "localhost:5001/shop@sha256:aa"}
    statuses = [{"name": name, "imageID": image} for name, image in images.items()]
    assert pods.digest({**pod(), "status": {"containerStatuses": statuses}}) == "sha256:aa"


def test_pod_that_is_leaving_is_no_failure() -> None:
    found = pod({"state": {"terminated": {"exitCode": 1}}})
    found["metadata"]["deletionTimestamp"] = "now"
    assert pods.failure(found, patient=False) is None
    assert not pods.ready(found)


def test_pod_without_a_node_is_given_a_moment() -> None:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes"}
    found = pod(conditions=[condition])
    assert pods.failure(found, patient=True) is None
    told = pods.failure(found, patient=False)
    assert told is not None
    assert "0/1 nodes" in told.reason


def test_refused_pods_are_told() -> None:
    condition = {
        "type": "ReplicaFailure",
        "status": "True",
        "reason": "FailedCreate",
        "message": "exceeded quota: full",
    }
    told = pods.replica_failure([{"status": {}}, {"status": {"conditions": [condition]}}])
    assert told is not None
    assert "exceeded quota: full" in told.reason
    assert pods.replica_failure([{"status": {"conditions": [{**condition, "status": "False"}]}}]) is None


def test_youngest_warning() -> None:
    events = [
        {"type": "Warning", "reason": "Old", "message": "a", "lastTimestamp": "2026-01-01T00:00:00Z"},
        {"type": "Warning", "reason": "Young", "message": "b\nc", "lastTimestamp": "2026-01-02T00:00:00Z"},
        {"type": "Normal", "reason": "Pulled", "message": "d", "lastTimestamp": "2026-01-03T00:00:00Z"},
    ]
    assert pods.last_warning(events) == "Young: b c"
    assert pods.last_warning([]) == ""


def test_digest_is_what_really_runs() -> None:
    assert pods.digest(pod({"imageID": "localhost:5001/helpdesk@sha256:ab"})) == "sha256:ab"
    assert pods.digest(pod()) == ""
