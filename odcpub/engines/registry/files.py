"""Files that appear whole or not at all, and disk errors in plain words. Does I/O on the file system."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from odcpub.errors import EngineError
from odcpub.files import sync_folder, write_whole

PIECE = 1 << 20
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


def write(path: Path, content: bytes) -> None:
    """Writes a file that is complete when it has its name, also after a power failure."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)


def take(path: Path, source: Path) -> None:
    """Makes a file of the same content without copying where the file system can: a hard link to ``source``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        try:
            os.link(source, draft)
        except OSError:
            shutil.copyfile(source, draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


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
        raise EngineError(
            f"{where}: blob {digest}: its content has another digest: it was damaged on disk or on the way",
            "delete the damaged blob and publish again",
        )
