"""Files of an answer: all in a new or empty folder, or none anywhere."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from odcpub.author.folder import write
from odcpub.cli import main
from odcpub.cli.client import Client
from odcpub.errors import EngineError, OdcpubError

FILES = {"README.md": "# Shop\n", "Entities/Ticket.cs": "class Ticket;\r\n", "wwwroot/_odc/app.js": "ä\n"}


def found(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in files}


@pytest.fixture
def narrow() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.parametrize("there", [False, True], ids=["new", "empty"])
def test_everything_is_in_it_and_nothing_beside(tmp_path: Path, there: bool) -> None:
    out = tmp_path / "above" / "out"
    if there:
        out.mkdir(parents=True)
    write(out, FILES)
    assert found(out) == FILES
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_an_empty_folder_stays_the_one_that_somebody_stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path(), FILES)
    assert found(Path.cwd()) == FILES


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(("readable", "file", "folder"), [(True, 0o644, 0o755), (False, 0o600, 0o700)])
def test_who_may_read_it(tmp_path: Path, readable: bool, file: int, folder: int) -> None:
    """A container's user reads what its image was built of."""
    write(tmp_path / "out", FILES, readable)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out", *(tmp_path / "out").rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_file()} == {file}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {folder}


def refusal(folder: Path) -> str:
    with pytest.raises(OdcpubError) as refused:
        write(folder, FILES)
    return refused.value.message.removeprefix(f"{folder}: ")


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    assert refusal(tmp_path / "full") == "is not empty"
    assert refusal(tmp_path / "full" / "mine") == "is a file"
    assert (
        refusal(tmp_path / "link")
        == refusal(tmp_path / "broken")
        == "is a symbolic link, and odcpub does not write through links"
    )
    assert refusal(tmp_path / "full" / "mine" / "out") == f"cannot be written: {tmp_path / 'full' / 'mine'} is a file"
    assert found(tmp_path) == {"full/mine": "mine"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "empty", "full", "link"]


@pytest.mark.parametrize("there", [False, True], ids=["new", "empty"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "Ctrl-C"])
def test_half_of_it_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool, error: BaseException) -> None:
    out = tmp_path / "out"
    if there:
        out.mkdir()
    whole = Path.write_text

    def failing(path: Path, text: str, **more: Any) -> int:
        if path.name == "app.js":
            raise error
        return whole(path, text, **more)

    monkeypatch.setattr(Path, "write_text", failing)
    with pytest.raises((EngineError, KeyboardInterrupt)):
        write(out, FILES)
    assert [path.name for path in tmp_path.rglob("*")] == (["out"] if there else [])


def test_half_moved_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def full(path: Path, target: Path) -> Path:
        if path.name == "wwwroot":
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", full)
    assert refusal(tmp_path) == "the disk is full; nothing was written"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["../out.txt", "/out.txt", "a/../../out.txt", ""])
def test_no_path_leads_out_of_it(tmp_path: Path, path: str) -> None:
    with pytest.raises(EngineError):
        write(tmp_path / "in" / "out", {path: "x"})
    assert found(tmp_path) == {}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["new", "app", ""], "PATH: is empty"),
        (["source", "shop", ""], "FOLDER: is empty"),
        (["import", "jdl", "x.jdl", "--out", ""], "--out: is empty"),
        (["data", "scripts", "shop", "--stage", "qa", "--out", ""], "--out: is empty"),
        (["data", "scripts", "shop", "--stage", "qa", "--from", ""], "--from: is empty"),
        (["data", "scripts", "shop", "--stage", "qa", "--from", "nowhere"], "nowhere: no such folder"),
    ],
)
def test_no_name_is_not_the_current_folder(
    arguments: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.jdl").touch()
    monkeypatch.setattr(Client, "connected", lambda: pytest.fail("nothing is asked for"))
    assert main.main(arguments) == 2
    assert f"error: {says}" in capsys.readouterr().err
