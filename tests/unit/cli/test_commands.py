"""What the commands see to themselves, before the server is asked."""

from __future__ import annotations

import io

import pytest

from odcpub.cli import commands, main


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
