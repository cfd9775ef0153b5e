"""Packs a layer's files into an uncompressed tar whose bytes depend on the files alone. No I/O.

The headers are written here and not by ``tarfile``: they enter the image's digest, which has to be the same on every
Python version, and the standard library's headers have changed between versions. The format is POSIX ustar; a path
that isn't ASCII or is longer than 100 bytes gets a pax ``path`` record (POSIX.1-2017, pax, "pax Extended Header").
"""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass

from odcpub.errors import REPORT, Refused
from odcpub.image.content import File, LayerContent

BLOCK = 512
DIRECTORY_MODE = 0o755
WHITEOUT = ".wh."
"""A file whose name begins so deletes another one in the layers below (OCI image specification, layers)."""
_NAME_BYTES = 100
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
"""What most paths are, told apart from others at once."""
_LARGEST = 8**11
_HEADER = struct.Struct("100s8s8s8s12s12s8sc100s6s2s32s32s8s8s155s12x")


@dataclass(frozen=True, slots=True)
class Layer:
    """A packed layer: name, uncompressed tar, and its digest (``sha256:…``)."""

    name: str
    tar: bytes
    digest: str


def sha256(content: bytes) -> str:
    """A digest as OCI writes it: ``sha256:<64 hex digits>``."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def pack(layer: LayerContent) -> Layer:
    """The layer's tar: directories and files by path, owner 0:0, time 0. Raises ``Refused`` for unusable paths."""
    entries = _entries(layer)
    pieces: list[bytes] = []
    for path in sorted(entries, key=str.encode):
        pieces.extend(_entry(path, entries[path]))
    pieces.append(bytes(2 * BLOCK))
    tar = b"".join(pieces)
    return Layer(layer.name, tar, sha256(tar))


def _entries(layer: LayerContent) -> dict[str, File | None]:
    """Path → file, or None for a directory."""
    files: dict[str, File | None] = {}
    for file in layer.files:
        problem = path_problem(file.path) or _file_problem(file)
        if not problem and file.path in files:
            problem = "the path occurs twice"
        if problem:
            raise Refused(f"layer {layer.name}: {file.path!r}: {problem}", REPORT)
        files[file.path] = file
    for path in tuple(files):
        parent = path.rpartition("/")[0]
        while parent and (parent not in files or files[parent] is not None):  # of a folder that is known all are
            if files.setdefault(parent, None) is not None:
                raise Refused(f"layer {layer.name}: {path!r}: {parent!r} is a file and can't be a folder too", REPORT)
            parent = parent.rpartition("/")[0]
    return files


def path_problem(path: str) -> str:
    """Why a path can't be a layer's (relative, POSIX, normal form, printable), or an empty text."""
    if len(path) <= 255 and _PLAIN.fullmatch(path):
        return ""
    try:
        path.encode()
    except UnicodeEncodeError:
        return "the path is not valid Unicode"
    if not path or path.startswith("/"):
        return "a path is relative to the image's root and not empty"
    if any(character < " " or character == "\x7f" for character in path):
        return "the path holds a control character"
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "the path must not hold empty parts, '.' or '..'"
    if any(part.startswith(WHITEOUT) for part in parts):
        return f"a name beginning with {WHITEOUT!r} would delete files of other layers"
    if any(len(part.encode()) > 255 for part in parts):
        return "a name is longer than 255 bytes"
    return ""


def _file_problem(file: File) -> str:
    if file.mode & ~0o777:
        return f"mode {file.mode:o} holds more than permission bits"
    return "the file is larger than 8 GiB" if len(file.content) >= _LARGEST else ""


def _entry(path: str, file: File | None) -> tuple[bytes, ...]:
    name = path.encode() if file else path.encode() + b"/"
    extended: tuple[bytes, ...] = ()
    if len(name) > _NAME_BYTES or not name.isascii():
        record = _record(b"path", name)
        extended = (_header(b"././@PaxHeader", 0o644, len(record), b"x"), record, _padding(len(record)))
        name = name.decode().encode("ascii", "replace")[:_NAME_BYTES]
    if file is None:
        return (*extended, _header(name, DIRECTORY_MODE, 0, b"5"))
    size = len(file.content)
    return (*extended, _header(name, file.mode, size, b"0"), file.content, _padding(size))


def _record(key: bytes, value: bytes) -> bytes:
    """``"<length> key=value\\n"``, where the length counts its own digits."""
    rest = len(key) + len(value) + 3
    length = rest + len(str(rest))
    length = rest + len(str(length))
    return b"%d %s=%s\n" % (length, key, value)


def _header(name: bytes, mode: int, size: int, kind: bytes) -> bytes:
    zero = b"0000000\0"
    fields = (name, b"%07o\0" % mode, zero, zero, b"%011o\0" % size, b"%011o\0" % 0)
    magic = (b"", b"ustar\0", b"00", b"", b"", zero, zero, b"")
    blank = _HEADER.pack(*fields, b" " * 8, kind, *magic)
    return _HEADER.pack(*fields, b"%06o\0 " % sum(blank), kind, *magic)


def _padding(size: int) -> bytes:
    return bytes(-size % BLOCK)
