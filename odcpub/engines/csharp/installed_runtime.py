"""An installed .NET's frameworks, laid out once in the user's cache. Does I/O.

The folder's name is a hash of what tells the installed files apart (name, size, time) and of what is taken of them, so
that nothing is read again while nothing changed. A hash of all its bytes is taken once, when it is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from odcpub.engines.common.digests import digest
from odcpub.engines.common.disk import exclusive, writing
from odcpub.engines.csharp.contents import is_whole, write_contents
from odcpub.engines.csharp.frameworks import FRAMEWORKS, HOST
from odcpub.engines.csharp.runtime_tree import Framework, for_apps, installed, lay_out
from odcpub.engines.ports import Report
from odcpub.files import remove_drafts, whole_folder

LAYOUT = 1
"""Counts up when the folder's layout changes."""
DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Runtime:
    """``root``: a DOTNET_ROOT; ``digest``: changes with any byte of it, the same on every machine."""

    root: Path
    digest: str


def installed_runtime(dotnet: Path, version: str, cache: Path, report: Report) -> Runtime:
    """The frameworks and the host of one version below ``dotnet``, a DOTNET_ROOT, as apps get them.

    Raises ``EngineError`` for an installation that can't be read, or a cache that can't be written.
    """
    frameworks = for_apps(installed(dotnet / "shared" / name / version) for name in FRAMEWORKS)
    host = dotnet / "host" / "fxr" / version / HOST
    home = cache / "toolchain"
    folder = home / f"runtime-{_key(frameworks, host)[:16]}"
    if not is_whole(folder):
        with writing(home), exclusive(home / "runtime.lock", report, "laying out the .NET runtime"):
            if not is_whole(folder):
                report("laying out the .NET runtime, once")
                remove_drafts(home / folder.name)
                with whole_folder(folder) as work:
                    _make(frameworks, host, work)
    return Runtime(folder / "dotnet", (folder / DIGEST).read_text())


def _key(frameworks: Sequence[Framework], host: Path) -> str:
    taken = [(one.name, one.listed) for one in frameworks]
    files = [host, *(file for one in frameworks for file in one.files())]
    return digest(LAYOUT, taken, [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files])


def _make(frameworks: Sequence[Framework], host: Path, work: Path) -> None:
    root = work / "dotnet"
    lay_out(frameworks, host, host.parent.name, root)
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    hashes = [(path.relative_to(root).as_posix(), _hash(path), path.stat().st_mode & 0o777) for path in files]
    (work / DIGEST).write_text(digest(LAYOUT, hashes))
    write_contents(work)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
