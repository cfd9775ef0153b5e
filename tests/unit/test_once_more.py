"""Tests that fail are run once more, by themselves, where they are few."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.once_more import run

SEEN = "from pathlib import Path\nseen = Path('seen')\n"
UNSTEADY = f"{SEEN}def test_it():\n    again = seen.exists()\n    seen.touch()\n    assert again\n"
BROKEN = "def test_broken():\n    assert False\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def test_what_passes_then_is_said(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "test_one.py").write_text(UNSTEADY)
    assert run(["-q"]) == 0
    assert "UNSTEADY: passed only when run once more, to be mended: test_one.py::test_it" in capfd.readouterr().out


def test_what_is_broken_fails(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "test_one.py").write_text(UNSTEADY + BROKEN)
    assert run(["-q"]) == 1
    assert "UNSTEADY" not in capfd.readouterr().out


def test_many_are_no_accident(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "test_one.py").write_text(UNSTEADY)
    assert run(["-q"], few=0) == 1
    assert "once more" not in capfd.readouterr().out


def test_what_passes_is_run_once(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "test_one.py").write_text("def test_it():\n    pass\n")
    assert run(["-q"]) == 0
    assert "once more" not in capfd.readouterr().out


def test_wrong_arguments_are_not_tried_again() -> None:
    assert run(["--no-such-option"]) == 4
