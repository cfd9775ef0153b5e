"""Contents by digest: whole or not there, and never wrong ones."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from odcpub.errors import EngineError
from odcpub.store.blobs import Blobs


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def only_file(tmp_path: Path) -> Path:
    (path,) = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    return path


@pytest.mark.parametrize("content", [b"", b"model", bytes(range(256)) * 1000])
def test_what_is_put_can_be_got(blobs: Blobs, content: bytes) -> None:
    digest = blobs.put(content)
    assert digest == sha256(content).hexdigest()
    assert blobs.get(digest) == content


def test_the_same_content_is_stored_once_for_its_owner_alone(blobs: Blobs, tmp_path: Path) -> None:
    blobs.put(b"model")
    blobs.put(b"model")
    path = only_file(tmp_path)
    assert path.stat().st_mode & 0o077 == 0
    assert (tmp_path / "blobs").stat().st_mode & 0o077 == 0


def test_a_damaged_content_is_told_and_not_used(blobs: Blobs, tmp_path: Path) -> None:
    digest = blobs.put(b"model")
    only_file(tmp_path).write_bytes(b"Model")
    with pytest.raises(EngineError, match="damaged") as failed:
        blobs.get(digest)
    assert digest in failed.value.message
    assert "publish" in failed.value.hint


def test_a_missing_content_is_told(blobs: Blobs) -> None:
    with pytest.raises(EngineError, match="missing"):
        blobs.get(sha256(b"never put").hexdigest())


def test_a_content_that_a_power_cut_left_short_is_written_again(blobs: Blobs, tmp_path: Path) -> None:
    digest = blobs.put(b"model")
    only_file(tmp_path).write_bytes(b"")
    assert blobs.put(b"model") == digest
    assert blobs.get(digest) == b"model"


def test_what_cannot_be_written_leaves_nothing(blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        blobs.put(b"model")
    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []
