"""Npgsql for apps of an installed SDK: one version, pinned by its hash, restored by NuGet once and kept. Does I/O.

An SDK brings no Npgsql. The SDK's own way to it is a restore: the user's feeds, proxies and credentials hold, and
NuGet checks the hash. Packages go into a folder of their own, so that nothing else that was ever restored counts.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from odcpub.engines.common.disk import exclusive, writing
from odcpub.engines.csharp.notice import notice
from odcpub.engines.csharp.restore import Pinned, restore
from odcpub.engines.csharp.sdk_look import Sdk
from odcpub.engines.ports import Report
from odcpub.errors import REPORT, EngineError
from odcpub.files import remove_drafts, whole_folder

NPGSQL = Pinned(
    "Npgsql",
    "10.0.3",
    "7nb5YzXuvWWJxB0J8DiyL3we+X4FOctZrt0fIBnucOIaIevFEEwGQVZKtiu9olXdlNAK1eNgqSral6r/jlhI4w==",
)
LIBRARY = "lib/net10.0/Npgsql.dll"
NOTICE = "Npgsql-LICENSE.txt"
KEPT = "kept.json"
"""Name → sha256 of what is kept, written last."""


@dataclass(frozen=True, slots=True)
class Kept:
    """``path``: the assembly that apps carry, ``sha256`` of its bytes; ``notice``: the licence that goes with it."""

    path: Path
    sha256: str
    notice: Path


def npgsql(sdk: Sdk, env: Mapping[str, str], cache: Path, report: Report) -> Kept:
    """The pinned Npgsql, restored first where it is not kept yet or damaged. Raises ``EngineError``."""
    if there := kept(cache):
        return there
    folder = _folder(cache)
    with writing(folder.parent), exclusive(folder.parent / "npgsql.lock", report, "restoring Npgsql"):
        if not kept(cache):
            report(f"restoring {NPGSQL} with NuGet, once for this user")
            remove_drafts(folder.parent / folder.name)
            with whole_folder(folder) as work:
                _keep(restore(NPGSQL, sdk, env, work / "restore"), work)
                shutil.rmtree(work / "restore")
    if there := kept(cache):
        return there
    raise EngineError(f"{folder}: what was kept there has changed at once", "see whether something cleans that folder")


def kept(cache: Path) -> Kept | None:
    """What an earlier restore left, if its bytes are still those; nothing is fetched."""
    folder = _folder(cache)
    library, licence = folder / Path(LIBRARY).name, folder / NOTICE
    try:
        wanted = json.loads((folder / KEPT).read_bytes())
        found = {one.name: _hash(one) for one in (library, licence)}
    except (OSError, ValueError):
        return None
    return Kept(library, found[library.name], licence) if found == wanted else None


def _keep(package: Path, work: Path) -> None:
    """Of the restored package's folder, the one file that apps carry, and its licence."""
    file = package / LIBRARY
    if not file.is_file():
        raise EngineError(f"{NPGSQL}: the restored package has no {LIBRARY}", REPORT)
    shutil.copyfile(file, work / file.name)
    (work / NOTICE).write_text(notice(package), encoding="utf-8")
    sums = {name: _hash(work / name) for name in (file.name, NOTICE)}
    (work / KEPT).write_text(json.dumps(sums, indent=1) + "\n")


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _folder(cache: Path) -> Path:
    content = hashlib.sha256(NPGSQL.content_hash.encode()).hexdigest()
    return cache / "toolchain" / f"npgsql-{NPGSQL.version}-{content[:16]}"
