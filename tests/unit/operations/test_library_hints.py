"""What a model is told whose libraries do not fit: where, and how to go on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from odcpub.errors import ModelError, OdcpubError, Refused
from odcpub.model.elements import Asset, Kind, Library
from odcpub.operations import models, releasing
from odcpub.operations.libraries import lock_data
from odcpub.store.records import AssetRecord

from .conftest import KEY, Installed


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = tuple(Library(Asset(Kind.LIBRARY, "Units", "k"), one, 1, "d") for one in ("0.1.0", "0.1.1", "1.0.0"))
    monkeypatch.setattr(models, "available", lambda _: {"Units": versions})


def refused(installed: Installed, wanted: str, locked: str, update: bool = False) -> OdcpubError:
    folder: Path = installed.folder
    (folder / "app.yaml").write_text(f"app: Shop\nkey: {KEY}\nuses: {{ Units: '{wanted}' }}\n")
    (folder / "odcpub.lock").write_text(f"libraries:\n  Units: '{locked}'\n")
    with pytest.raises(OdcpubError) as error:
        installed.read(folder, update)
    return error.value


@pytest.mark.usefixtures("released")
def test_a_lock_outside_the_range_is_moved_by_an_update(installed: Installed) -> None:
    error = refused(installed, "=0.1.0", "0.1.1")
    assert isinstance(error, Refused)
    assert error.message == "Units is locked to 0.1.1, which is not in every range asked for"
    assert error.hint == f"choose new versions: odcpub update {installed.folder}"
    assert installed.read(update=True).libraries["Units"].version == "0.1.0"


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("update", [True, False])
def test_a_range_that_no_release_is_in_is_not_sent_to_an_update(installed: Installed, update: bool) -> None:
    error = refused(installed, "^2.0", "0.1.1", update)
    assert isinstance(error, ModelError)
    (problem,) = error.problems
    assert problem.message == "Units 1.0.0 is not in the range ^2.0"
    assert problem.hint == "change the range, or release a version of Units that is in it"


def test_a_lock_that_never_reached_its_folder_is_kept(
    installed: Installed, library: AssetRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client was killed before it wrote it: the next publish locks nothing else without a word."""
    releasing.release(installed.platform, "money", releasing.Tag("1.0.0", "first"), "ada")
    (installed.folder / "app.yaml").write_text(f"app: Shop\nkey: {KEY}\nuses: {{ Money: ^1.0 }}\n")
    first = installed.read()
    assert (first.kept, first.lock_file and "Money: '1.0.0'" in first.lock_file) == ((), True)
    installed.revision()
    made = installed.store.assets.latest(KEY)
    assert made is not None
    locked = replace(made, lock=lock_data(installed.platform, first.libraries))
    latest = installed.store.assets.latest
    monkeypatch.setattr(installed.store.assets, "latest", lambda key: locked if key == KEY else latest(key))
    releasing.release(installed.platform, "money", releasing.Tag("1.1.0", "more"), "ada")
    again = installed.read()
    assert (again.libraries["Money"].version, again.kept) == ("1.0.0", ("Money 1.0.0",))
    assert again.lock_file == first.lock_file
    assert installed.read(update=True).libraries["Money"].version == "1.1.0"
    (installed.folder / "app.yaml").write_text(f"app: Shop\nkey: {KEY}\nuses: {{ Money: '>=1.1' }}\n")
    assert installed.read().libraries["Money"].version == "1.1.0", "what does not fit any more is locked anew"
