"""Atomic, durable file writes, and safe reads of files that others can replace. Does I/O.

Standard library only, since everything may need it. Whatever another user may have put in a file's place (a pipe, a
device, a link to elsewhere, something endless) is no reason to wait, to read it, or to write where it leads.
"""

from __future__ import annotations

import codecs
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PRIVATE, SHARED = 0o600, 0o666
MAX_FILE = 5_000_000
"""Bytes of a file that an author writes."""
MAX_PLAN = 100_000_000
"""Bytes of a plan's file; a plan that makes 2,000 tables has some 10,000,000."""

_OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


class BadFile(Exception):
    """A file that is not read, and why."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason, self.hint = reason, hint


class TooLarge(BadFile):
    """More bytes than are taken."""

    def __init__(self, size: str, limit: int) -> None:
        super().__init__(f"it has {size} bytes", f"At most {limit:,} are read; is it the right file?")


class NoText(BadFile):
    """Bytes that are no UTF-8 text; ``line`` and ``column`` tell where, from 1."""

    def __init__(self, reason: str, hint: str, before: str = "") -> None:
        super().__init__(reason, hint)
        self.line, self.column = before.count("\n") + 1, len(before) - before.rfind("\n")


def read_file(path: Path, limit: int | None = None, inside: Path | None = None) -> bytes | None:
    """The content of a regular file, None where nothing of that name is; ``inside``: the folder that no link may lead
    out of. Raises BadFile, and never waits for a pipe or a device."""
    try:
        if inside is not None and path.is_symlink():
            path = _target(path, inside)
        elif inside is not None and not _within(path, inside):
            raise BadFile("its folder is a link to outside of the model's folder", "put the folder itself there")
        found = path.stat()
        _check(found, limit)
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123
            _check(os.fstat(file.fileno()), limit)  # another one may have come into its place
            content = file.read() if limit is None else file.read(limit + 1)
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        raise BadFile("its folder is a file", "remove that file, or rename it") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BadFile(f"it cannot be read: {reason}", "check its permissions") from None
    if limit is not None and len(content) > limit:  # some that the system makes say that they have none
        raise TooLarge(f"more than {limit:,}", limit)
    return content


def read_own(path: Path, limit: int | None = None) -> bytes | None:
    """As ``read_file``, of a file that odcpub itself has written: never through a link."""
    if path.is_symlink():
        raise BadFile("it is a link", "put the file itself there")
    return read_file(path, limit)


def check_own(path: Path) -> None:
    """Raises BadFile for what lies in the place of one of odcpub's own files and is none: opened by name, a pipe or a
    device is waited for, and a link is written through. Sockets are never opened so; a folder may be a link, to another
    disk."""
    kind = path.lstat().st_mode
    if not (path.is_dir() or stat.S_ISREG(kind) or stat.S_ISSOCK(kind)):
        what = "a link" if stat.S_ISLNK(kind) else "not a regular file"
        hint = "put the file itself there, from a backup if need be; server.log, .out and .lock are made again"
        raise BadFile(f"it is {what}", f"remove it and {hint}")


def identity_of(path: Path) -> tuple[int, int] | None:
    """What tells a file or folder from a later one of its name; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def check_file(path: Path, limit: int = MAX_FILE) -> None:
    """Raises BadFile where a library that is given the path would wait, or read without end; nothing there is fine."""
    try:
        _check(path.stat(), limit)
    except FileNotFoundError:
        return
    except OSError as error:
        raise BadFile(f"it cannot be read: {error.strerror}", "check its permissions") from None


def _target(link: Path, inside: Path) -> Path:
    target = Path(os.path.realpath(link))
    if Path(os.path.realpath(inside)) not in target.parents:
        hint = "put the file itself there: a model is complete in its folder"
        raise BadFile("it is a link to outside of the model's folder", hint)
    if not target.exists():
        raise BadFile("it is a link to nothing", "remove it or correct the link")
    return target


def _within(path: Path, inside: Path) -> bool:
    root = Path(os.path.realpath(inside))
    folder = Path(os.path.realpath(path.parent))
    return folder == root or root in folder.parents


def _check(found: os.stat_result, limit: int | None) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise BadFile("it is not a regular file", "remove it or rename it")
    if limit is not None and found.st_size > limit:
        raise TooLarge(f"{found.st_size:,}", limit)


def text_of(content: bytes) -> str:
    """The text of UTF-8 bytes, without a byte order mark; raises NoText."""
    if content.startswith(_OTHER_ENCODINGS):
        raise NoText("it is UTF-16 or UTF-32, not UTF-8", "save it as UTF-8")
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        raise NoText(f"byte 0x{content[error.start]:02x} is not UTF-8", "save the file as UTF-8", before) from None
    if "\0" in text:
        hint = "check that this is a text file, or remove the character"
        raise NoText("a NUL character", hint, text[: text.index("\0")])
    return text


def write_whole(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Writes or replaces the file, for its owner alone unless said; never through a link, which gives way to it. When
    this returns, it survives a power cut; when it raises, or is killed, the file is as it was."""
    with draft(path) as new:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb") as file:  # noqa: PTH123
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        put(new, path)


@contextmanager
def draft(path: Path) -> Iterator[Path]:
    """A new name beside ``path``. What has it, file or folder, is removed at the end of the block: put
    it in place before."""
    new = path.with_name(f".{path.name[:40]}.{secrets.token_hex(6)}")
    try:
        yield new
    finally:
        if new.is_dir() and not new.is_symlink():
            shutil.rmtree(new, ignore_errors=True)
        else:
            new.unlink(missing_ok=True)


def put(new: Path, path: Path) -> None:
    """Moves a file that is complete to its place, where it replaces what is there and survives a power cut."""
    new.replace(path)
    sync_folder(path.parent)


@contextmanager
def whole_folder(path: Path, first_wins: bool = False) -> Iterator[Path]:
    """A new folder that takes the place of ``path`` when the block ends well, and vanishes when it does not. After a
    power cut its files may be empty: who makes one writes their sizes down, and compares them.
    ``first_wins``: a folder that is there by then stays, since another process has made the same."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with draft(path) as new:
        new.mkdir(mode=0o700)
        yield new
        if first_wins:
            _first(new, path)
            return
        if path.exists():
            shutil.rmtree(path)
        new.replace(path)


def _first(new: Path, path: Path) -> None:
    try:
        new.rename(path)
    except OSError:
        if not path.is_dir():
            raise


def remove_drafts(path: Path) -> None:
    """What killed processes have left of drafts of ``path``; only where no other process makes one now."""
    for left in path.parent.glob(f".{path.name[:40]}.{'[0-9a-f]' * 12}"):
        shutil.rmtree(left, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """What was renamed or made in the folder survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
