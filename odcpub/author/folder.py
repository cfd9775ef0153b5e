"""Writes files of an answer into a new or empty folder: all of them, or none. Does I/O.

They are written into a new folder beside their place, so that no link leads them elsewhere, and moved when the last one
is whole.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from odcpub.errors import DiskFull, EngineError, OdcpubError, UsageError

HINT = "name a new or empty folder; nothing was written"
OPEN_FILE, OPEN_FOLDER = 0o644, 0o755


def at(path: str) -> Path:
    """Absolute; ~ is the user's home, and ~NAME stays as it is if there is no user of that name."""
    try:
        return Path(os.path.expanduser(path)).absolute()  # noqa: PTH111 - the other one raises
    except FileNotFoundError:
        raise UsageError("the current folder no longer exists", "cd to another") from None


def new_folder(given: str, argument: str) -> Path:
    """The folder that a command is to fill, by what was typed. Raises UsageError where that is empty, or the folder is
    not free. ``argument``: the command's own word for it, such as ``--out``."""
    if not given:
        raise UsageError(f"{argument}: is empty", "name a new or empty folder")
    folder = at(given)
    check_free(folder)
    return folder


def check_free(folder: Path) -> None:
    """Refuses what is no folder, or has something in it."""
    try:
        if folder.is_symlink():
            raise UsageError(f"{folder}: is a symbolic link, and odcpub does not write through links", HINT)
        if not folder.exists():
            return
        if not folder.is_dir():
            raise UsageError(f"{folder}: is a file", HINT)
        if any(folder.iterdir()):
            raise UsageError(f"{folder}: is not empty", HINT)
    except OSError as error:
        raise _unwritable(folder, error) from None


def write(folder: Path, files: Mapping[str, str], readable: bool = False) -> None:
    """``files``: path below the folder → text. ``readable``: for everybody, whatever the user's umask says."""
    check_free(folder)
    there = folder.exists()
    beside = folder if there else folder.parent
    try:
        beside.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".odcpub-", dir=beside))
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        _fill(draft / "new", files, readable)
        if there:
            _move_in(draft / "new", folder)
        else:
            (draft / "new").rename(folder)
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _fill(folder: Path, files: Mapping[str, str], readable: bool) -> None:
    folder.mkdir()
    for path, text in files.items():
        parts = PurePosixPath(path).parts
        if not parts or {"/", ".."} & set(parts):  # what the server sends stays in the folder
            raise EngineError(f"{path}: the server named a file outside of {folder}", "report it; nothing was written")
        target = folder.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")
    if readable:
        for found in (folder, *folder.rglob("*")):
            found.chmod(OPEN_FOLDER if found.is_dir() else OPEN_FILE)


def _move_in(draft: Path, folder: Path) -> None:
    """Into a folder that stays itself, because it may be the current one of a process."""
    moved: list[Path] = []
    try:
        for path in sorted(draft.iterdir()):
            moved.append(path.rename(folder / path.name))
    except BaseException:
        for path in moved:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise


def _unwritable(folder: Path, error: OSError) -> OdcpubError:
    """The error names the folder; the drafts in it mean nothing to a user."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"{folder}: the disk is full; nothing was written", "make room, or name a folder elsewhere")
    if isinstance(error, (NotADirectoryError, FileExistsError)):
        file = next((one for one in folder.parents if one.exists() and not one.is_dir()), folder)
        return UsageError(f"{folder}: cannot be written: {file} is a file", HINT)
    hint = "choose a shorter name" if error.errno == errno.ENAMETOOLONG else "name a folder you can write"
    return UsageError(f"{folder}: cannot be written: {error.strerror}", hint)
