"""``odcpub call`` on a published app: inputs, outputs, refusals; and the settings of each stage, which take effect in
the same image."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation, installation

MODEL = """
app: Desk
settings:
  HourlyRate: { type: Currency, default: 80 }
structures:
  Line: { attributes: { Hours: { type: Decimal, mandatory: true }, Note: { type: Text, length: 5 } } }
entities:
  Ticket:
    attributes:
      Subject: { type: Text, length: 20, mandatory: true }
      Fee:     { type: Currency }
server_actions:
  Fee:
    api: true
    inputs:  { Hours: { type: Decimal, mandatory: true, minimum: 0 }, Double: { type: Boolean, default: false } }
    outputs: { Fee: { type: Currency }, Doubled: { type: Boolean } }
    do:
      - set: { Fee: 'Hours * Settings.HourlyRate * If(Double, 2, 1)', Doubled: Double }
  Open:
    api: true
    inputs:  { Lines: { type: Line List }, First: { type: Line }, Subject: { type: Text } }
    outputs: { Id: { type: Ticket Identifier }, Count: { type: Integer } }
    do:
      - if: Lines.Length > 2
        then:
          - raise: '"At most two lines, not " + Lines.Length'
            code: TooMany
            at: Lines
      - create: Ticket
        with: { Subject: 'If(HasValue(Subject), Subject, First.Note)', Fee: First.Hours }
        as: New
      - set: { Id: New.Id, Count: Lines.Length }
  Hidden:
    do: [end]
"""


@pytest.fixture(scope="module")
def odcpub() -> Iterator[Installation]:
    with installation() as made:
        yield made


@pytest.fixture(scope="module")
def desk(odcpub: Installation) -> Installation:
    folder = odcpub.folder / "desk"
    odcpub.run("new", "app", str(folder), "--name", "Desk")
    key = next(line for line in (folder / "app.yaml").read_text().splitlines() if line.startswith("key: "))
    for file in folder.rglob("*.yaml"):
        file.unlink()
    (folder / "app.yaml").write_text(f"{key}\n{MODEL}")
    odcpub.run("publish", str(folder))
    return odcpub


def called(desk: Installation, *arguments: str, code: int = 0) -> str:
    done = desk.run("call", "desk", *arguments, code=code)
    return done.err if code else done.out


def test_outputs_come_one_a_line(desk: Installation) -> None:
    assert called(desk, "Fee", "Hours=1.5") == "Fee: 120\nDoubled: false\n"
    assert called(desk, "Fee", "Hours=1.5", "Double=true", "--stage", "Development") == "Fee: 240\nDoubled: true\n"
    answer = desk.json("call", "desk", "Fee", "Hours=2")
    assert answer["outputs"] == {"Fee": "160", "Doubled": False}
    assert (answer["asset"], answer["stage"], answer["refusal"]) == ("Desk", "Development", None)


def test_lists_and_structures_are_json(desk: Installation, tmp_path: Path) -> None:
    lines = '[{"Hours": 1}, {"Hours": "2.5", "Note": "late"}]'
    assert called(desk, "Open", f"Lines={lines}", 'First={"Hours": 3, "Note": "ä"}') == "Id: 1\nCount: 2\n"
    file = tmp_path / "inputs.json"
    file.write_text(json.dumps({"Subject": "Help", "Lines": [{"Hours": 1}]}))
    assert called(desk, "Open", "Lines=[]", "--input", str(file)) == "Id: 2\nCount: 0\n"


def test_refusals_are_told_where_they_belong(desk: Installation) -> None:
    assert called(desk, "Open", 'Lines=[{"Hours": 1}, {"Hours": 2}, {"Hours": 3}]', code=1).splitlines() == [
        "error: Desk (Development): Open: At most two lines, not 3 [TooMany]",
        "  - Lines: At most two lines, not 3",
        "hint: nothing was changed",
    ]
    assert called(desk, "Open", code=1).splitlines()[:2] == [
        "error: Desk (Development): Open: Enter a subject. [Refused]",
        "  - Subject: Enter a subject.",
    ]
    told = called(desk, "Fee", "Hors=1", "Hours=-1", "Double=maybe", code=1)
    for line in (
        "Hors: Fee has no input Hors. Did you mean Hours?",
        "Hours: Hours must be at least 0.",
        "Double: Double must be true or false.",
    ):
        assert f"  - {line}\n" in told


def test_what_cannot_be_called_is_told(desk: Installation) -> None:
    assert "has no server action Fe\nhint: did you mean Fee?" in called(desk, "Fe", code=2)
    assert "Ticket\nhint: it has Fee, Hidden, Open" in called(desk, "Ticket", "Subject=a", code=2)
    assert "Hidden: has no endpoint\nhint: give the action api: true" in called(desk, "Hidden", code=1)
    assert "Lines: is not JSON\nhint: write it so: Lines='[1, 2]'" in called(desk, "Open", "Lines=a", code=2)
    assert "(QA): the app does not run there" in called(desk, "Fee", "Hours=1", "--stage", "qa", code=1)


def test_each_stage_has_its_own_setting_in_the_same_image(desk: Installation) -> None:
    desk.run("config", "set", "desk", "HourlyRate=95.5", "--stage", "qa")
    desk.run("promote", "desk", "--to", "qa", "--wait")
    image = desk.stage("Desk", "QA")["digest"]
    assert image == desk.stage("Desk", "Development")["digest"]
    assert called(desk, "Fee", "Hours=2", "--stage", "qa") == "Fee: 191\nDoubled: false\n"
    desk.run("config", "set", "desk", "HourlyRate=100", "--stage", "qa")
    assert called(desk, "Fee", "Hours=2", "--stage", "qa") == "Fee: 191\nDoubled: false\n", "not applied yet"
    desk.run("config", "apply", "desk", "--stage", "qa", "--wait")
    assert called(desk, "Fee", "Hours=2", "--stage", "qa") == "Fee: 200\nDoubled: false\n"
    assert desk.stage("Desk", "QA")["digest"] == image
    assert called(desk, "Fee", "Hours=2") == "Fee: 160\nDoubled: false\n"
