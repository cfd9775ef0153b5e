"""Writes a layer's tar, which nobody vouches for, into an empty folder. I/O: writes below that folder alone.

Stricter than ``tarfile``'s data filter, which not every supported Python version has: see ``unpack``.
"""

from __future__ import annotations

import io
import os
import posixpath
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from odcpub.errors import EngineError

LARGEST = 4 << 30
MOST = 200_000
AGAIN = "the image was not made by odcpub or was damaged: publish again"


class _Stream(io.RawIOBase):
    """Pieces of bytes as a file that can be read once."""

    def __init__(self, content: Iterator[bytes]) -> None:
        self._content = content
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = memoryview(next(self._content, b""))
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def untar(where: str, content: Iterator[bytes], folder: Path) -> None:
    """Unpacks a tar, plain or gzip, and reads ``content`` to its end, where its digest is checked.

    Whiteouts stay files; files lose their write permission, since hard links to them will be shared.
    """
    stream = _Stream(content)
    try:
        with (
            io.BufferedReader(stream, 1 << 20) as buffered,
            tarfile.open(fileobj=buffered, mode="r|*", errors="strict") as archive,
        ):
            _members(where, archive, folder)
            while buffered.read(1 << 20):
                pass
    except (tarfile.TarError, zlib.error, EOFError, ValueError, OverflowError) as error:
        raise EngineError(f"{where}: not a readable tar archive: {error}", AGAIN) from error


def _members(where: str, archive: tarfile.TarFile, folder: Path) -> None:
    total = 0
    opened: set[Path] = set()
    for number, member in enumerate(archive):
        total += member.size
        if number >= MOST or total > LARGEST:
            raise EngineError(f"{where}: more than {MOST} files or {LARGEST >> 30} GiB", AGAIN)
        problem = _member(archive, member, folder, opened)
        if problem:
            raise EngineError(f"{where}: {member.name!r}: {problem}", AGAIN)


def _member(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, opened: set[Path]) -> str:
    """Writes one entry, or says why not. ``opened``: folders that were made here; nothing makes them anything else."""
    parts = [part for part in member.name.split("/") if part not in ("", ".")]
    if member.name.startswith("/") or ".." in parts:
        return "the path leaves the image"
    if not parts:
        return "" if member.isdir() else "has no name"
    path = folder.joinpath(*parts)
    if path.parent not in opened:
        problem = _open_parents(folder, parts[:-1])
        if problem:
            return problem
        opened.add(path.parent)
    if member.isdir():
        return _directory(path, member)
    try:
        return _leaf(archive, member, folder, path, parts)
    except FileExistsError:  # rare: asking first would cost more than writing a small file
        if path.is_dir() and not path.is_symlink():
            return "is both a folder and a file"
        path.unlink()
        return _leaf(archive, member, folder, path, parts)


def _open_parents(folder: Path, parts: list[str]) -> str:
    """Makes missing parents; refuses one that is a link or a file."""
    for part in parts:
        folder = folder / part
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            return "lies below a link or a file of the same layer"
        folder.mkdir(exist_ok=True)
    return ""


def _directory(path: Path, member: tarfile.TarInfo) -> str:
    if path.is_symlink() or path.is_file():
        return "is both a folder and a file"
    path.mkdir(exist_ok=True)
    # 0o700: the owner must be able to write into it while unpacking and to remove it later.
    path.chmod(member.mode & 0o755 | 0o700)
    return ""


def _leaf(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, path: Path, parts: list[str]) -> str:
    if member.isreg():
        with open(path, "xb", buffering=0) as file:  # noqa: PTH123 - quicker than Path.open
            shutil.copyfileobj(archive.extractfile(member) or io.BytesIO(), file, 1 << 20)
            os.fchmod(file.fileno(), member.mode & 0o555 | 0o400)
        return ""
    if member.issym():
        return _link(path, member.linkname, parts)
    if member.islnk():
        return _hard_link(folder, path, member.linkname)
    return "a device or another special file"


def _link(path: Path, to: str, parts: list[str]) -> str:
    """A symbolic link; an absolute target is the image's root's, as it would be in a container.

    Targets are normalised: ``..`` after another link's name would mean what that link says.
    """
    relative = posixpath.normpath("../" * (len(parts) - 1) + to.lstrip("/") if to.startswith("/") else to)
    resolved = posixpath.normpath("/".join([*parts[:-1], relative]))
    if not to or "\0" in to or resolved == ".." or resolved.startswith("../"):
        return f"links to {to!r} outside the image"
    path.symlink_to(relative)
    return ""


def _hard_link(folder: Path, path: Path, to: str) -> str:
    parts = to.removeprefix("./").split("/")
    if any(part in ("", ".", "..") for part in parts):
        return f"links to {to!r} outside the image"
    for length in range(1, len(parts) + 1):
        if folder.joinpath(*parts[:length]).is_symlink():
            return f"links to {to!r} through a link"
    source = folder.joinpath(*parts)
    if not source.is_file():
        return f"links to {to!r}, which is no file of this layer"
    os.link(source, path)
    return ""
