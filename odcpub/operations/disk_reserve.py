"""Disk space that is kept aside, so that a failure for lack of disk space can still be recorded. Does I/O."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

FILE = "room"
SIZE = 4_000_000


def keep(folder: Path) -> None:
    """Keeps the space aside while the disk has plenty."""
    path = folder / FILE
    with contextlib.suppress(OSError):
        if not path.exists() and shutil.disk_usage(folder).free > 10 * SIZE:
            with path.open("xb") as file:
                os.posix_fallocate(file.fileno(), 0, SIZE)


def release(folder: Path) -> None:
    """Gives the space to the records where the disk is full."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage(folder).free < SIZE // 2:
            (folder / FILE).unlink(missing_ok=True)
