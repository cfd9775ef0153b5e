"""One key is one asset: a copy under another name is refused, a moved or renamed model goes on. Only the client looks
whether the folder of before still holds the asset."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from odcpub.author.archiving import write_archive
from odcpub.author.head import has_left
from odcpub.errors import Refused
from odcpub.operations.models import former, planned
from odcpub.store.records import AssetRecord
from odcpub.tree.folder import read_folder

from .conftest import KEY, Installed


def write(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "app.yaml").write_text(f"app: {name}\nkey: {KEY}\n")
    return folder


def publish(installed: Installed, folder: Path) -> AssetRecord:
    """What a client asks for that looks at the place of before, where the server names it."""
    sent = installed.sent(folder)
    known = former(installed.platform, sent)
    renamed = known is not None and has_left(known.folder, known.key, known.name)
    return planned(installed.platform, replace(sent, renamed=renamed))


def test_a_copy_under_another_name_is_refused_with_both_ways_on(installed: Installed) -> None:
    write(installed.folder, "Shop")
    copy = write(installed.folder.parent / "copy", "Outlet")
    said = f"Outlet: its key already belongs to Shop, published from {installed.folder}"
    with pytest.raises(Refused, match=said) as refused:
        publish(installed, copy)
    assert "give it another key" in refused.value.hint
    assert f"rename it in {installed.folder} too" in refused.value.hint


def test_a_copy_under_the_same_name_goes_on_such_as_another_checkout(installed: Installed) -> None:
    write(installed.folder, "Shop")
    copy = write(installed.folder.parent / "copy", "Shop")
    assert publish(installed, copy).folder == str(copy)


def test_a_renamed_and_a_moved_app_go_on_under_their_label(installed: Installed) -> None:
    write(installed.folder, "Outlet")
    assert publish(installed, installed.folder).name == "Outlet"
    moved = Path(shutil.move(installed.folder, installed.folder.parent / "moved"))
    found = publish(installed, write(moved, "Store"))
    assert (found.name, found.label, found.folder) == ("Store", "shop", str(moved))


@pytest.mark.parametrize("text", [f"app: Shop\nkey: {KEY.replace('2', '3')}\n", "app: Shop\n"])
def test_what_is_no_model_of_it_any_more_is_in_nobodys_way(installed: Installed, text: str) -> None:
    (installed.folder / "app.yaml").write_text(text)
    assert publish(installed, write(installed.folder.parent / "moved", "Outlet")).name == "Outlet"


def test_a_copy_of_an_archived_model_is_refused(installed: Installed) -> None:
    folder = write(installed.folder, "Shop")
    archive = write_archive(read_folder(folder), str(folder.parent / "shop.oap"))["file"]
    installed.store.assets.register(replace(installed.asset, folder=archive))
    shutil.rmtree(folder)
    with pytest.raises(Refused, match="Outlet: its key already belongs to Shop"):
        publish(installed, write(folder.parent / "copy", "Outlet"))


def _syntax_error(folder: Path) -> None:
    (folder / "app.yaml").write_text("nonsense: [")


def _link_to_nothing(folder: Path) -> None:
    (folder / "app.yaml").unlink()
    (folder / "app.yaml").symlink_to(folder / "nothing.yaml")


def _unmounted(folder: Path) -> None:
    shutil.rmtree(folder.parent)


@pytest.mark.parametrize("hide", [_syntax_error, _link_to_nothing, _unmounted])
def test_a_model_that_cannot_be_read_now_has_not_left(installed: Installed, hide: Callable[[Path], None]) -> None:
    folder = installed.folder.parent / "disk" / "shop"
    folder.mkdir(parents=True)
    write(folder, "Shop")
    installed.store.assets.register(replace(installed.asset, folder=str(folder)))
    hide(folder)
    with pytest.raises(Refused, match="Outlet: its key already belongs to Shop"):
        publish(installed, write(installed.folder.parent / "copy", "Outlet"))


def test_from_another_machine_somebody_must_say_that_it_was_renamed(installed: Installed) -> None:
    installed.store.assets.register(replace(installed.asset, host="desk"))
    sent = installed.sent(write(installed.folder.parent / "checkout", "Outlet"))
    assert former(installed.platform, sent) is None, "a folder of another machine cannot be looked into"
    said = f"published from {installed.folder} on desk, whose model cannot be looked for from here"
    with pytest.raises(Refused, match=said) as refused:
        planned(installed.platform, sent)
    assert "publish it with --renamed" in refused.value.hint
    assert planned(installed.platform, replace(sent, renamed=True)).name == "Outlet"
    assert not installed.folder.exists() or not list(installed.folder.iterdir())
