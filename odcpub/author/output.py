"""The file that ``--out`` names: looked at before any work is done for it, and written whole. Does I/O.

Standard library only.
"""

from __future__ import annotations

import errno
import os
import shlex
from pathlib import Path

from odcpub.errors import DiskFull, OdcpubError, UsageError
from odcpub.files import SHARED, write_whole

HINT = "name a file in a folder you can write"


def check_output(path: Path) -> None:
    """Raises UsageError where no file of that name can be written, or something else has the name. A regular file that
    is there may be replaced."""
    try:
        _check_place(path)
        _check_folder(path)
    except OSError as error:  # a name that is too long, a folder that may not be looked into
        raise _unwritable(path, error) from None


def write_output(path: Path, content: bytes) -> None:
    """Writes or replaces the file; where that fails it is as it was. Raises UsageError, or DiskFull."""
    check_output(path)
    try:
        write_whole(path, content, SHARED)
    except OSError as error:
        raise _unwritable(path, error) from None


def _check_place(path: Path) -> None:
    if path.is_symlink():
        raise UsageError(f"{path}: is a symbolic link, and odcpub does not write through links", "name another file")
    if path.is_dir():
        raise UsageError(f"{path}: is a folder", f"name a file in it, such as {shlex.quote(str(path))}/FILE")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: is not a regular file", "name another file")


def _check_folder(path: Path) -> None:
    folder = path.parent
    if not folder.exists():
        made = f"make it: mkdir -p {shlex.quote(str(folder))}"
        raise UsageError(f"{path}: cannot be written: there is no folder {folder}", made)
    if not folder.is_dir():
        raise UsageError(f"{path}: cannot be written: {folder} is a file", HINT)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"{path}: cannot be written: you may not write in the folder {folder}", HINT)


def _unwritable(path: Path, error: OSError) -> OdcpubError:
    """The error names the file that was asked for; the draft beside it means nothing to a user."""
    if isinstance(error, NotADirectoryError):
        file = next(one for one in path.parents if one.exists() and not one.is_dir())
        return UsageError(f"{path}: cannot be written: {file} is a file", HINT)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"{path}: the disk is full; nothing was written", "make room, or name a file elsewhere")
    return UsageError(f"{path}: cannot be written: {error.strerror}", HINT)
