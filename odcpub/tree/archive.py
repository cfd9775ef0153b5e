"""A model as one file, ``.oap``: made of what a folder's reader has found, and read with the same guards. Reads files.

A zip that holds the model's files and nothing else, not compressed, without times: the same files, the same bytes. Its
first entry tells format, name, key and digest. Whatever is not so is refused, before anything of it is used.
"""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from odcpub.errors import Refused, UsageError
from odcpub.escaping import in_short
from odcpub.files import MAX_FILE, BadFile, read_file
from odcpub.tree.tree import FORMAT, MAX_BYTES, MAX_FILES, Bad, BadTree, Found, checked, digest_of, travels, why_no_path

ABOUT = "odcpub-archive.json"
LONGEST_ABOUT = 10_000
MAX_ARCHIVE = MAX_BYTES + 20_000_000
"""Bytes of the whole file: the contents, and two headers for each."""
_HEADER, _LENGTHS = 30, 26
"""Bytes of an entry's header; where in it the lengths of name and extra field stand."""
MADE_ANEW = "make it again: odcpub archive PATH"


class _Unfit(Exception):
    """Why a file is no archive of a model."""


def archive(found: Found, name: str, key: str) -> bytes:
    """The archive of a model's files. Refused where one of them could not be read, or could not be told apart where
    case does not count."""
    entries = found.tree.entries
    if unread := [f"{path or found.where}: {one.message}" for path, one in entries.items() if isinstance(one, Bad)]:
        raise Refused(f"{found.where}: cannot be archived whole", "settle each point above", sorted(unread))
    if twice := _alike(sorted(found.tree.entries)):
        raise Refused(f"{found.where}: {twice} differ in case alone", "rename one of them: elsewhere they are one file")
    about = {"format": FORMAT, "name": name, "key": key, "digest": found.tree.digest, "above": found.tree.above}
    files = {ABOUT: (json.dumps(about, indent=1, sort_keys=True) + "\n").encode()}
    files |= {path: found.contents[str(one)] for path, one in sorted(found.tree.entries.items())}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as packed:
        for path, content in files.items():
            info = zipfile.ZipInfo(path)  # of 1980, as all are
            info.create_system, info.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            packed.writestr(info, content)
    return made.getvalue()


def _alike(paths: list[str]) -> str:
    """Two paths that differ in case alone, in words; empty where there are none."""
    seen: dict[str, str] = {}
    for path in paths:
        if (other := seen.setdefault(path.casefold(), path)) != path:
            return f"{in_short(other, 80)} and {in_short(path, 80)}"
    return ""


def read_archive(path: Path) -> Found:
    """What the archive holds, as a folder's reader would have found it. A UsageError says why it is none."""
    try:
        content = read_file(path, MAX_ARCHIVE)
    except BadFile as bad:
        raise UsageError(f"{path}: {bad.reason}", bad.hint) from None
    if content is None:
        raise UsageError(f"{path}: no such file", "name an archive that you can read")
    try:
        return _unpacked(content, str(path))
    except _Unfit as why:
        raise UsageError(f"{path}: is no archive of a model: {why}", MADE_ANEW) from None
    except (zipfile.BadZipFile, struct.error, EOFError, NotImplementedError, ValueError, OSError, RuntimeError):
        raise UsageError(f"{path}: is damaged or incomplete", f"copy it again, or {MADE_ANEW}") from None


def _unpacked(content: bytes, where: str) -> Found:
    if content[:4] != b"PK\x03\x04":
        raise _Unfit("it does not begin as a zip file does")
    if content[-22:-18] != b"PK\x05\x06":  # cut off, or something behind it
        raise zipfile.BadZipFile
    if content.count(b"PK\x01\x02") > MAX_FILES + 1:  # before a list of them is made
        raise _Unfit(f"it has more than {MAX_FILES:,} entries")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        entries = _checked(packed)
        if packed.comment or not _is_filled(content, entries, packed.start_dir):
            raise _Unfit("it contains data besides the model's files")
        contents = dict(_contents(packed, entries))
    about = _about(contents.pop(ABOUT, b""))
    digests = {path: digest_of(one) for path, one in contents.items()}
    try:
        tree = checked(digests, {}, about.above)
    except BadTree as error:
        raise _Unfit(str(error)) from None
    if tree.digest != about.digest:
        raise _Unfit("its files are not those that it was made of")
    return Found(tree, where, {digests[path]: one for path, one in contents.items()})


def _checked(packed: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The entries, all of which are what they must be; nothing of them is read yet."""
    entries = packed.infolist()
    size = 0
    for one in entries:
        if why := _why_not(one):
            raise _Unfit(f"{in_short(one.orig_filename, 80)}: {why}")
        size += one.file_size
    if size > MAX_BYTES + LONGEST_ABOUT:
        raise _Unfit(f"its files have {size:,} bytes, more than {MAX_BYTES:,}")
    names = [one.orig_filename for one in entries]
    if twice := next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None:
        raise _Unfit(f"{in_short(twice, 80)}: occurs twice")
    if alike := _alike(names):
        raise _Unfit(f"{alike} differ in case alone")
    return entries


def _is_filled(content: bytes, entries: list[zipfile.ZipInfo], end: int) -> bool:
    """Whether the entries' headers, names and contents are all that comes before the directory, which begins at
    ``end``: what is between them, or noted beside them, would be in no digest."""
    at = 0
    for one in sorted(entries, key=lambda one: one.header_offset):
        name, extra = struct.unpack_from("<HH", content, at + _LENGTHS)
        if one.header_offset != at or extra or one.extra or one.comment:
            return False
        at += _HEADER + name + one.file_size
    return at == end


def _why_not(one: zipfile.ZipInfo) -> str:
    """Why the entry is not taken; empty where it is."""
    name, kind = one.orig_filename, stat.S_IFMT(one.external_attr >> 16)
    limit = LONGEST_ABOUT if name == ABOUT else MAX_FILE
    if one.flag_bits & 0x1:
        return "is encrypted"
    if kind == stat.S_IFLNK:
        return "is a link"
    if name.endswith("/") or kind not in (0, stat.S_IFREG):
        return "is not a regular file"
    if one.compress_type != zipfile.ZIP_STORED:
        return "is compressed"
    if one.file_size > limit:
        return f"has {one.file_size:,} bytes, more than {limit:,}"
    return why_no_path(name) or ("" if name == ABOUT or travels(name) else "is no file of a model")


def _contents(packed: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, bytes]]:
    """Path and content, never more of it than the entry says; checked by their sums."""
    for one in entries:
        with packed.open(one) as file:
            content = file.read(one.file_size + 1)
        if len(content) != one.file_size:
            raise EOFError
        yield one.orig_filename, content


class _About(NamedTuple):
    """What an archive says of itself, as far as it is used."""

    above: int
    digest: str


def _about(content: bytes) -> _About:
    try:
        about = json.loads(content)
        version = about["format"]
        if version == FORMAT:
            return _About(int(about["above"]), str(about["digest"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _Unfit(f"it has no {ABOUT} that says what it is") from None
    raise _Unfit(f"its format is {in_short(version, 20)}, and this odcpub reads {FORMAT}")
