"""``odcpub call``: what is sent, how outputs and refusals are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from odcpub.cli import main
from odcpub.cli.client import Client
from odcpub.cli.routes import Route

CALLED = {"asset": "Helpdesk", "stage": "QA", "action": "CloseTicket", "outputs": {}, "refusal": None}
OUTPUTS = {"Fee": "120.5", "Note": None, "Late": True, "Tags": ["ä", 1], "Place": {"Street": "Main"}}
REFUSAL = {
    "code": "AlreadyClosed", "message": "Already closed", "errors": {"Hours": ["Already closed", "Too many hours."]}
}  # fmt: skip


class Api:
    """Answers every request alike, and keeps what was asked."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] = CALLED
        self.asked: list[tuple[str, Any]] = []

    def request(self, route: Route[Any, Any], body: object = None) -> dict[str, Any]:
        self.asked.append((route.path, body))
        return self.answer


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    made = Api()
    monkeypatch.setattr(Client, "connected", lambda: made)
    return made


def test_inputs_are_sent_as_texts_and_those_of_a_file_as_json(api: Api, tmp_path: Path) -> None:
    file = tmp_path / "inputs.json"
    file.write_text('{"Tags": ["a"]}')
    call = ["call", "helpdesk", "Close/Ticket", "TicketId=7", "Note=a=b", "Hours=", "--stage", "qa"]
    assert main.main([*call, "--input", str(file)]) == 0
    (path, body), *_ = api.asked
    assert path == "/api/v1/applications/helpdesk/actions/Close%2FTicket/calls"
    values = {"TicketId": "7", "Note": "a=b", "Hours": ""}
    assert body == {"stage": "qa", "values": values, "inputs": {"Tags": ["a"]}}


def test_numbers_of_a_file_keep_all_their_digits(api: Api, tmp_path: Path) -> None:
    file = tmp_path / "inputs.json"
    file.write_text('{"Fee": 12345678901234567.12, "Id": 9007199254740993, "Many": [{"Part": 1.00000000000000000001}]}')
    assert main.main(["call", "helpdesk", "CloseTicket", "--input", str(file)]) == 0
    inputs = {"Fee": "12345678901234567.12", "Id": 9007199254740993, "Many": [{"Part": "1.00000000000000000001"}]}
    assert api.asked[0][1]["inputs"] == inputs


def test_outputs_are_told_one_a_line(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    api.answer = CALLED | {"outputs": OUTPUTS}
    assert main.main(["call", "helpdesk", "CloseTicket"]) == 0
    told = capsys.readouterr()
    lines = ["Fee: 120.5", "Note: (no value)", "Late: true", 'Tags: ["ä", 1]', 'Place: {"Street": "Main"}']
    assert (told.out.splitlines(), told.err) == (lines, "")
    api.answer = CALLED
    assert main.main(["call", "helpdesk", "CloseTicket"]) == 0
    assert capsys.readouterr().out == "Done.\n"


def test_a_refusal_is_told_with_its_code_and_its_inputs(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    api.answer = CALLED | {"refusal": REFUSAL}
    assert main.main(["call", "helpdesk", "CloseTicket"]) == 1
    told = capsys.readouterr()
    assert (told.out, told.err.splitlines()) == (
        "",
        [
            "error: Helpdesk (QA): CloseTicket: Already closed [AlreadyClosed]",
            "  - Hours: Already closed",
            "  - Hours: Too many hours.",
            "hint: nothing was changed",
        ],
    )
    assert main.main(["call", "helpdesk", "CloseTicket", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == api.answer


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["Hours"], "Hours: is not NAME=VALUE"),
        (["Hours=1", "Hours=2"], "Hours: is given twice"),
        (["--input", "none.json"], "none.json: no such file"),
        (["--input", "list.json"], "list.json: is not a JSON object"),
        (["--input", "half.json"], "half.json: is not JSON"),
        (["--input", "twice.json"], "twice.json: is not JSON: Hours is given twice"),
        (["--input", "nan.json"], "nan.json: is not JSON: NaN is no number"),
    ],
)
def test_what_cannot_be_sent_is_told(
    arguments: list[str], says: str, api: Api, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "half.json").write_text('{"a": ')
    (tmp_path / "twice.json").write_text('{"Hours": 1, "Hours": 2}')
    (tmp_path / "nan.json").write_text('{"Hours": NaN}')
    assert main.main(["call", "helpdesk", "CloseTicket", *arguments]) == 2
    assert f"error: {says}" in capsys.readouterr().err
    assert not api.asked
