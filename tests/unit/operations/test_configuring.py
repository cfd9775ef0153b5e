"""Configuration by command, also after the vault's key was lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from odcpub.errors import EngineError, ModelError, Refused, UsageError
from odcpub.model.elements import Basic, DataType, Setting
from odcpub.operations import configuring, overview, planning, requests
from odcpub.operations import stage as stages
from odcpub.store.vault import Vault

from .conftest import MODEL, Installed


def configure(installed: Installed, values: dict[str, str], unset: tuple[str, ...] = ()) -> None:
    configuring.configure(installed.platform, "shop", "qa", configuring.Changes(values, unset, ()))


def target(installed: Installed) -> stages.Target:
    return stages.Target(installed.asset, stages.StageRef("QA", "qa"), MODEL, {})


def test_one_wrong_value_keeps_all_from_being_set(installed: Installed) -> None:
    installed.revision()
    for values, unset in (({"Rate": "2", "Token": "t", "No": "x"}, ()), ({"Rate": "2"}, ("Token",))):
        with pytest.raises(UsageError):
            configure(installed, values, unset)
    assert not installed.store.stages.values(installed.asset.key, "qa").settings


def test_after_a_lost_key_its_secrets_are_named_and_can_be_set_again(installed: Installed) -> None:
    installed.revision()
    configure(installed, {"Token": "t", "Rate": "2"})
    key = installed.store.vault.key_file
    key.unlink()
    with pytest.raises(EngineError, match=r"vault\.key: is missing, and secrets are encrypted with it") as gone:
        stages.configuration(installed.platform, target(installed))
    assert f"echo new > {key}; then publish each app again" in gone.value.hint
    with pytest.raises(EngineError, match="is missing"):
        configure(installed, {"Token": "t2"})
    assert not key.exists(), "no new one is made unasked"
    key.write_text("new\n")
    with pytest.raises(Refused, match=r"cannot decrypt Token: .*vault\.key is the wrong key file") as refused:
        stages.configuration(installed.platform, target(installed))
    assert "odcpub config set shop Token --stage qa" in refused.value.hint
    shown = {one["key"]: one["value"] for one in overview.configuration(installed.platform, "shop", "qa")["settings"]}
    assert shown == {"Token": "(lost: set it again)", "Rate": "2"}
    configure(installed, {"Token": "t2"})
    resolved = stages.configuration(installed.platform, target(installed))
    assert (resolved.settings, resolved.secrets) == ((("Rate", "2"),), (("Token", "t2"),))


def test_a_damaged_key_can_be_replaced_while_the_server_runs(installed: Installed) -> None:
    file = installed.folder / "vault.key"
    file.write_bytes(b"!" * 44)
    vault = Vault(file)
    with pytest.raises(Exception, match="is damaged") as damaged:
        vault.seal("x")
    assert f"echo new > {file}" in damaged.value.hint  # type: ignore[attr-defined]
    file.write_text("new\n")
    assert vault.open(vault.seal("x")) == "x"


@pytest.mark.parametrize("text", ["settings: [", "settings: { Rate: many }", "settings: { Rat: 2 }"])
def test_a_stages_file_with_problems_is_told_and_no_value_shown(installed: Installed, text: str) -> None:
    installed.revision()
    (installed.folder / "stages").mkdir()
    (installed.folder / "stages" / "qa.yaml").write_text(text)
    with pytest.raises(ModelError) as shown:
        overview.configuration(installed.platform, "shop", "qa")
    with pytest.raises(ModelError) as deployed:
        stages.configuration(installed.platform, target(installed))
    assert shown.value.problems == deployed.value.problems


@pytest.mark.parametrize("stages_file", [True, False])
def test_a_model_that_was_moved_is_told_before_anything_begins(installed: Installed, stages_file: bool) -> None:
    """Else its files would be passed over, and the model's defaults deployed."""
    number = installed.revision()
    installed.deployed(number)
    installed.deployed(number, "QA")
    if stages_file:
        (installed.folder / "stages").mkdir()
        (installed.folder / "stages" / "qa.yaml").write_text("settings: { Rate: 2 }")
    moved = installed.folder.rename(installed.folder.with_name("moved"))
    begun = installed.store.journal.operations()
    for ask in (
        lambda: requests.apply(installed.platform, "shop", "qa", "ada"),
        lambda: requests.deploy(installed.platform, requests.Promotion("shop", "qa"), "ada"),
        lambda: planning.deploy(installed.platform, "shop", "qa", None, "ada"),
        lambda: overview.configuration(installed.platform, "shop", "qa"),
        lambda: stages.configuration(installed.platform, target(installed)),
    ):
        with pytest.raises(UsageError, match="folder that Shop was published from is missing") as refused:
            ask()
        assert str(installed.folder) in refused.value.message
        assert "odcpub publish" in refused.value.hint
    assert installed.store.journal.operations() == begun
    assert moved.is_dir()


def test_all_mandatory_values_that_are_missing_are_in_the_hint(installed: Installed) -> None:
    names = [Setting(name, DataType(Basic.TEXT), mandatory=True) for name in ("One", "Two")]
    asking = replace(target(installed), model=replace(MODEL, settings=tuple(names)))
    with pytest.raises(Refused, match="no value for the mandatory One, Two") as refused:
        stages.configuration(installed.platform, asking)
    assert refused.value.hint == "odcpub config set shop One Two --stage qa"


@pytest.mark.parametrize("name", ["QA.yaml", "qa.yml", "Qa.YML"])
def test_a_stages_file_that_nobody_would_read_is_refused(installed: Installed, name: str) -> None:
    installed.revision()
    folder = installed.folder / "stages"
    folder.mkdir()
    (folder / name).write_text("settings: { Rate: 95 }\n")
    for look in (
        lambda: stages.configuration(installed.platform, target(installed)),
        lambda: overview.configuration(installed.platform, "shop", "qa"),
    ):
        with pytest.raises(Refused, match=rf"stages/{name}: is not read: this stage's file is stages/qa\.yaml"):
            look()
