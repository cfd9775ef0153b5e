"""Makes the records beside it: operations that a server of a8f384a left running when it was killed.

Run by hand, with a checkout of that commit: ``PYTHONPATH=<checkout> python make.py left.json``. Its own code plans,
compiles, records and runs; only the engines are stand-ins, and kill the process at one moment of one step.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

KEY, LIBRARY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10", "8d4a2f51-7c0e-4b93-9e25-3f1b6c8a0d47"
SHOP = f"""\
app: Shop
key: {KEY}
settings:
  Rate: {{ type: Integer, default: 1 }}
entities:
  Item:
    display: Name
    attributes:
      Name: {{ type: Text, length: 50, mandatory: true }}
"""
MONEY = (
    f"library: Money\nkey: {LIBRARY}\nstructures: {{ Amount: {{ attributes: {{ Value: {{ type: Currency }} }} }} }}\n"
)
RUN = ("start", "expand", "ready", "settle", "tighten", "end")
STEPS = {
    "publish": ("verify", "plan", "compile", "image", *RUN),
    "promote": ("plan", *RUN),
    "apply": ("plan", *RUN),
    "undeploy": ("undeploy", "end"),
    "library": ("verify", "compile", "store", "end"),
}
"""The steps of each kind of operation, in their order then."""
KILLED = STEPS | {"promote": ("plan", "start", "ready", "end"), "apply": ("ready",), "library": ("compile", "store")}
"""At which of them: of those that other kinds have too, some."""
BEFORE = "5f1f6c1e-52a2-4b0c-9d0a-0f6f1b1d9a01"
"""The key of a publish that comes first."""
MOMENTS = ("done", "recorded")
"""``done``: with its effect, but not yet recorded by DBOS; ``recorded``: by DBOS too."""


def engines() -> Any:
    """Stand-ins; nothing of them stays."""
    from odcpub.deployment.workload import DeploymentPlan
    from odcpub.engines.ports import Login
    from odcpub.image.content import ImageRef

    def compiled(assemblies: Any, _given: Any) -> dict[str, bytes]:
        return {one.name: one.name.encode() for one in assemblies}

    toolchain = SimpleNamespace(identity="t", source="sdk", runtime_version="10.0.1", version="10.0.1")
    made = SimpleNamespace(
        settings=SimpleNamespace(builder="own", registry="layout", database_address=""),
        csharp=SimpleNamespace(toolchain=lambda: toolchain, compile=compiled),
        base=lambda: "base",
        build=lambda _content, repository: ImageRef(repository, "sha256:" + "1" * 64),
        has=lambda _image: True,
        reference=lambda image: f"{image.repository}@{image.digest}",
        check=lambda _place: None,
        observe=lambda what: DeploymentPlan() if hasattr(what, "digest") else None,
        inspect=lambda *_: (),
        access_fault=lambda *_: "",
        login=lambda place, password: Login("db", 5432, place.database, place.schema, "shop", password),
        prepare=lambda place, password: Login("db", 5432, place.database, place.schema, "shop", password),
        apply=lambda *_: None,
        start=lambda _workload: None,
        wait=lambda *_: "http://127.0.0.1:8100",
        settle=lambda *_: True,
        take_back=lambda _workload: False,
        stop=lambda *_: None,
        running=lambda *_: None,
        settled=lambda: None,
    )
    made.builder = made.registry = made.database = made.runner = made
    return made


def _platform(folder: Path) -> Any:
    from odcpub.home import Home
    from odcpub.model.load import FileCache
    from odcpub.operations.platform import Caches, Platform
    from odcpub.store.store import Store

    store, made = Store(folder), engines()
    return Platform(Home(folder, folder / "cache", folder / "run"), store, lambda: made, Caches(store), FileCache())


def _begin(platform: Any, kind: str, folder: Path, key: str = "") -> str:
    from odcpub.operations import requests

    if kind in ("publish", "library"):
        return requests.publish(platform, folder / ("shop" if kind == "publish" else "money"), "ada", key)
    if kind == "promote":
        return requests.deploy(platform, "shop", "qa", None, "ada")
    return getattr(requests, kind)(platform, "shop", "development", "ada")


def _arm(step: str, moment: str, spared: set[str]) -> None:
    """``spared``: operations in which nobody dies."""
    from odcpub.operations import durable

    run_step, executed, ended = durable.DBOS.run_step, durable._execute, durable._end

    def die(key: str, name: str, when: str) -> None:
        if key not in spared and (name, when) == (step, moment):
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(60)

    def execute(key: str, name: str) -> bool:
        going_on = executed(key, name)
        die(key, name, "done")
        return going_on

    def end(key: str) -> None:
        ended(key)
        die(key, "end", "done")

    def recorded(options: Any, work: Any, key: str, *more: str) -> Any:
        result = run_step(options, work, key, *more)
        die(key, options["name"], "recorded")
        return result

    durable._execute, durable._end, durable.DBOS.run_step = execute, end, recorded


def _tiny() -> None:
    """What an app carries of the runtime is not what is tried here."""
    from odcpub.operations import building

    whole = building.compile_app

    def compile_app(*arguments: Any) -> Any:
        from dataclasses import replace

        made = whole(*arguments)
        return replace(made, web=tuple(sorted(made.web, key=lambda one: len(one.content)))[:1])

    building.compile_app = compile_app
    building.host_files = building.library_files = lambda _toolchain: ()


def _killed(folder: Path, kind: str, step: str, moment: str) -> None:
    """In a process of its own: what comes before the operation, then the operation, up to the end of the process."""
    from odcpub.operations import durable

    spared: set[str] = set()
    _tiny()
    _arm(step, moment, spared)
    platform = _platform(folder)
    durable.launch(platform, folder)
    if kind not in ("publish", "library"):
        spared.add(BEFORE)
        _ended(platform, _begin(platform, "publish", folder, BEFORE))
    _ended(platform, _begin(platform, kind, folder))
    time.sleep(60)


def _ended(platform: Any, key: str) -> None:
    while platform.store.journal.operation(key).status == "Running":
        time.sleep(0.01)


def _rows(file: Path) -> dict[str, list[dict[str, Any]]]:
    """What operations leave, by table, without what is empty in it; versions of the schema belong to who opens it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: [{key: row[key] for key in row.keys() if row[key] is not None} for row in found]  # noqa: SIM118
            for name in tables
            if "version" not in name and "migration" not in name and "sqlite" not in name
            if (found := connection.execute(f'SELECT * FROM "{name}"').fetchall())  # noqa: S608
        }


def _text(value: object) -> object:
    """As JSON has it; bytes are secrets, encrypted."""
    return {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else str(value)


def main(out: Path) -> None:
    found: dict[str, Any] = {"blobs": {}, "cases": {}}
    for kind, steps in KILLED.items():
        for step in steps:
            for moment in MOMENTS:
                folder = Path(tempfile.mkdtemp())
                for name, model in (("shop", SHOP), ("money", MONEY)):
                    (folder / name).mkdir()
                    (folder / name / f"{name}.yaml").write_text(model)
                (folder / "vault.key").write_bytes(base64.urlsafe_b64encode(b"k" * 32))
                (folder / "vault.key").chmod(0o600)
                if (pid := os.fork()) == 0:
                    _killed(folder, kind, step, moment)
                assert os.waitpid(pid, 0)[1] == signal.SIGKILL
                case: dict[str, Any] = {
                    "records": _rows(folder / "platform.sqlite"),
                    "workflows": _rows(folder / "operations.sqlite"),
                }
                text = json.dumps(case, default=_text).replace(str(folder), "FOLDER")
                found["cases"][f"{kind} {step} {moment}"] = json.loads(text)
                for blob in (folder / "blobs").glob("*/*"):
                    found["blobs"][blob.name] = base64.b64encode(blob.read_bytes()).decode()
    out.write_text(json.dumps(found, sort_keys=True, separators=(",", ":")))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
