"""Bad input by class: refused with place and hint and the right exit code, no traceback, nothing changed.

The folder ``bad_inputs`` holds the cases, a file a class. One installation serves them all: it has the app Shop in
Development and the library Units 1.0.0. Every model is published for people, and planned for programs (``--json``) too:
three of each class each time, and the others in `make long`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml

from tests.installation import Installation, installation
from tests.readable import assert_readable
from tests.untouched import untouched

FOLDER = Path(__file__).parent / "bad_inputs"
MODEL = FOLDER / "model"


def _cases(few: int = 1000) -> Iterator[Any]:
    """Those after the first ``few`` of each class are `long`."""
    for path in sorted(FOLDER.glob("*.yaml")):
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert len(table["cases"]) >= 5, path
        for number, case in enumerate(table["cases"]):
            marks = pytest.mark.long if number >= few else ()
            yield pytest.param(case, id=f"{table['class']}: {case['what']}", marks=marks)


@pytest.fixture(scope="module")
def resident() -> Iterator[Installation]:
    with installation() as made:
        made.run("publish", str(FOLDER / "units"))
        made.run("release", "units", "--version", "1.0.0", "--notes", "first")
        made.run("publish", str(shutil.copytree(MODEL, made.folder / "shop")))
        yield made


@pytest.mark.parametrize("case", [case for case in _cases() if "run" not in case.values[0]])
def test_bad_model_is_refused(resident: Installation, tmp_path: Path, case: dict[str, Any]) -> None:
    model = write(case, tmp_path)
    code = case.get("code", 1)
    with untouched(resident):
        done = resident.run("publish", str(model), code=code)
    assert_readable(done, case["says"], case.get("not", ()))
    given = (*case.get("files", {}), *case.get("pipes", ()))
    assert not list(model.glob("odcpub.lock")) or "odcpub.lock" in given


@pytest.mark.parametrize("case", [case for case in _cases(few=3) if "run" not in case.values[0]])
def test_bad_model_is_refused_in_a_plan(resident: Installation, tmp_path: Path, case: dict[str, Any]) -> None:
    model = write(case, tmp_path)
    with untouched(resident):
        plan = resident.run("publish", str(model), "--plan", "--json", code=case.get("code", 1))
    told = json.loads(plan.out)
    assert told.get("error") or told["refusals"], told


@pytest.mark.parametrize("case", [case for case in _cases() if "run" in case.values[0]])
def test_bad_command_is_refused(resident: Installation, tmp_path: Path, case: dict[str, Any]) -> None:
    model = write(case, tmp_path)
    arguments = [str(one).replace("{folder}", str(tmp_path)).replace("{model}", str(model)) for one in case["run"]]
    environment = {name: value.replace("{model}", str(model)) for name, value in case.get("env", {}).items()}
    with untouched(resident), patch.dict(resident.env, environment):
        done = resident.run(*arguments, stdin=case.get("stdin", ""), code=case.get("code", 1))
        told = resident.run(*arguments, "--json", stdin=case.get("stdin", ""), code=case.get("code", 1))
    assert_readable(done, case["says"], case.get("not", ()))
    if not done.err.startswith("usage:"):
        assert json.loads(told.out)["error"] in done.err


def write(case: dict[str, Any], folder: Path) -> Path:
    """The case's model: the valid one with its changes, or (``only``) its files alone."""
    model = folder / "model"
    model.mkdir() if case.get("only") else shutil.copytree(MODEL, model)
    for changes in (case.get("change", {}), case.get("also", {})):
        for name, (old, new) in changes.items():
            text = (model / name).read_text(encoding="utf-8")
            assert text.count(old) == 1, (old, text)
            (model / name).write_text(text.replace(old, new), encoding="utf-8")
    contents = {name: text.encode() for name, text in case.get("files", {}).items()}
    contents |= {name: bytes.fromhex(digits) for name, digits in case.get("bytes", {}).items()}
    contents |= {name: b"# " + b"x" * size for name, size in case.get("large", {}).items()}
    for name, content in contents.items():
        (model / name).parent.mkdir(exist_ok=True, parents=True)
        (model / name).write_bytes(content)
    for name, target in case.get("links", {}).items():
        (model / name).parent.mkdir(exist_ok=True, parents=True)
        (model / name).symlink_to(target)
    for name in case.get("pipes", ()):
        (model / name).parent.mkdir(exist_ok=True, parents=True)
        os.mkfifo(model / name)
    return model
