"""Files beside the model have the checks of the model's own: regular, inside, limited, text; told at their place."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from odcpub.author.lock_file import write_lock
from odcpub.errors import ModelError, OdcpubError, Refused, UsageError
from odcpub.files import MAX_FILE
from odcpub.operations import overview, planning
from odcpub.operations.model_files import lock_text
from odcpub.operations.models import asset_stages, stage_file, unread_stage_files

from .conftest import KEY, Installed

READERS: dict[str, Callable[[Installed], object]] = {
    "odcpub.yaml": lambda installed: asset_stages(installed.platform, installed.configured()),
    "stages/qa.yaml": lambda installed: stage_file(installed.platform, installed.configured(), "qa"),
    "odcpub.lock": lambda installed: lock_text(installed.platform, installed.sent().source),
}


def pipe(path: Path) -> None:
    os.mkfifo(path)


def large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(MAX_FILE + 1)


KINDS: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "a pipe": (pipe, "ODC-M003", "not a regular file"),
    "a folder": (Path.mkdir, "ODC-M003", "not a regular file"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "ODC-M003", "a link to outside"),
    "a link out": (lambda path: path.symlink_to("/etc/passwd"), "ODC-M003", "a link to outside"),
    "a link to nothing": (lambda path: path.symlink_to("nowhere"), "ODC-M003", "a link to nothing"),
    "endless": (large, "ODC-M004", "5,000,001 bytes"),
    "bytes": (lambda path: path.write_bytes(b"a: \xe9"), "ODC-M005", "byte 0xe9 is not UTF-8"),
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_such_file_is_a_problem_at_its_place(installed: Installed, name: str, kind: str) -> None:
    make, code, said = KINDS[kind]
    path = installed.folder / name
    path.parent.mkdir(exist_ok=True)
    make(path)
    with pytest.raises(ModelError) as refused:
        READERS[name](installed)
    (problem,) = refused.value.problems
    assert problem.code == code
    assert said in problem.message
    assert problem.place is not None
    assert problem.place.file.endswith(name)
    assert "root:" not in str(problem)


def test_a_folder_of_stages_that_is_a_link_is_not_followed(installed: Installed) -> None:
    (installed.folder.parent / "elsewhere").mkdir()
    (installed.folder.parent / "elsewhere" / "qa.yaml").write_text("settings: { Rate: 2 }")
    (installed.folder / "stages").symlink_to("../elsewhere")
    with pytest.raises(ModelError, match=r"stages/qa\.yaml has 1 error"):
        stage_file(installed.platform, installed.configured(), "qa")


def test_a_project_file_that_nobody_reads_is_refused(installed: Installed) -> None:
    (installed.folder / "odcpub.yml").write_text("stages: { Development: {} }")
    with pytest.raises(Refused, match=r"is not read: the project file is odcpub\.yaml"):
        asset_stages(installed.platform, installed.configured())


def test_the_lock_is_never_written_through_a_link(installed: Installed) -> None:
    outside = installed.folder.parent / "outside"
    lock = installed.folder / "odcpub.lock"
    lock.symlink_to(outside)
    (installed.folder / "shop.yaml").write_text(f"app: Shop\nkey: {KEY}\n")
    with pytest.raises(OdcpubError):
        installed.read()
    assert not outside.exists()
    lock.unlink()
    (installed.folder / "real").write_text("")
    lock.symlink_to("real")
    with pytest.raises(UsageError, match="does not write through links"):
        write_lock(installed.folder, "text")
    assert (installed.folder / "real").read_text() == ""


def test_the_lock_can_be_read_by_others_as_other_files_of_the_model(installed: Installed) -> None:
    before = os.umask(0o022)
    try:
        write_lock(installed.folder, "text")
    finally:
        os.umask(before)
    assert (installed.folder / "odcpub.lock").stat().st_mode & 0o777 == 0o644


STRAYS = (
    "stages/Devlopment.yaml: is not read: no stage has this name; they are development, qa, production; "
    "did you mean development?",
    "stages/live\\x1b.yml: is not read: no stage has this name; they are development, qa, production; "
    "rename it, or remove it",
    "stages/produktion.yaml: is not read: no stage has this name; they are development, qa, production; "
    "did you mean production?",
)


def test_a_file_of_no_stage_is_told_wherever_stages_files_are_read(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = installed.folder / "stages"
    folder.mkdir()
    for name in ("Devlopment.yaml", "produktion.yaml", "live\x1b.yml", "qa.yaml", "README.md", "old.yaml~"):
        (folder / name).write_text("settings: { Rate: 2 }")
    assert unread_stage_files(installed.platform, installed.configured()) == STRAYS
    installed.deployed(installed.revision())
    assert planning.deploy(installed.platform, "shop", "qa", None, "ada").notices == STRAYS
    assert overview.configuration(installed.platform, "shop", "qa")["warnings"] == [*STRAYS]


def test_what_a_broken_project_leaves_in_a_stage_is_shown_all_the_same(installed: Installed) -> None:
    (installed.folder / "odcpub.yaml").write_text("stages: { Test: { purpose: Never } }")
    installed.deployed(installed.revision())
    assert overview.configuration(installed.platform, "shop", "development")["warnings"] == []
