"""A model is verified once while neither its files nor its libraries change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from odcpub.errors import ModelError
from odcpub.model.elements import Asset, Kind, Library
from odcpub.operations.model_files import read_raw
from tests.unit.operations.conftest import Installed

APP = """\
app: Shop
key: 2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10
entities:
  Item: { attributes: { Name: { type: Text } } }
"""


def read(installed: Installed) -> Asset:
    return installed.read().asset


def write(folder: Path, text: str) -> None:
    (folder / "app.yaml").write_text(text)


def test_the_same_files_are_the_same_asset(installed: Installed) -> None:
    write(installed.folder, APP)
    first = read(installed)
    installed.platform.files.parts.clear()  # read anew: the same parts, though not the same objects
    assert read(installed) is first


def test_a_changed_file_is_seen(installed: Installed) -> None:
    write(installed.folder, APP)
    read(installed)
    write(installed.folder, APP.replace("Name", "Title"))
    assert [one.name for one in read(installed).entities[0].attributes] == ["Title"]
    write(installed.folder, APP.replace("Text", "Txt"))
    with pytest.raises(ModelError):
        read(installed)


def test_a_changed_library_is_seen(installed: Installed) -> None:
    write(installed.folder, APP)
    raw = read_raw(installed.platform, installed.sent().source, "folder")
    units = Library(Asset(Kind.LIBRARY, "Units", "k"), "1.0.0", 1, "build")
    verified = installed.platform.caches.verified
    first = verified("folder", raw, {"Units": units})[0]
    assert verified("folder", raw, {"Units": replace(units)})[0] is first
    assert verified("folder", raw, {"Units": replace(units, version="1.0.1")})[0] is not first
