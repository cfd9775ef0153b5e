"""The API answers as its OpenAPI document says, over the socket of a real server, with its records in SQLite and in
PostgreSQL: no 5xx, nothing undocumented.

schemathesis makes the requests, right and wrong ones, of the document itself. Its seed is fixed; `make long` tries many
more, at random.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from requests.adapters import HTTPAdapter
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import EngineFinished, FatalError, FuzzScenarioFinished, NonFatalError, ScenarioFinished
from schemathesis.specs.openapi.schemas import OpenApiSchema
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from odcpub.home import Home
from tests.contract.api_server import MODEL, script
from tests.databases import engine
from tests.tries import LONG
from tests.unit.operations.conftest import KEY

URL, START_SECONDS = "http://localhost", 240.0


class _Connection(HTTPConnection):
    """To a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self._path = path

    def _new_conn(self) -> socket.socket:
        made = socket.socket(socket.AF_UNIX)
        made.settimeout(60)
        made.connect(str(self._path))
        return made


class _Pool(HTTPConnectionPool):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self._path = path

    def _new_conn(self) -> _Connection:
        return _Connection(self._path)


class Adapter(HTTPAdapter):
    """Sends requests to a unix socket, whatever their address says."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._pool = _Pool(path)

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> _Pool:
        return self._pool


@contextmanager
def database(kind: str, folder: Path) -> Iterator[tuple[list[str], str]]:
    """The arguments and the standard input of a server whose records are in a new database; nothing for SQLite."""
    if kind == "sqlite":
        yield [], ""
        return
    with engine("embedded", folder) as postgres:
        there = postgres.server()
        with there.connect() as connection:
            connection.execute("CREATE DATABASE records")
        yield [f"postgresql://{there.user}@{there.place}/records"], there.password()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a server that answers."""
    folder = tmp_path_factory.mktemp("api")
    with database(request.param, tmp_path_factory.mktemp("postgres")) as (arguments, given):
        yield from serving(folder, arguments, given)


def serving(folder: Path, arguments: list[str], given: str) -> Iterator[Path]:
    path = Home(folder / "data", folder / "cache", folder / "run").socket("api.sock")
    with (folder / "out").open("w") as out:
        command = [sys.executable, "-m", "tests.contract.api_server", str(folder), *arguments]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=out, text=True)
        try:
            assert process.stdin
            process.stdin.write(given)
            process.stdin.close()
            deadline = time.monotonic() + START_SECONDS
            while not path.exists():
                assert process.poll() is None, (folder / "out").read_text()
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.05)
            with pytest.MonkeyPatch.context() as patch:
                adapter = Adapter(path)
                patch.setattr(requests.Session, "get_adapter", lambda *_, **__: adapter)
                yield folder
        finally:
            process.terminate()
            process.wait(30)


def load(examples: int = 1) -> OpenApiSchema:
    """What the server says that it answers. ``examples``: how many requests of a kind are made at random."""
    config = {
        "base-url": URL,
        "max-stream-events": 1000,
        "seed": None if LONG else 11,
        "generation": {"max-examples": examples, "deterministic": not LONG},
        "phases": {"stateful": {"enabled": False}},
        "checks": {  # 400 is for what no schema can say, too, such as a folder that is not there
            "positive_data_acceptance": {"expected-statuses": ["2xx", "400", "404", "409"]},
            "negative_data_rejection": {"expected-statuses": ["400", "404", "409"]},
        },
    }
    document = requests.get(f"{URL}/openapi.json", timeout=30).json()
    found = SchemathesisConfig.from_dict({name: value for name, value in config.items() if value is not None})
    return schemathesis.openapi.from_dict(document, config=found)


@pytest.mark.parametrize("examples", [6, pytest.param(100, marks=pytest.mark.long)])
def test_it_answers_as_its_document_says(server: Path, examples: int) -> None:
    # It would end, or be asked to move its records to an address that it has said itself.
    schema = load(examples).exclude(path="/api/v1/shutdown").exclude(path="/api/v1/server", method="PATCH")
    wrong, answered = list[str](), set[int]()
    for event in from_schema(schema).execute():
        if isinstance(event, NonFatalError):
            wrong.append(str(event.value))
        if isinstance(event, FatalError):
            raise event.exception
        if isinstance(event, EngineFinished):
            wrong += map(str, event.failures)
        if not isinstance(event, ScenarioFinished | FuzzScenarioFinished):
            continue
        answered.update(one.response.status_code for one in event.recorder.interactions.values() if one.response)
        for check in (one for checks in event.recorder.checks.values() for one in checks):
            if found := check.failure_info:
                wrong.append(f"{event.recorder.label}: {found.failure}\n{found.code_sample}")
    assert not wrong, "\n\n".join(wrong)
    assert {200, 400, 404, 405, 409} <= answered


OPERATIONS = "/api/deployments/v1"
CONFIGURATIONS = "/api/asset-configurations/v1/environments/{stage}/applications/{key}/configurations"
IN_QA = {"stage": "qa", "key": "shop"}
UNDEPLOY = {"operation": "Undeploy", "assetKey": KEY, "environmentKey": "qa"}
SHOP: dict[str, Any] = {"source": "", "folder": "/models/shop"}
"""The app's model, whose files are sent first."""
SCRIPT = "versions/0001_expand.py"
GOOD: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "/api/v1/server", {}, 200),
    ("PATCH", "/api/v1/server", {"body": {"store": "sqlite", "check": True}}, 200),
    ("PATCH", "/api/v1/server", {"body": {"store": "postgresql://ada@db.example/records", "check": True}}, 200),
    ("PATCH", "/api/v1/server", {"body": {"store": "mysql://db.example/records", "check": True}}, 400),
    ("GET", "/api/v1/scripts/{key}", {"path_parameters": {"key": "shop"}, "query": {"stage": "qa"}}, 200),
    ("PUT", "/api/v1/scripts/{key}",
     {"path_parameters": {"key": "shop"}, "body": {"stage": "qa", "files": {SCRIPT: script()}}}, 200),
    ("PUT", "/api/v1/scripts/{key}",
     {"path_parameters": {"key": "shop"}, "body": {"stage": "qa", "files": {SCRIPT: "another"}}}, 409),
    ("GET", "/api/v1/status", {}, 200),
    ("GET", "/api/v1/doctor", {}, 200),
    ("GET", "/api/v1/engines", {}, 200),
    ("PATCH", "/api/v1/engines", {"body": {"set": {"csharp": "sdk"}, "check": True}}, 200),
    ("PATCH", "/api/v1/engines", {"body": {"set": {"csharp": "sdk"}}}, 200),
    ("GET", "/api/v1/sources/{key}", {"path_parameters": {"key": "shop"}, "query": {"revision": 1}}, 200),
    ("POST", "/api/v1/updates", {"body": SHOP}, 200),
    ("GET", "/api/portfolios/v2/environments", {"query": {"asset": "shop"}}, 200),
    ("GET", "/api/asset-repository/v1/assets/{key}/revisions", {"path_parameters": {"key": "shop"}}, 200),
    ("PATCH", "/api/asset-repository/v1/assets/{key}/revisions/{number}",
     {"path_parameters": {"key": "shop", "number": 0}, "body": {"releaseNotes": "the first"}}, 200),
    ("GET", CONFIGURATIONS, {"path_parameters": IN_QA}, 200),
    ("PATCH", CONFIGURATIONS, {"path_parameters": IN_QA, "body": {"settings": [{"key": "Rate", "value": "2"}]}}, 200),
    ("POST", "/api/asset-configurations/v1/files", {"body": SHOP}, 200),
    ("POST", f"{OPERATIONS}/publish-plans", {"body": SHOP}, 200),
    ("POST", f"{OPERATIONS}/publish-operations", {"body": SHOP}, 201),
    ("POST", f"{OPERATIONS}/deployment-plans", {"body": UNDEPLOY}, 200),
    ("POST", f"{OPERATIONS}/deployment-operations", {"body": UNDEPLOY}, 201),
    ("GET", "/api/v1/operations", {}, 200),
    ("GET", f"{OPERATIONS}/publish-operations", {"query": {"assetKey": "shop", "limit": 1}}, 200),
]  # fmt: skip


FOLLOWED = ("/{key}", "/{key}/messages", "/{key}/events")
ELSEWHERE = {
    ("POST", "/api/v1/shutdown"): "below, as the last one",
    ("POST", "/api/v1/model-files"): "before the others",
    ("POST", f"{OPERATIONS}/plan-executions"): "tests/unit/portal: a plan is of its server's own",
    ("GET", "/api/v1/operations/{key}"): "as that of its collection",
    ("POST", "/api/v1/operations/{key}/continue"): "tests/unit/operations: nothing waits here",
    ("POST", "/api/v1/operations/{key}/cancel"): "tests/unit/operations: nothing lasts here",
    ("GET", f"{OPERATIONS}/deployment-operations"): "as that of publishing",
    ("POST", "/api/v1/applications/{key}/actions/{action}/calls"): "tests/acceptance/test_calling.py: no app runs here",
}
"""Routes that are not in ``GOOD``, and where they are tried."""


def test_every_route_is_tried_somewhere(server: Path) -> None:
    found = {(one.ok().method.upper(), one.ok().path) for one in load().get_all_operations()}
    followed = {("GET", f"{OPERATIONS}/{one}{end}") for one in ("publish-operations", "deployment-operations")
                for end in FOLLOWED}  # fmt: skip
    assert found - {(method, path) for method, path, *_ in GOOD} - followed == ELSEWHERE.keys()


def test_what_is_right_is_answered_in_its_shape(server: Path) -> None:
    schema = load()
    source = send(schema, MODEL.encode())
    for method, path, given, status in GOOD:
        body = given.get("body")
        if body == SHOP:
            given = given | {"body": SHOP | {"source": source}}
        case = schema[path][method].Case(**given, media_type="application/json" if body else None)
        response = case.call()
        assert response.status_code == status, (method, path, response.text)
        case.validate_response(response)
        if status == 201:
            follow(schema, response.headers["location"][0])


def send(schema: OpenApiSchema, content: bytes) -> str:
    """Sends a model of one file; what the server calls it."""
    body = {"files": {"app.yaml": sha256(content).hexdigest()}, "folder": SHOP["folder"]}
    lacks = schema["/api/v1/model-files"]["POST"].Case(body=body, media_type="application/json").call()
    body["contents"] = [b64encode(content).decode()]
    case = schema["/api/v1/model-files"]["POST"].Case(body=body, media_type="application/json")
    response = case.call()
    case.validate_response(response)
    assert (len(lacks.json()["missing"]), response.json()["missing"]) == (1, [])
    return str(response.json()["source"])


def follow(schema: OpenApiSchema, location: str) -> None:
    """All that can be read of an operation, to its end."""
    collection, _, key = location.rpartition("/")
    for path in FOLLOWED:
        case = schema[collection + path]["GET"].Case(path_parameters={"key": key})
        response = case.call()
        assert response.status_code == 200, response.text
        case.validate_response(response)
        if path.endswith("events"):
            assert "event: end" in response.text


def test_told_to_end_it_says_how_long_that_takes_and_ends(server: Path) -> None:
    case = load()["/api/v1/shutdown"]["POST"].Case(query={"apps": "false"})
    response = case.call()
    assert (response.status_code, response.json()["seconds"] > 0) == (202, True)
    case.validate_response(response)
    deadline = time.monotonic() + 30
    while Path(f"/proc/{response.json()['pid']}/cmdline").read_bytes() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert time.monotonic() < deadline
