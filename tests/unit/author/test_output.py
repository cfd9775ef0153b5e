"""The file that ``--out`` names: refused by its own name and the reason, never by that of a draft beside it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from odcpub.author.output import check_output, write_output
from odcpub.cli import main
from odcpub.cli.client import Client
from odcpub.errors import OdcpubError

PLACES: dict[str, tuple[str, Callable[[Path], object], str, str]] = {
    "no folder": ("a b/p.json", lambda _: None, "cannot be written: there is no folder {0}/a b", "mkdir -p '{0}/a b'"),
    "below a file": ("f/p.json", lambda at: (at / "f").touch(), "cannot be written: {0}/f is a file", "name a file in"),
    "far below one": ("f/g/plan.json", lambda at: (at / "f").touch(), "cannot be written", "{0}/f/g"),
    "a folder": ("plan.json", lambda at: (at / "plan.json").mkdir(), "is a folder", "name a file in it"),
    "a pipe": ("plan.json", lambda at: os.mkfifo(at / "plan.json"), "is not a regular file", "name another file"),
    "a link": ("plan.json", lambda at: (at / "plan.json").symlink_to("x"), "is a symbolic link", "name another file"),
    "too long": ("x" * 300, lambda _: None, "cannot be written: File name too long", "name a file in"),
}  # fmt: skip


@pytest.mark.parametrize("case", PLACES)
def test_a_place_that_takes_no_file_is_refused_before_anything_is_asked(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name, make, says, hint = PLACES[case]
    make(tmp_path)
    monkeypatch.setattr(Client, "connected", lambda: pytest.fail("nothing is asked for"))
    for command in (["promote", "x", "--to", "qa"], ["config", "apply", "x", "--stage", "qa"], ["publish", "."]):
        assert main.main([*command, "--plan", "--out", str(tmp_path / name)]) == 2
        error, hinted = capsys.readouterr().err.splitlines()
        assert error.startswith(f"error: {tmp_path / name}: ")
        assert says.format(tmp_path) in error
        assert hint.format(tmp_path) in error + hinted


def test_a_folder_that_is_not_ones_own_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OdcpubError, match=f"plan.json: cannot be written: you may not write in the folder {tmp_path}"):
        check_output(tmp_path / "plan.json")


@pytest.mark.parametrize(
    ("number", "code", "says"),
    [(errno.ENOSPC, 3, "the disk is full"), (errno.EDQUOT, 3, "the disk is full"), (errno.EROFS, 2, "Read-only")],
)
def test_a_disk_that_takes_no_more_leaves_the_file_as_it_was(
    number: int, code: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(number, os.strerror(number), str(tmp_path / ".plan.json.0123456789ab"))

    file = tmp_path / "plan.json"
    write_output(file, b"before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OdcpubError) as refused:
        write_output(file, b"after")
    assert refused.value.message.startswith(f"{file}: ")
    assert says in refused.value.message
    assert refused.value.exit_code == code
    assert ".plan.json" not in refused.value.message + refused.value.hint
    assert (file.read_bytes(), [one.name for one in tmp_path.iterdir()]) == (b"before", ["plan.json"])
