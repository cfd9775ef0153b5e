"""``odcpub verify --watch``: verifies a model again whenever one of its files changes. Does I/O: reads files, waits.

Files are asked for their times and sizes, which works on every file system and in containers; what was read is told
apart by its content.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from odcpub.author.files import is_archive, read_model
from odcpub.author.folder import at
from odcpub.author.verifying import Verified, verify_files
from odcpub.errors import OdcpubError, UsageError
from odcpub.model.load import FileCache
from odcpub.tree.tree import ASIDE, is_yaml

INTERVAL = 0.1
"""Seconds between two looks."""
SHARE = 10
"""A look takes at most one in so many parts of the time, however many files there are."""
SETTLE = 0.02
"""Seconds in which nothing may change before files are read: editors and checkouts write several at once, or take one
away and put another in its place."""
TRIES = 20

State = dict[str, tuple[int, ...]]
"""Each file of the model by its path: what changes when it is written."""


def watch(path: str) -> Iterator[Verified | OdcpubError]:
    """What ``verify`` says of the model in the folder ``path``: at once, then each time that its files have other
    contents, without end. Raises UsageError where there is no folder to begin with; one that vanishes later is an
    answer."""
    if is_archive(path):
        raise UsageError(f"{path}: an archive is not watched", "name the folder that holds the model's YAML files")
    read_model(path)
    looking = _Looking(path)
    while True:
        if looking.has_changed() and (answer := looking.verify()):
            yield answer
        looking.wait()


class _Looking:
    """What is known of the files after the last look."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.folder = at(path)
        self.cache = FileCache()
        self.state: State | None = None
        self.is_sure = False
        self.told = ""
        """What tells the contents that were answered from others."""
        self.took = 0.0

    def has_changed(self) -> bool:
        """Whether files must be read: after a change, and once more, since another one in the same moment of the file
        system's clock could not be told."""
        state = self._look()
        if state == self.state:
            was_sure, self.is_sure = self.is_sure, True
            return not was_sure
        for _ in range(TRIES):
            self.state = state
            time.sleep(SETTLE)
            if (state := self._look()) == self.state:
                break
        self.is_sure = False
        return True

    def _look(self) -> State:
        start = time.perf_counter()
        state = dict(_files(self.folder, ""))
        self.took = time.perf_counter() - start
        return state

    def verify(self) -> Verified | OdcpubError | None:
        """The answer; None where the contents are those that were answered last."""
        try:
            found = read_model(self.path)
        except OdcpubError as error:
            return error if self._is_new(error.message) else None
        if not self._is_new(found.tree.digest):
            return None
        try:
            return verify_files(found, self.cache)
        except OdcpubError as error:
            return error

    def _is_new(self, contents: str) -> bool:
        was, self.told = self.told, contents
        return contents != was

    def wait(self) -> None:
        time.sleep(max(INTERVAL, self.took * SHARE))


def _files(folder: Path, prefix: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The files that ``odcpub.tree.folder`` would read as the model's own."""
    try:
        with os.scandir(folder) as entries:
            found = [one for one in entries if not one.name.startswith(".") and (prefix or one.name not in ASIDE)]
    except OSError as error:  # gone, or not to be looked into
        yield prefix, (error.errno or 0,)
        return
    for entry in found:
        name = prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path), f"{name}/")
        elif is_yaml(entry.name):
            yield name, _times(entry)


def _times(entry: os.DirEntry[str]) -> tuple[int, ...]:
    try:
        found = entry.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_mode
