"""What tells an installation from others: made once, goes with the data folder, fits into one word."""

from __future__ import annotations

import getpass
import shutil
from pathlib import Path

import pytest

from odcpub.errors import EngineError
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


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"two words", b"a\nb"])
def test_a_damaged_one_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "installation").write_bytes(content)
    with pytest.raises(EngineError, match="installation: is damaged") as told:
        Store(tmp_path)
    assert "backup" in told.value.hint


@pytest.mark.parametrize("file", ["engines.json", "store.json"])
def test_a_key_that_a_password_was_sealed_with_is_not_replaced(tmp_path: Path, file: str) -> None:
    store = Store(tmp_path)
    sealed = store.vault.seal("s3cret").decode()
    (tmp_path / file).write_text(f'{{"password": "{sealed}"}}')
    (tmp_path / "vault.key").unlink()
    with pytest.raises(EngineError, match=r"vault\.key: is missing"):
        store.vault.seal("another")
    assert not (tmp_path / "vault.key").exists()
    store.close()
