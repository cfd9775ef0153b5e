"""The source of a revision: of which one, of what it is made, and what is told where it cannot be had."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from odcpub.errors import EngineError, UsageError
from odcpub.model.elements import Attribute, Basic, DataType, Structure, Use
from odcpub.operations.platform import Caches
from odcpub.operations.source import source
from odcpub.store.records import AssetRecord

from .conftest import KEY, MODEL, Installed


def test_without_a_number_it_is_the_latest(installed: Installed) -> None:
    installed.revision()
    installed.revision()
    assert source(installed.platform, "shop", None)["revision"] == 2
    old = source(installed.platform, "SHOP", 1)
    assert (old["name"], old["kind"], old["revision"]) == ("Shop", "app", 1)
    assert old["files"]["README.md"].startswith("# Shop\nRevision 1 ")
    assert json.dumps(old) == json.dumps(source(installed.platform, "shop", 1))


def test_its_schema_is_called_what_the_revisions_own_app_asks_for(installed: Installed) -> None:
    installed.revision()
    files = source(installed.platform, "shop", None)["files"]
    assert "VALUES ('schema-1')" in files["schema.sql"]
    assert "ODCPUB_SCHEMA=schema-1" in files["README.md"]


def test_nothing_of_the_authors_folder_is_read(installed: Installed) -> None:
    installed.revision()
    installed.folder.rmdir()
    assert source(installed.platform, "shop", None)["files"]


def test_a_revision_that_is_not_there(installed: Installed) -> None:
    with pytest.raises(UsageError, match="Shop: has no revision yet") as refused:
        source(installed.platform, "shop", None)
    assert refused.value.hint.startswith("publish it first: odcpub publish ")
    installed.revision()
    with pytest.raises(UsageError, match="Shop: there is no revision 2") as refused:
        source(installed.platform, "shop", 2)
    assert refused.value.hint == "its latest is revision 1"


def test_a_model_that_is_lost_is_told_with_its_revision(installed: Installed) -> None:
    installed.revision()
    record = installed.store.assets.latest(KEY)
    assert record is not None
    (lost,) = installed.folder.parent.rglob(record.model)
    lost.unlink()
    fresh = replace(installed.platform, caches=Caches(installed.store))
    with pytest.raises(EngineError, match="Shop: the stored model of revision 1 is missing"):
        source(fresh, "shop", None)


def test_whether_this_compiler_made_it_is_known(
    installed: Installed, library: AssetRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert source(installed.platform, "money", None)["sameCompiler"]
    installed.revision()  # of a time when revisions did not say it
    assert not source(installed.platform, "shop", None)["sameCompiler"]
    monkeypatch.setattr("odcpub.operations.source.compiler_identity", lambda: "another")
    assert not source(installed.platform, "money", None)["sameCompiler"]


def test_a_library_is_a_class_library(installed: Installed, library: AssetRecord) -> None:
    made = source(installed.platform, "money", None)
    assert (made["name"], made["kind"]) == ("Money", "library")
    assert {"library.csproj", "Libraries/Money.cs", "Runtime/Descriptors.cs"} < set(made["files"])
    assert Path(library.folder).is_dir()


def test_an_app_brings_the_libraries_that_its_revision_is_locked_to(installed: Installed, library: AssetRecord) -> None:
    due = Attribute("Due", "Due", DataType(Basic.STRUCTURE, target="Money.Amount", target_key="Money.Amount"))
    model = replace(MODEL, uses=(Use("Money", "*"),), structures=(Structure("Debt", "Debt", (due,)),))
    lock = {"Money": {"asset": library.key, "version": "1.0.0", "revision": 1, "digest": ""}}
    installed.revision()
    record = installed.store.assets.latest(KEY)
    assert record is not None
    operation = installed.operation("Publish").operation.key
    kept = installed.platform.caches.keep(model)
    installed.store.assets.add_revision(replace(record, model=kept, lock=json.dumps(lock), operation=operation))
    files = source(installed.platform, "shop", None)["files"]
    assert "record Amount" in files["Libraries/Money.cs"]
    assert "Odcpub.Libraries.Money.Amount? Due" in files["Structures/Debt.cs"]
