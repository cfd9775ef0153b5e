"""The system libraries that programs need, found on this machine for the programs' processor. Does I/O (reads)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from odcpub.engines.common.elf import machine, needs
from odcpub.engines.common.processors import Processor
from odcpub.errors import EngineError

PACKAGES = {
    **dict.fromkeys(("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1"), "libc6"),
    **dict.fromkeys(("libssl.so.3", "libcrypto.so.3"), "libssl3"),
    "libgcc_s.so.1": "libgcc-s1",
    "libstdc++.so.6": "libstdc++6",
    "libz.so.1": "zlib1g",
}
"""Library → the Debian package that has it, for those that .NET is known to need."""
SYSTEM = Path("/")
"""The root of the system whose libraries images get."""
READY = "or build with Docker on a ready base image: odcpub engines set base_image=…"

OPENED = dict.fromkeys(("libssl.so.3", "libcrypto.so.3"), "libSystem.Security.Cryptography.Native.OpenSsl.so")
"""Library → the native file that opens it by itself, so that no header names it (dotnet, Linux prerequisites; ICU is
not among them because apps run in the invariant mode)."""


class LibraryAbsent(EngineError):
    """A library that a program needs is not on this machine."""

    def __init__(self, name: str, processor: Processor, who: str) -> None:
        package = PACKAGES.get(name)
        search = f"look which package has it (Debian: apt-file search {name}; Fedora: dnf provides '*/{name}')"
        super().__init__(
            f"{name}: is not on this machine for {processor.name}, and images need it: {who}",
            f"{f'install it (Debian: apt install {package})' if package else search}, {READY}",
        )


def find_library(name: str, processor: Processor) -> str | None:
    """The path of a library by the name that it is asked for; one of another processor is passed over, as the loader
    does."""
    return next((path for path in (f"{one}/{name}" for one in processor.folders) if _fits(path, processor)), None)


def _fits(path: str, processor: Processor) -> bool:
    file = _file(path)
    return file.is_file() and machine(file) == processor.machine


def _file(path: str) -> Path:
    return SYSTEM / path.lstrip("/")


def closure(
    programs: Sequence[Path], opened: Mapping[str, str], own: Iterable[str], processor: Processor
) -> dict[str, Path]:
    """Path, the same in the image as here, → file: all that ``programs`` need, directly or not, and their loader.

    ``opened``: library → the program that opens it when it runs, so that no header tells. ``own``: names of libraries
    that come with the programs. Raises ``LibraryAbsent``, and ``EngineError`` for programs that don't fit together.
    """
    if not _fits(processor.loader, processor):
        raise LibraryAbsent(processor.loader, processor, "it starts every program")
    found = {processor.loader: _file(processor.loader)}
    wanted = {(name, f"{who} opens it") for name, who in opened.items()}
    for program in programs:
        wanted |= {(name, f"{program.name} needs it") for name in _needed_by(program, processor)}
    seen = {*own, Path(processor.loader).name}
    while missing := sorted((name, who) for name, who in wanted if name not in seen):
        name, who = missing[0]
        seen.add(name)
        library = find_library(name, processor)
        if library is None:
            raise LibraryAbsent(name, processor, who)
        found[library] = _file(library)
        wanted |= {(needed, f"{name} needs it") for needed in needs(found[library]).libraries}
    return found


def _needed_by(program: Path, processor: Processor) -> tuple[str, ...]:
    if machine(program) != processor.machine:
        raise EngineError(f"{program}: is not for {processor.name}, as the rest of its .NET is", "reinstall that .NET")
    told = needs(program)
    if told.interpreter not in ("", processor.loader):
        raise EngineError(
            f"{program}: is started by {told.interpreter}: "
            f"images are made for systems with glibc, whose loader is {processor.loader}",
            "use a .NET SDK for Linux with glibc (linux-x64 or linux-arm64, not linux-musl)",
        )
    return told.libraries
