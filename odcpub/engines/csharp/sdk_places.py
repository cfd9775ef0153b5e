"""Where .NET may be installed on this machine. Does I/O (looks at paths; asks ``dotnet`` where a path says nothing).

The order and the files are those of .NET's own host (dotnet/designs: install locations).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from odcpub.engines.csharp.dotnet import run

TOLD = Path("/etc/dotnet")
"""Files here name the folder that installers used: one for each processor, and one for all."""
PROCESSORS = {"x86_64": "x64", "aarch64": "arm64"}
"""The kernel's name of a processor → .NET's."""
PLACES = ("/usr/share/dotnet", "/usr/lib/dotnet", "/usr/lib64/dotnet", "/usr/local/share/dotnet", "~/.dotnet")
PATIENCE = 5.0
"""Seconds for ``dotnet --list-sdks``; a real one takes 0.1, a version manager's shim may take 1."""
LISTED = re.compile(r"^\S+ \[(?P<folder>/.+)\]$", re.MULTILINE)
"""A line of ``dotnet --list-sdks``: ``10.0.401 [/usr/share/dotnet/sdk]``."""


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A ``dotnet`` on the path that is a program of its own: a shim, a script, snap's. ``said``: why it told none of
    its ``roots``."""

    program: Path
    roots: tuple[Path, ...]
    said: str = ""


def named(env: Mapping[str, str]) -> Path | None:
    """The folder that the environment names: by the variable of this processor, else by DOTNET_ROOT."""
    processor = PROCESSORS.get(os.uname().machine, "")
    found = env.get(f"DOTNET_ROOT_{processor.upper()}") or env.get("DOTNET_ROOT")
    return Path(found).absolute() if found else None


def places(env: Mapping[str, str]) -> Iterator[Path]:
    """Folders of other places that a path alone tells: of the ``dotnet`` on the path, of installers, the usual ones."""
    if (program := on_path(env)) and is_root(program.resolve().parent):
        yield program.resolve().parent
    processor = PROCESSORS.get(os.uname().machine, "")
    for name in (f"install_location_{processor}", "install_location"):
        if place := _first_line(TOLD / name):
            yield Path(place)
    for place in PLACES:
        if env.get("HOME") or "~" not in place:
            yield Path(place.replace("~", env.get("HOME", ""), 1))


def _first_line(file: Path) -> str:
    try:
        return file.read_text(errors="replace").partition("\n")[0].strip()
    except OSError:
        return ""


def on_path(env: Mapping[str, str]) -> Path | None:
    found = shutil.which("dotnet", path=env.get("PATH", ""))
    return Path(found).absolute() if found else None


def is_root(folder: Path) -> bool:
    """Whether a ``dotnet`` that lies here is .NET's own: it finds everything beside itself."""
    return (folder / "host" / "fxr").is_dir() or (folder / "sdk").is_dir()


def wrapper(env: Mapping[str, str]) -> Wrapper | None:
    """What the ``dotnet`` on the path says of its SDKs, where its place does not tell; None where it does."""
    program = on_path(env)
    if program is None or is_root(program.resolve().parent):
        return None
    home = Path(env.get("HOME") or "/")
    try:
        done = run([str(program), "--list-sdks"], env, home if home.is_dir() else Path("/"), PATIENCE)
    except OSError as error:
        return Wrapper(program, (), f"cannot be started: {error.strerror}")
    if done.code is None:
        return Wrapper(program, (), f"gave no answer to --list-sdks within {PATIENCE:.0f} s")
    roots = tuple(dict.fromkeys(Path(found["folder"]).parent for found in LISTED.finditer(done.output)))
    return Wrapper(program, roots, "" if roots else "lists no SDK")
