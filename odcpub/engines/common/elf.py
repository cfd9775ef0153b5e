"""What an ELF file tells of itself: its processor, its loader, the libraries it needs. Does I/O (reads).

``ldd`` would run the program; this reads the headers and the dynamic section alone (System V ABI, chapters 4 and 5).
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from odcpub.engines.common.processors import PROCESSORS, Processor
from odcpub.errors import EngineError

MAGIC = b"\x7fELF\x02\x01"
"""64 bits, little-endian."""
_MACHINE, _START = 18, 20
"""Where a file's ``e_machine`` is, and how much of it is read for that."""
_LOAD, _DYNAMIC, _INTERPRETER = 1, 2, 3
_NEEDED, _STRTAB = 1, 5


@dataclass(frozen=True, slots=True)
class Needs:
    """``libraries``: names as the program asks for them; ``interpreter``: the loader's path, empty for a library."""

    libraries: tuple[str, ...]
    interpreter: str


def machine(file: Path) -> int:
    """``e_machine`` of a 64-bit little-endian ELF file, 0 for any other file."""
    with file.open("rb") as stream:
        start = stream.read(_START)
    known = start.startswith(MAGIC) and len(start) == _START
    return int(struct.unpack_from("<H", start, _MACHINE)[0]) if known else 0


def is_elf(file: Path) -> bool:
    return machine(file) != 0


def processor_of(file: Path) -> Processor:
    """The processor that a program is for. Raises ``EngineError`` for one that images aren't made for."""
    number = machine(file)
    for one in PROCESSORS:
        if one.machine == number:
            return one
    known = " and ".join(one.name for one in PROCESSORS)
    found = f"a processor of another kind (ELF machine {number})" if number else "no processor: it is no ELF file"
    raise EngineError(f"{file}: is for {found}: images are made for {known}", f"use a .NET SDK for {known}, on Linux")


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
