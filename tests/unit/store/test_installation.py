"""What tells an installation from others: made once, goes with the data folder, fits into one word."""

from __future__ import annotations

import getpass
import shutil
from pathlib import Path

import pytest

from odcpub.store.store import Store


def installation(folder: Path) -> str:
    store = Store(folder)
    store.close()
    return store.installation


def test_it_is_made_once_and_goes_with_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, other = tmp_path / "here", tmp_path / "other"
    here.mkdir()
    other.mkdir()
    monkeypatch.setattr(getpass, "getuser", lambda: "Ada O'Löve\n")
    made = installation(here)
    assert made.startswith("Ada_O_L_ve_@")
    monkeypatch.undo()
    assert installation(here) == made
    assert installation(shutil.copytree(here, tmp_path / "restored")) == made
    assert installation(other) != made
