"""One installation of odcpub for tests: its own data folder, the user's cache, real commands as subprocesses.

Engines outside come from the environment: ``KUBECONFIG``, ``ODCPUB_TEST_REGISTRY``, ``ODCPUB_TEST_DATABASE`` (a
superuser's URL with its password).
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from odcpub.deployment.objects import BY, INSTALLATION, MANAGER
from odcpub.engines.runner.removal import selector
from tests import server

EXAMPLES = Path(__file__).parent.parent / "examples"
PROFILES = ("local", "kind")
CLEAN_UP_SECONDS = 120.0
KINDS = ("deployment", "service", "networkpolicy", "serviceaccount", "configmap", "secret", "pod")


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


class Installation:
    """``folder``: holds ``data`` (ODCPUB_HOME) and whatever models a test works on; ``python``: where it is set up."""

    def __init__(self, folder: Path, python: str = sys.executable) -> None:
        self.folder, self.python = folder, python
        self.prefix: tuple[str, ...] = ()
        """What runs the command: a program that takes rights away, for instance."""
        self.store = ""
        """The URL of the database that has the records; empty where they are in the data folder."""
        self.databases: list[str] = []
        """URLs of databases on the server that the environment names, which go with the installation."""
        self.profile = "local"
        self.env = os.environ | {"ODCPUB_HOME": str(folder / "data")}

    def run(self, *arguments: str, stdin: str = "", code: int | None = 0, timeout: float = 900) -> Done:
        """``odcpub`` with these arguments; its exit code must be ``code`` unless that is None."""
        command = [*self.prefix, self.python, "-m", "odcpub.cli", *arguments]
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, env=self.env, timeout=timeout, check=False
        )
        assert code is None or done.returncode == code, (
            f"odcpub {' '.join(arguments)}: {done.returncode}\n{done.stderr or done.stdout}"
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").out)

    def copy(self, example: str) -> Path:
        """A copy of an example that the test may edit."""
        return shutil.copytree(EXAMPLES / example, self.folder / "models" / example, ignore=_locks)

    def stage(self, asset: str, stage: str) -> dict[str, Any]:
        """What ``status`` says of the asset in the stage."""
        assets = {one["name"]: one for one in self.json("status")["assets"]}
        return next(one for one in assets[asset]["stages"] if one["stage"] == stage)

    def settled(self) -> None:
        """Waits until what operations clean up after their versions serve has ended, each well."""
        deadline = time.monotonic() + CLEAN_UP_SECONDS
        while running := [one for one in self.json("log")["results"] if one["status"] == "Running"]:
            assert time.monotonic() < deadline, running
            time.sleep(0.1)
        for asset in self.json("status")["assets"]:
            for stage in asset["stages"]:
                assert not (stage["rulesNotInForce"] or stage["unfinished"]), stage

    def use(self, profile: str, own_stages: bool = False) -> None:
        """The profile's engines; those that the environment names stand in for the profile's own. ``own_stages``: no
        other installation has had its stages, so it drops none."""
        if profile == "local":
            return
        self.profile = profile
        self.run("engines", "use", "kind")
        if not own_stages:
            _drop_stages()
        values = [f"registry={os.environ['ODCPUB_TEST_REGISTRY']}", f"database={server.address()}"]
        self.run("engines", "set", *values, stdin=f"{server.password()}\n")

    def share_store(self, database: str) -> None:
        """Moves the records to a new database of that name on the server that the environment names."""
        with psycopg.connect(server.superuser(), autocommit=True) as connection:
            for statement in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
                connection.execute(sql.SQL(statement).format(sql.Identifier(database)))
        self.run("server", "set", f"store={server.address(database)}", stdin=f"{server.password()}\n")
        self.store = server.superuser(database)
        self.databases.append(self.store)

    def records(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """Rows of the platform's records, read past the product, wherever they are; ``?`` stands for a value."""
        if self.store:
            with psycopg.connect(self.store, options="-c search_path=odcpub") as connection:
                return connection.execute(query.replace("?", "%s").encode(), values).fetchall()
        file = self.folder / "data" / "platform.sqlite"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()

    def server_pid(self) -> int:
        return int((self.folder / "data" / "server.lock").read_text().split()[0])


def _drop_stages() -> None:
    """What an installation before this one published there is not this one's."""
    with psycopg.connect(server.superuser(), autocommit=True) as connection:
        query = "SELECT datname FROM pg_database WHERE datname LIKE 'odc\\_%' AND datname NOT LIKE 'odc\\_test%'"
        for (name,) in connection.execute(query).fetchall():
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop(url: str) -> None:
    with psycopg.connect(server.superuser(), autocommit=True) as connection:
        name = sql.Identifier(urlsplit(url).path[1:])
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def _clear_cluster(mine: str) -> None:
    """What the installation of this name has on the cluster goes. Nobody waits until its pods have ended in their own
    time, nor until a namespace is gone that the next installation makes again."""
    found = json.loads(kubectl("get", "deployments", "--all-namespaces", f"--selector={BY}={MANAGER}", "--output=json"))
    for each in (one["metadata"] for one in found["items"]):
        if each.get("annotations", {}).get(INSTALLATION) == mine:
            chosen = (f"--namespace={each['namespace']}", f"--selector={selector(each['name'])}")
            kubectl("delete", ",".join(KINDS), *chosen, "--wait=false", "--force", "--grace-period=0")


def kubectl(*arguments: str) -> str:
    """What it prints."""
    return subprocess.run(["kubectl", *arguments], capture_output=True, text=True, check=True).stdout


def _locks(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "odcpub.lock"]


@contextmanager
def installation(python: str = sys.executable) -> Iterator[Installation]:
    """A new installation in a short folder; afterwards everything it started has ended."""
    folder = Path(tempfile.mkdtemp(prefix="odcpub-test-"))
    made = Installation(folder, python)
    try:
        yield made
    finally:
        made.run("down", code=None)
        if made.profile == "kind":
            _clear_cluster((folder / "data" / "installation").read_text().strip())
        for url in made.databases:
            _drop(url)
        shutil.rmtree(folder, ignore_errors=True)


def publish_helpdesk(made: Installation) -> str:
    """Publishes examples/money and releases it, then examples/helpdesk to Development; the app's address."""
    made.run("publish", str(made.copy("money")))
    made.run("release", "money", "--version", "1.0.0", "--notes", "first")
    return made.run("publish", str(made.copy("helpdesk"))).out.strip()


def database_url(made: Installation, profile: str, stage: str) -> str:
    """The superuser's URL of a stage's database, to look past the product at what it left there."""
    database = f"odc_{stage.replace('-', '_')}"
    if profile == "kind":
        return server.superuser(database)
    folder = made.folder / "data" / "postgres"
    password, port = ((folder / name).read_text() for name in ("superuser", "port"))
    return f"postgresql://odcpub:{password}@127.0.0.1:{port}/{database}"


def call(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
    """One HTTP request to a published app; problem answers are answers too."""
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url, content, {"Content-Type": "application/json"} | (headers or {}), method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            text = response.read()
            return Answer(response.status, json.loads(text) if text else None, dict(response.headers))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, json.loads(error.read() or b"null"), dict(error.headers))
