"""The deployment plan: empty where nothing differs, field by field where something does, secrets hidden."""

from __future__ import annotations

import copy
from typing import Any

from odcpub.deployment.objects import objects
from odcpub.deployment.plan import Planned, deployment_plan
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


def planned(kind: str, found: dict[str, Any] | None = None) -> Planned:
    return Planned(WANTED[kind], found, WANTED[kind])


def test_nothing_differs() -> None:
    plan = deployment_plan(planned(kind, live(kind)) for kind in WANTED)
    assert plan.changes == ()
    assert plan.nothing_to_do


def test_an_annotation_that_the_cluster_adds_is_no_difference() -> None:
    found = live("Deployment")
    found["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": "3"}
    ours = copy.deepcopy(WANTED["Deployment"])
    ours["metadata"].pop("annotations", None)
    assert deployment_plan([Planned(ours, found, ours)]).changes == ()


def test_what_is_not_there_is_created() -> None:
    assert deployment_plan([planned("Deployment")]).changes == (Change("create", "Deployment odc-qa/helpdesk"),)
    assert deployment_plan([planned("Namespace")]).changes == (Change("create", "Namespace odc-qa"),)


def test_differences_are_told_by_field_old_and_new() -> None:
    found = live("Deployment")
    found["spec"]["replicas"] = 3
    found["spec"]["template"]["spec"]["containers"][0]["image"] = "other"
    found["spec"]["template"]["spec"]["containers"].append({"name": "sidecar"})
    (change,) = deployment_plan([planned("Deployment", found)]).changes
    assert (change.verb, change.what) == ("update", "Deployment odc-qa/helpdesk")
    assert [(path, old) for path, old, _ in change.fields] == [
        ("spec.replicas", "3"),
        ("spec.template.spec.containers[app].image", "other"),
        ("spec.template.spec.containers[sidecar]", "{'name': 'sidecar'}"),
    ]


def test_secrets_are_hidden() -> None:
    found = live("Secret")
    found["data"]["ODC_SECRET_MailToken"] = "b2xk"
    (change,) = deployment_plan([planned("Secret", found)]).changes
    assert change.fields == (("data.ODC_SECRET_MailToken", "(hidden)", "(hidden)"),)


SET_IMAGE = {"f:containers": {'k:{"name":"app"}': {"f:image": {}}}}


def test_what_others_set_is_told_as_kept_unless_we_set_it_too() -> None:
    found = live("Deployment")
    found["metadata"]["managedFields"] = [
        {"manager": "kubectl-edit", "fieldsV1": {"f:spec": {"f:paused": {}, "f:x": {".": {}, 'k:{"name":"y"}': {}}}}},
        {"manager": "kube-controller-manager", "subresource": "status", "fieldsV1": {"f:spec": {"f:z": {}}}},
        {"manager": "odcpub", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
        {"manager": "kubectl-set", "fieldsV1": {"f:spec": {"f:template": {"f:spec": SET_IMAGE}}}},
    ]
    (change,) = deployment_plan([planned("Deployment", found)]).changes
    assert change.fields == (
        ("spec.paused", "set by kubectl-edit", "kept"),
        ('spec.x[{"name":"y"}]', "set by kubectl-edit", "kept"),
    )
    assert deployment_plan([planned("Deployment", found)]).nothing_to_do
    found["spec"]["template"]["spec"]["containers"][0]["image"] = "other"
    assert not deployment_plan([planned("Deployment", found)]).nothing_to_do


def test_what_is_unused_is_deleted() -> None:
    assert deployment_plan([], [WANTED["ConfigMap"]]).changes[0].verb == "delete"


def test_a_secret_is_hidden_wherever_an_object_has_it() -> None:
    """kubectl keeps what was applied as text, in an annotation."""
    found = live("Secret")
    found["data"] = found["stringData"] = {"ODC_SECRET_MailToken": "hunter2"}
    found["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": "hunter2"}
    (change,) = deployment_plan([planned("Secret", found)]).changes
    assert {path.partition(".ODC")[0] for path, *_ in change.fields} == {"data", "metadata.annotations", "stringData"}
    assert "hunter2" not in repr(change)
