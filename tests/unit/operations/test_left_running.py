"""Operations that a server of an earlier version left running end under this one, and every effect is there once.

``left_running/left.json`` holds its records, its DBOS's too, and the blobs; ``left_running/make.py`` says how they were
made. The engines are stand-ins; what is tried is that this version goes on with what that one wrote.
"""

from __future__ import annotations

import base64
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dbos import DBOS

from odcpub.home import Home
from odcpub.model.load import FileCache
from odcpub.operations import durable
from odcpub.operations.core.command import Publish
from odcpub.operations.core.outputs import Verified
from odcpub.operations.durable_records import empty_log
from odcpub.operations.kinds.app import compile as compiling
from odcpub.operations.platform import Caches, Platform
from odcpub.store.records import Status
from odcpub.store.store import Store
from tests.waiting import wait_for

from .left_running import make

LEFT = json.loads((Path(__file__).parent / "left_running" / "left.json").read_text())
CASES: dict[str, Any] = LEFT["cases"]
EACH_TIME = (
    "publish verify done", "publish plan recorded", "publish image recorded", "publish expand done",
    "publish ready recorded", "promote ready done", "apply ready recorded", "undeploy undeploy done",
    "library compile recorded",
)  # fmt: skip
"""The others are tried by ``make long``."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with no rows in either file."""
    folder = tmp_path_factory.mktemp("empty")
    platform = _platform(folder)
    durable.launch(platform, folder)
    _end(platform)
    return folder


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """As ``make`` compiles: next to nothing."""
    whole = compiling.compile_app

    def compile_app(*arguments: Any) -> Any:
        made = whole(*arguments)
        return replace(made, web=tuple(sorted(made.web, key=lambda one: len(one.content)))[:1])

    monkeypatch.setattr(compiling, "compile_app", compile_app)
    monkeypatch.setattr(compiling, "host_files", lambda _: ())
    monkeypatch.setattr(compiling, "library_files", lambda _: ())
    monkeypatch.setattr(durable, "_platform", None)


def _platform(folder: Path) -> Platform:
    store, engines = Store(folder), make.engines()
    home = Home(folder, folder / "cache", folder / "run")
    return Platform(home, store, lambda: engines, Caches(store), FileCache())


def _end(platform: Platform) -> None:
    DBOS.destroy(workflow_completion_timeout_sec=0)
    empty_log(platform.home.data)
    platform.store.close()


def _value(value: Any) -> Any:
    return base64.b64decode(value["bytes"]) if isinstance(value, dict) else value


def _fill(file: Path, tables: dict[str, list[dict[str, Any]]]) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        for name, rows in tables.items():
            for row in rows:
                columns, marks = ", ".join(f'"{one}"' for one in row), ", ".join("?" * len(row))
                values = [_value(one) for one in row.values()]
                connection.execute(f"INSERT INTO {name} ({columns}) VALUES ({marks})", values)  # noqa: S608


@pytest.fixture
def left(request: pytest.FixtureRequest, empty: Path, tmp_path: Path) -> Iterator[Platform]:
    """The installation as the killed server left it."""
    folder = tmp_path / "data"
    shutil.copytree(empty, folder)
    case = json.loads(json.dumps(CASES[request.param]).replace("FOLDER", str(folder)))
    for name, model in (("shop", make.SHOP), ("money", make.MONEY)):
        (folder / name).mkdir()
        (folder / name / f"{name}.yaml").write_text(model)
    key = folder / "vault.key"
    key.write_bytes(base64.urlsafe_b64encode(b"k" * 32))
    key.chmod(0o600)
    _fill(folder / "platform.sqlite", case["records"])
    _fill(folder / "operations.sqlite", case["workflows"])
    platform = _platform(folder)
    for content in LEFT["blobs"].values():
        platform.store.blobs.put(base64.b64decode(content))
    yield platform
    _end(platform)


def kinds(word: str) -> Any:
    found = [one for one in CASES if one.split()[0] in word.split()]
    marked = [pytest.param(one, marks=() if one in EACH_TIME else pytest.mark.long) for one in found]
    return pytest.mark.parametrize("left", marked, indirect=True)


def ended(platform: Platform) -> SimpleNamespace:
    """The operation that was left, once it has ended, and how often each of its steps was begun by either version."""
    (*_, key) = [one.key for one in reversed(platform.ledger.operations())]
    durable.launch(platform, platform.home.data)
    wait_for(lambda: not platform.ledger.operations(status=Status.RUNNING), "the operation's end")
    messages = platform.store.journal.messages(key)
    errors = [(one.text, one.data) for one in messages if one.severity == "Error"]
    operation = platform.ledger.operation(key)
    assert operation is not None
    assert (operation.status, errors) == (Status.FINISHED, [])
    began = [str(one.data["step"]) for one in messages if one.data.get("event") == "began"]
    return SimpleNamespace(operation=operation, unit=operation.unit, began=began)


def test_every_step_was_left_with_its_effect_and_with_its_record() -> None:
    steps = {step for steps in make.STEPS.values() for step in steps}
    assert {tuple(one.split()[1:]) for one in CASES} == {
        (step, moment) for step in steps for moment in ("done", "recorded")
    }


@kinds("publish")
def test_a_publish_ends(left: Platform) -> None:
    found = ended(left)
    assert found.unit.address == "http://127.0.0.1:8100"
    assert [one.number for one in left.store.assets.revisions(make.KEY)] == [1] == [found.unit.revision]
    (deployment,) = left.store.stages.deployments(make.KEY)
    assert (deployment.status, deployment.revision, deployment.operation) == ("Finished", 1, found.operation.key)
    assert list(dict.fromkeys(found.began)) == list(make.STEPS["publish"][:-1])


@kinds("promote apply")
def test_a_promotion_and_an_applied_configuration_end(left: Platform) -> None:
    found = ended(left)
    assert (found.unit.address, found.unit.revision) == ("http://127.0.0.1:8100", 1)
    assert [one.number for one in left.store.assets.revisions(make.KEY)] == [1]
    current = left.store.stages.current(make.KEY, found.unit.stage.label)
    assert current is not None
    assert current.operation == found.operation.key
    assert list(dict.fromkeys(found.began)) == list(make.STEPS["promote"][:-1])


@kinds("undeploy")
def test_an_undeploy_ends(left: Platform) -> None:
    assert ended(left).unit.stage.name == "Development"
    assert left.store.stages.current(make.KEY, "development") is None


@kinds("library")
def test_a_librarys_publish_ends(left: Platform) -> None:
    assert ended(left).unit.revision == 1
    assert [one.number for one in left.store.assets.revisions(make.LIBRARY)] == [1]


@pytest.mark.parametrize("left", ["promote ready recorded"], indirect=True)
def test_what_had_ended_before_is_read_as_it_was(left: Platform) -> None:
    """Nothing of this version has written it."""
    publish = left.ledger.operation(make.BEFORE)
    assert publish is not None
    assert isinstance(publish.command, Publish)
    assert (publish.command.actor, publish.command.asset.name, publish.status) == ("ada", "Shop", Status.FINISHED)
    assert (publish.unit.revision, publish.unit.address) == (1, "http://127.0.0.1:8100")
    verified = publish.unit.find(Verified)
    assert verified is not None
    assert (verified.runtime, verified.same, verified.unchanged) == ("sdk", None, False)
