"""A stage that the project file names no longer: what is there can be seen and taken out, and nothing be put in."""

from __future__ import annotations

import pytest

from odcpub.errors import UsageError
from odcpub.operations import configuring, durable, overview, requests
from odcpub.operations.core.outputs import StageRef

from .conftest import KEY, Installed


@pytest.fixture(autouse=True)
def set_up(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shop runs in Acceptance, which the project file named then."""
    monkeypatch.setattr(durable, "begin", lambda _: None)
    project(installed, "stages: { Development: {}, Acceptance: {} }")
    installed.deployed(installed.revision(), "Acceptance")
    configuring.configure(installed.platform, "shop", "acceptance", configuring.Changes({"Rate": "2"}, (), ()))
    project(installed, "stages: { Development: {}, QA: {} }")


def project(installed: Installed, text: str) -> None:
    (installed.folder / "odcpub.yaml").write_text(text)
    installed.configured()


def test_it_is_shown_and_taken_out(installed: Installed) -> None:
    assert [one["stage"] for one in overview.status(installed.platform)["assets"][0]["stages"]] == ["Acceptance"]
    shown = {
        one["key"]: one["value"] for one in overview.configuration(installed.platform, "shop", "acceptance")["settings"]
    }
    assert shown["Rate"] == "2"
    configuring.configure(installed.platform, "shop", "acceptance", configuring.Changes({}, ("Rate",), ()))
    assert not installed.store.stages.values(KEY, "acceptance").settings
    operation = installed.platform.ledger.operation(
        requests.undeploy(installed.platform, requests.Removal("shop", "Acceptance"), "ada")
    )
    assert operation is not None
    assert operation.unit.stage == StageRef("Acceptance", "acceptance")


def test_a_broken_project_file_keeps_nothing_in_it(installed: Installed) -> None:
    project(installed, "stages: [")
    assert requests.undeploy(installed.platform, requests.Removal("shop", "acceptance"), "ada")


def test_nothing_is_put_into_it(installed: Installed) -> None:
    said = "Acceptance: is no longer a stage of Shop; its stages are Development, QA"
    with pytest.raises(UsageError, match=said) as refused:
        configuring.configure(installed.platform, "shop", "acceptance", configuring.Changes({"Rate": "3"}, (), ()))
    assert refused.value.hint.endswith(
        "odcpub undeploy shop --stage acceptance, odcpub config unset shop Rate --stage acceptance"
    )
    with pytest.raises(UsageError, match=said):
        requests.apply(installed.platform, "shop", "acceptance", "ada")


def test_the_way_on_is_one_that_is_taken(installed: Installed) -> None:
    """Once the app is undeployed only its values are left, and then nothing, though its database password is kept."""
    installed.store.stages.database_password(KEY, "acceptance")
    installed.store.stages.undeployed(KEY, "acceptance")
    with pytest.raises(UsageError, match="is no longer a stage of Shop") as refused:
        requests.check_promotion(installed.platform, installed.asset, "acceptance", None)
    assert refused.value.hint.endswith("what is left in it: odcpub config unset shop Rate --stage acceptance")
    configuring.configure(installed.platform, "shop", "acceptance", configuring.Changes({}, ("Rate",), ()))
    for ask in (
        lambda: requests.deploy(installed.platform, requests.Promotion("shop", "acceptance"), "ada"),
        lambda: requests.undeploy(installed.platform, requests.Removal("shop", "acceptance"), "ada"),
    ):
        with pytest.raises(UsageError, match="acceptance: no such stage") as refused:
            ask()
        assert refused.value.hint == "stages: development, qa"


@pytest.mark.parametrize("word", ["nowhere", "", "  "])
def test_a_stage_that_never_was_is_none(installed: Installed, word: str) -> None:
    with pytest.raises(UsageError, match="no such stage"):
        requests.undeploy(installed.platform, requests.Removal("shop", word), "ada")
    assert not [one for one in installed.store.journal.operations() if one.kind == "Undeploy"]
