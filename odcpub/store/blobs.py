"""Contents by digest: models, compiled files, archives. Does I/O.

A blob's name is the sha256 of its bytes, so writing the same again changes nothing, and reading checks what it gets.
When it was last used is the time of its file.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from odcpub.errors import EngineError, Refused
from odcpub.files import sync_folder, write_whole
from odcpub.store.ports import RENEWED


class Blobs:
    """``Contents`` in files: a folder for the first two digits of each digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.read_only = False
        """Set while the contents are moved elsewhere, and for good once they are."""
        self._guard = threading.Lock()
        """Held where a file's age is looked at and acted upon."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, content: bytes) -> str:
        """Stores the content whole or not at all, on the disk when this returns; its sha256 in hexadecimal."""
        digest = hashlib.sha256(content).hexdigest()
        if self.read_only:
            raise read_only()
        if self._used(digest) != len(content):
            path = self._path(digest)
            if not path.parent.exists():
                path.parent.mkdir(exist_ok=True, mode=0o700)
                sync_folder(self._folder)
            write_whole(path, content)
        return digest

    def has(self, digest: str) -> bool:
        return self._size(digest) is not None

    def missing(self, digests: Collection[str]) -> frozenset[str]:
        return frozenset(digest for digest in digests if not self.has(digest))

    def touch(self, digests: Collection[str]) -> Mapping[str, int]:
        found = {digest: self._used(digest) for digest in digests}
        return {digest: size for digest, size in found.items() if size is not None}

    def unused(self, since: datetime) -> frozenset[str]:
        return frozenset(digest for digest in self.digests() if _older(self._path(digest), since))

    def discard(self, digests: Collection[str], since: datetime) -> int:
        if self.read_only:
            raise read_only()
        count = 0
        for path in map(self._path, sorted(digests)):
            with self._guard:
                if _older(path, since):
                    path.unlink()
                    count += 1
        for left in self._folder.glob("??/.*"):  # drafts of a server that was killed
            if _older(left, since):
                left.unlink(missing_ok=True)
        return count

    def get(self, digest: str) -> bytes:
        """The content; an EngineError where it is missing or damaged."""
        path = self._path(digest)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise EngineError(
                f"{path}: a stored content is missing", "publish the asset again from its model"
            ) from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise EngineError(f"{path}: a stored content is damaged", "remove the file and publish the asset again")
        return content

    def digests(self) -> Iterator[str]:
        return iter(sorted(path.name for path in self._folder.glob("??/*") if not path.name.startswith(".")))

    def _size(self, digest: str) -> int | None:
        """In bytes; None where it is not there."""
        found = self._stat(digest)
        return None if found is None else found.st_size

    def _used(self, digest: str) -> int | None:
        """The same; it counts as used now."""
        found = self._stat(digest)
        if found is not None and found.st_mtime < time.time() - RENEWED.total_seconds():
            try:
                with self._guard:
                    os.utime(self._path(digest))
            except FileNotFoundError:
                return None
        return None if found is None else found.st_size

    def _stat(self, digest: str) -> os.stat_result | None:
        """None where it is not there. An app has a thousand contents, which each of its publishes asks for: a path as
        text takes a fifth of the time."""
        try:
            found = os.stat(f"{self._folder}/{digest[:2]}/{digest}")  # noqa: PTH116
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found if stat.S_ISREG(found.st_mode) else None

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def read_only() -> Refused:
    """Why nothing can be written now."""
    return Refused(
        "the records are being moved and are read-only until that ends", "run the same command again in a minute"
    )


def _older(path: Path, since: datetime) -> bool:
    try:
        return path.stat().st_mtime < since.timestamp()
    except FileNotFoundError:
        return False
