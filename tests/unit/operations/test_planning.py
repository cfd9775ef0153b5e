"""A plan that would be refused says all that the refusal would: what, each point, and how to go on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from odcpub.data.migration import Finding, MigrationPlan, RowCheck, Sentence
from odcpub.engines.ports import Login
from odcpub.errors import Refused, TemporaryEngineError
from odcpub.operations import planning
from odcpub.operations import stage as stages
from odcpub.operations.core.plan import Plan, Runs
from odcpub.operations.platform import Caches
from odcpub.store.stages import Value

from .conftest import MODEL, Installed

NO_VALUE = Sentence("1 row has no value", "{count} rows have no value")
FOUND = Finding(RowCheck("", "", "Task.Note", NO_VALUE, "give it one"), 1, (("7", ""),))


def refusals(installed: Installed) -> list[str]:
    """Of a promotion to QA."""
    installed.deployed(installed.revision())
    return [*planning.deploy(installed.platform, "shop", "qa", None, "ada").refusals]


@pytest.fixture(autouse=True)
def set_up(installed: Installed) -> None:
    installed.store.stages.change_values(installed.asset.key, "qa", [Value("Token", "t", secret=True)])


def test_a_problem_of_the_stages_file_comes_with_its_hint(installed: Installed) -> None:
    (installed.folder / "stages").mkdir()
    (installed.folder / "stages" / "qa.yaml").write_text("settings: { Rat: 2 }")
    title, problem = refusals(installed)
    assert title == "Shop (QA): the configuration has 1 error"
    assert "stages/qa.yaml:1" in problem
    assert "did you mean Rate?" in problem


def test_a_lost_image_comes_with_its_hint(installed: Installed) -> None:
    installed.engines.lost.add("sha256:1")
    (line,) = refusals(installed)
    assert "the registry layout" in line
    assert "publish its model again" in line


def test_a_refusal_with_points_lists_them_between_message_and_hint(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise Refused("the data would not survive", "settle each point", ["one", "two"])

    monkeypatch.setattr(stages, "refuse", refuse)
    assert refusals(installed) == ["the data would not survive", "one", "two", "settle each point"]


def test_the_heading_fits_whether_rows_stand_in_the_way_or_the_author_must_answer(installed: Installed) -> None:
    target = stages.Target(installed.asset, stages.StageRef("QA", "qa"), MODEL, {})
    asked = MigrationPlan("", "", refusals=("Task.Note: is it Notes, renamed?",))
    for findings, said in (((), "cannot be made as it stands"), ((FOUND,), "the data would not survive this change")):
        with pytest.raises(Refused, match=said) as refused:
            stages.refuse(target, asked, findings)
        assert refused.value.details[0] == "Task.Note: is it Notes, renamed?"


def plan(installed: Installed) -> Plan:
    return planning.deploy(installed.platform, "shop", "qa", None, "ada")


def data(installed: Installed) -> tuple[str, ...]:
    found = plan(installed).data
    assert found is not None
    return found.lines


def test_a_first_deployment_lists_its_settings_and_a_later_one_what_changes(installed: Installed) -> None:
    installed.deployed(installed.revision())
    first = plan(installed)
    assert first.configuration is not None
    values = (*first.configuration.settings, *first.configuration.secrets)
    assert [(one.name, one.value) for one in values] == [("Rate", "1"), ("Token", "(hidden)")]
    assert first.basis.runs is None
    installed.deployed(1, "QA")
    again = plan(installed)
    assert (again.deploy, again.basis.runs) == ((), Runs(revision=1, deployment=1))


def test_renames_are_part_of_the_data(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    installed.deployed(installed.revision())
    renamed = MigrationPlan("", "", stays=("Name was renamed to Title: its values stay",))
    monkeypatch.setattr(Caches, "plan", lambda *_: renamed)
    assert data(installed) == ("Name was renamed to Title: its values stay",)


def test_what_the_apps_role_has_lost_is_set_right_and_said(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what the operator of a pooler has to do."""
    engines, lost = installed.engines, "the role shop__qa has another password than the app"
    installed.deployed(installed.revision())
    engines.lost_by_role = lost
    installed.store.stages.database_password(installed.asset.key, "qa")
    assert data(installed) == (), "there it was never deployed"
    installed.deployed(1, "QA")
    assert data(installed) == (f"repair for the app: {lost}",)
    pooled = replace(Login("db", 6432, "odc_qa", "shop", "shop__qa", ""), pooling="session")
    monkeypatch.setattr(engines, "login", lambda *_: pooled)
    (line,) = data(installed)
    assert "a pooler at db:6432" in line
    assert "auth_file" in line


def test_the_fingerprint_is_of_all_that_is_shown(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    installed.deployed(installed.revision())
    seen = [plan(installed).fingerprint]
    assert plan(installed).fingerprint == seen[0]
    installed.store.stages.change_values(installed.asset.key, "qa", [Value("Rate", "2")])
    seen.append(plan(installed).fingerprint)
    plans = {"stays": ("Name was renamed to Title",), "refusals": ("Title: is it Name?",), "warnings": ("slow",)}
    for part, lines in plans.items():
        told = MigrationPlan("", "", **{part: lines})  # type: ignore[arg-type]
        monkeypatch.setattr(Caches, "plan", lambda *_, told=told: told)
        seen.append(plan(installed).fingerprint)
    assert len(set(seen)) == 5


@pytest.mark.parametrize("engine", ["has", "login", "reference"])
def test_an_engine_that_fails_is_no_refusal(installed: Installed, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    """Among a plan's refusals is only what the operation itself would refuse; what could not be looked at ends it."""

    def fails(*_: object) -> None:
        raise TemporaryEngineError("no answer", "try again")

    installed.deployed(installed.revision())
    monkeypatch.setattr(installed.engines, engine, fails)
    with pytest.raises(TemporaryEngineError, match="no answer"):
        plan(installed)
