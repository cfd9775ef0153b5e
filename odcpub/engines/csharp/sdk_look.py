"""Which .NET SDKs this machine has, which of them is taken, and why the others are not. Does I/O (looks at folders)."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from odcpub.engines.csharp import sdk_places
from odcpub.engines.csharp.frameworks import CORE, FRAMEWORKS, WEB

OLDEST = (10,)
VERSION = re.compile(r"(?P<number>\d+(\.\d+)+)(?P<preview>-.+)?")
"""Previews read ``10.0.100-preview.3``."""
SCRIPT = "curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel {line}"
INSTALL = f"install a .NET SDK 10: {SCRIPT.format(line='10.0')}"
"""It comes to lie below ~/.dotnet, where it is found."""
MANAGERS = {"apt-get": "apt install", "dnf": "dnf install"}
"""Program → how it installs; both call .NET's packages by the same names."""


@dataclass(frozen=True, slots=True)
class Sdk:
    """An SDK's parts that belong together: all of one major and minor version."""

    root: Path
    version: str
    runtime_version: str
    roslyn: Path
    references: tuple[Path, ...]
    apphost: Path

    def __str__(self) -> str:
        return f".NET SDK {self.version} in {self.root}"

    @property
    def tfm(self) -> str:
        """The framework's name in projects: ``net10.0``."""
        return "net{}.{}".format(*number(self.version)[:2])


@dataclass(frozen=True, slots=True)
class NotTaken:
    """An SDK that is there and is not taken: ``what`` it is, ``why`` not, ``hint``: how to mend it."""

    what: str
    why: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.what} is not taken: {self.why}"


@dataclass(frozen=True, slots=True)
class Installed:
    """``taken``: the SDK in use, if any; ``spare``: usable ones besides; ``not_taken``: newest first."""

    taken: Sdk | None
    spare: tuple[Sdk, ...]
    not_taken: tuple[NotTaken, ...]


def installed(env: Mapping[str, str]) -> Installed:
    """DOTNET_ROOT's newest where that has a usable one, else the newest of this machine.

    A ``dotnet`` that must be asked for its folders is asked last, and not where DOTNET_ROOT has said enough.
    """
    seen: dict[Path, list[Sdk | NotTaken]] = {}
    if root := sdk_places.named(env):
        _look_into(root, seen)
        seen[root] = seen.get(root) or [NotTaken(f"DOTNET_ROOT={root}", "there is no .NET SDK", INSTALL)]
    chosen = _usable(seen)
    for root in sdk_places.places(env):
        _look_into(root, seen)
    more = [] if chosen else _of_wrapper(env, seen)
    usable = sorted(_usable(seen), key=lambda one: number(one.version), reverse=True)
    taken = next(iter(chosen or usable), None)
    not_taken = [one for found in seen.values() for one in found if isinstance(one, NotTaken)]
    return Installed(taken, tuple(one for one in usable if one != taken), (*not_taken, *more))


def _look_into(root: Path, seen: dict[Path, list[Sdk | NotTaken]]) -> None:
    """Each folder once, however many links lead to it, under the name that was met first."""
    try:
        if root.is_dir() and not any(other.is_dir() and root.samefile(other) for other in seen):
            seen[root] = list(look(root))
    except OSError as error:
        seen[root] = [NotTaken(f"{root}", f"it cannot be read: {error.strerror}")]


def _usable(seen: Mapping[Path, list[Sdk | NotTaken]]) -> list[Sdk]:
    return [one for found in seen.values() for one in found if isinstance(one, Sdk)]


def _of_wrapper(env: Mapping[str, str], seen: dict[Path, list[Sdk | NotTaken]]) -> list[NotTaken]:
    found = sdk_places.wrapper(env)
    if found is None:
        return []
    for root in found.roots:
        _look_into(root, seen)
    hint = f"see what this says: {shlex.quote(str(found.program))} --list-sdks"
    return [NotTaken(f"{found.program}", found.said, hint)] if found.said else []


def look(root: Path) -> Iterator[Sdk | NotTaken]:
    """Every SDK below ``root``, newest first: its parts, or why it is not taken; a runtime alone is told as such."""
    folders = _numbered(root / "sdk")
    if not folders and (root / "host" / "fxr").is_dir():
        yield NotTaken(f".NET in {root}", "it is a runtime without an SDK, and runtimes don't compile", INSTALL)
    for folder in folders:
        what = f".NET SDK {folder.name} in {root}"
        if _is_preview(folder):
            yield NotTaken(what, "it is a preview", INSTALL)
        elif number(folder.name) < OLDEST:
            yield NotTaken(what, "it is older than .NET 10", INSTALL)
        else:
            yield _whole(root, folder)


def _whole(root: Path, folder: Path) -> Sdk | NotTaken:
    line = number(folder.name)[:2]
    name = "{}.{}".format(*line)
    roslyn, apphost = folder / "Roslyn" / "bincore", folder / "AppHostTemplate" / "apphost"
    runtimes = [_of_line(root / "shared" / one, line) for one in FRAMEWORKS]
    packs = [_references(root, one, line) for one in FRAMEWORKS]
    # Of both frameworks and the host, as an image takes one version of all.
    common = set.intersection(*map(set, runtimes)) & {one.name for one in _numbered(root / "host" / "fxr")}
    parts = (
        ((root / "dotnet").is_file(), "its dotnet program", f"dotnet-sdk-{name}"),
        ((roslyn / "csc.dll").is_file(), "its compiler", f"dotnet-sdk-{name}"),
        (apphost.is_file(), "its apphost", f"dotnet-sdk-{name}"),
        (runtimes[0], f"the runtime {CORE} {name}", f"dotnet-runtime-{name}"),
        (runtimes[1], f"the runtime {WEB} {name}", f"aspnetcore-runtime-{name}"),
        (packs[0], f"the pack {CORE}.Ref {name}", f"dotnet-targeting-pack-{name}"),
        (packs[1], f"the pack {WEB}.Ref {name}", f"aspnetcore-targeting-pack-{name}"),
        (common or not all(runtimes), "a version that host/fxr and both runtimes have", f"aspnetcore-runtime-{name}"),
    )
    if missing := [(part, package) for there, part, package in parts if not there]:
        lacks = "it lacks " + ", ".join(part for part, _ in missing)
        wanted = dict.fromkeys(package for _, package in missing)
        return NotTaken(f".NET SDK {folder.name} in {root}", lacks, _install(root, name, list(wanted)))
    references = tuple(file for pack in packs for file in pack)
    return Sdk(root, folder.name, max(common, key=number), roslyn, references, apphost)


def _install(root: Path, line: str, packages: list[str]) -> str:
    """What brings the parts: the system's packages where they own the folder, else the vendor's script once more."""
    manager = next((asked for program, asked in MANAGERS.items() if shutil.which(program)), None)
    if manager and root.is_relative_to("/usr") and not root.is_relative_to("/usr/local"):
        return f"install what it lacks: {manager} {' '.join(packages)}"
    return f"install it again: {SCRIPT.format(line=line)} --install-dir {shlex.quote(str(root))}"


def _references(root: Path, framework: str, line: tuple[int, ...]) -> list[Path]:
    """Reference assemblies of the framework's newest pack of this line; empty where it is missing."""
    packs = sorted(_of_line(root / "packs" / f"{framework}.Ref", line), key=number)
    folder = root / "packs" / f"{framework}.Ref" / packs[-1] / "ref" if packs else root / "none"
    return sorted((folder / "net{}.{}".format(*line)).glob("*.dll"))


def _of_line(folder: Path, line: tuple[int, ...]) -> list[str]:
    """Released versions of one major and minor version that are more than an empty folder."""
    found = [one for one in _numbered(folder) if not _is_preview(one) and number(one.name)[:2] == line]
    return [one.name for one in found if any(one.iterdir())]


def _numbered(folder: Path) -> list[Path]:
    """Folders named by a version, newest first."""
    found = [one for one in folder.glob("*") if VERSION.fullmatch(one.name) and one.is_dir()]
    return sorted(found, key=lambda one: (number(one.name), not _is_preview(one)), reverse=True)


def _is_preview(folder: Path) -> bool:
    found = VERSION.fullmatch(folder.name)
    return bool(found and found["preview"])


def number(version: str) -> tuple[int, ...]:
    """``10.0.401`` as numbers, which compare; what marks a preview is left out."""
    return tuple(int(part) for part in version.partition("-")[0].split("."))
