"""Locks on files, between processes. The system frees one when its holder dies. Does I/O. Standard library only."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


def take(path: Path) -> TextIO | None:
    """The lock file, open for reading and writing, which holds the lock until it is closed; None where another process
    holds it."""
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


@contextmanager
def held(path: Path, waits: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Holds the lock within the block; ``waits`` is called, once, where another process holds it."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waits()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
