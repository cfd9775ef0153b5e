"""A library that was renamed: who is locked to it under its old name goes on, and is told of the new one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from odcpub.errors import ModelError, Refused
from odcpub.operations import models, releasing
from odcpub.operations.updating import update
from odcpub.store.records import AssetRecord

from .conftest import KEY, Installed, publish


@pytest.fixture(autouse=True)
def renamed(installed: Installed, library: AssetRecord) -> None:
    """Money 1.0.0 was released, then it became Currencies 1.1.0."""
    use(installed, "Money", "^1.0")
    releasing.release(installed.platform, "money", releasing.Tag("1.0.0", "first"), "ada")
    (installed.folder / "odcpub.lock").write_text(installed.read().lock_file or "")
    rename(installed, library, "Currencies")
    releasing.release(installed.platform, "currencies", releasing.Tag("1.1.0", "renamed"), "ada")


def rename(installed: Installed, library: AssetRecord, name: str) -> None:
    path = Path(library.folder) / "money.yaml"
    path.write_text(path.read_text().replace(f"library: {library.name}", f"library: {name}"))
    publish(installed, replace(library, name=name))
    installed.store.assets.register(replace(library, name=name))


def use(installed: Installed, name: str, wanted: str) -> None:
    (installed.folder / "app.yaml").write_text(f"app: Shop\nkey: {KEY}\nuses: {{ {name}: '{wanted}' }}\n")


def test_who_is_locked_goes_on_and_is_told(installed: Installed) -> None:
    read = installed.read()
    money = read.libraries["Money"]
    assert (money.asset.name, money.version) == ("Money", "1.0.0")
    (warning,) = read.warnings
    where, _, text = str(warning).partition(": uses.Money: ")
    assert where == "app.yaml:3:9"
    assert text == "Money is called Currencies since 1.1.0; newer versions have that name alone [ODC-M504]"
    assert "write Currencies for Money" in warning.hint
    answer = update(installed.platform, installed.sent())
    assert (answer["changes"], answer["warnings"]) == ([], [f"{warning}; {warning.hint}"])


def test_who_writes_the_new_name_has_the_new_version(installed: Installed) -> None:
    use(installed, "Currencies", "^1.0")
    read = installed.read()
    assert ({name: one.version for name, one in read.libraries.items()}, read.warnings) == ({"Currencies": "1.1.0"}, ())


def test_who_asks_for_a_newer_one_under_the_old_name_is_told_the_new_one(installed: Installed) -> None:
    use(installed, "Money", "^1.1")
    (installed.folder / "odcpub.lock").unlink()
    with pytest.raises(ModelError) as refused:
        installed.read()
    assert any("Money is called Currencies since 1.1.0" in one.message for one in refused.value.problems)


OTHER = "5c1f0b7e-2d94-4a68-b3e7-9a0d6f4c8e21"


def test_no_other_library_gets_a_former_name_and_with_it_who_is_locked(
    installed: Installed, library: AssetRecord
) -> None:
    rename(installed, replace(library, name="Currencies"), "Funds")
    other = installed.folder.parent / "other"
    other.mkdir()
    for name in ("Currencies", "currencies"):
        (other / "library.yaml").write_text(f"library: {name}\nkey: {OTHER}\n")
        with pytest.raises(Refused, match=f"{name}: the library Funds, published from .*, had this name") as refused:
            models.planned(installed.platform, installed.sent(other))
        assert "another name, or that library's key" in refused.value.hint
    assert models.planned(installed.platform, installed.sent(Path(library.folder))).name == "Funds"
    (other / "library.yaml").write_text(f"library: Others\nkey: {OTHER}\n")
    assert models.planned(installed.platform, installed.sent(other)).name == "Others"


def test_a_library_takes_its_own_former_name_again(installed: Installed, library: AssetRecord) -> None:
    rename(installed, replace(library, name="Currencies"), "Funds")
    path = Path(library.folder) / "money.yaml"
    path.write_text(path.read_text().replace("library: Funds", "library: Currencies"))
    assert models.planned(installed.platform, installed.sent(path.parent)).name == "Currencies"
