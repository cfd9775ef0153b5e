"""Kubernetes objects: the golden file is what a reviewer reads; the rules are told one by one."""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from odcpub.deployment.objects import (
    DENY,
    GRACE_SECONDS,
    configuration_names,
    hosts_at,
    instance_of,
    objects,
)
from odcpub.deployment.workload import Workload

GOLDEN = Path(__file__).parents[2] / "golden" / "kubernetes" / "helpdesk.yaml"
DIGEST = "sha256:" + "a" * 64
WORKLOAD = Workload(
    app="Helpdesk",
    asset="helpdesk",
    asset_key="2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10",
    stage="qa",
    revision=7,
    reference=f"localhost:5001/helpdesk@{DIGEST}",
    repository="helpdesk",
    digest=DIGEST,
    settings=(("ODCPUB_STAGE", "QA"), ("ODC_SETTING_HourlyRate", "95")),
    secrets=(("ODCPUB_DATABASE", "Host='db';Port='6432';Password='p'"), ("ODC_SECRET_MailToken", "tøken")),
    schema="f00",
    database_port=6432,
)


HOSTS = hosts_at("127.0.0.1", "helpdesk", "qa")


def by_kind(workload: Workload = WORKLOAD) -> dict[str, dict[str, Any]]:
    return {each["kind"]: each for each in objects(workload, 30080)}


def pod(workload: Workload = WORKLOAD) -> dict[str, Any]:
    found: dict[str, Any] = by_kind(workload)["Deployment"]["spec"]["template"]["spec"]
    return found


def test_golden() -> None:
    """`ODCPUB_TEST_UPDATE=1 pytest` writes the file anew."""
    text = yaml.safe_dump_all(objects(WORKLOAD, 30080, hosts=HOSTS), allow_unicode=True)
    if os.environ.get("ODCPUB_TEST_UPDATE") == "1":
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


def test_an_app_on_loopback_answers_to_its_own_names_alone() -> None:
    assert HOSTS == (
        "127.0.0.1", "localhost", "helpdesk", "helpdesk.odc-qa", "helpdesk.odc-qa.svc",
        "helpdesk.odc-qa.svc.cluster.local",
    )  # fmt: skip
    assert hosts_at("172.18.0.2", "helpdesk", "qa") == hosts_at("cluster.example.com", "helpdesk", "qa") == ()
    assert "ODCPUB_HOSTS" not in by_kind()["ConfigMap"]["data"]


def test_the_kubelet_asks_by_a_name_that_is_answered() -> None:
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        (header,) = pod()["containers"][0][name]["httpGet"]["httpHeaders"]
        assert header["name"] == "Host"
        assert header["value"] in HOSTS


def test_same_workload_gives_the_same_bytes_whatever_the_order() -> None:
    turned = replace(WORKLOAD, settings=WORKLOAD.settings[::-1])
    assert by_kind(turned)["ConfigMap"] == by_kind()["ConfigMap"]
    assert objects(WORKLOAD) == objects(replace(WORKLOAD))


def test_configuration_is_named_by_its_content_and_immutable() -> None:
    changed = by_kind(replace(WORKLOAD, settings=(("ODC_SETTING_HourlyRate", "96"),)))
    assert changed["ConfigMap"]["metadata"]["name"] != by_kind()["ConfigMap"]["metadata"]["name"]
    assert changed["Secret"] == by_kind()["Secret"]
    assert by_kind()["ConfigMap"]["immutable"] is True
    assert by_kind()["Secret"]["immutable"] is True
    template = by_kind()["Deployment"]["spec"]["template"]
    names = {by_kind()[kind]["metadata"]["name"] for kind in ("ConfigMap", "Secret")}
    assert configuration_names(template) == names


def test_secrets_are_in_the_secret_alone() -> None:
    data = by_kind()["Secret"]["data"]
    assert base64.b64decode(data["ODC_SECRET_MailToken"]).decode() == "tøken"
    others = [each for each in objects(WORKLOAD) if each["kind"] != "Secret"]
    for value in ("tøken", data["ODC_SECRET_MailToken"], "Password"):
        assert value not in repr(others)


@pytest.mark.parametrize(
    "changed",
    [
        {"revision": 8},
        {"reference": "x@sha256:b"},
        {"settings": ()},
        {"secrets": ()},
        {"schema": "other"},
        {"app": "Help Desk"},
    ],
)
def test_anything_changed_is_another_instance(changed: dict[str, Any]) -> None:
    other = replace(WORKLOAD, **changed)
    assert instance_of(other) != instance_of(WORKLOAD)
    label = by_kind(other)["Deployment"]["spec"]["template"]["metadata"]["labels"]["odcpub/instance"]
    assert label == instance_of(other)


def test_selectors_never_change_and_agree() -> None:
    found, other = by_kind(), by_kind(replace(WORKLOAD, revision=8, settings=()))
    selector = found["Deployment"]["spec"]["selector"]["matchLabels"]
    assert other["Deployment"]["spec"]["selector"]["matchLabels"] == selector
    assert found["Service"]["spec"]["selector"] == selector
    assert selector.items() <= found["Deployment"]["spec"]["template"]["metadata"]["labels"].items()


def test_stage_enforces_restricted_and_pods_keep_to_it() -> None:
    labels = by_kind()["Namespace"]["metadata"]["labels"]
    assert {labels[f"pod-security.kubernetes.io/{level}"] for level in ("enforce", "audit", "warn")} == {"restricted"}
    container = pod()["containers"][0]["securityContext"]
    assert container["capabilities"] == {"drop": ["ALL"]}
    assert (container["allowPrivilegeEscalation"], container["readOnlyRootFilesystem"]) == (False, True)
    assert pod()["securityContext"]["runAsNonRoot"] is True
    assert pod()["automountServiceAccountToken"] is False
    assert by_kind()["ServiceAccount"]["automountServiceAccountToken"] is False


def test_no_request_is_lost_in_a_rollout() -> None:
    strategy = by_kind()["Deployment"]["spec"]["strategy"]["rollingUpdate"]
    assert strategy == {"maxSurge": 1, "maxUnavailable": 0}
    pause = pod()["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pause >= 2
    assert pod()["terminationGracePeriodSeconds"] == GRACE_SECONDS > pause + 30


@pytest.mark.parametrize("asset", ["default", "default-deny"])
def test_no_apps_name_takes_what_is_the_namespaces_own(asset: str) -> None:
    found = objects(replace(WORKLOAD, asset=asset))
    names = [(each["kind"], each["metadata"]["name"]) for each in found]
    assert len(set(names)) == len(names)
    assert ("ServiceAccount", "default") not in names
    account = next(each for each in found if each["kind"] == "ServiceAccount")["metadata"]["name"]
    assert pod(replace(WORKLOAD, asset=asset))["serviceAccountName"] == account


def test_app_reaches_names_and_its_database_alone() -> None:
    policies = [each for each in objects(WORKLOAD) if each["kind"] == "NetworkPolicy"]
    deny = next(each for each in policies if each["metadata"]["name"] == DENY)
    assert deny["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in deny["spec"]
    assert "egress" not in deny["spec"]
    app = next(each for each in policies if each["metadata"]["name"] == "helpdesk")
    assert sorted(port["port"] for rule in app["spec"]["egress"] for port in rule["ports"]) == [53, 53, 6432]
    assert [port["port"] for rule in app["spec"]["ingress"] for port in rule["ports"]] == [8080]


def test_node_port_is_left_to_the_cluster_unless_given() -> None:
    (service,) = (each for each in objects(WORKLOAD) if each["kind"] == "Service")
    assert "nodePort" not in service["spec"]["ports"][0]
    assert by_kind()["Service"]["spec"]["ports"][0]["nodePort"] == 30080
