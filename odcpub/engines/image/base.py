"""The image's base layer: the .NET runtime and the system libraries it needs, FROM scratch. Does I/O.

It is made once per toolchain and set of libraries and kept by its digest, which is an input of every image: system
libraries differ from machine to machine, so an image is reproducible given its base.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from odcpub.engines.common.digests import digest as digest_of
from odcpub.engines.common.disk import exclusive, writing
from odcpub.engines.common.elf import is_elf, processor_of
from odcpub.engines.common.libraries import OPENED, closure
from odcpub.engines.ports import Report, Toolchain
from odcpub.files import draft, put, write_whole

LAYOUT = 1
"""Counts up when what is put into the layer changes."""
ROOT = "usr/share/dotnet"
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
USER = 10001

ENV = (
    ("DOTNET_ROOT", f"/{ROOT}"),
    # The diagnostics socket would need a place to write, and the root is read-only.
    ("DOTNET_EnableDiagnostics", "0"),
    ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"),
    # Instrumenting for later optimisation slows the start.
    ("DOTNET_TieredPGO", "0"),
    ("SSL_CERT_FILE", f"/{CERTIFICATES}"),
)
"""Environment of every image on this layer."""

TEXTS = {
    "etc/passwd": f"root:x:0:0:root:/:/sbin/nologin\napp:x:{USER}:{USER}:app:/app:/sbin/nologin\n",
    "etc/group": f"root:x:0:\napp:x:{USER}:\n",
    # Without it the C library would ask DNS before /etc/hosts.
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}
CERTIFICATES_NOTICE = (
    b"Mozilla's certificate authorities, from certifi; Mozilla Public License 2.0, https://mozilla.org/MPL/2.0/\n"
)
FOLDERS = {"tmp": 0o1777, "app": 0o755}


@dataclass(frozen=True, slots=True)
class BaseLayer:
    """``digest``: ``sha256:…`` of the uncompressed ``tar`` (the diff id); ``architecture``: as OCI names the processor
    it is for; ``env`` and ``labels`` are for images."""

    digest: str
    tar: Path
    architecture: str
    env: tuple[tuple[str, str], ...]
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the layer: a file of this machine, or bytes."""

    source: Path | bytes
    mode: int = 0o644


def make_base(toolchain: Toolchain, cache: Path, report: Report) -> BaseLayer:
    """The layer for this toolchain, made where it is missing. Raises ``EngineError``."""
    folder = cache / "base"
    system = _system(toolchain)
    marker = folder / f"{_key(toolchain, system)}.json"
    digest = _known(marker)
    if digest is None:
        with writing(folder), exclusive(folder / "lock", report, "making the base layer"):
            digest = _known(marker)
            if digest is None:
                report("making the image's base layer, once")
                digest = write(observe(toolchain, system), folder)
                _write_marker(marker, digest)
    return BaseLayer(f"sha256:{digest}", folder / f"{digest}.tar", architecture(toolchain), ENV, labels(toolchain))


def architecture(toolchain: Toolchain) -> str:
    """The processor that the toolchain's apps are for, as OCI names it."""
    return processor_of(toolchain.launcher).architecture


def labels(toolchain: Toolchain) -> tuple[tuple[str, str], ...]:
    return (("io.odcpub.runtime", toolchain.runtime_version), ("io.odcpub.runtime.source", toolchain.source))


def observe(toolchain: Toolchain, system: Mapping[str, Path]) -> dict[str, Entry]:
    """Path in the image → what is to be there. ``system``: what comes from this machine."""
    entries = {path: Entry(text.encode()) for path, text in TEXTS.items()}
    entries |= {
        f"{ROOT}/{one.relative_to(toolchain.root).as_posix()}": Entry(
            one, 0o755 if one.stat().st_mode & 0o100 else 0o644
        )
        for one in _runtime(toolchain)
    }
    entries |= {path: Entry(file, 0o644 if path == CERTIFICATES else 0o755) for path, file in system.items()}
    entries |= {f"usr/share/doc/odcpub/{one.name}": Entry(one) for one in toolchain.notices}
    entries |= {path: Entry(file) for path, file in _copyrights(tuple(system.values())).items()}
    return entries | {"usr/share/doc/ca-certificates/copyright": Entry(CERTIFICATES_NOTICE)}


def _system(toolchain: Toolchain) -> dict[str, Path]:
    """Path in the image → file of this machine: system libraries, and Mozilla's certificate authorities.

    Not this machine's authorities: a company's own has no place in an image for others.
    """
    import certifi

    programs = [toolchain.launcher, *(file for file in _runtime(toolchain) if file.suffix == ".so")]
    own = [one.name for one in programs]
    libraries = closure([one for one in programs if is_elf(one)], OPENED, own, processor_of(toolchain.launcher))
    return {path.lstrip("/"): file for path, file in libraries.items()} | {CERTIFICATES: Path(certifi.where())}


def _runtime(toolchain: Toolchain) -> Iterator[Path]:
    """Both frameworks and the host: all that is laid out, and nothing else is below the root."""
    yield from (file for file in toolchain.root.rglob("*") if file.is_file())


def _copyrights(libraries: tuple[Path, ...]) -> dict[str, Path]:
    """The copyright texts of the Debian packages that the libraries come from; none on other systems."""
    names = {name for library in libraries for name in (str(library), str(library.resolve()))}
    try:
        asked = ["dpkg-query", "--search", *sorted(names)]
        said = subprocess.run(asked, capture_output=True, text=True, errors="replace", check=False).stdout
    except FileNotFoundError:
        return {}
    packages = {line.partition(": ")[0].partition(":")[0] for line in said.splitlines()}
    files = {f"usr/share/doc/{name}/copyright": Path(f"/usr/share/doc/{name}/copyright") for name in packages}
    return {path: file for path, file in files.items() if file.is_file()}


def _key(toolchain: Toolchain, system: Mapping[str, Path]) -> str:
    """The toolchain is told by its identity, a file of this machine by path, size and time: hashing them all would
    be felt at each publish, and one that only looks changed gives the same digest again."""
    stamps = [(path, str(file), file.stat().st_size, file.stat().st_mtime_ns) for path, file in sorted(system.items())]
    notices = [[one.name, hashlib.sha256(one.read_bytes()).hexdigest()] for one in toolchain.notices]
    return digest_of(LAYOUT, toolchain.identity, FOLDERS, TEXTS, notices, stamps)[:32]


def _known(marker: Path) -> str | None:
    """The digest that the marker tells, if its tar is there in its full size."""
    try:
        known = json.loads(marker.read_bytes())
        digest = str(known["sha256"])
        return digest if (marker.parent / f"{digest}.tar").stat().st_size == known["size"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_marker(marker: Path, digest: str) -> None:
    value = {"sha256": digest, "size": (marker.parent / f"{digest}.tar").stat().st_size}
    write_whole(marker, (json.dumps(value) + "\n").encode())


def write(entries: Mapping[str, Entry], folder: Path) -> str:
    """Writes ``<sha256>.tar`` into the folder, whole or not at all; its hash in hex."""
    with draft(folder / "base.tar") as new:
        with new.open("x+b") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                _fill(tar, entries)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())  # the size alone says later whether it is whole
        new.chmod(0o644)
        put(new, folder / f"{digest}.tar")
    return digest


def _fill(tar: tarfile.TarFile, entries: Mapping[str, Entry]) -> None:
    """Folders and files by path, owner 0:0, time 0."""
    folders = {str(parent): 0o755 for path in entries for parent in PurePosixPath(path).parents[:-1]} | FOLDERS
    for path in sorted({*folders, *entries}, key=str.encode):
        info = tarfile.TarInfo(path)
        if path in folders:
            info.type, info.mode = tarfile.DIRTYPE, folders[path]
            tar.addfile(info)
            continue
        source, info.mode = entries[path].source, entries[path].mode
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
            info.size = len(source) if isinstance(source, bytes) else os.fstat(stream.fileno()).st_size
            tar.addfile(info, stream)
