"""Files get their new contents all together, keep what they are, and are never half written."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from odcpub.author.rename.files import Rewritten, rewrite
from odcpub.errors import OdcpubError

NEW = {name: Rewritten(f"old {name}".encode(), f"new {name}".encode()) for name in ("a.yaml", "b.yaml", "s/c.yaml")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "s").mkdir()
    for name, one in NEW.items():
        (tmp_path / name).write_bytes(one.before)
    return tmp_path


def texts(folder: Path) -> dict[str, str]:
    """All files, drafts that were left too."""
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_all_are_written_and_keep_their_permissions(folder: Path) -> None:
    (folder / "a.yaml").chmod(0o640)
    (folder / "b.yaml").chmod(0o755)
    rewrite(folder, NEW)
    assert texts(folder) == {name: f"new {name}" for name in NEW}
    assert [stat.S_IMODE((folder / name).stat().st_mode) for name in ("a.yaml", "b.yaml")] == [0o640, 0o755]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user's file")
def test_they_keep_their_owner(folder: Path) -> None:
    os.chown(folder / "a.yaml", 4711, 4712)
    rewrite(folder, NEW)
    assert ((folder / "a.yaml").stat().st_uid, (folder / "a.yaml").stat().st_gid) == (4711, 4712)


def test_a_link_stays_one(folder: Path) -> None:
    (folder / "a.yaml").rename(folder / ".kept")
    (folder / "a.yaml").symlink_to(".kept")
    rewrite(folder, NEW)
    assert (folder / "a.yaml").is_symlink()
    assert (folder / ".kept").read_text() == "new a.yaml"


@pytest.mark.parametrize("change", ["other", None], ids=["changed", "gone"])
def test_what_somebody_has_changed_meanwhile_is_not_overwritten(change: str | None, folder: Path) -> None:
    (folder / "b.yaml").unlink()
    if change:
        (folder / "b.yaml").write_text(change)
    before = texts(folder)
    with pytest.raises(OdcpubError, match=r"b\.yaml: (has changed meanwhile|cannot be written).*; nothing was"):
        rewrite(folder, NEW)
    assert texts(folder) == before


@pytest.mark.parametrize("nth", [0, 1, 2])
@pytest.mark.parametrize(
    ("error", "code"), [(OSError(28, "No space left on device"), 3), (PermissionError(13, "Permission denied"), 2)]
)
def test_one_that_cannot_be_put_into_place_leaves_all_as_they_were(
    nth: int, error: OSError, code: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, name, replace = texts(folder), list(NEW)[nth], Path.replace

    def failing(path: Path, target: Path) -> Path:
        if target == folder / name and b"new" in path.read_bytes():
            raise error
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(OdcpubError) as refused:
        rewrite(folder, NEW)
    assert refused.value.message.startswith(f"{folder / name}: ")
    assert "nothing was changed" in refused.value.message
    assert refused.value.exit_code == code
    assert texts(folder) == before


def test_ctrl_c_between_two_files_leaves_all_as_they_were(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, replace = texts(folder), Path.replace

    def interrupted(path: Path, target: Path) -> Path:
        if target == folder / "b.yaml" and b"new" in path.read_bytes():
            raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        rewrite(folder, NEW)
    assert texts(folder) == before


def test_a_folder_that_takes_no_files_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(OdcpubError, match=r"a\.yaml: cannot be written: Permission denied; nothing was changed"):
        rewrite(folder, NEW)
