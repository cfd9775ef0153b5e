"""The client of a cluster: how long it waits for one that does not answer."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from odcpub.engines.discovery import chosen
from odcpub.engines.ports import Gone
from odcpub.engines.runner import cluster
from odcpub.engines.runner.cluster import Cluster
from odcpub.engines.runner.identity import AnotherCluster
from odcpub.engines.runner.refusals import ApiRefusal
from odcpub.engines.settings import EngineSettings
from odcpub.errors import EngineError, TemporaryEngineError

SECONDS = 2.0


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    monkeypatch.setattr(cluster, "SECONDS", SECONDS)
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        yield made


def client(folder: Path, listener: socket.socket) -> Cluster:
    write(folder / "config", listener.getsockname()[1], {})
    return Cluster(str(folder / "config"))


def write(file: Path, port: int, user: dict[str, Any]) -> None:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "x",
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
        "clusters": [{"name": "x", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "x", "user": user}],
    }
    file.write_text(json.dumps(config))


def test_an_address_that_takes_no_connection_is_given_up_in_time(tmp_path: Path, listener: socket.socket) -> None:
    listener.listen(0)
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):  # the queue is full: whoever comes now hears nothing
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        asked = client(tmp_path, listener)
        assert asked.local
        start = time.monotonic()
        with pytest.raises(TemporaryEngineError, match="cannot be reached"):
            asked.get("Node", "x")
        assert SECONDS <= time.monotonic() - start < 1.8 * SECONDS


def test_a_connection_that_breaks_is_tried_once_more(tmp_path: Path, listener: socket.socket) -> None:
    listener.listen()
    taken = []

    def serve() -> None:
        for answer in (b"", *[b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"] * 2):
            connection, _ = listener.accept()
            with connection:
                taken.append(connection.recv(4096))
                connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert client(tmp_path, listener).get("Node", "x") == {}
    thread.join()
    assert len(taken) == 3, "which cluster it is was asked twice, the node once"


class Api:
    """An API server that knows one token at a time."""

    def __init__(self) -> None:
        self.token, self.asked, self.uid = "first", 0, ""
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                which = self.path == "/api/v1/namespaces/kube-system"
                api.asked += not which
                known = self.headers.get("Authorization") == f"Bearer {api.token}"
                told = {"metadata": {"uid": api.uid}} if which and api.uid else {}
                body = json.dumps(told if known else {"message": "Unauthorized"}).encode()
                self.send_response(200 if known else 401)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def apis() -> Iterator[tuple[Api, Api]]:
    made = Api(), Api()
    yield made
    for each in made:
        each.close()


def test_a_rotated_token_and_a_moved_cluster_are_noticed(tmp_path: Path, apis: tuple[Api, Api]) -> None:
    one, other = apis
    file = tmp_path / "config"
    write(file, one.port, {"token": "first"})
    asked = Cluster(str(file))
    assert asked.get("Node", "x") == {}
    write(file, one.port, {"token": "second, a longer one"})
    one.token = "second, a longer one"
    assert asked.get("Node", "x") == {}
    write(file, other.port, {"token": "first"})
    assert asked.get("Node", "x") == {}
    assert (one.asked, other.asked) == (2, 1)
    asked.close()


def test_a_plugins_token_is_asked_for_again_when_it_is_not_known_any_more(
    tmp_path: Path, apis: tuple[Api, Api]
) -> None:
    """It tells no time at which it ends."""
    api, said = apis[0], tmp_path / "said"
    said.write_text("first")
    kind = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential"}
    text = json.dumps(kind | {"status": {"token": "TOKEN"}}).replace("TOKEN", f"'$(cat {said})'")
    plugin = {"apiVersion": kind["apiVersion"], "command": "sh", "args": ["-c", f"echo '{text}'"]}
    write(tmp_path / "config", api.port, {"exec": plugin | {"interactiveMode": "Never"}})
    asked = Cluster(str(tmp_path / "config"))
    assert asked.get("Node", "x") == {}
    said.write_text("second")
    api.token = "second"
    assert asked.get("Node", "x") == {}
    api.token = "nobody's"
    with pytest.raises(ApiRefusal, match="does not know this user") as caught:
        asked.get("Node", "x")
    assert "log in" in caught.value.hint
    asked.close()


def test_the_cluster_that_answered_first_is_kept_and_no_other_taken_for_it(
    tmp_path: Path, apis: tuple[Api, Api]
) -> None:
    """Where no context was chosen, the current one of another moment must not move apps; and a context can lead to a
    cluster that was made anew."""
    one, other = apis
    one.uid, other.uid = "uid-of-one", "uid-of-other"
    file, kept = tmp_path / "config", list[tuple[str, str]]()
    write(file, one.port, {"token": "first"})
    asked = Cluster(str(file), remember=lambda *found: kept.append(found))
    assert asked.get("Node", "x") == {}
    assert asked.get("Node", "x") == {}
    assert kept == [("x", "uid-of-one")]
    write(file, other.port, {"token": "first"})
    for _ in range(2):
        with pytest.raises(AnotherCluster) as refused:
            asked.get("Node", "x")
    assert "to uid-of-other at http://127.0.0.1" in refused.value.message
    assert "and not to uid-of-one; nothing was changed" in refused.value.message
    assert "odcpub engines set context=x" in refused.value.hint
    assert other.asked == 0
    write(file, one.port, {"token": "first"})
    assert asked.get("Node", "x") == {}
    asked.close()


def test_another_current_context_leads_nowhere_else(tmp_path: Path, apis: tuple[Api, Api]) -> None:
    one, other = apis
    one.uid = other.uid = ""  # as for a user who may not see it
    file = tmp_path / "config"
    write(file, one.port, {"token": "first"})
    asked = Cluster(str(file))
    assert asked.get("Node", "x") == {}
    found = json.loads(file.read_text())
    found["clusters"].append({"name": "y", "cluster": {"server": f"http://127.0.0.1:{other.port}"}})
    found["contexts"].append({"name": "y", "context": {"cluster": "y", "user": "x"}})
    file.write_text(json.dumps(found | {"current-context": "y"}))
    assert asked.get("Node", "x") == {}
    assert (one.asked, other.asked) == (2, 0)
    asked.close()


def test_choosing_engines_keeps_the_callers_context_and_cluster(tmp_path: Path, apis: tuple[Api, Api]) -> None:
    one, _ = apis
    one.uid = "uid-of-one"
    file = tmp_path / "config"
    write(file, one.port, {"token": "first"})
    asked = EngineSettings(runner="kubernetes", registry="r:1", database_address="db")
    found = chosen(asked, str(file))
    assert (found.kubeconfig, found.context, found.cluster) == (str(file), "x", "uid-of-one")
    assert "uid-of-one" not in found.shown().values(), "it is no choice"
    one.close()
    gone = chosen(found, "")
    assert (gone.context, gone.cluster) == ("x", "")


def test_gone_is_where_nobody_is_and_nothing_leads(tmp_path: Path, apis: tuple[Api, Api]) -> None:
    """Whoever answers, if only with a certificate that nobody knows or a refusal, is there."""
    api, file = apis[0], tmp_path / "config"
    write(file, 9, {})
    for gone in (Cluster(str(file)), Cluster(str(tmp_path / "none")), Cluster(str(file), "no-such-context")):
        with pytest.raises(Gone):
            gone.get("Node", "x")
    write(file, api.port, {"token": "wrong"})
    with pytest.raises(EngineError) as refused:
        Cluster(str(file)).get("Node", "x")
    assert not isinstance(refused.value, Gone)
    file.write_text(file.read_text().replace("http://", "https://"))
    with pytest.raises(TemporaryEngineError, match="cannot be reached") as strange:
        Cluster(str(file)).get("Node", "x")
    assert not isinstance(strange.value, Gone)


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        (b"unable to retrieve container logs for containerd://747d", []),
        (
            b"unable to retrieve container logs for us\ncannot go on\n",
            ["unable to retrieve container logs for us", "cannot go on"],
        ),
        (b"", []),
    ],
)
def test_a_log_that_has_gone_is_no_line_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes, lines: list[str]
) -> None:
    asked = Cluster(str(tmp_path / "config"))
    monkeypatch.setattr(asked, "_answer", lambda *_, **__: answer)
    assert asked.log("odc-qa", "shop-1", 5, previous=False) == lines
