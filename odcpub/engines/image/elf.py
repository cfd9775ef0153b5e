"""Which shared libraries a program needs, read from its ELF headers and found on this machine. Does I/O (reads).

``ldd`` would run the program; this reads the dynamic section alone (System V ABI, chapter 5).
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from odcpub.errors import EngineError

MAGIC = b"\x7fELF\x02\x01"
"""64 bits, little-endian."""
FOLDERS = (
    "/lib/x86_64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/lib64",
    "/usr/lib64",
    "/lib",
    "/usr/lib",
)
"""Where the loaders of the common distributions look by themselves."""
_LOAD, _DYNAMIC, _INTERPRETER = 1, 2, 3
_NEEDED, _STRTAB = 1, 5


@dataclass(frozen=True, slots=True)
class Needs:
    """``libraries``: names as the program asks for them; ``interpreter``: the loader's path or an empty text."""

    libraries: tuple[str, ...]
    interpreter: str


def is_elf(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


def needs(file: Path) -> Needs:
    """What one ELF file asks for. Raises ``EngineError`` for a damaged one."""
    try:
        with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _needs(data)
    except (OSError, struct.error, IndexError, ValueError) as error:
        raise EngineError(f"{file}: is no ELF file that can be read: {error}", "reinstall what it belongs to") from None


def _needs(data: mmap.mmap) -> Needs:
    table, size, count = *struct.unpack_from("<Q", data, 32), *struct.unpack_from("<HH", data, 54)
    segments = [_segment(data, table + index * size) for index in range(count)]
    found = [one[1:] for one in segments if one[0] == _INTERPRETER]
    interpreter = bytes(data[found[0][0] : found[0][0] + found[0][2]]).rstrip(b"\0").decode() if found else ""
    tags = [tag for one in segments if one[0] == _DYNAMIC for tag in _dynamic(data, one[1], one[3])]
    strings = next((_offset(segments, value) for tag, value in tags if tag == _STRTAB), 0)
    names = [_text(data, strings + value) for tag, value in tags if tag == _NEEDED]
    return Needs(tuple(names), interpreter)


def _segment(data: mmap.mmap, at: int) -> tuple[int, int, int, int]:
    """Kind, offset, address or size in the file as needed: (kind, offset, file size, file size)."""
    kind, _, offset, address, _, size = struct.unpack_from("<IIQQQQ", data, at)
    return kind, offset, address if kind == _LOAD else size, size


def _dynamic(data: mmap.mmap, offset: int, size: int) -> list[tuple[int, int]]:
    return [struct.unpack_from("<QQ", data, at) for at in range(offset, offset + size - 15, 16)]


def _offset(segments: Iterable[tuple[int, int, int, int]], address: int) -> int:
    """Where in the file an address of memory lies."""
    for kind, offset, start, size in segments:
        if kind == _LOAD and start <= address < start + size:
            return offset + address - start
    raise ValueError("an address outside the file")


def _text(data: mmap.mmap, at: int) -> str:
    return bytes(data[at : data.find(b"\0", at)]).decode()


def find_library(name: str, folders: Iterable[str] = FOLDERS) -> Path | None:
    """The library under the name that it is asked for, of this processor."""
    candidates = (Path(folder, name) for folder in folders)
    return next((one for one in candidates if one.is_file() and is_elf(one)), None)


def closure(programs: Iterable[Path], names: Iterable[str], own: frozenset[str]) -> dict[str, Path]:
    """Path in the image → file of this machine: all that ``programs`` and the libraries ``names`` need, loader too.

    ``own``: names that come with the programs. Raises ``EngineError`` naming what this machine does not have.
    """
    found: dict[str, Path] = {}
    asked = {program: needs(program) for program in programs}
    wanted = {(name, "it is opened at run time") for name in names}
    for program, one in asked.items():
        wanted |= {(name, str(program.name)) for name in one.libraries}
        if one.interpreter:
            found[one.interpreter] = Path(one.interpreter)
    seen: set[str] = set(own) | {Path(path).name for path in found}
    while missing := sorted((name, who) for name, who in wanted if name not in seen):
        name, who = missing[0]
        seen.add(name)
        library = find_library(name)
        if library is None:
            raise EngineError(
                f"{name}: is not on this machine, and images need it: {who}",
                "install it (Debian: apt install libssl3 libstdc++6), or build with Docker on a ready base image",
            )
        found[str(library)] = library
        wanted |= {(needed, name) for needed in needs(library).libraries}
    return found
