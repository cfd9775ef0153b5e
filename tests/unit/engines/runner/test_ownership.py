"""Nothing of the app's name that is somebody else's, or another app's, is changed in a cluster."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest

from odcpub.deployment.objects import objects
from odcpub.deployment.workload import Workload
from odcpub.engines.runner.kubernetes import KubernetesRunner
from odcpub.errors import Refused
from tests.cluster import FakeCluster

DIGEST = "sha256:" + "a" * 64
OURS = Workload("Shop", "shop", "our-key", "qa", 2, f"r/shop@{DIGEST}", "shop", DIGEST)
THEIRS = replace(OURS, asset_key="their-key", revision=7)
ACTS: tuple[Callable[[KubernetesRunner], object], ...] = (
    lambda runner: runner.start(OURS),
    lambda runner: runner.observe(OURS),
    lambda runner: runner.running("qa", "shop", "our-key"),
    lambda runner: runner.stop("qa", "shop", "our-key"),
)


def runner(cluster: FakeCluster) -> KubernetesRunner:
    made = KubernetesRunner(node_address="10.0.0.9")
    made._cluster = cluster
    return made


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
    cluster.put({"kind": "Namespace", "metadata": {"name": "odc-qa"}})
    labels = {"app.kubernetes.io/managed-by": manager} if manager else {}
    cluster.put({"kind": kind, "metadata": {"name": "shop", "namespace": "odc-qa", "labels": labels}, "spec": {}})
    before = copy.deepcopy(cluster.objects)
    with pytest.raises(Refused, match=manager or "somebody else"):
        act(runner(cluster))
    assert not runner(cluster).take_back(OURS)
    assert cluster.objects == before


def test_our_own_goes_on() -> None:
    cluster = FakeCluster()
    runner(cluster).start(OURS)
    runner(cluster).start(replace(OURS, revision=3))
    found = runner(cluster).running("qa", "shop", "our-key")
    assert found is not None
    assert found.revision == 3
