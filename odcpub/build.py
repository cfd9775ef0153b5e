"""Which build of odcpub this is: its version, and its files by name, size and time. A checkout that is updated or
edited is another build of the same version. Reads the files' properties only.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from odcpub import __version__

_PACKAGE = Path(__file__).parent


@lru_cache(maxsize=1)
def build() -> str:
    """The build that this process began with: a version and 8 hexadecimal digits, as in ``0.1.0+6fefbc75``."""
    return build_of(_PACKAGE, _PACKAGE.parent / "templates")  # a checkout has the compiler's templates beside its code


def build_of(*folders: Path) -> str:
    """The build of the files in these folders. A missing folder, hidden files and bytecode do not count."""
    files = "\n".join(sorted(line for folder in folders for line in _files(str(folder))))
    return f"{__version__}+{zlib.crc32(files.encode(errors='surrogateescape')):08x}"


def _files(folder: str) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith((".", "__pycache__")):
                    continue
                if entry.is_dir():
                    yield from _files(entry.path)
                else:
                    found = entry.stat()
                    yield f"{entry.path}\0{found.st_size}\0{found.st_mtime_ns}"
    except FileNotFoundError:  # also one that goes in this moment, in an update: another build either way
        return
