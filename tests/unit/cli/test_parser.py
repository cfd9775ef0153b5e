"""Arguments: what is asked for, what is refused, and that asking for help costs nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from odcpub.cli import arguments, main
from odcpub.cli.commands import installation
from odcpub.engines.settings import EngineSettings
from odcpub.errors import EngineError, ModelError, OdcpubError, Refused, UsageError

HEAVY = (
    "http",
    "json",
    "fastapi",
    "pydantic",
    "dbos",
    "sqlalchemy",
    "psycopg",
    "yaml",
    "docker",
    "kubernetes",
    "httpx",
)


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(argument: str) -> None:
    code = (
        "import sys\nfrom odcpub.cli.main import main\n"
        f"try: main([{argument!r}])\nexcept SystemExit: pass\n"
        f"print(sorted(sys.modules.keys() & set({HEAVY!r})), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert done.stdout.strip()


def test_a_command_knows_the_api_alone() -> None:
    """The model language is loaded by those commands alone that need no server."""
    modules = sorted({words.get_default("run").partition(":")[0] for words in _leaves(arguments.make_parser())})
    code = (
        f"import sys, importlib\nfor one in {modules!r}: importlib.import_module('odcpub.cli.commands.' + one)\n"
        f"print(sorted(sys.modules.keys() & {set(HEAVY) - {'http', 'json'} | {'odcpub.model'}!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["publsh", "x"],
        ["publish"],
        ["publish", "x", "y"],
        ["publish", "x", "--plam"],
        ["promote", "shop"],
        ["promote", "shop", "--to", "qa", "--revision", "first"],
        ["promote", "shop", "--to", "qa", "--revision", "0"],
        ["release", "units"],
        ["release", "units", "--notes", "x", "--revision", "-1"],
        ["undeploy", "shop"],
        ["config"],
        ["config", "set", "shop", "--stage", "qa"],
        ["config", "set", "shop", "A=1"],
        ["new", "page", "x"],
        ["import", "xml", "x", "--out", "y"],
        ["engines", "drop"],
        ["engines", "set"],
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: odcpub")

    assert main.main([*arguments, "--json"]) == 2
    told = capsys.readouterr()
    assert told.err == ""
    answer = json.loads(told.out)
    assert answer["error"].startswith("odcpub")
    assert answer["hint"].startswith("usage: odcpub")
    assert answer["exitCode"] == 2


def test_publishing_takes_no_stage_whatever_stages_are_called(capsys: pytest.CaptureFixture[str]) -> None:
    """Which stages there are is the project's affair; the client knows none of them."""
    for stage in ("qa", "development"):
        assert main.main(["publish", ".", "--stage", stage]) == 2
        assert "odcpub promote" in capsys.readouterr().err


def test_every_argument_is_explained() -> None:
    for words in _leaves(arguments.make_parser()):
        for action in words._actions:
            assert action.help or action.choices, (words.prog, action.dest)


def test_help_names_every_engine_setting() -> None:
    names = EngineSettings().shown().keys() - {"profile"}
    assert set(arguments.ENGINES.removeprefix("names: ").partition(";")[0].split(", ")) == names


def test_every_command_has_its_function_and_json() -> None:
    for words in _leaves(arguments.make_parser()):
        assert callable(main.command(words.get_default("run"))), words.prog
        assert "--json" in words.format_help()


def _leaves(parser: object) -> list:  # type: ignore[type-arg]
    import argparse

    actions = parser._actions  # type: ignore[attr-defined]
    nested = [one for one in actions if isinstance(one, argparse._SubParsersAction)]
    found = [leaf for one in nested for sub in one.choices.values() for leaf in _leaves(sub)]
    return [*found, *([parser] if parser.get_default("run") else [])]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("Shop: no", "do it so", ["a row"]), 1),
        (ModelError([]), 1),
        (UsageError("shpo: no such asset", "did you mean Shop?"), 2),
        (EngineError("registry x: cannot be reached", "start it"), 3),
    ],
)
def test_errors_have_their_exit_code_and_are_told(
    error: OdcpubError, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_options: object) -> int:
        raise error

    monkeypatch.setattr(installation, "status", fail)
    assert main.main(["status"]) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"error: {error.message}\n")
    assert not error.hint or f"hint: {error.hint}\n" in told.err

    assert main.main(["status", "--json"]) == code
    told = capsys.readouterr()
    assert told.err == ""
    answer = json.loads(told.out)
    assert (answer["error"], answer["hint"], answer["exitCode"]) == (error.message, error.hint, code)
    assert answer["details"] == list(getattr(error, "details", ()))


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (OSError(28, "No space left on device", "/data/server.out"), 3, "/data/server.out: the disk is full"),
    ],
)
def test_what_the_system_does_is_told_without_a_traceback(
    error: BaseException, code: int, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_options: object) -> int:
        raise error

    monkeypatch.setattr(installation, "status", fail)
    assert main.main(["status"]) == code
    assert words in capsys.readouterr().err


def test_a_closed_output_has_the_code_that_programs_have_then() -> None:
    """0 would tell a script that all went well, whatever the command has found."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "odcpub.cli", "schema"]
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("closed", ["1>&-", "2>&-"])
def test_what_a_closed_output_would_get_goes_nowhere(closed: str, tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text(
        f"app: Shop\nkey: {'0' * 8}-0000-4000-8000-{'0' * 12}\nstatic_entities: {{ None: {{}} }}\n"
    )
    line = f"exec {sys.executable} -m odcpub.cli verify {tmp_path} {closed}"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False)
    out, err = "" if closed == "1>&-" else "Shop: no errors\n", "" if closed == "2>&-" else "None has no records"
    assert (done.returncode, done.stdout) == (0, out)
    assert err in done.stderr
    assert bool(done.stderr) is bool(err)
