"""ELF files for tests: a header, program headers and a dynamic section, and no code. I/O in the folder it is given.

Written after the System V ABI, chapters 4 and 5; 64 bits, little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

from odcpub.engines.common.processors import PROCESSORS

MACHINES = {"i386": 3, "x86-64": 62, "arm64": 183, "riscv64": 243}
"""Processor → ``e_machine``."""
LOADERS = {"x86-64": "/lib64/ld-linux-x86-64.so.2", "arm64": "/lib/ld-linux-aarch64.so.1"}
_HEADER, _SEGMENT, _MEMORY = 64, 56, 0x400000
_LOAD, _DYNAMIC, _INTERPRETER = 1, 2, 3
_END, _NEEDED, _STRINGS, _STRINGS_SIZE = 0, 1, 5, 10


def elf(needs: Sequence[str] = (), processor: str = "x86-64", interpreter: str = "", tail: bytes = b"") -> bytes:
    """A library that asks for ``needs``; a program where it names an ``interpreter``. ``tail``: bytes that follow."""
    kinds = [_LOAD, _DYNAMIC, *([_INTERPRETER] if interpreter else [])]
    loader = interpreter.encode() + b"\0" if interpreter else b""
    names = b"\0" + b"".join(name.encode() + b"\0" for name in needs)
    at_loader = _HEADER + _SEGMENT * len(kinds)
    at_names = at_loader + len(loader)
    at_tags = at_names + len(names)
    places = [names.index(b"\0" + name.encode() + b"\0") + 1 for name in needs]
    strings = [(_STRINGS, _MEMORY + at_names), (_STRINGS_SIZE, len(names)), (_END, 0)]
    tags = b"".join(struct.pack("<QQ", *tag) for tag in [*((_NEEDED, place) for place in places), *strings])
    where = {
        _LOAD: (0, at_tags + len(tags)),
        _DYNAMIC: (at_tags, len(tags)),
        _INTERPRETER: (at_loader, len(loader)),
    }
    segments = b"".join(_segment(kind, *where[kind]) for kind in kinds)
    return _header(MACHINES[processor], len(kinds)) + segments + loader + names + tags + tail


def program(needs: Sequence[str] = (), processor: str = "x86-64", tail: bytes = b"") -> bytes:
    """What the system starts: it names its processor's loader."""
    return elf(needs, processor, LOADERS[processor], tail)


SYSTEM = {
    "libc.so.6": (),
    "libcrypto.so.3": ("libc.so.6",),
    "libdl.so.2": (),
    "libgcc_s.so.1": ("libc.so.6",),
    "libm.so.6": ("libc.so.6",),
    "libpthread.so.0": (),
    "librt.so.1": (),
    "libssl.so.3": ("libcrypto.so.3", "libc.so.6"),
    "libstdc++.so.6": ("libm.so.6", "libgcc_s.so.1", "libc.so.6"),
}
"""The libraries of a system that .NET runs on → what they need."""


def system(root: Path, processor: str = "x86-64") -> Path:
    """Writes a system's libraries and its loader below ``root``, as Debian has them; the folder of the libraries."""
    known = next(one for one in PROCESSORS if one.name == processor)
    folder = root / known.folders[0].lstrip("/")
    loader = root / known.loader.lstrip("/")
    for file, needed in {**{folder / name: needed for name, needed in SYSTEM.items()}, loader: ()}.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(elf(needed, processor))
    return folder


def _header(machine: int, segments: int) -> bytes:
    library, version, nowhere = 3, 1, 0
    identity = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    places = struct.pack("<QQQI", nowhere, _HEADER, nowhere, 0)
    sizes = struct.pack("<HHHHHH", _HEADER, _SEGMENT, segments, 0, 0, 0)
    return identity + struct.pack("<HHI", library, machine, version) + places + sizes


def _segment(kind: int, offset: int, size: int) -> bytes:
    readable, page = 4, 4096
    return struct.pack("<IIQQQQQQ", kind, readable, offset, _MEMORY + offset, _MEMORY + offset, size, size, page)
