"""The plan that the API answers is of the very operation asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from odcpub.deployment.workload import Running
from odcpub.engines.ports import Gone
from odcpub.operations import durable, forgetting
from odcpub.portal.api import make_api
from odcpub.store.stages import Value

from ..operations.conftest import KEY, Installed
from .test_api import Client

Ask = Callable[..., httpx.Response]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installed]:
    """Revision 2 runs in Development, revision 1 in QA."""
    monkeypatch.setattr(forgetting, "PAUSE_SECONDS", 0.0)
    made = Installed(tmp_path)
    for stage in ("development", "qa"):
        made.store.stages.change_values(KEY, stage, [Value("Token", "t", secret=True)])
    made.deployed(made.revision())
    made.deployed(1, "QA")
    made.deployed(made.revision())
    yield made
    made.store.close()


@pytest.fixture
def api(installed: Installed) -> Client:
    server = SimpleNamespace(
        platform=installed.platform,
        engines=None,
        idleness=SimpleNamespace(touched=lambda: None),
        loading=SimpleNamespace(ended=True),
        check_folder=lambda: None,
        user="ada",
    )
    return Client(make_api(server))  # type: ignore[arg-type]


@pytest.fixture
def ask(api: Client) -> Ask:
    def asked(operation: str, stage: str = "qa", **more: Any) -> httpx.Response:
        body = {"operation": operation, "assetKey": "shop", "environmentKey": stage, **more}
        return api.request("POST", "/api/deployments/v1/deployment-plans", json=body)

    return asked


def observed(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The stages and revisions that the runner is asked about."""
    found: list[tuple[str, int]] = []
    look = installed.engines.observe

    def observe(what: Any) -> Any:
        if hasattr(what, "revision"):
            found.append((what.stage, what.revision))
        return look(what)

    monkeypatch.setattr(installed.engines, "observe", observe)
    return found


@pytest.mark.parametrize(("operation", "revision"), [("Deploy", 2), ("ApplyConfigs", 1)])
def test_what_is_planned_is_what_would_run(
    installed: Installed, ask: Ask, monkeypatch: pytest.MonkeyPatch, operation: str, revision: int
) -> None:
    """A promotion brings the revision of the stage before, and configuration goes to the one that is there."""
    seen = observed(installed, monkeypatch)
    answer = ask(operation)
    assert (answer.status_code, answer.json()["stage"]) == (200, "QA")
    assert seen == [("qa", revision)]


def test_configuration_can_be_planned_in_the_first_stage_where_nothing_is_promoted(ask: Ask) -> None:
    assert ask("Deploy", "development").status_code == 409
    assert ask("ApplyConfigs", "development").json()["stage"] == "Development"


def test_configuration_is_planned_where_something_runs(installed: Installed, ask: Ask) -> None:
    installed.store.stages.undeployed(KEY, "qa")
    assert ask("ApplyConfigs").json()["title"] == "Shop: does not run in QA"
    assert ask("Undeploy").json()["title"] == "Shop: does not run in QA"


def test_an_undeploy_is_planned_as_one(installed: Installed, ask: Ask) -> None:
    installed.engines.runs = Running(1, "sha256:1", "http://127.0.0.1:8100", "ready")
    plan = ask("Undeploy").json()
    assert (plan["build"], plan["data"]) == (None, None)
    assert plan["deploy"] == [{"verb": "remove", "what": "revision 1 from QA", "fields": []}]
    assert plan["warnings"] == plan["notices"] == plan["refusals"] == []
    assert installed.store.stages.current(KEY, "qa") is not None
    installed.deployed(2, "QA")
    assert ask("Undeploy").json()["fingerprint"] != plan["fingerprint"]


def test_forgetting_is_planned_as_such(installed: Installed, ask: Ask) -> None:
    assert "--forget is refused: the runner answers" in ask("Undeploy", forget=True).json()["refusals"][0]
    installed.engines.broken["running"] = Gone("nobody answers", "Is the cluster up?")
    problem = ask("Undeploy").json()
    assert (problem["title"], "--forget" in problem["hint"]) == ("nobody answers", True)
    plan = ask("Undeploy", forget=True).json()
    assert plan["deploy"] == [{"verb": "forget", "what": "Shop in QA; nothing is removed", "fields": []}]
    assert (plan["notices"][0], len(plan["notices"])) == ("nobody answers", 3)
    assert installed.store.stages.current(KEY, "qa") is not None


def test_the_file_of_a_large_plan_is_executed(
    installed: Installed, ask: Ask, api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "begin", lambda _key: None)
    plan = ask("Deploy").json() | {"notices": [10_000_000 * "n"]}
    body = {"plan": json.dumps(plan), "file": "plan.json"}
    answer = api.request("POST", "/api/deployments/v1/plan-executions", json=body)
    assert (answer.status_code, answer.json().get("operation")) == (201, "Deploy"), answer.text[:500]
