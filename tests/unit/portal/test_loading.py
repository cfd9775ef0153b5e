"""The first answer waits for nothing that it does not need, and nothing is loaded beside a request."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import starlette.routing

from odcpub.errors import EngineError, OdcpubError
from odcpub.home import Home
from odcpub.portal import loading
from odcpub.portal.api import make_api
from odcpub.portal.documented import Route
from odcpub.portal.loading import Loading, cannot_go_on
from tests.unit.operations.conftest import Installed
from tests.unit.portal.test_api import Client

SECONDS = 10.0


class Load:
    """What is loaded: begins when it is let, and says so."""

    def __init__(self) -> None:
        self.began, self.let = threading.Event(), threading.Event()
        self.error: Exception | None = None

    def __call__(self) -> None:
        self.began.set()
        assert self.let.wait(SECONDS)
        if self.error:
            raise self.error


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    monkeypatch.setattr(loading, "FIRST_SECONDS", SECONDS)
    made = Load()
    yield made
    made.let.set()


def unforeseen(error: Exception) -> OdcpubError:
    return cannot_go_on(Home(Path("/data"), Path("/cache"), Path("/run")), error)


@pytest.fixture
def api(load: Load, tmp_path: Path) -> Iterator[Client]:
    installed = Installed(tmp_path)
    server: Any = SimpleNamespace(
        platform=installed.platform,
        engines=None,
        idleness=SimpleNamespace(touched=lambda: None),
        check_folder=lambda: None,
        user="ada",
        pid=1,
        loading=Loading(load, unforeseen),
    )
    server.loading.start()
    yield Client(make_api(server))
    installed.store.close()


def test_the_first_answer_comes_before(api: Client, load: Load) -> None:
    assert api.get("/api/v1/server").status_code == 200
    assert load.began.wait(SECONDS)


@pytest.mark.parametrize("path", ["/api/v1/operations", "/api/v1/server"])
def test_others_wait(api: Client, load: Load, path: str) -> None:
    api.get("/api/v1/server")
    found: list[int] = []
    asking = threading.Thread(target=lambda: found.append(api.get(path).status_code))
    asking.start()
    assert load.began.wait(SECONDS)
    asking.join(0.2)
    assert not found
    load.let.set()
    asking.join(SECONDS)
    assert found == [200]


def test_nothing_is_loaded_while_a_request_is_served(load: Load) -> None:
    made = Loading(load, unforeseen)
    assert made.enter("GET", "/api/v1/status")
    made.start()
    assert not made.enter("POST", "/api/v1/shutdown")
    assert not load.began.wait(0.1)
    made.leave()
    assert load.began.wait(SECONDS)


def test_where_nobody_comes_it_is_loaded_all_the_same(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "FIRST_SECONDS", 0.01)
    Loading(load, unforeseen).start()
    assert load.began.wait(SECONDS)


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (EngineError("the records are locked", "wait"), "the records are locked"),
        (OSError(28, "No space left on device"), "/data: the disk is full"),
        (KeyError("x"), "the server cannot go on: internal error: KeyError"),
    ],
)
def test_who_waits_is_told_why_it_cannot_go_on(api: Client, load: Load, error: Exception, title: str) -> None:
    load.error = error
    load.let.set()
    answer = api.get("/api/v1/operations")
    assert (answer.status_code >= 500, answer.json()["title"]) == (True, title)
    assert answer.json()["hint"]


def test_what_answers_first_loads_nothing_that_takes_long() -> None:
    """It would be loaded before the first answer then."""
    late = "dbos", "psycopg", "alembic", "jinja2", "kubernetes", "docker"
    code = f"import sys, odcpub.portal.life, odcpub.portal.api; print(*(set({late!r}) & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"


def test_routes_are_taken_as_they_were_made(tmp_path: Path) -> None:
    """The framework's way of including a router makes each of its routes a second time, at the first request."""
    installed = Installed(tmp_path)
    server: Any = SimpleNamespace(platform=installed.platform, engines=None, user="ada")
    kinds = {type(one) for one in make_api(server).routes}
    assert kinds == {Route, starlette.routing.Route}  # the second is the document's own
    installed.store.close()
