"""What the commands see to themselves, before the server is asked."""

from __future__ import annotations

import io
from typing import Any

import pytest

from odcpub.cli import commands, main
from odcpub.errors import UsageError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def ended(_prompt: str) -> str:
    """Ctrl-D."""
    raise EOFError


@pytest.mark.parametrize("typed", [ended, lambda _: ""], ids=["Ctrl-D", "Enter"])
def test_a_secret_that_was_not_typed_is_told(
    typed: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr(commands.getpass, "getpass", typed)
    assert main.main(["config", "set", "shop", "Token", "--stage", "qa"]) == 2
    assert "Token: no value was given" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["", "\n"])
def test_no_value_on_standard_input_is_told(
    given: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    assert main.main(["config", "set", "shop", "Token", "--stage", "qa"]) == 2
    assert "Token: no value was given" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (["config", "show", "a/b", "--stage", "q/a"], "/environments/q%2Fa/applications/a%2Fb/configurations"),
        (["release", "a/b", "--notes", "x"], "/assets/a%2Fb/revisions/0"),
        (["log", "a/b?c#d"], "/operations/a%2Fb%3Fc%23d"),
    ],
)
def test_a_name_is_one_segment_of_the_path(arguments: list[str], path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Api:
        def request(self, _method: str, path: str, _body: Any = None) -> Any:
            asked.append(path)
            raise UsageError("no such")

    monkeypatch.setattr(commands, "_client", Api)
    assert main.main(arguments) == 2
    assert asked[0].endswith(path)
