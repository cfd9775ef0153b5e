"""The bootstrap packages' loose files: unpacked, and read as shared frameworks. Does I/O, in its folders only."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from odcpub.engines.csharp import packages
from odcpub.engines.csharp.frameworks import HOST
from odcpub.engines.csharp.runtime_tree import Framework, for_apps, lay_out, read_deps


def unpack(tarball: Path, target: Path, wanted: Callable[[str], bool]) -> None:
    """Regular files by their last name, flat; the tarball is read as a stream and nothing else of it is believed."""
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(tarball, "r|gz") as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() and wanted(member.name) else None
            if content is not None:
                with (target / PurePosixPath(member.name).name).open("wb") as file:
                    shutil.copyfileobj(content, file, 1 << 20)


def is_runtime_file(name: str) -> bool:
    """A file of the runtime's folder itself (its subfolders hold translations) or a notice."""
    below = name.removeprefix(packages.RUNTIME_MEMBERS)
    return name in packages.NOTICES or (below != name and "/" not in below)


def lay_out_loose(loose: Path, root: Path) -> None:
    """A DOTNET_ROOT out of the folder of loose files."""
    version = packages.RUNTIME_VERSION
    libraries = read_deps(loose / packages.RUNTIME_DEPS)
    frameworks = [
        Framework(name, version, loose, libraries[f"runtimepack.{pack}/{version}"])
        for name, pack in packages.FRAMEWORKS.items()
    ]
    lay_out(for_apps(frameworks), loose / HOST, version, root)
