"""What identifies this compiler: a digest of its templates and of all code that decides what a model compiles to. Reads
both, once a process.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import jinja2

from odcpub.compiler.templates import content, names

_PACKAGE = Path(__file__).parents[1]
_ROOMS = ("compiler", "data", "model")


@lru_cache(maxsize=1)
def compiler_identity() -> str:
    """Changes whenever the same model could compile to something else."""
    digest = hashlib.sha256()
    for name in names("", ("",)):
        digest.update(name.encode() + b"\0" + content(name))
    for source in sources():
        digest.update(source.relative_to(_PACKAGE).as_posix().encode() + b"\0" + source.read_bytes())
    digest.update(jinja2.__version__.encode())
    return digest.hexdigest()


def sources() -> list[Path]:
    """The modules that decide what a model compiles to: data types, physical names, literals, the schema that a version
    waits for, and the compiler itself."""
    return sorted(path for room in _ROOMS for path in (_PACKAGE / room).rglob("*.py"))
