"""The chart gives the objects that the runner applies. Needs Helm.

It differs in this: namespace and Secret are the user's own; managed-by is Helm, so that the policy that denies all else
tells odcpub's pods by another label; a ConfigMap's name ends in another hash of its content, and Helm must not delete
it; Helm goes back to older ReplicaSets and tells versions by its own revisions.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from odcpub.deployment.objects import INSTANCE, hosts_at, objects
from odcpub.deployment.workload import Workload
from tests.absence import absent

CHART = Path(__file__).parents[2] / "charts" / "odc-app"
VERSION = ("--kube-version", "1.30.0")
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
    settings=(("ODCPUB_DATABASE_POOLING", "transaction"), ("ODCPUB_STAGE", "QA"), ("ODC_SETTING_HourlyRate", "95")),
    secrets=(("ODCPUB_DATABASE", "Host='db';Port='6432';Password='p'"),),
    schema="f00",
    database_port=6432,
)
HOSTS = hosts_at("127.0.0.1", "helpdesk", "qa")
VALUES = {
    "app": "Helpdesk",
    "asset": "helpdesk",
    "assetKey": WORKLOAD.asset_key,
    "stage": "qa",
    "stageName": "QA",
    "revision": 7,
    "schema": "f00",
    "image": {"reference": WORKLOAD.reference},
    "settings": {"HourlyRate": "95"},
    "existingSecret": "helpdesk-secret",
    "databasePort": 6432,
    "databasePooling": "transaction",
    "nodePort": 30080,
    "hosts": list(HOSTS),
}


@pytest.fixture(scope="module")
def helm() -> Callable[..., str]:
    program = shutil.which("helm")
    if program is None:
        absent("Helm chart", "no helm to render it")

    def run(*arguments: str) -> str:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def values(tmp_path: Path) -> str:
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(VALUES))
    return str(file)


def test_the_chart_gives_what_the_runner_applies(helm: Callable[..., str], values: str) -> None:
    place = ("--namespace", "odc-qa", *VERSION)
    rendered = yaml.safe_load_all(helm("template", "helpdesk", str(CHART), *place, "--values", values))
    ours = [each for each in objects(WORKLOAD, 30080, hosts=HOSTS) if each["kind"] not in ("Namespace", "Secret")]
    names = {"helm": _configuration(charted := list(rendered)), "odcpub": _configuration(ours)}
    assert _plain(charted, names["helm"]) == _plain(ours, names["odcpub"])


def test_the_chart_is_well_made(helm: Callable[..., str], values: str) -> None:
    helm("lint", "--strict", str(CHART), "--values", values)


def test_the_deny_all_policy_is_of_odcpubs_apps_alone(helm: Callable[..., str], values: str) -> None:
    found = list(yaml.safe_load_all(helm("template", "helpdesk", str(CHART), *VERSION, "--values", values)))
    (deny,) = (each for each in found if each["metadata"]["name"] == "odcpub.default-deny")
    assert deny["spec"]["podSelector"] == {"matchExpressions": [{"key": "odcpub/stage", "operator": "Exists"}]}
    (deployment,) = (each for each in found if each["kind"] == "Deployment")
    assert "odcpub/stage" in deployment["spec"]["template"]["metadata"]["labels"]


def test_an_upgrade_keeps_the_configuration_of_the_pods_that_run(helm: Callable[..., str], values: str) -> None:
    found = yaml.safe_load_all(helm("template", "helpdesk", str(CHART), *VERSION, "--values", values))
    (configuration,) = (each for each in found if each["kind"] == "ConfigMap")
    assert configuration["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ("settings: { Limit: 2500000 }", "/settings/Limit"),
        ("settings: { 'Two words': x }", "/settings"),
        ("image: { reference: 'registry.example.com/helpdesk:latest' }", "/image/reference"),
        ("image: { tag: latest }", "'tag'"),
        ("replicaCount: 2", "'replicaCount'"),
        ("replicas: two", "/replicas"),
        ("asset: Helpdesk", "/asset"),
        ("assetKey: helpdesk", "/assetKey"),
        ("stage: 'QA 2'", "/stage"),
        ("revision: -1", "/revision"),
        ("databasePort: 65536", "/databasePort"),
        ("databasePooling: statement", "/databasePooling"),
        ("nodePort: auto", "/nodePort"),
        ("hosts: shop.example.com", "/hosts"),
        ("hosts: ['a.example.com, b.example.com']", "/hosts/0"),
        ("defaultDeny: 'no'", "/defaultDeny"),
        ("existingSecret: My_Secret", "/existingSecret"),
    ],
)
def test_a_wrong_value_is_refused_by_its_key(
    helm: Callable[..., str], values: str, tmp_path: Path, wrong: str, key: str
) -> None:
    file = tmp_path / "more.yaml"
    file.write_text(wrong)
    for command in (("lint", str(CHART)), ("template", "helpdesk", str(CHART), *VERSION)):
        with pytest.raises(AssertionError, match=re.escape(key)):
            helm(*command, "--values", values, "--values", str(file))


def test_what_is_needed_is_asked_for_by_its_key_and_no_value_is_an_unknown_one(
    helm: Callable[..., str], values: str, tmp_path: Path
) -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    assert set(yaml.safe_load((CHART / "values.yaml").read_text())) == set(schema["properties"]) - {"global"}
    helm("lint", str(CHART))
    file = tmp_path / "more.yaml"
    for key in ("app", "asset", "stage", "existingSecret"):
        file.write_text(f"{key}: ''")
        with pytest.raises(AssertionError, match=f"{key}: .* is needed"):
            helm("template", "helpdesk", str(CHART), *VERSION, "--values", values, "--values", str(file))
    file.write_text("nodePort: null\nglobal: { other: chart }")
    helm("template", "helpdesk", str(CHART), *VERSION, "--values", values, "--values", str(file))


def test_a_large_revision_is_whole(helm: Callable[..., str], values: str, tmp_path: Path) -> None:
    file = tmp_path / "more.yaml"
    file.write_text("revision: 2500000")
    rendered = helm("template", "helpdesk", str(CHART), *VERSION, "--values", values, "--values", str(file))
    assert 'ODCPUB_REVISION: "2500000"' in rendered
    assert "e+06" not in rendered


def _configuration(found: list[dict[str, Any]]) -> str:
    return str(next(each["metadata"]["name"] for each in found if each["kind"] == "ConfigMap"))


def _plain(found: list[dict[str, Any]], configuration: str) -> dict[tuple[str, str], Any]:
    """The objects by kind and name without that in which they differ."""
    text = yaml.safe_dump(found).replace(configuration, "(configuration)")
    plain = {}
    for each in yaml.safe_load(text.replace("managed-by: Helm", "managed-by: odcpub")):
        each["metadata"].pop("namespace", None)
        if each["metadata"]["name"] == "odcpub.default-deny":
            del each["spec"]["podSelector"]
        if each["kind"] == "ConfigMap":
            each["metadata"].pop("annotations", None)
        if each["kind"] == "Deployment":
            del each["spec"]["revisionHistoryLimit"]
            each["spec"]["template"]["metadata"]["labels"].pop(INSTANCE, None)
            each["spec"]["template"]["spec"]["containers"][0]["envFrom"].pop(1)
        plain[each["kind"], each["metadata"]["name"]] = each
    return plain
