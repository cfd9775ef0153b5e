"""What identifies this compiler: a digest of its templates and of all code that decides what a model compiles to. Reads
both, once a process.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from odcpub import __version__
from odcpub.compiler.templates import content, names

_PACKAGE = Path(__file__).parents[1]
_ROOMS = ("compiler", "data", "model", "escaping.py")
"""Data types, physical names, literals, the schema that a version waits for, and the compiler itself."""


@lru_cache(maxsize=1)
def compiler_identity() -> str:
    """Changes whenever the same model could compile to something else."""
    import jinja2  # late: the server's first answer needs none

    digest = hashlib.sha256(f"{code_identity(*_ROOMS)}\n{jinja2.__version__}\n".encode())
    for name in names("", ("",)):
        digest.update(name.encode() + b"\0" + content(name))
    return digest.hexdigest()


def code_identity(*rooms: str) -> str:
    """A digest of this release and of the code in these folders and files of the package."""
    digest = hashlib.sha256(__version__.encode())
    for source in sorted(path for room in rooms for path in _sources(_PACKAGE / room)):
        digest.update(source.relative_to(_PACKAGE).as_posix().encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def _sources(room: Path) -> list[Path]:
    return [room] if room.is_file() else list(room.rglob("*.py"))
