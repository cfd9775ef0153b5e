"""Ctrl-C while a command starts: exit code 130, no traceback, nothing half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from odcpub.cli import main
from odcpub.cli.client import Client


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """What runs the tests may have Ctrl-C ignored, as for a job in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


STRIKES = """
import os, signal, sys

class Strikes:
    def find_spec(self, name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Strikes())
sys.modules.pop({module!r}, None)
sys.argv = ["odcpub", "status"]
from odcpub.cli.start import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    "module",
    [
        "odcpub.cli.main",
        "argparse",
        "odcpub.cli.commands",
        "odcpub.cli.commands.installation",
        "http.client",
        "getpass",
    ],
)
def test_during_imports(module: str, tmp_path: Path) -> None:
    code = STRIKES.format(module=module)
    env = os.environ | {"ODCPUB_HOME": str(tmp_path / "home")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)
    assert (done.returncode, done.stderr, done.stdout) == (130, "interrupted\n", "")
    assert not (tmp_path / "home").exists()


def interrupted(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(5)


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose path is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="odcpub-") as folder:
        monkeypatch.setenv("ODCPUB_HOME", f"{folder}/home")
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


def test_while_the_server_starts(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("subprocess.Popen", interrupted)
    assert main.main(["status"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_before_the_server_has_said_whether_the_operation_began(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Client, "check_version", lambda _: None)
    monkeypatch.setattr(Client, "request", interrupted)
    assert main.main(["undeploy", "shop", "--stage", "qa"]) == 130
    assert "If the operation had begun, it goes on. See it with: odcpub log" in capsys.readouterr().err


def test_while_a_model_is_written_nothing_of_it_stays(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Path] = []

    real = Path.open

    def opened(path: Path, *given: Any, **named: Any) -> Any:
        if path.suffix == ".yaml":
            written.append(path)
        file = real(path, *given, **named)
        if len(written) == 2:
            file.close()
            interrupted()
        return file

    monkeypatch.setattr(Path, "open", opened)
    assert main.main(["new", "app", str(home / "shop")]) == 130
    assert len(written) == 2
    assert not (home / "shop").exists()


def test_its_effect_on_other_programs_ends_with_the_command(home: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    main.main(["publish", str(home / "nowhere")])
    assert signal.getsignal(signal.SIGINT) is before
