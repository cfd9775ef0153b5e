"""Stages' files without a publish: kept with who and when, pending until applied, and nobody reads the folder."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from odcpub.errors import Missing, ModelError, Refused, UsageError
from odcpub.operations import overview, planning, pushing
from odcpub.operations import stage as stages
from odcpub.operations.core.outputs import StageRef
from odcpub.operations.model_files import accept, files_of, keep, published
from odcpub.operations.models import asset_stages
from odcpub.store.records import Status
from odcpub.store.stages import Value
from odcpub.tree.folder import read_folder

from .conftest import KEY, MODEL, Installed

SETTINGS = "{ Token: { type: Text, secret: true }, Rate: { type: Integer, default: 1 } }"
MODEL_FILE = f"app: Shop\nkey: {KEY}\nsettings: {SETTINGS}\n"


@pytest.fixture(autouse=True)
def shop(installed: Installed) -> None:
    """Revision 1 runs in QA with its own configuration, sent by Ada."""
    (installed.folder / "app.yaml").write_text(MODEL_FILE)
    write(installed, qa="settings: { Rate: 2 }")
    installed.store.stages.change_values(KEY, "qa", [Value("Token", "t", secret=True)])
    installed.asset = installed.configured()
    number = installed.revision()
    run = installed.operation(stage="QA", revision=number)
    found = stages.configuration(installed.platform, stages.Target(installed.asset, StageRef("QA", "qa"), MODEL, {}))
    digest = stages.fingerprint(installed.platform, found)
    installed.store.stages.begin_deployment(KEY, "qa", number, digest, run.key)
    run.serve("")
    installed.store.journal.finish(run.key, Status.FINISHED)


def write(installed: Installed, **files: str) -> None:
    (installed.folder / "stages").mkdir(exist_ok=True)
    for name, text in files.items():
        (installed.folder / "stages" / f"{name}.yaml").write_text(text)


def push(installed: Installed, to: str = "", folder: Path | None = None) -> dict[str, str]:
    found = pushing.push(installed.platform, installed.sent(folder), to, "bob")
    return {one["path"]: one["change"] for one in found["files"]}


def rate(installed: Installed, stage: str = "qa") -> str | None:
    found = overview.configuration(installed.platform, "shop", stage)["settings"]
    return next(one["value"] for one in found if one["name"] == "Rate")


def test_what_lies_in_the_folder_counts_once_it_is_pushed(installed: Installed) -> None:
    write(installed, qa="settings: { Rate: 7 }")
    assert rate(installed) == "2"
    assert push(installed) == {"stages/qa.yaml": "changed"}
    shutil.rmtree(installed.folder)
    assert rate(installed) == "7"


def test_it_is_pending_until_it_is_applied(installed: Installed) -> None:
    def pending() -> object:
        (row,) = overview.status(installed.platform)["assets"][0]["stages"]
        return row["pending"]

    assert pending() is None
    write(installed, qa="settings: { Rate: 2 }  # the same")
    push(installed)
    assert pending() is None, "other words, the same values"
    write(installed, qa="settings: { Rate: 7 }")
    push(installed)
    (file,) = [one for one in installed.store.assets.stage_files(KEY) if one.path == "stages/qa.yaml"]
    assert file.sent_by == "bob"
    assert pending() == {
        "file": "stages/qa.yaml", "sentBy": "bob", "sentAt": file.sent_at,
        "apply": "odcpub config apply shop --stage qa",
    }  # fmt: skip
    assert overview.configuration(installed.platform, "shop", "qa")["pending"] == pending()
    write(installed, qa="settings: { Rat: 7 }")
    push(installed)
    assert pending() is not None, "what would be refused is not applied either"


def test_who_sent_a_file_stays_until_another_is_sent(installed: Installed) -> None:
    write(installed, development="settings: {}")
    push(installed)
    found = {one.path: (one.sent_by, bool(one.content)) for one in installed.store.assets.stage_files(KEY)}
    assert found == {"stages/qa.yaml": ("ada", True), "stages/development.yaml": ("bob", True)}
    (installed.folder / "stages" / "qa.yaml").unlink()
    assert push(installed) == {"stages/qa.yaml": "removed"}
    found = {one.path: (one.sent_by, bool(one.content)) for one in installed.store.assets.stage_files(KEY)}
    assert found["stages/qa.yaml"] == ("bob", False)


def test_one_stage_alone(installed: Installed) -> None:
    write(installed, qa="settings: { Rate: 7 }", production="settings: { Rate: 9 }")
    assert push(installed, "QA") == {"stages/qa.yaml": "changed"}
    assert (rate(installed), rate(installed, "production")) == ("7", "1")
    with pytest.raises(UsageError, match="live: no such stage"):
        push(installed, "live")


def test_a_project_file_brings_its_stages(installed: Installed) -> None:
    (installed.folder.parent / "odcpub.yaml").write_text("stages: { Development: {}, QA: {}, Live: {} }")
    assert push(installed) == {"odcpub.yaml": "new"}
    assert [one.name for one in asset_stages(installed.platform, installed.platform.asset("shop"))][2] == "Live"


@pytest.mark.parametrize("text", ["settings: [", "nonsense: 1"])
def test_what_has_problems_is_not_kept(installed: Installed, text: str) -> None:
    before = installed.platform.asset("shop")
    write(installed, qa=text, production=text)
    with pytest.raises(ModelError) as refused:
        push(installed)
    assert len(refused.value.problems) == 2, "all at once"
    assert installed.platform.asset("shop") == before
    (installed.folder / "odcpub.yaml").write_text(text)
    with pytest.raises(ModelError, match=r"odcpub\.yaml has 1 error"):
        push(installed)


def test_what_is_not_that_asset_is_refused(installed: Installed) -> None:
    (installed.folder / "app.yaml").write_text(MODEL_FILE.replace(KEY, KEY.replace("2", "3")))
    with pytest.raises(Missing, match="Shop: was never published"):
        push(installed)
    (installed.folder / "app.yaml").write_text(MODEL_FILE.replace("Shop", "Store"))
    with pytest.raises(Refused, match="its key belongs to Shop: a publish renames an asset"):
        push(installed)


def test_a_publish_that_runs_is_not_overtaken(installed: Installed) -> None:
    installed.operation("Publish")
    write(installed, qa="settings: { Rate: 7 }")
    with pytest.raises(Refused, match="is being published") as refused:
        push(installed)
    assert "odcpub log" in refused.value.hint


def test_a_later_publish_that_serves_does_not_hide_one_that_does_not(installed: Installed) -> None:
    """The project file was changed meanwhile: its first stage is another one."""
    installed.operation("Publish")
    installed.operation("Publish", "QA").serve("http://a")
    with pytest.raises(Refused, match="is being published"):
        push(installed)


def test_what_was_published_before_files_travelled_is_taken_over_once(installed: Installed) -> None:
    installed.store.assets.keep_source(KEY, "", {}, "", "")
    old = replace(installed.asset, source="", host="")
    write(installed, qa="settings: { Rate: 5 }")
    assert rate(installed) == "5"
    write(installed, qa="settings: { Rate: 6 }")
    assert rate(installed) == "5", "read once"
    assert files_of(installed.platform, old) is not None
    shutil.rmtree(installed.folder)
    assert rate(installed) == "5"
    (file,) = [one for one in installed.store.assets.stage_files(KEY) if one.content]
    assert (file.path, file.sent_by) == ("stages/qa.yaml", "")


def test_a_folder_of_another_machine_is_not_read_here(installed: Installed) -> None:
    """This machine has a folder under the same path: it is somebody else's."""
    installed.store.assets.register(replace(installed.asset, host="desk"))
    installed.store.assets.keep_source(KEY, "", {}, "", "")
    write(installed, qa="settings: { Rate: 5 }")
    with pytest.raises(UsageError, match="Shop: the server does not have the files of its stages") as refused:
        planning.apply(installed.platform, "shop", "qa", "ada")
    assert "odcpub config push PATH" in refused.value.hint
    assert installed.platform.asset("shop").source == ""


def test_a_file_is_pending_though_its_publish_began_before_the_promotion(installed: Installed) -> None:
    """The promotion began while the publish ran, and used the file of before."""
    write(installed, qa="settings: { Rate: 7 }")
    sent = installed.sent()
    before = installed.asset
    installed.asset = replace(before, source=sent.source, host=sent.host)
    publish = installed.operation("Publish")
    time.sleep(0.002)
    installed.asset = before
    run = installed.operation("Deploy", "QA")
    found = stages.configuration(installed.platform, stages.Target(installed.asset, StageRef("QA", "qa"), MODEL, {}))
    digest = stages.fingerprint(installed.platform, found)
    installed.store.stages.begin_deployment(KEY, "qa", 1, digest, run.key)
    run.serve("")
    time.sleep(0.002)
    published(publish)
    current = installed.store.stages.current(KEY, "qa")
    assert current is not None
    pending = pushing.pending(installed.platform, installed.platform.asset("shop"), current)
    assert pending is not None
    assert pending["file"] == "stages/qa.yaml"


def test_a_file_is_not_pending_where_its_own_publish_brought_it(installed: Installed) -> None:
    """Another value was set since: that is no file."""
    write(installed, development="settings: {}")
    sent = installed.sent()
    installed.asset = replace(installed.asset, source=sent.source, host=sent.host)
    run = installed.operation("Publish")
    installed.store.stages.begin_deployment(KEY, "development", 1, "c", run.key)
    time.sleep(0.002)
    published(run)
    run.serve("")
    current = installed.store.stages.current(KEY, "development")
    assert current is not None
    assert pushing.pending(installed.platform, installed.asset, current) is None


def test_where_that_folder_is_gone_the_way_on_is_told(installed: Installed) -> None:
    installed.store.assets.keep_source(KEY, "", {}, "", "")
    moved = installed.folder.rename(installed.folder.with_name("moved"))
    with pytest.raises(UsageError, match="folder that Shop was published from is missing") as refused:
        planning.apply(installed.platform, "shop", "qa", "ada")
    assert "odcpub config push PATH" in refused.value.hint
    pushing.push(installed.platform, installed.sent(moved), "", "bob")
    assert rate(installed) == "2"


def test_the_end_of_an_older_publish_takes_nothing_back(installed: Installed) -> None:
    """It was begun by an odcpub that sent no files."""
    before = installed.platform.asset("shop")
    keep(installed.platform, replace(before, source=""), "ada", "2020")
    assert installed.platform.asset("shop") == before


def test_a_tree_is_kept_once_all_of_it_is_there(installed: Installed) -> None:
    write(installed, qa="settings: { Rate: 42 }")
    found = read_folder(installed.folder)
    digest = str(found.tree.entries["stages/qa.yaml"])
    assert accept(installed.platform, found.tree, ()) == (digest,)
    assert not installed.store.blobs.has(found.tree.digest)
    assert accept(installed.platform, found.tree, [found.contents[digest]]) == ()
    assert installed.store.blobs.has(found.tree.digest)


def test_a_setting_that_the_app_does_not_have_is_told_and_kept(installed: Installed) -> None:
    installed.revision()
    write(installed, qa="settings: { Rate: 3, Rat: 2 }")
    found = pushing.push(installed.platform, installed.sent(None), "", "bob")
    assert found["warnings"] == [
        "stages/qa.yaml:1:22: the newest revision of Shop has no setting Rat; did you mean Rate?"
    ]
    assert [one["path"] for one in found["files"]] == ["stages/qa.yaml"]
