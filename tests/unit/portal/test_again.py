"""Asked again after a lost answer: one operation, not two."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from odcpub.cli import client as module
from odcpub.cli.client import Client
from odcpub.cli.routes import Route
from odcpub.errors import EngineError, UsageError
from odcpub.home import Home
from odcpub.operations import durable, requests
from odcpub.portal.api import make_api
from odcpub.store.records import OperationKind, Status

from ..operations.conftest import Installed
from . import test_api as api_client

DEPLOYMENTS = "/api/deployments/v1/deployment-operations"


def test_the_same_key_is_the_same_operation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "begin", lambda _: None)
    made = Installed(tmp_path)
    made.deployed(made.revision())
    key = module._uuid()
    assert requests.undeploy(made.platform, requests.Removal("shop", "development"), "ada", key) == key
    assert requests.undeploy(made.platform, requests.Removal("shop", "development"), "ada", key) == key
    made.store.journal.finish(key, Status.FINISHED)
    assert len(made.store.journal.operations(kinds=(OperationKind.UNDEPLOY,))) == 1
    with pytest.raises(UsageError, match="belongs to another request: Undeploy of Shop in Development"):
        requests.apply(made.platform, "shop", "development", "ada", key)
    with pytest.raises(UsageError, match="no UUID"):
        requests.apply(made.platform, "shop", "development", "ada", key[:8])
    made.store.close()


@pytest.mark.parametrize(
    ("change", "status"),
    [({}, 201), ({"environmentKey": "qa"}, 400), ({"forget": True}, 400), ({"assetKey": "other"}, 400)],
)
def test_the_same_key_with_another_body_is_no_repeated_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object], status: int
) -> None:
    """Its client would be told that another app was taken out of another stage."""
    monkeypatch.setattr(durable, "begin", lambda _: None)
    made = Installed(tmp_path)
    made.deployed(made.revision())
    server: Any = SimpleNamespace(
        platform=made.platform,
        engines=None,
        idleness=SimpleNamespace(touched=lambda: None),
        loading=SimpleNamespace(ended=True),
        check_folder=lambda: None,
        user="ada",
    )
    api = api_client.Client(make_api(server))
    body = {"operation": "Undeploy", "assetKey": "shop", "environmentKey": "development"}
    headers = {"Idempotency-Key": module._uuid()}
    assert api.request("POST", DEPLOYMENTS, json=body, headers=headers).status_code == 201
    assert api.request("POST", DEPLOYMENTS, json=body | change, headers=headers).status_code == status
    made.store.close()


class Dying:
    """A server that takes requests and dies ``times`` before it answers."""

    def __init__(self, path: Path, times: int) -> None:
        self.keys: list[str] = []
        self._times = times
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        self._listening.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                taken, _ = self._listening.accept()
            except OSError:
                return
            with taken:
                text = ""
                while not text.endswith("{}"):
                    text += taken.recv(65536).decode()
                lines = text.splitlines()
                self.keys += [line.partition(": ")[2] for line in lines if line.startswith("Idempotency-Key: ")] or [""]
                if len(self.keys) > self._times:
                    body = json.dumps({"key": self.keys[-1]})
                    taken.sendall(f"HTTP/1.1 201 Created\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


def ask(tmp_path: Path, times: int, method: str, path: str) -> tuple[list[str], object]:
    home = Home(tmp_path / "data", tmp_path / "cache", tmp_path / "run").make()
    server = Dying(home.socket("api.sock"), times)
    try:
        return server.keys, Client(home).request(Route(method, path), {})
    except EngineError as error:
        return server.keys, error
    finally:
        server.close()


def test_a_lost_answer_is_asked_for_again_under_the_same_key(tmp_path: Path) -> None:
    keys, answer = ask(tmp_path, 2, "POST", DEPLOYMENTS)
    assert len(keys) == 3
    assert set(keys) == {keys[0]}
    assert requests._UUID.fullmatch(keys[0])
    assert answer == {"key": keys[0]}


def test_a_server_that_always_dies_is_told(tmp_path: Path) -> None:
    keys, answer = ask(tmp_path, 99, "POST", DEPLOYMENTS)
    assert len(keys) == module.TRIES
    assert isinstance(answer, EngineError)


def test_what_is_not_safe_twice_is_asked_once(tmp_path: Path) -> None:
    keys, answer = ask(tmp_path, 1, "PATCH", "/api/asset-repository/v1/assets/shop/revisions/0")
    assert len(keys) == 1
    assert isinstance(answer, EngineError)
