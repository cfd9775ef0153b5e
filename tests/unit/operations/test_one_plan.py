"""The plan that is shown is the one that runs, for every kind of operation; a stale one is refused and says why."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from odcpub.data.catalogue import Catalogue
from odcpub.data.schema import Column, Schema, Table
from odcpub.deployment.objects import instance_of, secret_name
from odcpub.deployment.workload import Change, DeploymentPlan, Running, Workload
from odcpub.engines.ports import Gone, Place
from odcpub.errors import Refused, UsageError
from odcpub.model.elements import Kind
from odcpub.operations import configuring, durable, executing, forgetting, planning, requests
from odcpub.operations.core.command import Command, Publish
from odcpub.operations.core.outputs import ByPlan
from odcpub.operations.core.plan import Plan, to_text
from odcpub.operations.core.run import Run
from odcpub.operations.kinds import KINDS
from odcpub.operations.plans import stored
from odcpub.store.records import AssetRecord, OperationKind, Status
from odcpub.store.stages import Value

from .conftest import KEY, FakeCompiler, Installed, begun

SHOP = f"""\
app: Shop
key: {KEY}
settings:
  Token: {{ type: Text, secret: true }}
  Rate: {{ type: Integer, default: 1 }}
entities:
  Item:
    display: Name
    attributes:
      Name: {{ type: Text, length: 50 }}
"""
NO_TEXT = r'{"fingerprint": "\ud800\u0000"}'
MADE: list[Plan] = []
"""What the operation itself has planned."""
PACKED = "sha256:" + "9" * 64
ITEM = Table("item", (Column("id", "bigint", nullable=False, identity=True), Column("name", "character varying(50)")))


def follows(installed: Installed, command: Command) -> Plan:
    """The plan that an operation follows: its steps, as far as it is made."""
    MADE.clear()
    run = begun(installed.platform, command)
    kind = KINDS[Kind.LIBRARY if command.asset.key != KEY else Kind.APP]
    try:
        for step in kind.steps[command.kind]:
            step.perform(run)
            run = run.refreshed()
            if found := run.unit.find(ByPlan):
                (plan,) = MADE
                assert plan.fingerprint == found.fingerprint
                return plan
    finally:
        installed.store.journal.finish(run.key, Status.FAILED)
    raise AssertionError("no step has planned")


@pytest.fixture(autouse=True)
def seen(monkeypatch: pytest.MonkeyPatch) -> None:
    follow = stored.record_followed

    def heard(run: Run, plan: Plan, catalogue: Callable[[], Catalogue]) -> None:
        MADE.append(plan)
        follow(run, plan, catalogue)

    monkeypatch.setattr(stored, "record_followed", heard)


def built(installed: Installed) -> None:
    """The engines make images, too."""
    installed.engines.builder = installed.engines  # type: ignore[attr-defined]
    installed.engines.base = lambda: "base"  # type: ignore[attr-defined]


@pytest.fixture
def shop(installed: Installed, compiler: FakeCompiler, monkeypatch: pytest.MonkeyPatch) -> Installed:
    """Revision 2 runs in Development, revision 1 in QA."""
    built(installed)
    packs = replace(KINDS[Kind.APP], pack=lambda *_: PACKED)
    monkeypatch.setattr(planning, "KINDS", {**KINDS, Kind.APP: packs})
    (installed.folder / "shop.yaml").write_text(SHOP)
    for stage in ("development", "qa"):
        installed.store.stages.change_values(KEY, stage, [Value("Token", "t", secret=True)])
    installed.deployed(installed.revision())
    installed.deployed(1, "QA")
    installed.deployed(installed.revision())
    return installed


def record(installed: Installed) -> AssetRecord:
    return installed.platform.asset("shop")


def changes(plan: Plan) -> bool:
    """Whether it would do anything at all."""
    return bool((plan.build and plan.build.does) or (plan.data and plan.data.steps) or plan.deploy)


def test_a_publish(shop: Installed) -> None:
    sent = shop.sent()
    shown = planning.publish(shop.platform, sent, "ada")
    assert shown.build is not None
    assert shown.build.does == ("compile 1 entity, 2 screens", "build the image as revision 3")
    assert shown.build.image == PACKED
    planned = follows(shop, requests.publish_command(shop.platform, sent, "ada"))
    assert planned.compared() == shown.compared()
    assert planned.fingerprint == shown.fingerprint, "the image follows from what it is made of"


def test_an_image_that_is_another_than_planned_is_refused(shop: Installed) -> None:
    plan = planning.publish(shop.platform, shop.sent(), "ada")
    command = requests.publish_command(shop.platform, shop.sent(), "ada")
    stored.check_image(begun(shop.platform, command), "sha256:another")
    run = Run(
        shop.platform,
        replace(shop.platform.ledger.operations()[0], command=structs.replace(command, plan=plan.fingerprint)),
    )
    stored.check_image(run, PACKED)
    with pytest.raises(Refused, match=f"stale: the image has changed since: it was {PACKED} and is sha256:another"):
        stored.check_image(run, "sha256:another")


@pytest.mark.parametrize("number", [None, 1], ids=["the next", "an older one"])
def test_a_promotion(shop: Installed, number: int | None) -> None:
    shown = planning.deploy(shop.platform, "shop", "qa", number, "ada")
    assert shown.revision == (number or 2)
    asset = record(shop)
    stage, revision = requests.check_promotion(shop.platform, asset, "qa", number)
    assert follows(shop, requests.deploy_command(asset, stage, revision, "ada")).compared() == shown.compared()


def test_a_configuration(shop: Installed) -> None:
    shop.store.stages.change_values(KEY, "qa", [Value("Rate", "7")])
    shown = planning.apply(shop.platform, "shop", "qa", "ada")
    asset, stage, number = requests.check_apply(shop.platform, "shop", "qa")
    assert follows(shop, requests.apply_command(asset, stage, number, "ada")).compared() == shown.compared()


@pytest.mark.parametrize("forget", [False, True])
def test_an_undeploy(shop: Installed, monkeypatch: pytest.MonkeyPatch, forget: bool) -> None:
    monkeypatch.setattr(forgetting, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(shop.engines, "stop", lambda *_: None, raising=False)
    shop.engines.runs = Running(1, "sha256:1", "", "ready")
    if forget:
        shop.engines.broken["running"] = Gone("nobody answers", "is it up?")
    shown = planning.undeploy(shop.platform, "shop", "qa", forget, "ada")
    asset, stage = requests.check_undeploy(shop.platform, "shop", "qa")
    assert shown.deploy[0].verb == ("forget" if forget else "remove")
    assert follows(shop, requests.undeploy_command(asset, stage, forget, "ada")).compared() == shown.compared()


def test_a_library(installed: Installed, library: AssetRecord) -> None:
    folder = Path(library.folder)
    for made in (False, True):
        if made:
            (folder / "money.yaml").write_text((folder / "money.yaml").read_text().replace("Value", "Worth"))
        sent = installed.sent(folder)
        shown = planning.publish(installed.platform, sent, "ada")
        assert changes(shown) is made
        assert (
            follows(installed, requests.publish_command(installed.platform, sent, "ada")).compared() == shown.compared()
        )


# Stale plans


def executed(installed: Installed, plan: Plan, change: Callable[[], object]) -> str:
    """How executing it is refused after a change; empty where it is not."""
    stored = installed.store.plans.find(plan.fingerprint)
    assert stored is not None
    change()
    command = executing.command_of(stored.command)
    try:
        follows(installed, executing.replace(command, plan=plan.fingerprint))
    except Refused as error:
        assert "make a new plan: odcpub " in error.hint
        assert error.hint.endswith(" --plan --out plan.json")
        return error.message
    return ""


def promotion(installed: Installed) -> Plan:
    return planning.deploy(installed.platform, "shop", "qa", None, "ada")


def live(installed: Installed, *tables: Table) -> None:
    look = DeploymentPlan()
    installed.engines.observe = (  # type: ignore[method-assign]
        lambda what: Schema(tables) if isinstance(what, Place) else look
    )


def test_before_the_first_deployment_no_plan_shows_a_hash_of_secrets_alone(shop: Installed) -> None:
    """Somebody with the plan's file could try short secrets out; and with the database's password, which is made when
    the app is deployed, the name is another one."""
    wanted: list[Workload] = []

    def observe(what: Place | Workload) -> Schema | DeploymentPlan | None:
        if isinstance(what, Place):
            return None
        wanted.append(what)
        name = f"Secret odc-qa/{secret_name(what)}"
        template = "spec.template.metadata.labels.odcpub/instance"
        fields = ((template, "", instance_of(what)),)
        return DeploymentPlan((Change("create", name), Change("update", "Deployment odc-qa/shop", fields)))

    shop.engines.observe = observe  # type: ignore[method-assign]
    plan = promotion(shop)
    text = to_text(plan)
    assert secret_name(wanted[0]) not in text
    assert instance_of(wanted[0]) not in text
    assert plan.deploy[0].what == "Secret odc-qa/(named by its content)"
    shop.store.stages.database_password(KEY, "qa")
    assert promotion(shop).deploy[0].what == f"Secret odc-qa/{secret_name(wanted[-1])}"


def test_what_has_not_changed_is_executed(shop: Installed) -> None:
    assert executed(shop, promotion(shop), lambda: None) == ""


def test_another_schema_is_told_by_name(shop: Installed) -> None:
    live(shop, ITEM)
    note = replace(ITEM, columns=(*ITEM.columns, Column("note", "text")))
    told = executed(shop, promotion(shop), lambda: live(shop, note, Table("gone", ())))
    assert told == (
        "stale: the schema of QA has changed since: column odc_qa.shop.item.note was added; "
        "table odc_qa.shop.gone was added"
    )


def test_another_configuration_is_told_by_name_and_never_by_value(shop: Installed) -> None:
    values = [Value("Rate", "7"), Value("Token", "another", secret=True)]
    told = executed(shop, promotion(shop), lambda: shop.store.stages.change_values(KEY, "qa", values))
    assert told == ("stale: the configuration of QA has changed since: Rate has another value; Token has another value")


def test_an_image_that_is_gone(shop: Installed) -> None:
    told = executed(shop, promotion(shop), lambda: shop.engines.lost.add("sha256:1"))
    assert told.startswith("stale: the operation would now be refused: revision 2: the registry layout")


def test_another_revision_that_runs(shop: Installed) -> None:
    told = executed(shop, promotion(shop), lambda: shop.deployed(2, "QA"))
    assert told == "stale: what runs in QA has changed since: it was revision 1 and is revision 2"


def test_objects_that_somebody_has_changed(shop: Installed) -> None:
    def field(old: str) -> None:
        change = Change("update", "Deployment odc-qa/shop", (("spec.template.image", old, "new"), ("spec.x", "", "y")))
        shop.engines.observe = (  # type: ignore[method-assign]
            lambda what: None if isinstance(what, Place) else DeploymentPlan((change,))
        )

    field("old")
    told = executed(shop, promotion(shop), lambda: field("mine"))
    assert told == (
        "stale: the objects of QA have changed since: Deployment odc-qa/shop: spec.template.image was old and is mine"
    )


def test_what_a_clean_up_removes_meanwhile_makes_no_plan_stale(shop: Installed) -> None:
    def left(*changes: Change) -> None:
        shop.engines.observe = (  # type: ignore[method-assign]
            lambda what: None if isinstance(what, Place) else DeploymentPlan(changes)
        )

    left(Change("delete", "ConfigMap odc-qa/shop-1"))
    assert executed(shop, promotion(shop), left) == ""
    assert executed(shop, promotion(shop), lambda: left(Change("delete", "ConfigMap odc-qa/shop-1"))) == ""


def test_a_model_is_the_one_that_was_sent_whatever_its_folder_holds_now(shop: Installed) -> None:
    plan = planning.publish(shop.platform, shop.sent(), "ada")
    text = SHOP.replace("length: 50", "length: 60")
    assert executed(shop, plan, lambda: (shop.folder / "shop.yaml").write_text(text)) == ""


def test_a_stage_that_the_project_file_says_otherwise(shop: Installed) -> None:
    text = "stages: { Development: {}, QA: { allow_bootstrap: false }, Production: {} }"
    plan = promotion(shop)
    (shop.folder / "odcpub.yaml").write_text(text)
    assert executed(shop, plan, lambda: None) == "", "what lies in the folder counts once it is sent"
    told = executed(shop, plan, shop.configured)
    assert told == (
        "stale: the stage QA of the project file has changed since: bootstrap runtime refused, "
        "was bootstrap runtime allowed"
    )


def stage_file(installed: Installed, text: str) -> None:
    (installed.folder / "stages").mkdir(exist_ok=True)
    (installed.folder / "stages" / "qa.yaml").write_text(text)


def test_a_publish_shows_which_files_of_stages_it_brings(shop: Installed) -> None:
    stage_file(shop, "settings: { Rate: 3 }")
    shop.configured()
    (shop.folder / "odcpub.yaml").write_text("stages: { Development: {}, QA: { allow_bootstrap: true } }")
    stage_file(shop, "settings: { Rate: 4 }")
    found = planning.publish(shop.platform, shop.sent(), "ada").stage_files
    assert found is not None
    assert [(one.change, one.path, bool(one.was)) for one in found.changes] == [
        ("new", "odcpub.yaml", False),
        ("changed", "stages/qa.yaml", True),
    ]
    assert promotion(shop).stage_files is None


def test_files_that_were_sent_anew_are_not_put_back(shop: Installed) -> None:
    plan = planning.publish(shop.platform, shop.sent(), "ada")

    def push() -> None:
        stage_file(shop, "settings: { Rate: 3 }")
        shop.configured()

    assert executed(shop, plan, push) == (
        "stale: the recorded files of the stages have changed since: stages/qa.yaml was sent again"
    )


def test_the_same_model_with_other_files_is_another_plan(shop: Installed, begins: list[Command]) -> None:
    mine = planning.publish(shop.platform, shop.sent(), "ada")
    asked = shop.sent().source
    stage_file(shop, "settings: { Rate: 3 }")
    bobs = planning.publish(shop.platform, shop.sent(), "bob")
    assert bobs.fingerprint != mine.fingerprint
    command = run_file(shop, file_of(mine)).command
    assert isinstance(command, Publish)
    assert command.asset.source == asked


def test_a_first_publish_puts_no_files_back(installed: Installed, compiler: FakeCompiler) -> None:
    built(installed)
    (installed.folder / "shop.yaml").write_text(SHOP)
    sent = installed.sent()
    command = structs.replace(requests.publish_command(installed.platform, sent, "ada"), plan="0" * 64)
    stage_file(installed, "settings: { Rate: 3 }")
    installed.store.assets.register(command.asset)
    installed.configured(command.asset)
    with pytest.raises(Refused, match=r"stale: the recorded files of the stages have changed since: stages/qa\.yaml"):
        follows(installed, command)


def test_several_changes_are_all_told(shop: Installed) -> None:
    def change() -> None:
        shop.store.stages.change_values(KEY, "qa", [Value("Rate", "7")])
        live(shop, ITEM)

    assert executed(shop, promotion(shop), change) == (
        "stale: the configuration of QA and the schema of QA have changed since"
    )


def test_an_undeploy_of_what_runs_no_more(shop: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop.engines, "stop", lambda *_: None, raising=False)
    plan = planning.undeploy(shop.platform, "shop", "qa", False, "ada")
    told = executed(shop, plan, lambda: shop.deployed(2, "QA"))
    assert told == "stale: what runs in QA has changed since: it was revision 1 and is revision 2"


def test_an_undeploy_where_only_failed_deployments_left_something(
    shop: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop.engines, "stop", lambda *_: None, raising=False)
    shop.deployed(1, "Production", Status.FAILED)
    plan = planning.undeploy(shop.platform, "shop", "production", False, "ada")
    told = executed(shop, plan, lambda: shop.deployed(2, "Production", Status.FAILED))
    said = "stale: what runs in Production has changed since: what deployments that failed have left there"
    assert told == said, "nothing was deployed again: nothing ran"


# The file


def file_of(plan: Plan) -> dict[str, Any]:
    found: dict[str, Any] = executing.msgspec.to_builtins(plan)
    return found


@pytest.fixture
def begins(monkeypatch: pytest.MonkeyPatch) -> list[Command]:
    """The commands that are begun, without steps."""
    found: list[Command] = []
    monkeypatch.setattr(durable, "begin", lambda _key: None)
    return found


def run_file(installed: Installed, content: object, key: str = "") -> Run:
    text = content if isinstance(content, str) else json.dumps(content, indent=2)
    operation = installed.platform.ledger.operation(executing.execute(installed.platform, text, "p.json", "bob", key))
    assert operation is not None
    return Run(installed.platform, operation)


def test_a_file_begins_the_very_operation(shop: Installed, begins: list[Command]) -> None:
    plan = planning.deploy(shop.platform, "shop", "qa", 1, "ada")
    command = run_file(shop, file_of(plan)).command
    assert (command.kind, command.plan, command.actor) == (OperationKind.DEPLOY, plan.fingerprint, "bob")
    assert getattr(command, "revision", None) == 1


def test_an_edited_file_is_refused(shop: Installed, begins: list[Command]) -> None:
    content = file_of(promotion(shop))
    content["notices"] = ["read by ada"]
    content["revision"] = 1
    content["configuration"]["settings"][0]["value"] = "9"
    with pytest.raises(Refused) as refused:
        run_file(shop, content)
    assert refused.value.message == (
        "p.json: was edited: revision, configuration.settings[0].value differ from the plan that was made"
    )
    assert refused.value.hint == ("make a new plan: odcpub promote shop --to qa --revision 2 --plan --out plan.json")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"server": "eve@far-1", "fingerprint": "0" * 64}, "was made by another server, eve@far-1; this one is"),
        ({"fingerprint": "0" * 64}, "this server has made no plan 000000000000"),
    ],
)
def test_a_plan_that_this_server_has_not_made_is_refused(
    shop: Installed, begins: list[Command], change: dict[str, str], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        run_file(shop, file_of(promotion(shop)) | change)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"fingerprint": 1}', "[" * 100_000, "\ud800", NO_TEXT, "9" * 5000]
)
def test_what_is_no_plan_is_told(shop: Installed, text: str) -> None:
    with pytest.raises(UsageError, match=r"p\.json: is not a plan file: "):
        run_file(shop, text)


def test_a_plan_is_executed_once_and_again_where_that_failed(shop: Installed, begins: list[Command]) -> None:
    content = file_of(promotion(shop))
    key = "5f0c3a52-6a2e-4c5e-9d43-0a1b2c3d4e5f"
    first = run_file(shop, content, key)
    assert run_file(shop, content, key).key == key, "its answer was lost"
    with pytest.raises(Refused, match="is being executed by operation 5f0c3a52"):
        run_file(shop, content)
    shop.store.journal.finish(first.key, Status.FAILED)
    second = run_file(shop, content)
    shop.store.journal.finish(second.key, Status.FINISHED)
    with pytest.raises(Refused, match=f"was executed already, by operation {second.key[:8]}"):
        run_file(shop, content)
    assert run_file(shop, file_of(promotion(shop))).key, "it was planned anew, and nothing has changed"


def test_a_plan_that_an_earlier_odcpub_wrote_is_stale_and_not_edited(shop: Installed, begins: list[Command]) -> None:
    plan = promotion(shop)
    content = file_of(plan)
    content["version"], content["former"] = 0, "a part that plans had"
    found = shop.store.plans.find(plan.fingerprint)
    assert found is not None
    shop.store.plans.keep(replace(found, text=json.dumps(content)), anew=True)
    with pytest.raises(Refused, match=r"p\.json: stale: odcpub has changed since"):
        run_file(shop, content)


def test_a_plan_whose_operation_was_never_recorded_is_executed(
    shop: Installed, begins: list[Command], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = file_of(promotion(shop))
    with monkeypatch.context() as killed:
        killed.setattr(requests, "begin", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run_file(shop, content)
    first = run_file(shop, content)
    shop.store.journal.finish(first.key, Status.FINISHED)
    with pytest.raises(Refused, match="was executed already"):
        run_file(shop, content)


def test_a_plan_that_would_be_refused_is_not_executed(shop: Installed, begins: list[Command]) -> None:
    shop.engines.lost.add("sha256:1")
    with pytest.raises(Refused, match="was refused when it was made") as refused:
        run_file(shop, file_of(promotion(shop)))
    assert "the registry layout" in refused.value.details[0]


def test_no_secret_is_in_a_plan_or_its_record(shop: Installed) -> None:
    canary = "Tr0ub4dor-and-3"
    configuring.configure(shop.platform, "shop", "qa", configuring.Changes({"Token": canary}, (), ()))
    plan = promotion(shop)
    stored = shop.store.plans.find(plan.fingerprint)
    assert stored is not None
    assert canary not in json.dumps(file_of(plan)) + stored.text + stored.command + stored.catalogue
    assert plan.configuration is not None
    assert plan.configuration.secrets[0].name == "Token"


def test_what_others_have_set_counts_where_the_new_version_will_have_it(shop: Installed) -> None:
    def fields(*paths: str) -> None:
        kept = tuple((path, "set by kubectl", "kept") for path in paths)
        change = Change("update", "Deployment odc-qa/shop", kept)
        shop.engines.observe = (  # type: ignore[method-assign]
            lambda what: None if isinstance(what, Place) else DeploymentPlan((change,))
        )

    fields("metadata.annotations.seen")
    plan = promotion(shop)
    assert plan.deploy == ()
    assert "Deployment odc-qa/shop: metadata.annotations.seen is set by kubectl, and stays as it is" in plan.notices
    assert executed(shop, plan, lambda: fields("spec.paused")) == ""
    told = executed(shop, plan, lambda: fields("spec.template.spec.containers.env"))
    assert told.endswith("Deployment odc-qa/shop: spec.template.spec.containers.env is set by kubectl")


def test_half_a_character_is_kept_as_its_escape(shop: Installed) -> None:
    change = Change("update", "process shop", (("environment.X", "a\udc80", "b"),))
    shop.engines.observe = (  # type: ignore[method-assign]
        lambda what: None if isinstance(what, Place) else DeploymentPlan((change,))
    )
    plan = promotion(shop)
    assert plan.deploy[0].fields[0].old == "a\\udc80"
    assert executed(shop, plan, lambda: None) == ""
