"""Engines absent, refusing or in the way: an engine's failure is told plainly with exit code 3, and nothing changed.

Each case chooses an engine that cannot work, tries to publish a changed model, and goes back to the engines before.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from odcpub.engines.csharp.sdk_look import installed
from tests.databases import engine
from tests.installation import Installation, installation
from tests.readable import assert_readable
from tests.untouched import untouched

MODEL = Path(__file__).parent / "bad_inputs" / "model"
KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: test
clusters: [{{ name: test, cluster: {{ server: "{server}" }} }}]
users: [{{ name: test, user: {{ token: correct-horse }} }}]
contexts: [{{ name: test, context: {{ cluster: test, user: test }} }}]
"""


@dataclass(frozen=True)
class World:
    """What a case can name: an installation with Shop in Development, another PostgreSQL, a place for files."""

    odcpub: Installation
    model: Path
    postgres: str


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("engines")
    with installation() as made, engine("embedded", folder / "postgres") as other:
        made.env |= {"DOCKER_HOST": f"unix://{made.folder}/no-docker.sock", "KUBECONFIG": f"{made.folder}/no-config"}
        model = made.folder / "shop"
        model.mkdir()
        (model / "shop.yaml").write_text((MODEL / "shop.yaml").read_text())
        made.run("publish", str(model))
        (model / "shop.yaml").write_text((MODEL / "shop.yaml").read_text().replace("length: 200", "length: 201"))
        with other.server().connect() as connection:
            connection.execute("CREATE ROLE weak LOGIN PASSWORD 'weak'")
            connection.execute("GRANT CONNECT ON DATABASE postgres TO weak")
        yield World(made, model, f"{other.server().host}:{other.server().port}")


@cache
def closed_port() -> int:
    """A port of this machine that nobody listens on, nor can while the tests run."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    atexit.register(holder.close)
    return int(holder.getsockname()[1])


@contextmanager
def http(status: int, body: bytes) -> Iterator[str]:
    """A server that gives this answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else body)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = answer  # noqa: N815 - the base class's names

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def attempt(world: World, *values: str, says: tuple[str, ...], password: str = "", code: int = 3) -> None:
    """Publishes and asks doctor with these engines, for people and programs; then all is as it was."""
    with untouched(world.odcpub):
        world.odcpub.run("engines", "set", *values, stdin=f"{password}\n")
        try:
            done = world.odcpub.run("publish", str(world.model), code=code)
            told = json.loads(world.odcpub.run("publish", str(world.model), "--json", code=code).out)
            checks = world.odcpub.run("doctor", code=None).out
        finally:
            world.odcpub.run("engines", "use", "local")
            world.odcpub.run("doctor", code=None)
    assert_readable(done, says, hidden=("correct-horse", "wrong-password"))
    assert told["error"] in done.err
    assert "Traceback" not in checks


REGISTRIES: list[tuple[str, int, bytes, tuple[str, ...]]] = [
    ("that wants another user", 401, b'{"errors":[{"code":"UNAUTHORIZED"}]}', ("denied (401", "docker login")),
    ("that forbids", 403, b'{"errors":[{"code":"DENIED"}]}', ("denied (403", "docker login")),
    ("that is full", 507, b"", ("its disk is full", "free space")),
    ("that is read-only", 405, b'{"errors":[{"code":"UNSUPPORTED"}]}', ("405", "read-only")),
    ("that is broken", 500, b"<html>oops</html>", ("answered 500", "hint: ")),
]


@pytest.mark.parametrize(
    ("status", "body", "says"), [one[1:] for one in REGISTRIES], ids=[one[0] for one in REGISTRIES]
)
def test_registry(world: World, status: int, body: bytes, says: tuple[str, ...]) -> None:
    with http(status, body) as address:
        attempt(world, f"registry={address}", says=(f"registry {address}: ", *says))


def test_registry_that_is_not_there(world: World) -> None:
    address = f"127.0.0.1:{closed_port()}"
    attempt(world, f"registry={address}", says=(f"registry {address}: cannot be reached: ", "odcpub engines set"))


UNREACHABLE: list[tuple[str, str, str, tuple[str, ...]]] = [
    ("wrong password", "odcpub@{postgres}/postgres", "wrong-password", ("password authentication failed", "password")),
    ("unknown user", "nobody@{postgres}/postgres", "wrong-password", ("password authentication failed",)),
    ("unknown database", "weak@{postgres}/nowhere", "weak", ('"nowhere" does not exist',)),
    ("nobody listens", "odcpub@127.0.0.1:{closed}/postgres", "any", ("can't be reached", "hint: ")),
]


@pytest.mark.parametrize(
    ("url", "password", "says"), [one[1:] for one in UNREACHABLE], ids=[one[0] for one in UNREACHABLE]
)
def test_database_that_apps_would_not_come_to(world: World, url: str, password: str, says: tuple[str, ...]) -> None:
    """It is not chosen while any are deployed: they would all go down at once."""
    address = "postgresql://" + url.format(postgres=world.postgres, closed=closed_port())
    with untouched(world.odcpub):
        done = world.odcpub.run("engines", "set", f"database={address}", stdin=f"{password}\n", code=3)
    assert_readable(done, (*says, "engines: nothing was changed", "Shop in development"), hidden=("wrong-password",))
    assert world.odcpub.json("engines")["database"] == "embedded"


def test_database_without_permission(world: World) -> None:
    address = f"postgresql://weak@{world.postgres}/postgres"
    attempt(world, f"database={address}", says=("permission denied",), password="weak")


def _no_file(world: World) -> str:
    return str(world.odcpub.folder / "none.yaml")


def _garbage(world: World) -> str:
    path = world.odcpub.folder / "garbage.yaml"
    path.write_bytes(b"\x89PNG {{{")
    return str(path)


def _nobody_answers(world: World) -> str:
    path = world.odcpub.folder / "closed.yaml"
    path.write_text(KUBECONFIG.format(server=f"https://127.0.0.1:{closed_port()}"))
    return str(path)


def _other_context(world: World) -> str:
    return _nobody_answers(world) + " context=elsewhere"


KUBECONFIGS: list[tuple[Callable[[World], str], tuple[str, ...]]] = [
    (_no_file, ("none.yaml", "hint: ")),
    (_garbage, ("garbage.yaml", "hint: ")),
    (_nobody_answers, ("127.0.0.1:", "hint: ")),
    (_other_context, ("elsewhere", "hint: ")),
]


@pytest.mark.parametrize(("kubeconfig", "says"), KUBECONFIGS, ids=[one[0].__name__[1:] for one in KUBECONFIGS])
def test_cluster(world: World, kubeconfig: Callable[[World], str], says: tuple[str, ...]) -> None:
    pulled = (f"registry=127.0.0.1:{closed_port()}", "database_address=127.0.0.1")
    values = ("runner=kubernetes", *pulled, *f"kubeconfig={kubeconfig(world)}".split())
    attempt(world, *values, says=("Kubernetes", *says))


def test_docker_that_is_not_there(world: World) -> None:
    address = f"127.0.0.1:{closed_port()}"
    attempt(world, "builder=docker", f"registry={address}", says=("Docker: ", "builder=assembly"))


@pytest.mark.skipif(installed(os.environ).taken is not None, reason="this machine has a .NET SDK")
def test_sdk_that_is_not_installed(world: World) -> None:
    attempt(world, "csharp=sdk", says=("csharp=sdk: no .NET SDK 10", "https://dot.net"))


def test_profile_kind_without_docker_and_cluster(world: World) -> None:
    with untouched(world.odcpub):
        done = world.odcpub.run("engines", "use", "kind", code=3)
    assert_readable(done, ("no-config", "docs/kind.md"))
    assert world.odcpub.json("engines")["profile"] == "local"


def test_profile_kind_without_docker(world: World) -> None:
    world.odcpub.env["KUBECONFIG"] = _nobody_answers(world)
    with untouched(world.odcpub):
        done = world.odcpub.run("engines", "use", "kind", code=3)
    assert_readable(done, ("Docker: ", "hint: "))
