"""Nothing of what data, models, logs and other servers hold reaches a terminal raw: through every command."""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import logging
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odcpub import cli
from odcpub.cli import arguments, main, progress
from odcpub.cli.client import ApiError, Client
from odcpub.cli.commands import installation
from odcpub.cli.routes import Route
from odcpub.errors import Refused
from odcpub.escaping import escaped, in_short
from odcpub.portal.main import _Lines

HOSTILE = (
    "a\x1b[2J\x1b[31m\r\nerror: all is lost\x7f\x9b31m\u202egpj\u2066\u200b\ufeff\u2028\u2029\x85\udc80\U000e0041z"
    "\u034f\u3164\ufe0f\U000e0100"
)
ROUGH = ("Cc", "Cf", "Cs", "Zl", "Zp")
UNSEEN = "\u034f\u115f\u1160\u17b4\u180b\u3164\ufe0f\uffa0\U000e0100"
"""Some of those that show nothing though they are no control characters."""


def raw(text: str) -> set[str]:
    """What a terminal would act on, but for the line ends between lines."""
    return {sign for sign in text.replace("\n", "") if unicodedata.category(sign) in ROUGH or sign in UNSEEN}


@given(st.text())
def test_whatever_is_shown_is_one_line_and_stays_the_same(text: str) -> None:
    assert not raw(escaped(text))
    assert "\n" not in escaped(text)
    assert escaped(escaped(text)) == escaped(text)
    assert len(in_short(text, 20)) <= 21


@pytest.mark.parametrize("sign", [*UNSEEN, "\u17b5", "\u180f", "\ufe00", "\U000e01ef"])
def test_what_shows_nothing_is_made_visible(sign: str) -> None:
    assert escaped(f"Ada{sign}") == "Ada" + sign.encode("unicode_escape").decode()


@pytest.mark.parametrize("text", ["Zürich ﷽ שלום", "10\u202f000\xa0€", "odcpub publish '/models/my shop'", "日本 🙂"])
def test_what_people_read_and_paste_stays(text: str) -> None:
    assert escaped(text) == text


PROBLEM = {
    "code": HOSTILE, "file": HOSTILE, "line": 1, "column": 2, "element": HOSTILE, "message": HOSTILE, "hint": HOSTILE,
    "severity": "Error",
}  # fmt: skip
ERROR = {"hint": HOSTILE, "exit_code": 1, "details": [HOSTILE], "problems": [PROBLEM]}
WAITING = dict.fromkeys(("for", "who", "since", "command"), HOSTILE)
OPERATION = {
    "waiting": WAITING,
    "key": HOSTILE, "operation": "Publish", "status": "FinishedWithError", "startedDateTime": HOSTILE,
    "assetName": HOSTILE, "environmentName": HOSTILE, "deployedBy": HOSTILE, "revision": 1, "address": HOSTILE,
    "unchanged": False, "forgotten": False, "exitCode": 1, "lockFile": None,
}  # fmt: skip
MESSAGES = [
    {"timestamp": HOSTILE, "type": HOSTILE, "message": HOSTILE, "severity": severity, "data": data}
    for severity, data in (
        ("Info", {"event": "began"}), ("Info", {"event": "progress"}), ("Info", {}), ("Warning", {"hint": HOSTILE}),
        ("Info", {"event": "ended", "seconds": 1.0}), ("Error", ERROR),
    )
]  # fmt: skip
PENDING = dict.fromkeys(("file", "sentBy", "sentAt", "apply"), HOSTILE)
ANSWERS: dict[str, Any] = {
    "publish-operations": OPERATION, "deployment-operations": OPERATION,
    "messages?limit=5000&offset=0": {"results": MESSAGES, "page": {"nextPageOffset": None}},
    "0": {"name": HOSTILE, "tag": HOSTILE, "revision": 1, "unchanged": False},
    "files": {
        "name": HOSTILE, "files": [{"path": HOSTILE, "change": "new"}], "warnings": [HOSTILE], "resumed": [HOSTILE],
    },
    "configurations": {
        "pending": PENDING,
        "set": [HOSTILE], "unset": [HOSTILE], "secrets": [HOSTILE], "resumed": [HOSTILE],
        "settings": [{"name": HOSTILE, "dataType": HOSTILE, "value": HOSTILE, "valueOrigin": HOSTILE}],
    },
    "publish-plans": {
        "fingerprint": HOSTILE, "asset": HOSTILE, "stage": HOSTILE, "build": {"does": [HOSTILE], "image": HOSTILE},
        "configuration": {key: [{"name": HOSTILE, "value": HOSTILE}] for key in ("settings", "secrets")},
        "data": {
            "mends": [HOSTILE], "carried": [HOSTILE], "steps": [{"summary": HOSTILE}],
            "transactions": [{
                "phase": HOSTILE, "does": [HOSTILE], "statements": [HOSTILE], "hazards": [HOSTILE],
                "locks": [{"table": HOSTILE, "lock": HOSTILE}], "concurrent": False,
            }],
        },
        "stageFiles": {"digest": HOSTILE, "changes": [dict.fromkeys(("path", "change", "was", "becomes"), HOSTILE)]},
        "deploy": [{"verb": HOSTILE, "what": HOSTILE, "fields": [dict.fromkeys(("path", "old", "new"), HOSTILE)]}],
        "basis": {"runs": None}, **{part: [HOSTILE] for part in ("warnings", "notices", "refusals")},
    },
    "calls": {
        "asset": HOSTILE, "stage": HOSTILE, "action": HOSTILE, "refusal": None,
        "outputs": {HOSTILE: HOSTILE, "List": [HOSTILE]},
    },
    "plan-executions": OPERATION,
    "x": {"name": HOSTILE, "revision": 1, "sameCompiler": False, "files": {"app.cs": "class A;"}},
    "x?stage=qa": {"app": HOSTILE, "stage": HOSTILE, "files": {"versions/0001.py": "x"}},
    "updates": {
        "warnings": [HOSTILE], "lockFile": None, "changes": [{"name": HOSTILE, "from": HOSTILE, "to": HOSTILE}],
    },
    "model-files": {"source": 64 * "0", "missing": [], "former": None},
    "engines": {HOSTILE: HOSTILE},
    "doctor": {"checks": [{"what": HOSTILE, "state": "missing", "found": HOSTILE, "hints": [HOSTILE]}]},
    "operations": {"results": [OPERATION]}, "server": {
        "version": cli.__name__, "pid": 1, "data": HOSTILE, "store": HOSTILE, "before": HOSTILE, "aside": HOSTILE,
        "rows": 1, "contents": 2, "seconds": 0.1,
    },
    "status": {
        "title": HOSTILE, **ERROR,
        "assets": [
            {"name": HOSTILE, "kind": HOSTILE, "release": HOSTILE, "revision": 1, "waiting": [
                {"operation": HOSTILE, "kind": HOSTILE, "stage": HOSTILE, "waiting": WAITING}], "stages": [
                {"stage": HOSTILE, "revision": 1, "digest": HOSTILE, "health": HOSTILE, "address": HOSTILE,
                 "rulesNotInForce": [dict.fromkeys(("rule", "since", "why", "mend"), HOSTILE)],
                 "unfinished": dict.fromkeys(("why", "mend"), HOSTILE), "pending": PENDING}]},
        ],
    },
}  # fmt: skip
ANSWERS["deployment-plans"] = ANSWERS["publish-plans"]


class Api:
    """Answers every request with hostile texts, or refuses it with them."""

    refuses = False

    @classmethod
    def connected(cls) -> Api:
        return cls()

    def request(self, route: Route[Any, Any], _body: object = None) -> Any:
        if self.refuses:
            raise ApiError(HOSTILE, ERROR)
        path = route.path
        return OPERATION if path.startswith("/api/v1/operations/") else ANSWERS[path.rpartition("/")[2]]

    def events(self, _path: str) -> Iterator[tuple[str, dict[str, Any]]]:
        yield from (("message", one) for one in MESSAGES)
        yield "end", OPERATION

    def stop(self) -> bool:
        return True

    def wait_for_end(self, _pid: int, _seconds: float) -> None:
        """It has ended."""

    def check_version(self) -> None:
        """The same."""


COMMANDS: dict[str, list[str]] = {
    "publish": ["publish", "{folder}"],
    "plan": ["publish", "{folder}", "--plan"],
    "promote": ["promote", "x", "--to", "qa"],
    "promotion": ["promote", "x", "--to", "qa", "--plan"],
    "statements": ["promote", "x", "--to", "qa", "--plan", "--sql"],
    "apply": ["apply", "{folder}/plan.json"],
    "call": ["call", "x", "Run", "A=b"],
    "release": ["release", "x", "--notes", "n"],
    "undeploy": ["undeploy", "x", "--stage", "qa"],
    "config_set": ["config", "set", "x", "A=b", "--stage", "qa"],
    "config_unset": ["config", "unset", "x", "A", "--stage", "qa"],
    "config_show": ["config", "show", "x", "--stage", "qa"],
    "config_apply": ["config", "apply", "x", "--stage", "qa"],
    "new": ["new", "app", "{folder}/new"],
    "verify": ["verify", "{folder}"],
    "rename": ["rename", "{folder}", "A", "B"],
    "update": ["update", "{folder}"],
    "archive": ["archive", "{folder}"],
    "config_push": ["config", "push", "{folder}"],
    "import": ["import", "jdl", "{folder}/x.jdl", "--out", "{folder}/out"],
    "schema": ["schema"],
    "source": ["source", "x", "{folder}/source"],
    "engines": ["engines"],
    "engines_use": ["engines", "use", "local"],
    "engines_set": ["engines", "set", "registry=x"],
    "server": ["server"],
    "server_set": ["server", "set", "store=sqlite"],
    "data_scripts": ["data", "scripts", "x", "--stage", "qa", "--out", "{folder}/scripts"],
    "status": ["status"],
    "log": ["log"],
    "log of one": ["log", "abc"],
    "go_on": ["continue", "abc"],
    "cancel": ["cancel", "abc"],
    "doctor": ["doctor"],
    "down": ["down"],
}


def test_every_command_is_tried() -> None:
    parser = arguments.make_parser()
    found: set[str] = set()

    def walk(one: argparse.ArgumentParser) -> None:
        for action in one._actions:
            if isinstance(action, argparse._SubParsersAction):
                for inner in action.choices.values():
                    walk(inner)
        if run := one.get_default("run"):
            found.add(run)

    walk(parser)
    assert found == {parser.parse_args(words).run for words in COMMANDS.values()}


@pytest.mark.parametrize("as_json", [False, True], ids=["people", "programs"])
@pytest.mark.parametrize("refused", [False, True], ids=["answered", "refused"])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_order_to_the_terminal_comes_through(
    command: str,
    refused: bool,
    as_json: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "x.jdl").write_text("entity A")
    (tmp_path / "plan.json").write_text("{}")
    api = Api()
    api.refuses = refused
    monkeypatch.setattr(Client, "connected", lambda: api)
    monkeypatch.setattr(installation, "Client", type("Made", (Api,), {"refuses": refused}))
    given_ = [part.replace("{folder}", str(tmp_path)) for part in COMMANDS[command]]
    main.main([*given_, *(["--json"] if as_json else [])])
    done = capsys.readouterr()
    assert not raw(done.out) | raw(done.err)
    assert not [line for line in (done.out + done.err).splitlines() if line.startswith("error: all is lost")]
    if command not in ("archive", "down", "import", "new", "rename", "schema", "verify"):
        assert r"\u202e" in done.out + done.err, "it is told, escaped"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_is_overwritten_while_a_step_runs_is_escaped_too() -> None:
    out = Terminal()
    printer = progress._Lines(out)
    for one in MESSAGES:
        printer.message(one)
    printer.end(OPERATION)
    assert not raw(out.getvalue().replace("\r\x1b[K", ""))


@pytest.mark.parametrize("arguments", [["publish", HOSTILE], [HOSTILE], ["log", "--" + HOSTILE], ["new", HOSTILE, "x"]])
def test_what_was_typed_is_escaped_too(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Client, "connected", Api)
    for more in ([], ["--json"]):
        with contextlib.suppress(SystemExit):
            main.main([part.replace("\udc80", "") for part in arguments] + more)
        done = capsys.readouterr()
        assert not raw(done.out) | raw(done.err)


def test_a_line_of_the_servers_log_is_one_line() -> None:
    try:
        raise Refused(HOSTILE)
    except Refused:
        # Not logged: what a test logs goes into its report, and no report of several processes can hold such a text.
        record = logging.LogRecord("odcpub", logging.ERROR, "x.py", 1, "it says %s", (HOSTILE,), sys.exc_info())
    written = _Lines("%(levelname)s %(message)s").format(record)
    assert not raw(written)
    first, *more = written.split("\n")
    assert first.startswith("ERROR it says a")
    assert more
    assert all(line.startswith("    ") for line in more)


def test_only_one_module_of_the_command_line_prints() -> None:
    for path in sorted(Path(cli.__file__).parent.rglob("*.py")):
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        names = [node.func.id for node in calls if isinstance(node.func, ast.Name)]
        assert "print" not in names or path.name == "printing.py", path
