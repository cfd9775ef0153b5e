"""The lock file is written whole, and what fails is told of the file itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from odcpub.author.lock_file import write_lock
from odcpub.errors import OdcpubError
from odcpub.tree.tree import LOCK_FILE


def test_its_text_replaces_the_one_before_and_an_empty_one_removes_it(tmp_path: Path) -> None:
    for text in ("Money: 1.0.0\n", "Money: 1.1.0\n"):
        write_lock(tmp_path, text)
        assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {LOCK_FILE: text}
    write_lock(tmp_path, "")
    write_lock(tmp_path, "")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["Money: 1.0.0\n", ""])
def test_a_link_is_neither_written_through_nor_removed(tmp_path: Path, text: str) -> None:
    (tmp_path / "kept").write_text("kept")
    (tmp_path / LOCK_FILE).symlink_to("kept")
    with pytest.raises(OdcpubError, match="is a symbolic link"):
        write_lock(tmp_path, text)
    assert (tmp_path / "kept").read_text() == "kept"


@pytest.mark.parametrize(("text", "call"), [("Money: 1.0.0\n", "open"), ("", "unlink")])
def test_a_failure_names_the_lock_file_and_no_draft_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, call: str
) -> None:
    def refused(path: object, *_: object, **_more: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / LOCK_FILE).write_text("before")
    with monkeypatch.context() as patched:
        patched.setattr(os, call, refused)
        with pytest.raises(OdcpubError) as failed:
            write_lock(tmp_path, text)
    assert failed.value.message.startswith(f"{tmp_path / LOCK_FILE}: cannot be ")
