"""The API without engines: OpenAPI, ODC's names and shapes, problem details, and that wrong requests change nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from odcpub.home import Home
from odcpub.model.load import FileCache
from odcpub.operations.core.command import Publish, Undeploy
from odcpub.operations.core.outputs import AssetRef, Ready, StageRef
from odcpub.operations.platform import Caches, Platform
from odcpub.portal.api import make_api
from odcpub.store.records import AssetRecord, DeploymentEnd, Failure, Status
from odcpub.store.store import Store

KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10"
SHOP = AssetRecord(KEY, "Shop", "app", "shop", "/models/shop", "")
UNITS = AssetRecord(KEY.replace("2", "3"), "Units", "library", "units", "/models/units", "")
DEPLOYMENTS = "/api/deployments/v1"


class Client:
    """Asks the API in this process."""

    def __init__(self, app: Any) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://odcpub") as client:
                return await client.request(method, path, **more)

        return asyncio.run(ask())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    def no_engines() -> Any:
        raise AssertionError("no engine is asked")

    store = Store(tmp_path)
    home = Home(tmp_path, tmp_path / "cache", tmp_path / "run")
    yield Platform(home, store, no_engines, Caches(store), FileCache())
    store.close()


@pytest.fixture
def api(platform: Platform) -> Client:
    server = SimpleNamespace(
        platform=platform,
        pid=1,
        user="ada",
        engines=None,
        idleness=SimpleNamespace(touched=lambda: None),
        loading=SimpleNamespace(ended=True),
        stop=lambda apps: None,
        check_folder=lambda: None,
    )
    return Client(make_api(server))  # type: ignore[arg-type]


def test_openapi_is_served_and_names_odcs_resources(api: Client) -> None:
    document = api.get("/openapi.json").json()
    for path in (
        f"{DEPLOYMENTS}/publish-operations",
        f"{DEPLOYMENTS}/deployment-operations/{{key}}/messages",
        "/api/asset-repository/v1/assets/{key}/revisions",
        "/api/portfolios/v2/environments",
        "/api/asset-configurations/v1/environments/{stage}/applications/{key}/configurations",
    ):
        assert path in document["paths"], path
    assert document["info"]["title"] == "odcpub"


def test_environments_are_odcs_with_keys_that_stay(api: Client) -> None:
    found = api.get("/api/portfolios/v2/environments").json()["results"]
    assert [(one["name"], one["purpose"], one["order"]) for one in found] == [
        ("Development", "Development", 0),
        ("QA", "NonProduction", 1),
        ("Production", "Production", 2),
    ]
    assert found == api.get("/api/portfolios/v2/environments").json()["results"]


def test_an_operation_has_odcs_shape(api: Client, platform: Platform) -> None:
    key = _operation(platform, "Publish")
    platform.store.journal.say(key, "Verify", "2 entities", data={"step": "verify"})
    platform.store.journal.finish(key, Status.FINISHED)
    one = api.get(f"{DEPLOYMENTS}/publish-operations/{key}").json()
    assert {"key", "operation", "status", "startedDateTime", "assetKey", "environmentKey"} <= one.keys()
    assert (one["operation"], one["status"], one["environmentName"]) == ("Publish", "Finished", "Development")
    said = api.get(f"{DEPLOYMENTS}/publish-operations/{key}/messages").json()
    assert said["page"] == {"count": 1, "limit": 500, "offset": 0, "nextPageOffset": None}
    assert said["results"][0]["additionalInfo"] == {"stepId": "verify", "assetKey": KEY}
    assert (said["results"][0]["severity"], said["results"][0]["message"]) == ("Info", "2 entities")


def test_lists_are_pages_of_one_kind(api: Client, platform: Platform) -> None:
    for _ in range(3):
        platform.store.journal.finish(_operation(platform, "Publish"), Status.FINISHED)
    _operation(platform, "Undeploy")
    first = api.get(f"{DEPLOYMENTS}/publish-operations", params={"limit": 2}).json()
    assert first["page"] == {"count": 2, "limit": 2, "offset": 0, "nextPageOffset": 2}
    rest = api.get(f"{DEPLOYMENTS}/publish-operations", params={"limit": 2, "offset": 2}).json()
    assert rest["page"]["nextPageOffset"] is None
    assert len({one["key"] for one in first["results"] + rest["results"]}) == 3
    assert [one["operation"] for one in api.get(f"{DEPLOYMENTS}/deployment-operations").json()["results"]] == [
        "Undeploy"
    ]


def test_events_resume_after_the_last_one_seen_and_end(api: Client, platform: Platform) -> None:
    key = _operation(platform, "Publish")
    for number in range(3):
        platform.store.journal.say(key, "Verify", f"line {number}")
    platform.store.journal.finish(key, Status.FINISHED)
    path = f"{DEPLOYMENTS}/publish-operations/{key}/events"
    whole = api.get(path)
    assert whole.headers["content-type"].startswith("text/event-stream")
    ids = [line[4:] for line in whole.text.splitlines() if line.startswith("id: ")]
    resumed = api.get(path, headers={"Last-Event-ID": ids[1]}).text
    assert "line 2" in resumed
    assert "line 1" not in resumed
    assert resumed.count("event: end") == 1


def test_a_reader_that_reconnects_at_any_moment_sees_each_message_once_and_that_it_serves(
    api: Client, platform: Platform
) -> None:
    key, said = _served(platform)
    path = f"{DEPLOYMENTS}/publish-operations/{key}/events"
    blocks = api.get(path).text.split("\n\n")[:-1]
    assert [_kind(one) for one in blocks] == ["message", "message", "serves", "message", "end"]
    for broken in range(len(blocks)):
        seen = [one for one in blocks[:broken] if _kind(one) == "message"]
        after = {"Last-Event-ID": seen[-1].split("\n")[0][4:]} if seen else {}
        rest = api.get(path, headers=after).text.split("\n\n")[:-1]
        whole = [*blocks[:broken], *rest]
        assert [one for one in whole if _kind(one) == "message"] == [one for one in blocks if _kind(one) == "message"]
        kinds = [_kind(one) for one in whole]
        assert kinds[-1] == "end"
        before = [one for one in whole[: kinds.index("serves")] if _kind(one) == "message"]
        assert len(before) == said, broken  # the reader that ends there has seen all up to it, and nothing else


def test_a_server_killed_before_it_said_so_tells_that_the_version_serves(api: Client, platform: Platform) -> None:
    key = _operation(platform, "Publish")
    platform.ledger.serve(key, 0, "http://127.0.0.1:8100", Ready("http://127.0.0.1:8100"))
    platform.store.journal.say(key, "Deploy", "", data={"step": "settle", "event": "began"})
    platform.ledger.fail(key, Failure("Deploy", "pods do not end", {}, 3))
    blocks = api.get(f"{DEPLOYMENTS}/publish-operations/{key}/events").text.split("\n\n")[:-1]
    assert [_kind(one) for one in blocks] == ["message", "message", "serves", "end"]
    assert json.loads(blocks[2].partition("data: ")[2])["status"] == "Running"


def test_a_version_that_stays_without_becoming_ready_is_a_failure(api: Client, platform: Platform) -> None:
    key = _operation(platform, "Publish")
    failure, stays = Failure("Deploy", "not ready after 30 s", {}, 3), DeploymentEnd(Status.FINISHED, serves=True)
    platform.store.journal.fail(key, failure, lambda record: record, stays)
    blocks = api.get(f"{DEPLOYMENTS}/publish-operations/{key}/events").text.split("\n\n")[:-1]
    assert [_kind(one) for one in blocks] == ["message", "end"]


def _served(platform: Platform) -> tuple[str, int]:
    """An operation that has ended after its version served, and how many messages it had until then."""
    key, say = _operation(platform, "Publish"), platform.store.journal.say
    say(key, "Deploy", "starts", data={"step": "ready"})
    platform.ledger.serve(key, 0, "http://127.0.0.1:8100", Ready("http://127.0.0.1:8100"))
    say(key, "Deploy", "", data={"step": "ready", "event": "ended", "seconds": 1.0, "serves": True})
    say(key, "Deploy", "drains", data={"step": "settle"})
    platform.ledger.finish(key)
    return key, 2


def _kind(event: str) -> str:
    return event.partition("event: ")[2].partition("\n")[0]


def test_messages_are_pages(api: Client, platform: Platform) -> None:
    key = _operation(platform, "Publish")
    for number in range(5):
        platform.store.journal.say(key, "Verify", f"line {number}")
    path, offset, found = f"{DEPLOYMENTS}/publish-operations/{key}/messages", 0, []
    while offset is not None:
        page = api.get(path, params={"limit": 2, "offset": offset}).json()
        found += [one["message"] for one in page["results"]]
        offset = page["page"]["nextPageOffset"]
    assert found == [f"line {number}" for number in range(5)]
    assert api.get(path, params={"offset": 2**31 - 1}).json()["results"] == []


PROBLEMS: list[tuple[str, str, Any, int, int, str, str]] = [
    ("GET", f"{DEPLOYMENTS}/publish-operations/nope", None, 404, 2, "nope: no such operation", "odcpub log"),
    ("GET", "/api/asset-repository/v1/assets/Shpo/revisions", None, 404, 2, "Shpo: no such asset", "mean Shop?"),
    ("POST", f"{DEPLOYMENTS}/deployment-operations",
     {"operation": "Deploy", "assetKey": "shop", "environmentKey": "qa"}, 409, 1, "not run in Development", "publish"),
    ("POST", f"{DEPLOYMENTS}/deployment-operations",
     {"operation": "Deploy", "assetKey": "shop", "environmentKey": "live"}, 404, 2, "live: no such stage", "stages:"),
    ("POST", f"{DEPLOYMENTS}/deployment-operations",
     {"operation": "Undeploy", "assetKey": "units", "environmentKey": "qa"}, 409, 1, "only apps are deployed", "app"),
    ("POST", f"{DEPLOYMENTS}/deployment-operations",
     {"operation": "Undeploy", "assetKey": "shop", "environmentKey": "qa"}, 409, 1, "does not run in QA", "status"),
    ("PATCH", "/api/asset-repository/v1/assets/units/revisions/0", {"tag": "1.0.0", "releaseNotes": "x"}, 404, 2,
     "Units: has no revision yet", "publish"),
    ("GET", "/api/v1/sources/shop?revision=7", None, 404, 2, "Shop: has no revision yet", "publish it first"),
    ("GET", "/api/v1/sources/Shpo", None, 404, 2, "Shpo: no such asset", "mean Shop?"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "status", "code", "title", "hint"), PROBLEMS)
def test_refusals_are_problem_details(
    api: Client,
    platform: Platform,
    method: str,
    path: str,
    body: Any,
    status: int,
    code: int,
    title: str,
    hint: str,
) -> None:
    platform.store.assets.register(SHOP)
    platform.store.assets.register(UNITS)
    answer = api.request(method, path, json=body)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["exit_code"]) == (status, status, code)
    assert title in problem["title"]
    assert hint in problem["hint"]
    assert not platform.store.journal.operations()


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("POST", f"{DEPLOYMENTS}/publish-operations", {}, "source"),
        ("POST", f"{DEPLOYMENTS}/publish-operations", {"folder": "/x"}, "source"),
        ("POST", f"{DEPLOYMENTS}/publish-operations", {"source": 64 * "0", "folder": "/x", "stage": "qa"}, "stage"),
        ("POST", f"{DEPLOYMENTS}/deployment-operations", {"operation": "Drop"}, "operation"),
        ("GET", f"{DEPLOYMENTS}/publish-operations?limit=0", None, "limit"),
        ("GET", "/api/v1/sources/shop?revision=0", None, "revision"),
        ("PATCH", "/api/v1/engines", {"set": ["registry"]}, "set"),
    ],
)
def test_a_request_that_does_not_fit_says_where(api: Client, method: str, path: str, body: Any, says: str) -> None:
    answer = api.request(method, path, json=body)
    problem = answer.json()
    assert (answer.status_code, problem["exit_code"]) == (400, 2)
    assert any(says in line for line in problem["details"]), problem


def test_an_asset_refused_before_its_first_revision_gives_its_name_free(platform: Platform) -> None:
    platform.store.assets.register(SHOP)
    corrected = AssetRecord(KEY.replace("2", "4"), "Shop", "app", "shop", "/models/shop", "")
    platform.store.assets.register(corrected)
    assert [one.key for one in platform.store.assets.all()] == [corrected.key]


CONFIGURATIONS = "/api/asset-configurations/v1/environments"


@pytest.mark.parametrize(
    ("method", "path", "title"),
    [
        ("GET", f"{CONFIGURATIONS}/qa/applications/a%2Fb/configurations", "a/b: no such asset"),
        ("GET", f"{CONFIGURATIONS}/q%2Fa/applications/shop/configurations", "q/a: no such stage"),
        ("PATCH", f"{CONFIGURATIONS}/qa/applications/shop%2F/configurations", "shop/: no such asset"),
        ("PATCH", "/api/asset-repository/v1/assets/a%2Fb/revisions/0", "a/b: no such asset"),
        ("GET", "/api/v1/operations/a%2Fb", "a/b: no such operation"),
        ("GET", "/api/v1/sources/a%2Fb", "a/b: no such asset"),
        ("GET", f"{CONFIGURATIONS}/qa%0A/applications/shop/configurations", r"qa\n: no such stage"),
        ("GET", f"{CONFIGURATIONS}/q%0Da/applications/shop/configurations", r"q\ra: no such stage"),
        ("GET", f"{CONFIGURATIONS}/qa/applications/se%0Ac/configurations", r"se\nc: no such asset"),
        ("PATCH", f"{CONFIGURATIONS}/qa/applications/shop%0A/configurations", r"shop\n: no such asset"),
        ("GET", "/api/asset-repository/v1/assets/%0Ashop/revisions", r"\nshop: no such asset"),
        ("PATCH", "/api/asset-repository/v1/assets/a%0Ab/revisions/0", r"a\nb: no such asset"),
        ("GET", "/api/v1/operations/a%0Ab", r"a\nb: no such operation"),
        ("GET", "/api/v1/operations/a%0A", r"a\n: no such operation"),
        ("GET", "/api/v1/sources/a%E2%80%A8b%0A", r"a\u2028b\n: no such asset"),
    ],
)
def test_a_slash_or_a_line_end_in_a_name_is_part_of_the_name(
    api: Client, platform: Platform, method: str, path: str, title: str
) -> None:
    platform.store.assets.register(SHOP)
    body = {"settings": []} if "config" in path else {"releaseNotes": "x"}
    answer = api.request(method, path, **({} if method == "GET" else {"json": body}))
    problem = answer.json()
    assert (answer.status_code, problem["exit_code"], problem["title"]) == (404, 2, title)
    assert problem["hint"]


def _operation(platform: Platform, kind: str) -> str:
    where = StageRef("Development", "development")
    publish = Publish(actor="ada", stage=where, asset=SHOP)
    undeploy = Undeploy(actor="ada", stage=where, asset=AssetRef(KEY, "Shop"))
    return platform.ledger.begin(publish if kind == "Publish" else undeploy)
