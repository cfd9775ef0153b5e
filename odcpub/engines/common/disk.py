"""What the system says of a disk, as errors that users meet; locks whose wait is told. Does I/O on the file system."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from odcpub.engines.ports import Report
from odcpub.errors import EngineError
from odcpub.locks import held

FULL = {errno.ENOSPC, errno.EDQUOT}
_HINTS = {
    errno.ENOSPC: "free some space and run the same command again: nothing half-written stays behind",
    errno.EDQUOT: "free some of your quota and run the same command again",
    errno.EACCES: "give your user write access to this folder",
    errno.EPERM: "give your user write access to this folder",
    errno.EROFS: "choose a folder on a disk that can be written to",
}


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turns an OSError into an EngineError that says where and why, with a hint."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise EngineError(f"{where}: {reason.lower()}", _HINTS.get(error.errno or 0, "")) from error


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """The same, for what is written into the cache."""
    try:
        yield
    except OSError as error:
        hint = "set ODCPUB_CACHE to a folder that you can write to"
        if error.errno in FULL:
            hint = "free some space, or set ODCPUB_CACHE to a folder on another disk"
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise EngineError(f"{place}: cannot be written: {reason}", hint) from None


@contextmanager
def exclusive(path: Path, report: Report, waiting_for: str) -> Iterator[None]:
    """Holds the lock file; says once that it waits."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with held(path, lambda: report(f"waiting for another process: {waiting_for}")):
        yield
