"""Makes an app's launcher: .NET's apphost with the name of the assembly that it starts written into it. Does I/O."""

from __future__ import annotations

import re
from pathlib import Path

from odcpub.errors import EngineError

PLACEHOLDER = b"c3ab8ff13720e8ad9047dd39466b3c8974e592c2fa383d4a3960714caef0c4f2"
"""What an SDK's unused apphost holds in place of the name: the sha256 of ``foobar``."""


def bind(apphost: bytes, held: bytes, name: str) -> bytes:
    """The apphost with ``held`` replaced by ``name``, nothing else moved. Raises ``EngineError`` where it can't be."""
    wanted = name.encode()
    found = [*re.finditer(re.escape(held) + rb"\0*", apphost)]
    if len(found) != 1:
        raise EngineError(f"apphost: holds the assembly's name {len(found)} times instead of once", "reinstall .NET")
    space = found[0].end() - found[0].start()
    # The last zero ends the text.
    if len(wanted) + 1 > space:
        raise EngineError(f"apphost: {name} is longer than the {space - 1} bytes there are", "use a shorter name")
    return apphost[: found[0].start()] + wanted.ljust(space, b"\0") + apphost[found[0].end() :]


def write_launcher(apphost: Path, held: bytes, target: Path, assembly: str) -> Path:
    """Writes the launcher that starts ``assembly`` in its own folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(bind(apphost.read_bytes(), held, assembly))
    target.chmod(0o755)
    return target
