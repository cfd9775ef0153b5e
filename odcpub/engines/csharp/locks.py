"""A lock between processes, and folders that appear whole or not at all. Does I/O."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from odcpub.engines.ports import Report
from odcpub.errors import EngineError

FULL = {errno.ENOSPC, errno.EDQUOT}


@contextlib.contextmanager
def exclusive(path: Path, report: Report, waiting_for: str) -> Iterator[None]:
    """Holds the lock file; says once that it waits. The system frees it when its holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report(f"another process is at it, waiting: {waiting_for}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A temporary folder that becomes ``target`` when the block ends well and vanishes when it does not."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield work
        if target.exists():
            shutil.rmtree(target)
        work.replace(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def remove_left_overs(folder: Path, name: str) -> None:
    """What a killed process left of ``whole``; only under the lock."""
    for left in folder.glob(f".{name}-*"):
        shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turns the system's refusals to write into messages."""
    try:
        yield
    except OSError as error:
        hint = "set ODCPUB_CACHE to a folder that you can write to"
        if error.errno in FULL:
            hint = "free some space, or set ODCPUB_CACHE to a folder on another disk"
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise EngineError(f"{place}: cannot be written: {reason}", hint) from None
