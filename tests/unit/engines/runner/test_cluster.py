"""The client of a cluster: how long it waits for one that does not answer."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from odcpub.engines.runner import cluster
from odcpub.engines.runner.cluster import Cluster
from odcpub.errors import TemporaryEngineError

SECONDS = 2.0


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    monkeypatch.setattr(cluster, "SECONDS", SECONDS)
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        yield made


def client(folder: Path, listener: socket.socket) -> Cluster:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "x",
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
        "clusters": [{"name": "x", "cluster": {"server": f"http://127.0.0.1:{listener.getsockname()[1]}"}}],
        "users": [{"name": "x", "user": {}}],
    }
    (folder / "config").write_text(json.dumps(config))
    return Cluster(str(folder / "config"))


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
        for answer in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"):
            connection, _ = listener.accept()
            with connection:
                taken.append(connection.recv(4096))
                connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert client(tmp_path, listener).get("Node", "x") == {}
    thread.join()
    assert len(taken) == 2
