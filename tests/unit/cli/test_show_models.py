"""What ``rename`` and ``verify --watch`` print, for people and for programs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from odcpub.author.files import read_model
from odcpub.author.verifying import verify_files
from odcpub.cli import main, show_models
from odcpub.errors import ModelError, Place, Problem, Severity, UsageError

ROOT = Path(__file__).parents[3]
RENAMED = """\
app.yaml
   12 -   HourlyRate: { type: Currency, default: 80, description: What an hour of work costs }
   12 +   Rate: { key: HourlyRate, type: Currency, default: 80, description: What an hour of work costs }
logic.yaml
   23 -         with: { Value: Hours * Settings.HourlyRate, Currency: Who.Currency }
   23 +         with: { Value: Hours * Settings.Rate, Currency: Who.Currency }
stages/qa.yaml
    3 -   HourlyRate: 95
    3 +   Rate: 95
"""


@pytest.fixture
def helpdesk(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "examples" / "helpdesk", tmp_path / "helpdesk")


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_each_changed_line_is_shown_and_written(helpdesk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(helpdesk)
    assert main.main(["rename", str(helpdesk), "Settings.HourlyRate", "Rate", "--dry-run"]) == 0
    assert contents(helpdesk) == before
    would = capsys.readouterr().out
    assert main.main(["rename", str(helpdesk), "Settings.HourlyRate", "Rate"]) == 0
    is_now = capsys.readouterr().out
    key = "its first name stays its key: HourlyRate"
    assert would == (
        f"{RENAMED}Settings.HourlyRate would be Settings.Rate: 3 lines of 3 files would change; {key}. "
        "Nothing was written.\n"
    )
    assert is_now == f"{RENAMED}Settings.HourlyRate is now Settings.Rate: 3 lines of 3 files changed; {key}\n"
    changed = sorted(path.name for path, text in contents(helpdesk).items() if text != before[path])
    assert changed == ["app.yaml", "logic.yaml", "qa.yaml"]
    assert main.main(["rename", str(helpdesk), "Rate", "HourlyRate"]) == 0
    assert contents(helpdesk) == before


def test_a_line_of_its_own_is_shown_as_added(helpdesk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main.main(["rename", str(helpdesk), "Ticket", "Issue"])
    assert "\ntickets.yaml\n    3 -   Ticket:\n    3 +   Issue:\n    4 +     key: Ticket\n" in capsys.readouterr().out


def test_programs_get_the_lines_too(helpdesk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main.main(["rename", str(helpdesk), "Ticket.Subject", "Title", "--json"])
    answer = json.loads(capsys.readouterr().out)
    changes = answer.pop("files")[0]["changes"]
    assert answer == {
        "element": "entities.Ticket.attributes.Subject", "old": "Ticket.Subject", "new": "Ticket.Title",
        "key": "Subject", "written": True,
    }  # fmt: skip
    assert changes[0] == {"line": 5, "before": ["    display: Subject"], "after": ["    display: Title"]}
    main.main(["rename", str(helpdesk), "Ticket.Title", "Title", "--json"])
    assert json.loads(capsys.readouterr().out)["written"] is False


def test_the_name_that_it_has_is_said(helpdesk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["rename", str(helpdesk), "Ticket", "Ticket"]) == 0
    assert capsys.readouterr().out == "Ticket is called so already.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["none", "A", "B"], 2, "none: no such folder"),
        (["shop.oap", "A", "B"], 2, "shop.oap: nothing can be renamed in an archive"),
        (["helpdesk", "Ticket.Subjct", "B"], 2, "hint: did you mean Ticket.Subject?"),
        (["helpdesk", "Status.Closed", "Done"], 1, "Status.Closed: is a record"),
    ],
)
def test_refusals_have_the_usual_exit_codes(
    arguments: list[str], code: int, said: str, helpdesk: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (helpdesk.parent / "shop.oap").touch()
    monkeypatch.chdir(helpdesk.parent)
    before = contents(helpdesk)
    assert main.main(["rename", *arguments]) == code
    assert said in capsys.readouterr().err
    assert contents(helpdesk) == before


PROBLEMS = ModelError(
    (
        Problem("ODC-M301", "there is no data type 'Txt'", "did you mean Text?", Place("a.yaml", 5, 7), "entities.T"),
        Problem("ODC-M601", "State has no records", "", Place("b.yaml", 1, 1), "", Severity.WARNING),
        Problem("ODC-M002", "x holds no model\x1b[2J"),
    )
)
LINES = """\
a.yaml:5:7: ODC-M301: entities.T: there is no data type 'Txt'
    hint: did you mean Text?
b.yaml:1:1: ODC-M601: warning: State has no records
ODC-M002: x holds no model\\x1b[2J
the model has 2 errors
"""


def test_problems_are_lines_that_editors_can_read(capsys: pytest.CaptureFixture[str], helpdesk: Path) -> None:
    show_models.watched(PROBLEMS, "shop", False)
    show_models.watched(UsageError("shop: no such folder", "name a folder"), "shop", False)
    show_models.watched(verify_files(read_model(str(helpdesk))), "shop", False)
    said = "shop: no such folder\n    hint: name a folder\nHelpdesk: no errors\n"
    assert capsys.readouterr().out == LINES + said


def test_programs_get_an_object_on_each_line(capsys: pytest.CaptureFixture[str], helpdesk: Path) -> None:
    show_models.watched(PROBLEMS, "shop", True)
    show_models.watched(verify_files(read_model(str(helpdesk))), "shop", True)
    wrong, right = map(json.loads, capsys.readouterr().out.splitlines())
    assert (wrong["error"], wrong["exitCode"], len(wrong["problems"])) == ("the model has 2 errors", 1, 3)
    assert right["warnings"] == []


@pytest.mark.parametrize(("rows", "shown"), [(24, 4), (7, 3), (6, 2), (3, 0)])
def test_a_terminal_shows_one_screen(
    rows: int, shown: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_, **__: os.terminal_size((80, rows)))
    monkeypatch.setenv("TERM", "xterm")
    show_models.watched(PROBLEMS, "shop", False)
    clear, screen = capsys.readouterr().out.split("\x1b[H")
    *lines, verdict, footer = screen.splitlines()
    assert clear == "\x1b[2J"
    assert verdict == "the model has 2 errors"
    assert footer.endswith("  Watching shop; Ctrl-C ends")
    more = {4: [], 3: ["… and 1 more line"]}.get(shown, [f"… and {4 - shown} more lines"])
    assert lines == [*LINES.splitlines()[:shown], *more]
    assert len(screen.splitlines()) < max(rows, 4)


@pytest.fixture
def watching(helpdesk: Path) -> Iterator[subprocess.Popen[str]]:
    # As in the foreground: what starts the tests may have SIGINT ignored.
    heard = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)"
    code = f"{heard}; import sys; from odcpub.cli.start import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "verify", str(helpdesk), "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_it_goes_on_until_ctrl_c(watching: subprocess.Popen[str], helpdesk: Path) -> None:
    assert watching.stdout
    assert watching.stdout.readline() == "Helpdesk: no errors\n"
    (helpdesk / "tickets.yaml").write_text("entities: [")
    assert watching.stdout.readline().startswith("tickets.yaml:2:1: ODC-M006: not valid YAML")
    watching.send_signal(signal.SIGINT)
    _, err = watching.communicate(timeout=60)
    assert (watching.returncode, err) == (130, "interrupted\n")


def test_it_ends_when_nobody_reads_any_more(watching: subprocess.Popen[str], helpdesk: Path) -> None:
    assert watching.stdout
    watching.stdout.readline()
    watching.stdout.close()
    (helpdesk / "tickets.yaml").write_text("entities: [")
    assert watching.wait(timeout=60) == 141
