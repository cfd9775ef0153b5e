"""What the API takes is of the very types that it says; whatever else comes is told, and never a plain 500."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .test_api import DEPLOYMENTS, KEY, Client, api, platform

__all__ = ["api", "platform"]

DEPLOY = {"operation": "Deploy", "assetKey": KEY, "environmentKey": "qa"}
CONFIGURATIONS = f"/api/asset-configurations/v1/environments/qa/applications/{KEY}/configurations"
FILES = "/api/v1/model-files"
BODIES: list[tuple[str, str, Any, str]] = [
    ("POST", f"{DEPLOYMENTS}/deployment-operations", DEPLOY | {"revision": True}, "body.revision"),
    ("POST", f"{DEPLOYMENTS}/deployment-operations", DEPLOY | {"revision": "1"}, "body.revision"),
    ("POST", f"{DEPLOYMENTS}/deployment-operations", DEPLOY | {"revision": 1.0}, "body.revision"),
    ("POST", f"{DEPLOYMENTS}/deployment-operations", DEPLOY | {"forget": True}, "forget belongs to Undeploy"),
    ("POST", f"{DEPLOYMENTS}/deployment-operations", DEPLOY | {"assetKey": 5}, "body.assetKey"),
    ("POST", f"{DEPLOYMENTS}/publish-operations", {"folder": "/model"}, "body.source"),
    ("POST", f"{DEPLOYMENTS}/publish-plans", {"source": "x", "folder": ""}, "body.source"),
    ("POST", f"{DEPLOYMENTS}/publish-plans", {"source": 64 * "0", "folder": "/" + "x" * 5_000}, "body.folder"),
    (
        "POST",
        f"{DEPLOYMENTS}/publish-plans",
        {"source": 64 * "0", "folder": "/a"},
        "the server has no model with this digest",
    ),
    ("POST", f"{DEPLOYMENTS}/publish-plans", {"source": 64 * "0", "folder": "/\ud800"}, "body.folder"),
    ("POST", "/api/v1/updates", {"source": 64 * "0", "folder": ["x"]}, "body.folder"),
    ("POST", FILES, {"files": {"a.yaml": "x"}, "folder": "/a"}, "body.files"),
    ("POST", FILES, {"files": {"../a.yaml": 64 * "0"}, "folder": "/a"}, "../a.yaml: leads out of the folder"),
    ("POST", FILES, {"files": {"/a.yaml": 64 * "0"}, "folder": "/a"}, "/a.yaml: is an absolute path"),
    ("POST", FILES, {"files": {".env.yaml": 64 * "0"}, "folder": "/a"}, ".env.yaml: is no file of a model"),
    ("POST", FILES, {"files": {"id_rsa": 64 * "0"}, "folder": "/a"}, "id_rsa: is no file of a model"),
    ("POST", FILES, {"files": {}, "contents": ["!"], "folder": "/a"}, "is no base64"),
    ("POST", FILES, {"files": {}, "contents": ["YQ=="], "folder": "/a"}, "contains a file that its list does not name"),
    ("POST", FILES, {"files": {}, "above": -1, "folder": "/a"}, "body.above"),
    ("PATCH", CONFIGURATIONS, {"settings": [{"key": "A", "value": 5}]}, "body.settings.0.value"),
    ("PATCH", CONFIGURATIONS, {"settings": [{"key": "A", "value": "5", "fromArgument": 1}]}, "fromArgument"),
    ("PATCH", "/api/v1/engines", {"set": {"registry": 5}}, "body.set.registry"),
    ("POST", f"{DEPLOYMENTS}/publish-plans", {"source": 64 * "0", "folder": "/\0"}, "body.folder: holds the NUL"),
    ("POST", f"{DEPLOYMENTS}/deployment-operations", DEPLOY | {"assetKey": "a\0"}, "body.assetKey: holds the NUL"),
    ("PATCH", CONFIGURATIONS, {"settings": [{"key": "A", "value": "\0"}]}, "body.settings.0.value: holds the NUL"),
    (
        "PATCH",
        "/api/asset-repository/v1/assets/shop/revisions/1",
        {"releaseNotes": "\0"},
        "releaseNotes: holds the NUL",
    ),
    ("PATCH", "/api/v1/engines", {"set": {"registry": "a\0"}}, "body.set.registry: holds the NUL"),
    ("PUT", "/api/v1/scripts/shop", {"stage": "qa", "files": {"a.py": "\0"}}, "body.files.a.py: holds the NUL"),
]
NUL = ("/api/v1/sources/a%00b", "/api/v1/scripts/shop?stage=%00", "/api/portfolios/v2/environments?asset=a%00",
       f"{DEPLOYMENTS}/publish-operations?assetKey=%00", f"{DEPLOYMENTS}/publish-operations/%00/events")  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "said"), BODIES)
def test_a_body_of_other_types_is_refused(api: Client, method: str, path: str, body: Any, said: str) -> None:
    answer = api.request(method, path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 409), answer.text
    assert said in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", NUL)
def test_a_nul_in_an_address_is_refused(api: Client, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 400, answer.text
    assert "holds the NUL character, which cannot be stored" in answer.json()["title"]


LISTS = ("/api/v1/operations", f"{DEPLOYMENTS}/publish-operations", f"{DEPLOYMENTS}/deployment-operations")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "query",
    ["offset=99999999999999999999", "offset=1.0", "offset=%2B1", "offset=1_0", "offset=true", "limit=0", "limit=٣",
     "limit= 5", "ofset=5", "offset=1&offset=2"],
)  # fmt: skip
def test_a_query_of_other_types_is_refused(api: Client, path: str, query: str) -> None:
    answer = api.get(f"{path}?{query}")
    assert answer.status_code == 400, answer.text
    assert api.get(f"{path}?offset={2**31 - 1}&limit=500").json()["results"] == []


def test_a_status_that_there_is_not_is_refused(api: Client) -> None:
    assert api.get(f"{LISTS[1]}?status=Done").status_code == 400
    assert api.get(f"{LISTS[1]}?status=Finished").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/nowhere", 404), ("PUT", "/api/v1/engines", 405), ("POST", LISTS[1], 400)],
)
def test_what_the_framework_refuses_is_a_problem_too(api: Client, method: str, path: str, status: int) -> None:
    body = "[" * 100_000 if method == "POST" else None
    answer = api.request(method, path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["title"]
    assert answer.json()["exit_code"] == 2


@pytest.mark.parametrize(("error", "status", "title"), [
    (OSError(36, "File name too long", "/x"), 502, "/x: File name too long"),
    (KeyError("inside"), 500, "the server failed: internal error: KeyError"),
])  # fmt: skip
def test_what_nobody_expected_is_a_problem_too(
    api: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, title: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("odcpub.operations.overview.status", fail)
    answer = api.get("/api/v1/status")
    assert (answer.status_code, answer.json()["title"]) == (status, title)


def test_answers_are_ascii(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\x1b\x7f\x9b\u202e\u200b\u2028\udc80ü"
    monkeypatch.setattr("odcpub.operations.overview.status", lambda _: {"text": text})
    answer = api.get("/api/v1/status")
    assert answer.content.isascii()
    assert not [byte for byte in answer.content if byte < 0x20 or byte == 0x7F]
    assert answer.json()["text"] == text
