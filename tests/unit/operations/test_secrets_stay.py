"""A value that was given as a secret stays one, whatever the model says later; one from the open is none; and values
follow a setting that is renamed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from odcpub.deployment.configuration import Configuration
from odcpub.deployment.workload import Change, DeploymentPlan, Workload
from odcpub.engines.ports import Place
from odcpub.errors import ModelError, Refused, UsageError
from odcpub.model.elements import Asset, Basic, DataType, Setting
from odcpub.operations import configuring, overview, planning, requests
from odcpub.operations import stage as stages
from odcpub.operations.core.plan import to_text
from odcpub.operations.settings import check_renames
from odcpub.operations.steps.plan import PLAN_REVISION
from odcpub.store.stages import Value

from .conftest import KEY, MODEL, Installed

TEXT, CANARY = DataType(Basic.TEXT), "hunter2-canary"
SECRET = MODEL
OPEN = replace(MODEL, settings=(Setting("Token", TEXT), MODEL.settings[1]))
LATER = replace(MODEL, settings=(Setting("MailToken", TEXT, secret=True, key="Token"), MODEL.settings[1]))


def configure(installed: Installed, values: dict[str, str], stage: str = "qa", arguments: tuple[str, ...] = ()) -> None:
    configuring.configure(installed.platform, "shop", stage, configuring.Changes(values, (), arguments))


def target(installed: Installed, model: Asset, stage: str = "QA") -> stages.Target:
    return stages.Target(installed.asset, stages.StageRef(stage, stage.lower()), model, {})


def resolved(installed: Installed, model: Asset) -> Configuration:
    return stages.configuration(installed.platform, target(installed, model), model)


def shown(installed: Installed) -> str:
    """All that ``config show`` and the plan of a promotion to QA say."""
    configuration = overview.configuration(installed.platform, "shop", "qa")
    plan = planning.deploy(installed.platform, "shop", "qa", None, "ada")
    return json.dumps(configuration) + to_text(plan)


def test_what_was_given_as_a_secret_is_never_in_the_open(installed: Installed) -> None:
    installed.deployed(installed.revision(SECRET))
    installed.deployed(1, "QA")
    configure(installed, {"Token": CANARY})
    installed.deployed(installed.revision(OPEN))
    assert CANARY not in shown(installed)
    assert "set as a secret" in shown(installed)
    with pytest.raises(ModelError) as refused:
        resolved(installed, OPEN)
    (problem,) = refused.value.problems
    assert (problem.element, problem.code) == ("settings.Token", "ODC-D206")
    assert "odcpub config set shop Token=… --stage qa" in problem.hint
    assert CANARY not in f"{problem} {problem.hint}"

    configure(installed, {"Token": "open"}, arguments=("Token",))
    assert dict(resolved(installed, OPEN).settings)["Token"] == "open"
    assert resolved(installed, SECRET).secrets == (("Token", CANARY),), "going back: the secret is still there"
    assert CANARY not in shown(installed)


def test_what_stood_in_the_open_is_no_secret(installed: Installed) -> None:
    installed.deployed(installed.revision(OPEN))
    installed.deployed(1, "QA")
    configure(installed, {"Token": CANARY}, arguments=("Token",))
    installed.deployed(installed.revision(SECRET))
    fields = (("environment.ODC_SETTING_Token", CANARY, ""), ("data.ODC_SETTING_Token", CANARY, ""))

    def observe(what: Place | Workload) -> DeploymentPlan | None:
        return None if isinstance(what, Place) else DeploymentPlan((Change("update", "app", fields),))

    installed.engines.observe = observe  # type: ignore[method-assign]
    assert CANARY not in shown(installed)
    with pytest.raises(ModelError) as refused:
        resolved(installed, SECRET)
    assert "was stored in plain text" in refused.value.problems[0].message
    assert refused.value.problems[0].hint.endswith("odcpub config set shop Token --stage qa")
    configure(installed, {"Token": "new one"})
    assert resolved(installed, SECRET).secrets == (("Token", "new one"),)
    plan = planning.deploy(installed.platform, "shop", "qa", None, "ada")
    assert [(one.path, one.old, one.new) for one in plan.deploy[0].fields] == [
        (path, "(hidden)", "") for path, _, _ in fields
    ]


def test_a_secret_by_standard_input_is_one_wherever_a_revision_has_it_so(installed: Installed) -> None:
    """Who pipes a value in believes that nobody sees it, whichever revision is looked at."""
    for model in (SECRET, OPEN):
        installed.deployed(installed.revision(model))
    installed.deployed(1, "QA")
    answer = configuring.configure(
        installed.platform, "shop", "qa", configuring.Changes({"Token": CANARY, "Rate": "2"}, (), ())
    )
    assert answer == {"set": ["Token", "Rate"], "unset": [], "secrets": ["Token"], "resumed": []}
    assert CANARY not in shown(installed)


def test_a_secret_is_in_no_first_plan_of_a_revision_that_had_it_in_the_open(installed: Installed) -> None:
    installed.deployed(installed.revision(OPEN))
    configure(installed, {"Token": CANARY}, arguments=("Token",))
    installed.deployed(installed.revision(SECRET))
    plan = planning.deploy(installed.platform, "shop", "qa", 1, "ada")
    assert plan.configuration is not None
    assert [(one.name, one.value) for one in plan.configuration.settings][-1] == ("Token", "(hidden)")


@pytest.mark.parametrize("file", [False, True])
def test_values_follow_a_setting_that_is_renamed(installed: Installed, file: bool) -> None:
    installed.deployed(installed.revision(SECRET))
    configure(installed, {"Token": CANARY, "Rate": "2"})
    rated = replace(LATER, settings=(LATER.settings[0], Setting("Price", DataType(Basic.INTEGER), 1, key="Rate")))
    installed.deployed(installed.revision(rated))
    if file:
        configuring.configure(installed.platform, "shop", "qa", configuring.Changes({}, ("Price",), ()))
        (installed.folder / "stages").mkdir()
        (installed.folder / "stages" / "qa.yaml").write_text("settings: { Price: 2 }")
        installed.configured()
    found = stages.configuration(installed.platform, target(installed, rated), rated)
    assert (found.settings, found.secrets) == ((("Price", "2"),), (("MailToken", CANARY),))
    back = stages.configuration(installed.platform, target(installed, SECRET), rated)
    assert (back.settings, back.secrets) == ((("Rate", "2"),), (("Token", CANARY),)), "under the names that it has"
    configure(installed, {"MailToken": "new"})
    assert stages.configuration(installed.platform, target(installed, SECRET), rated).secrets == (("Token", "new"),)


RENAMED = [
    (Setting("MailToken", TEXT, secret=True), "is it Token, renamed?"),
    (Setting("MailToken", TEXT, secret=True, key="Tokn"), "no setting was ever called Tokn, and Token is gone"),
]


@pytest.mark.parametrize(("setting", "said"), RENAMED)
def test_a_rename_that_would_lose_a_value_is_asked_about(installed: Installed, setting: Setting, said: str) -> None:
    installed.deployed(installed.revision(SECRET))
    configure(installed, {"Token": CANARY})
    model = replace(MODEL, settings=(setting, MODEL.settings[1]))
    with pytest.raises(Refused) as refused:
        check_renames(installed.platform, target(installed, model, "Development"))
    (line,) = refused.value.details
    assert line.startswith(f"settings.MailToken: {said}")
    assert "qa has a value" in line
    assert "`key: Token`" in line
    answered = replace(MODEL, settings=(replace(setting, key="MailToken"), MODEL.settings[1]))
    told = check_renames(installed.platform, target(installed, answered, "Development"))
    assert told == ("settings.Token: is gone from the model; its values in qa stay, unused",)


def test_a_key_that_is_taken_away_is_asked_about(installed: Installed) -> None:
    installed.deployed(installed.revision(LATER))
    configure(installed, {"MailToken": CANARY})
    model = replace(MODEL, settings=(Setting("MailToken", TEXT, secret=True),))
    with pytest.raises(Refused) as refused:
        check_renames(installed.platform, target(installed, model, "Development"))
    assert "Its key was Token and is gone" in refused.value.details[0]


def test_a_publish_asks_and_a_promotion_does_not(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("odcpub.operations.settings.check_renames", lambda *_: asked.append("") or ())
    monkeypatch.setattr(installed.engines, "csharp", None, raising=False)
    installed.deployed(installed.revision())
    run = installed.operation(stage="QA", revision=1)
    PLAN_REVISION.perform(run)
    assert asked == []
    installed.platform.ledger.finish(run.key)
    planning.deploy(installed.platform, "shop", "qa", None, "ada")
    assert asked == []


def written(installed: Installed, settings: str) -> None:
    (installed.folder / "shop.yaml").write_text(f"app: Shop\nkey: {KEY}\nsettings: {settings}\n")


@pytest.mark.parametrize("stage", ["development", "qa"])
def test_what_the_author_has_turned_can_be_set_anew_before_it_is_published(installed: Installed, stage: str) -> None:
    """The hint of the refused publish must work."""
    installed.deployed(installed.revision())
    installed.deployed(1, "QA")
    written(installed, "{ Rate: { type: Boolean }, Token: { type: Text, secret: true } }")
    configure(installed, {"Rate": "true"}, stage)
    assert installed.store.stages.values(KEY, stage).settings == {"Rate": "true"}
    configure(installed, {"Rate": "5"}, stage)
    assert installed.store.stages.values(KEY, stage).settings == {"Rate": "5"}, "and for what runs there"
    with pytest.raises(UsageError, match="Rate: not a valid"):
        configure(installed, {"Rate": "some"}, stage)


def test_what_the_author_has_taken_from_the_secrets_can_be_set_in_the_open(installed: Installed) -> None:
    installed.deployed(installed.revision())
    written(installed, "{ Rate: { type: Integer }, Token: { type: Text } }")
    configure(installed, {"Token": "open"}, "development", ("Token",))
    assert installed.store.stages.values(KEY, "development").settings == {"Token": "open"}
    installed.deployed(1, "QA")
    with pytest.raises(UsageError, match="is a secret"):
        configure(installed, {"Token": "open"}, "qa", ("Token",))


def test_what_no_model_has_any_more_can_be_forgotten(installed: Installed) -> None:
    installed.revision()
    installed.store.stages.change_values(KEY, "qa", [Value("Gone", "1"), Value("Gone", "s", secret=True)])
    configuring.configure(installed.platform, "shop", "qa", configuring.Changes({}, ("Gone",), ()))
    assert installed.store.stages.values(KEY, "qa").names == ()
    assert requests.app(installed.platform, "shop").key == KEY
