"""One key is one asset: a copy under another name is refused, a moved or renamed model goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from odcpub.errors import Refused
from odcpub.operations.models import planned

from .conftest import KEY, Installed


def write(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "app.yaml").write_text(f"app: {name}\nkey: {KEY}\n")
    return folder


def test_a_copy_under_another_name_is_refused_with_both_ways_on(installed: Installed) -> None:
    write(installed.folder, "Shop")
    copy = write(installed.folder.parent / "copy", "Outlet")
    with pytest.raises(Refused, match=f"Outlet: its key is that of Shop, published from {installed.folder}") as refused:
        planned(installed.platform, copy)
    assert "give it a key of its own" in refused.value.hint
    assert f"rename it in {installed.folder} too" in refused.value.hint


def test_a_copy_under_the_same_name_goes_on_such_as_another_checkout(installed: Installed) -> None:
    write(installed.folder, "Shop")
    copy = write(installed.folder.parent / "copy", "Shop")
    assert planned(installed.platform, copy).folder == str(copy)


def test_a_renamed_and_a_moved_app_go_on_under_their_label(installed: Installed) -> None:
    write(installed.folder, "Outlet")
    assert planned(installed.platform, installed.folder).name == "Outlet"
    moved = Path(shutil.move(installed.folder, installed.folder.parent / "moved"))
    found = planned(installed.platform, write(moved, "Store"))
    assert (found.name, found.label, found.folder) == ("Store", "shop", str(moved))


@pytest.mark.parametrize("text", ["nonsense: [", f"app: Shop\nkey: {KEY.replace('2', '3')}\n", "app: Shop\n"])
def test_what_is_no_model_of_it_any_more_is_in_nobodys_way(installed: Installed, text: str) -> None:
    (installed.folder / "app.yaml").write_text(text)
    assert planned(installed.platform, write(installed.folder.parent / "moved", "Outlet")).name == "Outlet"
