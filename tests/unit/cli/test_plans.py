"""Plans as people see them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from odcpub.cli import plans


def plan(**changes: Any) -> Any:
    step = {"summary": "create table a", "phase": "expand", "locks": [], "hazards": []}
    data = {"base": "", "target": "", "digest": "", "mends": [], "carried": [], "steps": [step], "transactions": []}
    return {
        "version": 1, "fingerprint": "a" * 64, "server": "s", "operation": "Deploy", "asset": "Shop", "assetKey": "k",
        "stage": "QA", "revision": 1, "build": None, "configuration": None, "data": data, "deploy": [], "warnings": [],
        "notices": [], "refusals": [], "basis": {"odcpub": "1", "stage": [], "runs": None, "left": []},
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
