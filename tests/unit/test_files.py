"""Whole files: on the disk when they are there, and as before when they are not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from odcpub import files
from odcpub.files import SHARED, BadFile, NoText, draft, read_file, remove_drafts, text_of, whole_folder, write_whole


def test_file_then_folder_reach_the_disk_around_the_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def synced(handle: int) -> None:
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")  # noqa: PTH112
        fsync(handle)

    def replaced(path: Path, target: Path) -> Path:
        done.append("rename")
        return replace(path, target)

    monkeypatch.setattr(files.os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    write_whole(tmp_path / "x", b"content")
    assert done == ["file", "rename", "folder"]
    assert (tmp_path / "x").read_bytes() == b"content"
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o600


def test_what_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_whole(tmp_path / "x", b"before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "x", b"after")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]


def test_never_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"other")
    for name, target in (("a", "there"), ("b", "nowhere")):
        (tmp_path / name).symlink_to(target)
        write_whole(tmp_path / name, b"content", SHARED)
        assert (tmp_path / name).read_bytes() == b"content"
        assert not (tmp_path / name).is_symlink()
    assert (tmp_path / "there").read_bytes() == b"other"
    assert not (tmp_path / "nowhere").exists()


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A folder with everything that is no file to read, and a link to the one that is."""
    (tmp_path / "outside.yaml").write_text("root:x:0:0")
    folder = tmp_path / "model"
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    (folder / "folder").mkdir()
    (folder / "large").write_bytes(b"x" * 101)
    for name, target in (
        ("device", "/dev/zero"),
        ("out", "../outside.yaml"),
        ("nothing", "nowhere"),
        ("itself", "itself"),
        ("stages", "../"),
        ("endless", "/proc/kmsg"),
    ):
        (folder / name).symlink_to(target)
    (folder / "whole").write_bytes(b"x" * 100)
    (folder / "inside").symlink_to("whole")
    return folder


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pipe", "not a regular file"),
        ("folder", "not a regular file"),
        ("device", "a link to outside"),
        ("out", "a link to outside"),
        ("nothing", "a link to nothing"),
        ("itself", "a link to nothing"),
        ("stages/outside.yaml", "its folder is a link to outside"),
        ("whole/x", "its folder is a file"),
        ("large", "it has 101 bytes"),
        ("x" * 300, "cannot be read"),
    ],
)
def test_what_is_no_file_of_the_models_is_not_read(odd: Path, name: str, said: str) -> None:
    with pytest.raises(BadFile) as bad:
        read_file(odd / name, 100, odd)
    assert said in bad.value.reason
    assert bad.value.hint


def test_what_is_one_is_read(odd: Path) -> None:
    assert read_file(odd / "whole", 100, odd) == read_file(odd / "inside", 100, odd) == b"x" * 100
    assert read_file(odd / "none", 100, odd) is None


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/stdin", "/proc/self/maps"])
def test_a_file_that_never_ends_or_says_that_it_is_empty_is_bounded(path: str) -> None:
    with pytest.raises(BadFile):
        read_file(Path(path), 10)


@pytest.mark.parametrize(
    ("content", "place", "said"),
    [
        (b"\xff\xfea\0", (1, 1), "UTF-16"),
        (b"ab\nc\xe9", (2, 2), "byte 0xe9 is not UTF-8"),
        (b"a\n\0", (2, 1), "a NUL character"),
    ],
)
def test_what_is_no_text_is_told_by_its_place(content: bytes, place: tuple[int, int], said: str) -> None:
    with pytest.raises(NoText) as bad:
        text_of(content)
    assert (bad.value.line, bad.value.column) == place
    assert said in bad.value.reason


def test_a_draft_that_is_not_put_in_place_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_text("before")
    with pytest.raises(KeyError), draft(target) as new:
        new.write_text("half")
        raise KeyError
    with draft(target) as new:
        new.mkdir()
        (new / "half").touch()
    assert [one.name for one in tmp_path.iterdir()] == ["a"]
    assert target.read_text() == "before"


def test_a_folder_appears_whole_and_replaces_the_one_before(tmp_path: Path) -> None:
    target = tmp_path / "below" / "a"
    for content in ("1", "2"):
        with whole_folder(target) as new:
            (new / content).touch()
            assert not (target / content).exists()
        assert [one.name for one in target.iterdir()] == [content]
    with whole_folder(target, first_wins=True) as new:
        (new / "3").touch()
    assert [one.name for one in target.iterdir()] == ["2"], "it was there first"
    assert [one.name for one in target.parent.iterdir()] == ["a"]


def test_drafts_that_a_killed_process_left_are_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in (".a.0123456789ab", ".a.lock", ".ab.0123456789ab"):
        (tmp_path / name).mkdir()
    remove_drafts(tmp_path / "a")
    assert sorted(one.name for one in tmp_path.iterdir()) == [".a.lock", ".ab.0123456789ab"]
