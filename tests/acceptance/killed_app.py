"""An installation with one small app whose servers get killed, and an inventory of everything that operations leave.

Every edit of the model makes a migration (with a part that is tightened later), an image and a roll-out due.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from odcpub.files import write_whole
from odcpub.home import find_home
from tests.acceptance.zygote import Zygote, gone
from tests.installation import Done, Installation, call, database_url
from tests.waiting import wait_for

DEVELOPMENT, QA = "Test Development", "Test QA"
"""Stages of its own: what other installations have on the same cluster and database server at the same time is
elsewhere."""
STAGES = ("test-development", "test-qa")
PROJECT = f"stages: {{ {DEVELOPMENT}: {{}}, {QA}: {{ purpose: NonProduction }} }}\n"
MODEL = """\
app: {name}
key: {key}
settings:
  Greeting: {{ type: Text, default: hello }}
  Token: {{ type: Text, secret: true }}
entities:
  Item:
    display: Name
    attributes:
      Name: {{ type: Text, length: 50, mandatory: true }}
{attributes}screens:
  Items: {{ list: Item, columns: [Name] }}
"""
ATTRIBUTE = "      Case{number}: {{ type: Text, length: 20, mandatory: true, default: kept }}\n"


class KilledApp:
    """The app in its installation. ``promote`` brings one more published revision to QA each time."""

    def __init__(self, odcpub: Installation, zygote: Zygote, profile: str) -> None:
        self.odcpub, self.profile = odcpub, profile
        self.zygote = zygote
        self.label = f"killed{uuid.uuid4().hex[:6]}"
        self.name = self.label.capitalize()
        self.key = str(uuid.uuid4())
        self.model = odcpub.folder / "models" / self.label
        self.model.mkdir(parents=True)
        (self.model / "odcpub.yaml").write_text(PROJECT)
        self.edits, self._promoted = 0, 0
        self.edit()
        self.data = odcpub.folder / "data"
        self.client = odcpub.folder / "client"
        """Holds the process id of the command that runs beside the test."""

    def edit(self) -> None:
        """One more mandatory attribute with a default."""
        self.edits += 1
        attributes = "".join(ATTRIBUTE.format(number=number + 1) for number in range(self.edits))
        text = MODEL.format(name=self.name, key=self.key, attributes=attributes)
        (self.model / "app.yaml").write_text(text)

    def command(self, kind: str) -> list[str]:
        """One more publish, or the promotion of the next revision that QA lacks: never several attributes at once."""
        if kind == "publish":
            self.edit()
            return ["publish", str(self.model), "--wait"]
        self._promoted += 1
        return ["promote", self.name, "--to", STAGES[1], "--revision", str(self._promoted), "--wait"]

    def run(self, kind: str) -> Done:
        return self.odcpub.run(*self.command(kind), code=None)

    def running(self, kind: str) -> subprocess.Popen[str]:
        """A command that runs beside the test."""
        command = [sys.executable, "-m", "odcpub.cli", *self.command(kind)]
        client = subprocess.Popen(
            command, env=self.odcpub.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        write_whole(self.client, str(client.pid).encode())
        return client

    def prepare(self, kind: str) -> None:
        """Before a promotion there must be a revision to promote."""
        if kind == "promote" and self._promoted >= self.revision():
            assert self.run("publish").code == 0

    def plan(self, kind: str) -> Any:
        if kind == "publish":
            return self.odcpub.json("publish", str(self.model), "--plan")
        return self.odcpub.json("promote", self.name, "--to", STAGES[1], "--revision", str(self._promoted), "--plan")

    def kill(self) -> int:
        """Kills the server that runs; its process id."""
        pid = self.odcpub.server_pid()
        os.kill(pid, signal.SIGKILL)
        gone(pid)
        return pid

    def armed(self, step: str, moment: str, leading: bool = False) -> int:
        """Replaces the server that runs by one that kills itself at that moment; its process id. ``leading``: others
        are to die after it, so that it stops the client first."""
        self.kill()
        self.client.unlink(missing_ok=True)
        pid = self.zygote.fork(self.odcpub.env, step, moment, str(self.client) if leading else "")
        wait_for(lambda: self.answering() == pid, "the killing server")
        return pid

    def next_armed(self, step: str, moment: str) -> int:
        """One that takes over from the armed one before it."""
        return self.zygote.fork(self.odcpub.env, step, moment, None)

    def answering(self) -> int:
        """The process id of the server that answers; 0 where none does."""
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(str(find_home(self.odcpub.env).socket("api.sock")))
            except OSError:
                return 0
        return self.odcpub.server_pid()

    def addresses(self) -> list[str]:
        """Where the app answers, stage by stage."""
        assets = {one["name"]: one for one in self.odcpub.json("status")["assets"]}
        return [str(one["address"]) for one in assets[self.name]["stages"]]

    def address(self, stage: str) -> str:
        return str(self.odcpub.stage(self.name, stage)["address"])

    def count(self, query: str, *values: str) -> int:
        return int(self.odcpub.records(query, *values)[0][0] or 0)

    def effects(self) -> Counter[str]:
        """Everything that operations leave for good, counted where it is and not by the product."""
        found = Counter({"images": len(self._images())})
        found["revisions"] = self.count("SELECT count(*) FROM revisions WHERE asset = ?", self.key)
        for status in ("Running", "Finished", "FinishedWithError"):
            found[f"operations {status}"] = self.count(
                "SELECT count(*) FROM operations WHERE asset = ? AND status = ?", self.key, status
            )
        for stage in STAGES:
            for status in ("Running", "Finished", "FinishedWithError"):
                query = "SELECT count(*) FROM deployments WHERE asset = ? AND stage = ? AND status = ?"
                found[f"{stage} deployments {status}"] = self.count(query, self.key, stage, status)
            found.update({f"{stage} {name}": number for name, number in self._database(stage).items()})
            for part, phase in (("versions", "expand"), ("versions", "tighten"), ("pending", "")):
                scripts = (text for name, text in self._scripts(stage, part) if phase in name)
                # Where a kill has ended a script early it is two, with the same parts.
                found[f"{stage} {part} {phase}".strip()] = sum(text.count("@parts.append\n") for text in scripts)
            found[f"{stage} roll-outs"] = self._rollouts(stage)
        return found

    def _images(self) -> list[str]:
        if self.profile == "local":
            index = json.loads((self.data / "images" / "index.json").read_text())
            return [one["digest"] for one in index["manifests"] if f'"{self.label}@' in json.dumps(one)]
        url = f"http://{os.environ['ODCPUB_TEST_REGISTRY']}/v2/{self.label}/tags/list"
        with urllib.request.urlopen(url, timeout=30) as answer:
            return list(json.loads(answer.read())["tags"])

    def _database(self, stage: str) -> dict[str, int]:
        """The schema's size in every respect; ``head``: whether it is where its chain of scripts ends."""
        if not self._scripts(stage, "versions"):
            return {}
        queries = {
            "columns": "SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema()",
            "constraints": "SELECT count(*) FROM pg_constraint WHERE connamespace = current_schema()::regnamespace",
            "unchecked": "SELECT count(*) FROM pg_constraint WHERE connamespace = current_schema()::regnamespace "
            "AND NOT convalidated",
            "targets": "SELECT count(*) FROM odcpub_schema",
            "versions": "SELECT count(*) FROM odcpub_alembic",
            "rows": "SELECT count(*) FROM item",
        }
        with psycopg.connect(self._url(stage), options=f"-c search_path={self.label}") as connection:
            found = {name: connection.execute(query.encode()).fetchone()[0] for name, query in queries.items()}
            version = connection.execute("SELECT version_num FROM odcpub_alembic").fetchone()[0]
        last = max((name.removesuffix(".py") for name, _ in self._scripts(stage, "versions")), key=_order)
        return found | {"head": int(last == version)}

    def _scripts(self, stage: str, part: str) -> list[tuple[str, str]]:
        """Name and text of the scripts in a part of the app's chain."""
        query = "SELECT name, text FROM scripts WHERE app = ? AND stage = ? AND part = ?"
        return [(str(name), str(text)) for name, text in self.odcpub.records(query, self.label, stage, part)]

    def _url(self, stage: str) -> str:
        return database_url(self.odcpub, self.profile, stage)

    def _rollouts(self, stage: str) -> int:
        """The cluster's own count of roll-outs."""
        if self.profile == "local":
            return 0
        found = kubectl("get", "deployment", self.label, "-o", "json", "--ignore-not-found", stage=stage)
        return int(json.loads(found)["metadata"]["generation"]) if found else 0

    def processes(self) -> dict[str, list[int]]:
        """What runs of the installation, by what it is."""
        found: dict[str, list[int]] = {"server": [], "compiler": [], "keeper": [], "database": []}
        found |= {f"app in {stage}": [] for stage in STAGES if self.profile == "local"}
        home, compilers = os.fsencode(self.data), list[tuple[int, int]]()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                arguments = (folder / "cmdline").read_bytes().split(b"\0")
                environment = dict(
                    one.split(b"=", 1) for one in (folder / "environ").read_bytes().split(b"\0") if b"=" in one
                )
            except OSError:
                continue
            pid, mark = int(folder.name), environment.get(b"ODCPUB_LOCAL", b"")
            if mark.startswith(home):
                found[f"app in {mark.rpartition(b'|')[2].partition(b'/')[0].decode()}"].append(pid)
            elif b"keeper.py" in b"".join(arguments) and home + b"/apps" in arguments:
                found["keeper"].append(pid)
            elif arguments[0].endswith(b"postgres") and home + b"/postgres/cluster" in arguments:
                found["database"].append(pid)
            elif arguments[0].endswith(b"odcpub-csharp"):  # which has nothing of the server's environment
                compilers.append((pid, _parent(folder)))
            elif environment.get(b"ODCPUB_HOME") == home and b"odcpub.portal" in arguments:
                found["server"].append(pid)
        found["compiler"] = [pid for pid, parent in compilers if parent in found["server"]]
        return found

    def counted(self) -> dict[str, int]:
        return {name: len(pids) for name, pids in self.processes().items()}

    def began(self) -> Counter[str]:
        """How often each step of the latest operation was begun."""
        return Counter(one["step"] for one in self._messages() if one.get("event") == "began")

    def ended(self, step: str) -> bool:
        return any(one.get("event") == "ended" and one["step"] == step for one in self._messages())

    def revision(self) -> int:
        return self.count("SELECT max(number) FROM revisions WHERE asset = ?", self.key)

    def latest(self) -> str:
        """The key of the app's latest operation."""
        (found,) = self.odcpub.records(
            "SELECT key FROM operations WHERE asset = ? ORDER BY started_at DESC LIMIT 1", self.key
        )
        return str(found[0])

    def _messages(self) -> list[dict[str, Any]]:
        rows = self.odcpub.records("SELECT data FROM messages WHERE operation = ?", self.latest())
        return [json.loads(row[0]) for row in rows]

    def replicas(self, stage: str) -> tuple[int, int]:
        """ReplicaSets that ask for pods, and pods, of the app in the stage."""
        sets = json.loads(kubectl("get", "replicaset,pod", "-o", "json", stage=stage))["items"]
        mine = [one for one in sets if one["metadata"]["name"].startswith(f"{self.label}-")]
        asking = [one for one in mine if one["kind"] == "ReplicaSet" and one["spec"]["replicas"]]
        return len(asking), len([one for one in mine if one["kind"] == "Pod"])

    @contextmanager
    def served(self) -> Iterator[None]:
        """Inside, a client asks the app all the time; not one of its requests may fail."""
        addresses = self.addresses()
        ended, failures = threading.Event(), []

        def ask() -> None:
            while not ended.wait(0.1):
                for address in addresses:
                    try:
                        if (answer := call("GET", f"{address}/api/Item")).status != 200:
                            failures.append(f"{address}: {answer.status} {answer.body}")
                    except OSError as error:
                        failures.append(f"{address}: {error}")

        client = threading.Thread(target=ask)
        client.start()
        try:
            yield
        finally:
            ended.set()
            client.join()
        assert not failures, failures[:5]


def _parent(process: Path) -> int:
    """The parent of a process in /proc; 0 where it has gone."""
    with suppress(OSError):
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    return 0


def _order(revision: str) -> tuple[str, bool, str]:
    number, phase, _, *part = revision.split("_")
    return number, phase == "tighten", "".join(part)


def kubectl(*arguments: str, stage: str) -> str:
    command = ["kubectl", "--namespace", f"odc-{stage}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
