"""What people and programs read: operations as they run, errors, tables."""

import io
import json
from typing import Any

import pytest

from odcpub.cli import printing, progress, show
from odcpub.cli.client import Stopped

OPERATION = {
    "key": "0e0d7144-8624-4612-9241-aa3e72c90a14",
    "operation": "Publish",
    "status": "Finished",
    "assetName": "Shop",
    "environmentName": "Development",
    "revision": 3,
    "address": "http://127.0.0.1:8100",
    "unchanged": False,
    "forgotten": False,
    "cleanUp": [],
    "exitCode": 0,
}
SERVING = OPERATION | {"status": "Running", "cleanUp": ["the previous version ends", "1 change of the schema follows"]}
FAILED = OPERATION | {"status": "FinishedWithError", "exitCode": 1, "address": ""}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def message(step: str, text: str, severity: str = "Info", **data: Any) -> dict[str, Any]:
    return {"type": step, "message": text, "severity": severity, "data": data}


STEPS = [
    message("Verify", "", event="began"),
    message("Verify", "2 entities"),
    message("Verify", "", event="ended", seconds=0.25),
    message("Image", "", event="began"),
    message("Image", "50 %", event="progress"),
    message("Image", "revision 3"),
    message("Image", "slow disk", "Warning", hint="buy another"),
    message("Image", "", event="ended", seconds=1.5),
]


class Api:
    """Gives the events of one operation."""

    def __init__(
        self, messages: list[dict[str, Any]], end: dict[str, Any], interrupt: type[BaseException] | None = None,
        serves: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self._events = [("message", one) for one in messages] + ([("serves", serves)] if serves else [])
        self._events += [] if interrupt else [("end", end)]
        self._interrupt = interrupt

    def events(self, path: str) -> Any:
        assert path == f"/api/deployments/v1/publish-operations/{OPERATION['key']}/events"
        yield from self._events
        if self._interrupt:
            raise self._interrupt


def follow(api: Api, as_json: bool = False) -> int:
    return progress.follow(api, OPERATION, as_json)  # type: ignore[arg-type]


def test_plain_output_is_a_line_a_step_and_the_address_alone_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert follow(Api(STEPS, OPERATION)) == 0
    told = capsys.readouterr()
    assert told.out == "http://127.0.0.1:8100\n"
    assert told.err.splitlines() == [
        "  Verify     0.25 s  2 entities",
        "  Image    … 50 %",
        "  Image    warning: slow disk",
        "           buy another",
        "  Image      1.50 s  revision 3",
        "Shop runs revision 3 in Development:",
    ]


@pytest.mark.parametrize("end", [OPERATION, FAILED])
def test_it_ends_when_the_new_version_serves_and_says_what_goes_on(
    capsys: pytest.CaptureFixture[str], end: dict[str, Any]
) -> None:
    api: Any = Api(STEPS[:3], end, serves=SERVING)
    assert progress.follow(api, SERVING, False, to_the_end=False) == 0  # type: ignore[arg-type]
    told = capsys.readouterr()
    assert told.out == "http://127.0.0.1:8100\n"
    assert told.err.splitlines()[-2:] == [
        "Shop runs revision 3 in Development:",
        "Clean-up goes on: the previous version ends, 1 change of the schema follows. "
        "See: odcpub log 0e0d7144 --follow",
    ]
    assert progress.follow(api, SERVING, True, to_the_end=False) == 0  # type: ignore[arg-type]
    answer = json.loads(capsys.readouterr().out)
    assert (answer["status"], answer["address"], answer["exitCode"]) == ("Running", "http://127.0.0.1:8100", 0)


def test_told_to_wait_it_ends_with_the_operation(capsys: pytest.CaptureFixture[str]) -> None:
    assert follow(Api(STEPS[:3], FAILED, serves=SERVING)) == 1
    assert "See everything with: odcpub log 0e0d7144" in capsys.readouterr().err


def test_a_terminal_shows_the_running_step_and_overwrites_it(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Terminal()
    monkeypatch.setattr("sys.stderr", out)
    follow(Api(STEPS, OPERATION))
    shown = [line.rpartition("\r\x1b[K")[2] for line in out.getvalue().split("\n")]
    assert "  Verify   …" in out.getvalue()
    assert [line for line in shown if "…" in line] == [], "a line that stays tells what was done"


def test_a_step_is_overwritten_whatever_the_terminals_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that wraps leaves all but its last piece behind."""
    out = Terminal()
    monkeypatch.setattr("sys.stderr", out)
    monkeypatch.setenv("COLUMNS", "40")
    progress._Lines(out).message(message("Verify", "説明" * 40))
    (shown,) = out.getvalue().split("\r\x1b[K")[1:]
    assert printing.width(shown) in (38, 39)


def test_columns_of_wide_signs_are_straight() -> None:
    lines = show.table(("NAME", "TYPE"), [("説明", "Text"), ("Rate", "Currency")])
    assert [printing.width(line.partition("T")[0]) for line in lines[:2]] == [6, 6]


def test_a_failure_is_told_once_with_its_problems_and_how_to_see_more(capsys: pytest.CaptureFixture[str]) -> None:
    problem = {
        "code": "ODC-M101", "file": "shop.yaml", "line": 3, "column": 5, "element": "entities.A", "severity": "Error",
        "message": "unknown key", "hint": "did you mean length?",
    }  # fmt: skip
    wrong = message("Verify", "the model has 1 error", "Error", hint="", exit_code=1, details=[], problems=[problem])
    assert follow(Api([STEPS[0], wrong], FAILED)) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "error: the model has 1 error",
        "  shop.yaml:3:5: entities.A: unknown key [ODC-M101]",
        "      hint: did you mean length?",
        "See everything with: odcpub log 0e0d7144",
    ]
    assert follow(Api([STEPS[0], wrong], FAILED), as_json=True) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["error"], answer["problems"]) == ("the model has 1 error", [problem])
    assert len(answer["messages"]) == 2


def test_interrupted_it_says_that_the_operation_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert follow(Api(STEPS[:2], OPERATION, KeyboardInterrupt)) == 130
    assert "The operation goes on. Follow it with: odcpub log 0e0d7144 --follow" in capsys.readouterr().err


@pytest.mark.parametrize("as_json", [False, True])
def test_stopped_it_says_how_the_operation_goes_on(monkeypatch: pytest.MonkeyPatch, as_json: bool) -> None:
    out = Terminal()
    monkeypatch.setattr("sys.stderr", out)
    with pytest.raises(Stopped) as caught:
        follow(Api(STEPS[:2], OPERATION, Stopped), as_json)
    assert caught.value.exit_code == 130
    assert "stopped by `odcpub down`" in caught.value.message
    assert "odcpub log 0e0d7144 --follow" in caught.value.hint
    assert out.getvalue().endswith("\r\x1b[K") is not as_json, "the running step is wiped away"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unchanged": True}, "Nothing changed: Shop is at revision 3."),
        ({"operation": "Undeploy", "address": ""}, "Shop is no longer in Development; its data stays."),
        (
            {"operation": "Undeploy", "address": "", "forgotten": True},
            "Shop is forgotten in Development; the lines above list what stays in the cluster.",
        ),
        ({"address": ""}, "Shop is stored as revision 3."),
    ],
)
def test_the_last_line_says_what_was_done(
    changes: dict[str, Any], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    follow(Api([], OPERATION | changes))
    assert words in capsys.readouterr().err


def test_tables_are_as_wide_as_their_cells() -> None:
    assert show.table(("A", "LONG"), [("longer", "x"), ("y", "")]) == ["A       LONG", "longer  x", "y"]


@pytest.mark.parametrize(("state", "code"), [("ok", 0), ("warning", 0), ("missing", 3)])
def test_doctor_fails_where_something_is_missing(state: str, code: int) -> None:
    data = {"checks": [{"what": "registry", "state": state, "found": "x answers", "hints": ["start it"]}]}
    assert show.doctor(data, False) == code


def test_a_value_gives_the_terminal_no_orders() -> None:
    assert show.table(("NAME", "VALUE"), [("Greeting", "\x1b[31mred")]) == [
        "NAME      VALUE",
        r"Greeting  \x1b[31mred",
    ]


def test_a_dumb_terminal_gets_lines_and_no_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    out = Terminal()
    monkeypatch.setattr("sys.stderr", out)
    assert follow(Api(STEPS, OPERATION)) == 0
    assert "\r" not in out.getvalue()
    assert "\x1b" not in out.getvalue()
