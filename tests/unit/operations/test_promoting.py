"""Which revision a promotion means, also after undeploys and failures in the stage before."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from odcpub.data.schema import Annotation, Column, Schema, Table
from odcpub.deployment.stages import DEFAULT_STAGES, parse_project
from odcpub.errors import Refused, UsageError
from odcpub.model.elements import Attribute, Basic, DataType, Entity
from odcpub.operations import durable, models, platform, requests
from odcpub.operations import stage as stages
from odcpub.store.records import Status

from .conftest import KEY, MODEL, Installed


def promoted(installed: Installed, number: int | None) -> int:
    return requests.check_promotion(installed.platform, installed.asset, "qa", number)[1].number


def test_a_revision_that_ran_there_can_be_promoted_after_an_undeploy_and_one_that_failed_cannot(
    installed: Installed,
) -> None:
    first, second, third = (installed.revision() for _ in range(3))
    installed.deployed(first)
    installed.deployed(second)
    installed.deployed(third, status=Status.FAILED)
    assert promoted(installed, None) == second
    installed.store.stages.undeployed(KEY, "development")
    assert promoted(installed, first) == first
    with pytest.raises(Refused, match=f"revision {third} never ran in Development"):
        promoted(installed, third)
    with pytest.raises(UsageError, match="Shop: there is no revision 99") as unknown:
        promoted(installed, 99)
    assert unknown.value.hint == f"its latest is revision {third}"
    with pytest.raises(Refused, match="does not run in Development"):
        promoted(installed, None)
    installed.deployed(first)
    assert promoted(installed, None) == first


def test_a_folder_of_another_machine_is_named_beside_the_command(installed: Installed) -> None:
    installed.configured()
    for host, hint in (
        ("", f"odcpub publish {installed.folder}"),
        (os.uname().nodename, f"odcpub publish {installed.folder}"),
        ("desk", f"odcpub publish PATH (its model was published from desk:{installed.folder})"),
    ):
        installed.store.assets.register(replace(installed.asset, host=host))
        with pytest.raises(Refused, match="is the first stage") as refused:
            requests.check_promotion(installed.platform, installed.platform.asset("shop"), "development", None)
        assert refused.value.hint == hint


def test_stages_that_are_sent_meanwhile_do_not_break_a_promotion(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = installed.revision()
    installed.deployed(number)
    usual, others = DEFAULT_STAGES, parse_project("stages: { Development: {}, QA: { allow_bootstrap: false } }").stages
    readings = iter([usual, others, others, others])
    for room in (models, requests):
        monkeypatch.setattr(room, "asset_stages", lambda *_: next(readings))
    installed.configured()
    assert promoted(installed, None) == number


def test_what_was_undeployed_is_not_undeployed_again(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "begin", lambda _: None)
    installed.deployed(installed.revision(), status=Status.FAILED)
    key = requests.undeploy(installed.platform, requests.Removal("shop", "development"), "ada")
    installed.store.journal.finish(key, Status.FINISHED)
    installed.store.stages.undeployed(KEY, "development")
    with pytest.raises(Refused, match="does not run in Development"):
        requests.undeploy(installed.platform, requests.Removal("shop", "development"), "ada")


def test_renames_are_asked_about_after_an_undeploy_too(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    plan = platform.plan_migration
    monkeypatch.setattr(platform, "plan_migration", lambda *a, **n: (asked.append(n["previous"]), plan(*a, **n))[1])
    installed.deployed(installed.revision())
    installed.store.stages.undeployed(KEY, "development")
    aim = stages.Target(installed.asset, stages.StageRef("Development", "development"), MODEL, {})
    stages.migration(installed.platform, aim, asks=True)
    assert asked == [MODEL]


@pytest.mark.parametrize(("asks", "said"), [(True, ["Note.To: is it back?"]), (False, [])])
def test_what_the_database_remembers_is_asked_about_where_nothing_ran(
    installed: Installed, monkeypatch: pytest.MonkeyPatch, asks: bool, said: list[str]
) -> None:
    """A database that was taken over or restored."""
    left = Column("of", "text", annotation=Annotation(key="Of", name="To"))
    live = Schema((Table("note", (Column("id", "bigint", nullable=False, identity=True), left)),))
    monkeypatch.setattr(installed.engines, "observe", lambda _place: live)
    note = Entity("Note", "Note", (Attribute("To", "To", DataType(Basic.TEXT)),))
    model = replace(MODEL, entities=(note,))
    aim = stages.Target(installed.asset, stages.StageRef("Development", "development"), model, {})
    plan = stages.migration(installed.platform, aim, asks).plan
    assert [line.partition("? ")[0] + "?" for line in plan.refusals] == said
