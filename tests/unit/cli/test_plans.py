"""Plans as people see them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from odcpub.cli import main, plans, sending
from odcpub.cli.client import Client
from odcpub.cli.commands import publishing
from odcpub.errors import UsageError
from odcpub.tree.folder import read_folder


def plan(**changes: Any) -> Any:
    step = {"summary": "create table a", "phase": "expand", "locks": [], "hazards": []}
    data = {"base": "", "target": "", "digest": "", "mends": [], "carried": [], "steps": [step], "transactions": []}
    return {
        "version": 1, "fingerprint": "a" * 64, "server": "s", "operation": "Deploy", "asset": "Shop", "assetKey": "k",
        "stage": "QA", "revision": 1, "build": None, "stageFiles": None, "configuration": None, "data": data,
        "deploy": [], "warnings": [], "notices": [], "refusals": [],
        "basis": {"odcpub": "1", "stage": [], "runs": None, "left": []},
    } | changes  # fmt: skip


def test_a_refused_plan_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    refused = plan(refusals=["no value for Token"])
    assert plans.shown(refused, False) == 1
    out = capsys.readouterr().out
    assert "nothing was changed" in out
    assert "create table a" in out
    assert "refused: no value for Token" in out
    assert plans.shown(refused, True) == 1
    assert json.loads(capsys.readouterr().out) == refused
    assert plans.shown(plan(), True) == 0


def test_a_first_plan_has_all_values_and_a_later_one_what_changes(capsys: pytest.CaptureFixture[str]) -> None:
    values = {"settings": [{"name": "Rate", "value": "1", "mark": ""}], "fingerprint": "f"}
    configuration = values | {"secrets": [{"name": "Token", "value": "(hidden)", "mark": ""}]}
    field = {"path": "environment.ODC_SETTING_Rate", "old": "", "new": "2"}
    change = {"verb": "update", "what": "process shop", "fields": [field]}
    plans.shown(plan(configuration=configuration), False)
    assert "    configure Rate: 1\n    configure Token: (hidden)" in capsys.readouterr().out
    runs = {"odcpub": "1", "stage": [], "runs": {"revision": 1, "deployment": 1}, "left": []}
    plans.shown(plan(configuration=configuration, basis=runs, deploy=[change]), False)
    out = capsys.readouterr().out
    assert "configure" not in out
    assert "    update process shop\n      environment.ODC_SETTING_Rate: nothing → 2" in out


def test_files_of_the_stages_that_come_along_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    change = {"path": "stages/qa.yaml", "change": "changed", "was": "a", "becomes": "b"}
    plans.shown(plan(stageFiles={"digest": "d", "changes": [change]}), False)
    assert "  Files of the stages\n    changed: stages/qa.yaml" in capsys.readouterr().out
    plans.shown(plan(stageFiles={"digest": "d", "changes": []}), False)
    assert "Files of the stages" not in capsys.readouterr().out


def test_a_plan_is_written_where_it_can_be_read_back_and_refused_where_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large, file = plan(notices=[6_000_000 * "n"]), tmp_path / "plan.json"
    plans.write(large, file)
    sent: list[Any] = []
    monkeypatch.setattr(Client, "connected", lambda: None)
    monkeypatch.setattr(publishing, "run", lambda _client, _begins, body, _options, _ended: sent.append(body) or 0)
    assert main.main(["apply", str(file)]) == 0
    assert json.loads(sent[0]["plan"]) == large
    monkeypatch.setattr(plans, "MAX_PLAN", file.stat().st_size - 1)
    file.unlink()
    with pytest.raises(UsageError, match=r"the plan has 6,\d{3},\d{3} bytes.*nothing was written"):
        plans.write(large, file)
    assert not file.exists()


@pytest.mark.parametrize(("lock", "warned"), [(None, False), ("libraries:\n", True)])
def test_a_lock_file_that_apply_cannot_write_is_warned_of(
    lock: str | None, warned: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plan.json").write_text("{}")
    monkeypatch.setattr(Client, "connected", lambda: None)
    monkeypatch.setattr(publishing, "run", lambda *given: given[-1]({"lockFile": lock}) or 0)
    assert main.main(["apply", str(tmp_path / "plan.json")]) == 0
    assert ("odcpub.lock was not written" in capsys.readouterr().err) is warned


@pytest.mark.parametrize(
    "command", [["publish", "."], ["promote", "x", "--to", "qa"], ["undeploy", "x", "--stage", "qa"]]
)
@pytest.mark.parametrize("option", [["--sql"], ["--out", "x"]])
def test_what_is_for_a_plan_needs_one(
    command: list[str], option: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Client, "connected", lambda: pytest.fail("nothing is asked for"))
    assert main.main([*command, *option]) == 2
    assert f"{option[0]}: needs --plan" in capsys.readouterr().err


def test_a_plans_file_is_the_plan_and_shows_all_its_signs(tmp_path: Path) -> None:
    hostile = plan(warnings=["Zürich \u202e\x1b[2J → \x7f"])
    file = tmp_path / "plan.json"
    file.write_text("an older one")
    plans.write(hostile, file)
    text = file.read_text(encoding="utf-8")
    assert json.loads(text) == hostile
    assert [line.split('"')[1] for line in text.splitlines() if line.startswith('  "')] == list(hostile)
    assert 'Zürich \\u202e\\u001b[2J → \\u007f"' in text


def test_the_sql_is_sql_with_what_is_said_of_it_in_comments(capsys: pytest.CaptureFixture[str]) -> None:
    quick = {"phase": "expand", "does": ["add column a.b text"], "statements": ["ALTER TABLE a\nADD b text;"],
             "locks": [{"table": "a", "lock": "AccessExclusiveLock"}], "hazards": ["nobody reads a"],
             "concurrent": False}  # fmt: skip
    slow = quick | {"phase": "tighten", "statements": ["CREATE INDEX;"], "locks": [], "hazards": [], "concurrent": True}
    found = plan()
    found["data"]["transactions"] = [quick, slow]
    assert plans.shown(found, False, sql=True) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "", "-- expand: add column a.b text", "-- locks a: AccessExclusiveLock", "-- hazard: nobody reads a",
        "BEGIN;", "ALTER TABLE a", "  ADD b text;", "COMMIT;",
        "", "-- contract: add column a.b text", "-- outside of a transaction", "CREATE INDEX;",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("phase", "told"),
    [
        ("expand", "-- expand: write the new schema's fingerprint into odcpub_schema"),
        ("tighten", "-- contract: remove the fingerprints of earlier versions from odcpub_schema"),
    ],
)
def test_the_sql_says_what_a_transaction_of_no_step_does(
    phase: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = plan()
    found["data"]["transactions"] = [
        {"phase": phase, "does": [], "statements": ["SELECT;"], "locks": [], "hazards": [], "concurrent": False}
    ]
    assert plans.shown(found, False, sql=True) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["", told, "BEGIN;", "SELECT;", "COMMIT;"]


def test_a_folder_that_is_called_like_an_archive_keeps_its_lock(tmp_path: Path) -> None:
    (tmp_path / "money.oap").mkdir()
    sending.keep_lock(read_folder(tmp_path / "money.oap"), {"lockFile": "libraries:\n"})
    assert (tmp_path / "money.oap" / "odcpub.lock").read_text() == "libraries:\n"
