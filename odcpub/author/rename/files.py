"""Writes the files of a model that were edited: all of them, or none. Does I/O."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

from odcpub.errors import DiskFull, OdcpubError, Refused, UsageError
from odcpub.files import BadFile, draft, put, read_file, write_whole


class Rewritten(NamedTuple):
    """A file's content as it was read, and as it shall be."""

    before: bytes
    after: bytes


def rewrite(folder: Path, files: Mapping[str, Rewritten]) -> None:
    """Puts new contents into place; ``files``: by path below the folder. They keep their permissions; a link stays one.
    Raises Refused where a file is no longer what was read, UsageError or DiskFull where one cannot be written: all are
    as they were then."""
    places = {_target(folder, path): one for path, one in files.items()}
    with ExitStack() as drafts:
        made = {path: _drafted(drafts, path, one.after) for path, one in places.items()}
        for path, one in places.items():
            _check_same(path, one.before)
        _put_all(made, places)


def _target(folder: Path, path: str) -> Path:
    """The file that is meant, behind its links; the reader has seen that they do not lead out of the folder."""
    return Path(os.path.realpath(folder / path))


def _drafted(drafts: ExitStack, path: Path, content: bytes) -> Path:
    """The new content beside its file, with that one's permissions and, as far as may be, owner."""
    new = drafts.enter_context(draft(path))
    try:
        found = path.stat()
        write_whole(new, content)
        new.chmod(found.st_mode & 0o7777)
        with suppress(PermissionError):
            os.chown(new, found.st_uid, found.st_gid)
    except OSError as error:
        raise _unwritten(path, error) from None
    return new


def _check_same(path: Path, before: bytes) -> None:
    try:
        now = read_file(path)
    except BadFile:
        now = None
    if now != before:
        raise Refused(f"{path}: has changed meanwhile; nothing was written", "run the same command again")


def _put_all(made: Mapping[Path, Path], places: Mapping[Path, Rewritten]) -> None:
    done: list[Path] = []
    try:
        for path, new in made.items():
            done.append(path)
            put(new, path)
    except BaseException as error:
        for path in done:
            write_whole(path, places[path].before, path.stat().st_mode & 0o7777)
        if isinstance(error, OSError):
            raise _unwritten(done[-1], error) from None
        raise


def _unwritten(path: Path, error: OSError) -> OdcpubError:
    """The error names the file; the draft beside it means nothing to a user."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"{path}: the disk is full; nothing was changed", "make room, then run the same command again")
    hint = "check the permissions of the file and its folder, then run the same command again"
    return UsageError(f"{path}: cannot be written: {error.strerror}; nothing was changed", hint)
