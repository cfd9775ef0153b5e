"""The client while the server ends: killed, it is started again; told to end, it stays down."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from odcpub import __version__, waiting
from odcpub.build import build
from odcpub.cli import routes
from odcpub.cli.client import Client, Stopped
from odcpub.errors import EngineError
from odcpub.home import Home, find_home

PATH = "/api/deployments/v1/publish-operations/k/events"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "data", tmp_path / "cache", tmp_path / "run").make()


class Ending:
    """A server that ends while it answers its first request; ``told``: by a command, which it leaves word of."""

    def __init__(self, home: Home, told: bool, answer: bytes) -> None:
        self._home, self._told, self._answer = home, told, answer
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(home.socket("api.sock")))
        self._listening.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        taken, _ = self._listening.accept()
        with taken:
            taken.recv(65536)
            taken.sendall(self._answer)
            self._listening.close()
            if self._told:
                self._home.stopped.touch()

    def join(self) -> None:
        self._thread.join(10)


class Restarted(Exception):
    """Raised in place of starting the server."""


def client(home: Home, monkeypatch: pytest.MonkeyPatch) -> Client:
    def start(_: Client) -> None:
        raise Restarted

    monkeypatch.setattr(Client, "_start", start)
    return Client(home)


def event(name: str, **data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


@pytest.fixture(params=[True, False], ids=["told", "killed"])
def ending(request: pytest.FixtureRequest, home: Home) -> Iterator[tuple[Ending, type[Exception]]]:
    answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + event("message", id=7)
    made = Ending(home, request.param, answer)
    yield made, Stopped if request.param else Restarted
    made.join()


def test_who_follows_an_operation(
    home: Home, monkeypatch: pytest.MonkeyPatch, ending: tuple[Ending, type[Exception]]
) -> None:
    events = client(home, monkeypatch).events(PATH)
    assert next(events) == ("message", {"id": 7})
    with pytest.raises(ending[1]):
        next(events)


def test_an_event_that_a_broken_connection_has_cut_off_is_none(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = b"id: 7\n" + event("message", id=7)
    for cut in range(1, len(whole)):
        server = Ending(home, False, b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + whole + whole[:cut])
        events = client(home, monkeypatch).events(PATH)
        assert next(events) == ("message", {"id": 7})
        with pytest.raises(Restarted):
            next(events)
        server.join()
        home.socket("api.sock").unlink()


@pytest.mark.parametrize(("told", "outcome"), [(True, Stopped), (False, Restarted)])
def test_who_waits_for_an_answer(
    home: Home, monkeypatch: pytest.MonkeyPatch, told: bool, outcome: type[Exception]
) -> None:
    server = Ending(home, told, b"")
    with pytest.raises(outcome):
        client(home, monkeypatch).request(routes.STATUS)
    server.join()


def test_a_new_command_starts_the_server_that_was_told_to_end(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.stopped.touch()
    with pytest.raises(Restarted):
        client(home, monkeypatch).request(routes.STATUS)


@pytest.mark.parametrize(
    ("server", "ended"),
    [
        ({"version": __version__}, [(4711, 70.0)]),
        ({"version": __version__, "build": f"{__version__}+00000000"}, [(4711, 70.0)]),
        ({"version": __version__, "build": build()}, []),
    ],
    ids=["an earlier one", "a checkout before its update", "this one"],
)
def test_a_server_of_another_build_is_waited_for_until_it_has_ended(
    home: Home, monkeypatch: pytest.MonkeyPatch, server: dict[str, str], ended: list[tuple[int, float]]
) -> None:
    made, waited = Client(home), []
    answers = {"GET": server, "POST": {"pid": 4711, "seconds": 70.0}}
    monkeypatch.setattr(made, "running", lambda: True)
    monkeypatch.setattr(made, "request", lambda route: answers[route.method])
    monkeypatch.setattr(made, "wait_for_end", lambda *given: waited.append(given))
    made.check_version()
    assert waited == ended


def test_an_answer_that_takes_too_long_is_no_server_that_ended(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Client(home)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(home.socket("api.sock")))
        silent.listen()
        monkeypatch.setattr(made, "_connect", lambda **_: made._open(0.1))
        with pytest.raises(EngineError, match="has not answered for 600 s; it goes on") as failed:
            made.request(routes.UPDATE, {})
    assert "odcpub log" in failed.value.hint


@pytest.mark.parametrize(("answer", "longest"), [({"seconds": 130.0}, 130), ({}, 150)])
def test_down_waits_as_long_as_the_server_says(
    home: Home, monkeypatch: pytest.MonkeyPatch, answer: dict[str, float], longest: float
) -> None:
    made, now = Client(home), iter(range(0, 10_000, 10))
    monkeypatch.setattr(made, "running", lambda: True)
    monkeypatch.setattr(made, "request", lambda *_: {"pid": os.getpid(), **answer})
    clock: list[float] = []

    def monotonic() -> float:
        clock.append(next(now))
        return clock[-1]

    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=monotonic, sleep=lambda _: None))
    with pytest.raises(EngineError, match="does not end"):
        made.stop()
    assert clock[-1] - clock[0] == longest


def test_the_server_has_the_same_folders_though_it_stands_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ODCPUB_HOME", "here")
    monkeypatch.setenv("ODCPUB_CACHE", "there")
    given = Client(find_home())._environment()
    assert (given["ODCPUB_HOME"], given["ODCPUB_CACHE"]) == (str(tmp_path / "here"), str(tmp_path / "there"))
