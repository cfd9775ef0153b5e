"""The deployment plan: empty where nothing differs, field by field where something does, secrets hidden."""

from __future__ import annotations

import copy
from typing import Any

from odcpub.deployment.objects import objects
from odcpub.deployment.plan import deployment_plan
from odcpub.deployment.workload import Change, Workload

WORKLOAD = Workload(
    app="Helpdesk",
    asset="helpdesk",
    asset_key="2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10",
    stage="qa",
    revision=7,
    reference="localhost:5001/helpdesk@sha256:a",
    repository="helpdesk",
    digest="sha256:a",
    secrets=(("ODC_SECRET_MailToken", "token"),),
)
WANTED = {each["kind"]: each for each in objects(WORKLOAD, 30080)}


def live(kind: str) -> dict[str, Any]:
    """The object as a cluster has it: with what clusters add."""
    found = copy.deepcopy(WANTED[kind])
    found["metadata"] |= {"uid": "u", "resourceVersion": "1", "generation": 2, "managedFields": []}
    found["status"] = {"replicas": 1}
    return found


def test_nothing_differs() -> None:
    assert deployment_plan((live(kind), WANTED[kind]) for kind in WANTED).changes == ()


def test_what_is_not_there_is_created() -> None:
    assert deployment_plan([(None, WANTED["Deployment"])]).changes == (Change("create", "Deployment odc-qa/helpdesk"),)
    assert deployment_plan([(None, WANTED["Namespace"])]).changes == (Change("create", "Namespace odc-qa"),)


def test_differences_are_told_by_field_old_and_new() -> None:
    found = live("Deployment")
    found["spec"]["replicas"] = 3
    found["spec"]["template"]["spec"]["containers"][0]["image"] = "other"
    found["spec"]["template"]["spec"]["containers"].append({"name": "sidecar"})
    (change,) = deployment_plan([(found, WANTED["Deployment"])]).changes
    assert (change.verb, change.what) == ("update", "Deployment odc-qa/helpdesk")
    assert [(path, old) for path, old, _ in change.fields] == [
        ("spec.replicas", "3"),
        ("spec.template.spec.containers[app].image", "other"),
        ("spec.template.spec.containers[sidecar]", "{'name': 'sidecar'}"),
    ]


def test_secrets_are_hidden() -> None:
    found = live("Secret")
    found["data"]["ODC_SECRET_MailToken"] = "b2xk"
    (change,) = deployment_plan([(found, WANTED["Secret"])]).changes
    assert change.fields == (("data.ODC_SECRET_MailToken", "(hidden)", "(hidden)"),)


def test_what_others_set_is_told_as_kept() -> None:
    found = live("Deployment")
    found["metadata"]["managedFields"] = [
        {"manager": "kubectl-edit", "fieldsV1": {"f:spec": {"f:paused": {}, "f:x": {".": {}, 'k:{"name":"y"}': {}}}}},
        {"manager": "kube-controller-manager", "subresource": "status", "fieldsV1": {"f:spec": {"f:z": {}}}},
        {"manager": "odcpub", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
    ]
    (change,) = deployment_plan([(found, WANTED["Deployment"])]).changes
    assert change.fields == (
        ("spec.paused", "set by kubectl-edit", "kept"),
        ('spec.x[{"name":"y"}]', "set by kubectl-edit", "kept"),
    )


def test_what_is_unused_is_deleted() -> None:
    assert deployment_plan([], [WANTED["ConfigMap"]]).changes[0].verb == "delete"
