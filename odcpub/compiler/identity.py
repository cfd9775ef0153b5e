"""What identifies this compiler: a digest of its templates and its own code. Reads both, once a process."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from odcpub.compiler.templates import content, names


@lru_cache(maxsize=1)
def compiler_identity() -> str:
    """Changes whenever the same model could compile to something else."""
    digest = hashlib.sha256()
    for name in names("", ("",)):
        digest.update(name.encode() + b"\0" + content(name))
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()
