"""What the commands see to themselves, before the server is asked."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from odcpub.cli import asking, main, running
from odcpub.cli.client import Client
from odcpub.cli.commands import configuration
from odcpub.cli.routes import Route
from odcpub.errors import UsageError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def ended(_prompt: str) -> str:
    """Ctrl-D."""
    raise EOFError


class Api:
    """Answers every request alike."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self._answer = answer

    def request(self, *_: Any) -> dict[str, Any]:
        return self._answer


@pytest.mark.parametrize("typed", [ended, lambda _: ""], ids=["Ctrl-D", "Enter"])
def test_a_secret_that_was_not_typed_is_told(
    typed: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr(asking.getpass, "getpass", typed)
    assert main.main(["config", "set", "shop", "Token", "--stage", "qa"]) == 2
    assert "Token: no value was given" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["", "\n"])
def test_no_value_on_standard_input_is_told(
    given: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    assert main.main(["config", "set", "shop", "Token", "--stage", "qa"]) == 2
    assert "Token: no value was given" in capsys.readouterr().err


class Bytes(io.TextIOWrapper):
    def __init__(self, given: bytes) -> None:
        super().__init__(io.BytesIO(given), encoding="utf-8")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (io.StringIO("-----BEGIN\nabc\n"), "has more lines than values; nothing was set"),
        (io.StringIO("\udcff\n"), "Token: is not UTF-8 text"),
        (Bytes(b"\xff\n"), "Token: is not UTF-8 text"),
        (Bytes(b"a\0b\n"), "Token: holds the NUL character"),
        (Bytes(b"a\n" + b"b" * 9_000 + b"\xff\n"), "has more lines than values; nothing was set"),
        (None, "Token: no value was given"),
    ],
    ids=["several lines", "surrogates", "bytes", "NUL", "bytes behind it", "closed"],
)
def test_a_secret_that_cannot_be_kept_whole_is_refused(
    given: object, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", given)
    monkeypatch.setattr(Client, "connected", lambda: pytest.fail("it was sent"))
    assert main.main(["config", "set", "shop", "Token", "--stage", "qa"]) == 2
    assert told in capsys.readouterr().err


def test_an_argument_that_is_no_text_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["log", "\udcff"]) == 2
    assert "is not UTF-8 text" in capsys.readouterr().err


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

    class Noting:
        def request(self, route: Route[Any, Any], _body: Any = None) -> Any:
            asked.append(route.path)
            raise UsageError("no such")

    monkeypatch.setattr(Client, "connected", Noting)
    assert main.main(arguments) == 2
    assert asked[0].endswith(path)


def test_a_new_models_folder_is_quoted_where_it_must_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["new", "app", str(tmp_path / "9 lives")]) == 0
    assert f"odcpub publish '{tmp_path}/9 lives'" in capsys.readouterr().out


@pytest.mark.parametrize(("kind", "words"), [("ApplyConfigs", "Apply configuration"), ("Deploy", "Deploy")])
def test_an_operation_is_told_in_words(
    kind: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = {"operation": kind, "assetName": "Shop", "environmentName": "QA", "key": "k"}
    monkeypatch.setattr(Client, "connected", lambda: Api(answer))
    monkeypatch.setattr(running, "follow", lambda *_, **_named: 0)
    assert main.main(["config", "apply", "shop", "--stage", "qa"]) == 0
    assert capsys.readouterr().err == f"{words} Shop → QA\n"


def test_a_folder_that_is_gone_under_the_user_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert main.main(["publish", "shop"]) == 2
    assert capsys.readouterr().err == "error: the current folder no longer exists\nhint: cd to another\n"


@pytest.mark.parametrize(
    ("same", "warned"), [(True, ""), (False, "warning: Shop's revision 3 was compiled by another")]
)
def test_a_source_is_written_and_told(
    same: bool, warned: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = {"name": "Shop", "revision": 3, "sameCompiler": same, "files": {"README.md": "# Shop\n", "a/b.cs": "//\n"}}
    asked: list[str] = []

    class Noting:
        def request(self, route: Route[Any, Any]) -> Any:
            asked.append(f"{route.method} {route.path}")
            return answer

    monkeypatch.setattr(Client, "connected", Noting)
    assert main.main(["source", "my/shop", f"{tmp_path}/my out/", "--revision", "3"]) == 0
    told = capsys.readouterr()
    assert asked == ["GET /api/v1/sources/my%2Fshop?revision=3"]
    assert (
        told.out == f"Shop, revision 3: wrote 2 files to {tmp_path}/my out/. Try: less '{tmp_path}/my out/README.md'\n"
    )
    assert told.err.startswith(warned)
    assert bool(told.err) is bool(warned)
    assert (tmp_path / "my out" / "a" / "b.cs").read_text() == "//\n"


def test_a_source_that_has_no_room_is_not_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").touch()
    monkeypatch.setattr(Client, "connected", lambda: pytest.fail("it was asked for"))
    assert main.main(["source", "shop", str(tmp_path), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"] == f"{tmp_path}: is not empty"


@pytest.mark.parametrize(
    ("resumed", "when"),
    [
        ([], "takes effect with the next deployment, or: odcpub config apply shop --stage qa"),
        (["0d061018-aaaa"], "operation 0d061018, which waited for this, goes on: odcpub log 0d061018 --follow"),
    ],
)
def test_a_value_that_lets_an_operation_go_on_says_so(
    resumed: list[str], when: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = {"set": ["Rate"], "unset": [], "secrets": [], "resumed": resumed}
    monkeypatch.setattr(Client, "connected", lambda: Api(answer))
    assert main.main(["config", "set", "shop", "Rate=2", "--stage", "qa"]) == 0
    assert capsys.readouterr().out == f"Set Rate; {when}\n"


@pytest.mark.parametrize(
    ("paths", "more", "stage"),
    [
        (["stages/qa.yaml"], [], "qa"),
        (["stages/qa.yaml"], ["--stage", "production"], "production"),
        (["stages/qa.yaml", "stages/production.yaml"], [], "STAGE"),
        (["odcpub.yaml"], [], "STAGE"),
    ],
)
def test_the_command_that_applies_pushed_files_names_their_stage(
    paths: list[str], more: list[str], stage: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:  # fmt: skip
    files = [{"path": path, "change": "changed"} for path in paths]
    answer = {"key": "k", "name": "Shop", "files": files, "warnings": [], "resumed": []}
    monkeypatch.setattr(Client, "connected", lambda: Api(answer))
    monkeypatch.setattr(configuration, "send", lambda *_: [{}])
    assert main.main(["config", "push", str(tmp_path), *more]) == 0
    assert f"odcpub config apply Shop --stage {stage}\n" in capsys.readouterr().out
