"""Assets, revisions, releases, deployments: each made once, whatever is run again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from odcpub.errors import Refused
from odcpub.store.records import AssetRecord, DeploymentEnd, Failure, ReleaseRecord, RevisionRecord, Status
from odcpub.store.store import Store

from .conftest import begin

KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10"


def register(store: Store, name: str = "Helpdesk", key: str = KEY, folder: str = "/models/helpdesk") -> None:
    store.assets.register(AssetRecord(key, name, "app", name.lower(), folder, ""))


def operation(store: Store, stage: str = "development") -> str:
    key = begin(store, stage, (KEY, "Helpdesk"))
    store.journal.finish(key, Status.FINISHED)
    return key


def draft(store: Store) -> RevisionRecord:
    return RevisionRecord(
        KEY, 0, "model", "build", "key", "sha256:1", "helpdesk", "schema", "{}", "sdk", operation(store), "", "ada"
    )


def test_an_operation_makes_one_revision_however_often_it_runs(store: Store) -> None:
    register(store)
    first = draft(store)
    made = store.assets.add_revision(first)
    assert made.number == 1
    assert made.created_at
    assert store.assets.add_revision(replace(first, image="sha256:2")) == made
    assert store.assets.add_revision(draft(store)).number == 2
    assert [one.number for one in store.assets.revisions(KEY)] == [2, 1]
    assert store.assets.latest(KEY) == store.assets.revision(KEY, 2)
    assert store.assets.revision(KEY, 3) is None


def test_an_asset_keeps_its_label_when_it_is_renamed_or_moved(store: Store) -> None:
    register(store)
    store.assets.register(AssetRecord(KEY, "Support", "app", "support", "/elsewhere", ""))
    found = store.assets.find(KEY)
    assert found is not None
    assert (found.name, found.label, found.folder) == ("Support", "helpdesk", "/elsewhere")


@pytest.mark.parametrize("word", [KEY, KEY.upper(), "Helpdesk", "HELPDESK", "helpdesk"])
def test_an_asset_is_found_by_key_name_and_label_in_any_case(store: Store, word: str) -> None:
    register(store)
    assert store.assets.find(word) == store.assets.all()[0]
    assert store.assets.find(word + "x") is None


def test_a_name_belongs_to_one_asset(store: Store) -> None:
    register(store)
    store.assets.add_revision(draft(store))
    with pytest.raises(Refused, match="/models/helpdesk"):
        register(store, key="another", folder="/copy")
    with pytest.raises(Refused, match="app, not library"):
        store.assets.register(AssetRecord(KEY, "Helpdesk", "library", "helpdesk", "/models/helpdesk", ""))
    assert len(store.assets.all()) == 1


def test_a_release_never_changes(store: Store) -> None:
    register(store)
    store.assets.add_revision(draft(store))
    store.assets.release(ReleaseRecord(KEY, "1.0.0", 1, "first", "", "ada"))
    with pytest.raises(Refused, match=r"1\.0\.0"):
        store.assets.release(ReleaseRecord(KEY, "1.0.0", 1, "again", "", "bob"))
    store.assets.release(ReleaseRecord(KEY, "1.0.0", 1, "first", "", "ada"))  # its answer was lost
    (kept,) = store.assets.releases(KEY)
    assert (kept.notes, kept.created_by) == ("first", "ada")


def test_an_operation_makes_one_deployment_and_numbers_count_by_stage(store: Store) -> None:
    register(store)
    where, same = (KEY, "Helpdesk"), lambda record: record
    first, qa = begin(store, asset=where), begin(store, "qa", where)
    made = store.stages.begin_deployment(KEY, "development", 1, "c1", first)
    assert store.stages.begin_deployment(KEY, "development", 1, "c1", first) == made
    store.journal.serve(first, same, "http://127.0.0.1:8100")
    second = begin(store, asset=where)
    store.stages.begin_deployment(KEY, "development", 2, "c1", second)
    store.stages.begin_deployment(KEY, "qa", 1, "c2", qa)
    assert [one.number for one in store.stages.deployments(KEY, "development")] == [2, 1]
    assert [one.number for one in store.stages.deployments(KEY, "qa")] == [1]
    current = store.stages.current(KEY, "development")
    assert current is not None
    assert (current.number, current.address) == (1, "http://127.0.0.1:8100"), "what still runs is not current yet"
    store.journal.fail(second, Failure("Deploy", "no", {}, 3), same, DeploymentEnd(Status.FAILED))
    assert store.stages.current(KEY, "development") == current


def test_what_was_undeployed_is_not_current(store: Store) -> None:
    register(store)
    first = begin(store, "qa", (KEY, "Helpdesk"))
    store.stages.begin_deployment(KEY, "qa", 1, "c1", first)
    store.journal.serve(first, lambda record: record, "")
    store.stages.undeployed(KEY, "qa")
    assert store.stages.current(KEY, "qa") is None
    assert len(store.stages.deployments(KEY, "qa")) == 1


def test_a_published_asset_never_gives_way_to_a_name_that_an_unpublished_one_has_too(store: Store) -> None:
    register(store, "Myshop")
    store.assets.add_revision(draft(store))
    store.assets.register(AssetRecord("tried", "My_Shop", "app", "my-shop", "/models/tried", ""))
    with pytest.raises(Refused, match="the name is taken by another asset, published from /models/helpdesk"):
        store.assets.register(AssetRecord("third", "MyShop", "app", "my-shop", "/models/third", ""))
    assert store.assets.find(KEY)


def test_an_operation_that_ends_later_does_not_take_back_that_its_app_was_undeployed(store: Store) -> None:
    """As where the clean-up of a version fails, or is cancelled, after somebody has undeployed the app."""
    register(store)
    first = begin(store, "qa", (KEY, "Helpdesk"))
    store.stages.begin_deployment(KEY, "qa", 1, "c1", first)
    store.journal.serve(first, lambda record: record, "http://127.0.0.1:8100")
    store.stages.undeployed(KEY, "qa")
    end = DeploymentEnd(Status.FINISHED, "http://127.0.0.1:8100", serves=True)
    store.journal.fail(first, Failure("Deploy", "no", {}, 3), lambda record: record, end)
    assert store.stages.current(KEY, "qa") is None
    assert [one.status for one in store.stages.deployments(KEY, "qa")] == ["Undeployed"]
