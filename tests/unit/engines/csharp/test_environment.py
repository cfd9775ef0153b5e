"""The process that compiles what authors wrote is told nothing of the server's environment that it does not need."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from odcpub.engines.csharp.process import DriverProcess

SECRETS = (
    "PGPASSWORD",
    "AWS_SECRET_ACCESS_KEY",
    "ODCPUB_HOME",
    "KUBECONFIG",
    "GITHUB_TOKEN",
    "COMPlus_X",
    "SSH_AUTH_SOCK",
)


def test_no_secret_is_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "canary")
    given: dict[str, str] = {}

    def started(*_: Any, env: dict[str, str], **__: Any) -> Any:
        given.update(env)
        raise OSError(2, "not started here")

    monkeypatch.setattr(subprocess, "Popen", started)
    parts: Any = SimpleNamespace(toolchain=SimpleNamespace(root=Path("/dotnet")), command=["driver"], references=())
    with pytest.raises(Exception, match="cannot be started"):
        DriverProcess(parts)
    assert given["DOTNET_ROOT"] == "/dotnet"
    assert "PATH" in given
    assert "canary" not in given.values()
