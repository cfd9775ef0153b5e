"""Blobs as files: written whole, linked, read in pieces, checked. Does I/O on the file system."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from odcpub.errors import EngineError
from odcpub.files import draft, put, write_whole

PIECE = 1 << 20


class Damaged(EngineError):
    """A blob is not what its digest says."""


def write(path: Path, content: bytes) -> None:
    """Writes a file that is complete when it has its name, also after a power failure."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)


def take(path: Path, source: Path) -> None:
    """Makes a file of the same content without copying where the file system can: a hard link to ``source``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with draft(path) as new:
        try:
            os.link(source, new)
        except OSError:
            shutil.copyfile(source, new)
        with new.open("rb") as file:
            os.fsync(file.fileno())
        put(new, path)


def pieces(path: Path) -> Iterator[bytes]:
    """A file's bytes in pieces of 1 MiB."""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def digest_of(content: Path | bytes) -> str:
    """The SHA-256 digest of a file or of bytes, as OCI writes it."""
    known = hashlib.sha256()
    for piece in (content,) if isinstance(content, bytes) else pieces(content):
        known.update(piece)
    return "sha256:" + known.hexdigest()


def size_of(content: Path | bytes) -> int:
    """Bytes of a file or of bytes."""
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def checked(where: str, digest: str, content: Iterator[bytes]) -> Iterator[bytes]:
    """Passes the pieces on and raises ``EngineError`` at their end unless they have the digest."""
    known = hashlib.sha256()
    for piece in content:
        known.update(piece)
        yield piece
    if "sha256:" + known.hexdigest() != digest:
        raise Damaged(
            f"{where}: blob {digest}: its content has another digest: it was damaged on disk or on the way",
            "publish again, which stores it again",
        )
