"""Finds an installed .NET SDK and makes the compile server with its own Roslyn. Does I/O.

Unproven on a real SDK: its detection is tested on a folder of an SDK's shape (``docs/toolchain.md``).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from odcpub.engines.csharp.bootstrap import bootstrap
from odcpub.engines.csharp.frameworks import FRAMEWORKS
from odcpub.engines.csharp.installed_runtime import installed_runtime
from odcpub.engines.csharp.launcher import PLACEHOLDER, write_launcher
from odcpub.engines.csharp.locks import exclusive, remove_left_overs, whole, writing
from odcpub.engines.csharp.parts import DRIVER, DRIVER_NAME, Parts, digest, runtime_config
from odcpub.engines.ports import Report, Toolchain
from odcpub.errors import EngineError

OLDEST = (10,)
PLACES = ("/usr/share/dotnet", "/usr/lib/dotnet", "/usr/lib64/dotnet", "~/.dotnet")
RELEASED = re.compile(r"\d+(\.\d+)+")
"""Previews are left out: they read ``10.0.100-preview.3``."""


@dataclass(frozen=True, slots=True)
class Sdk:
    """An SDK's parts that belong together: all of one major and minor version."""

    root: Path
    version: str
    runtime_version: str
    roslyn: Path
    references: tuple[Path, ...]
    apphost: Path


def sdk(env: Mapping[str, str], cache: Path, report: Report) -> Parts | None:
    """The newest usable SDK's toolchain; None where there is no SDK 10 or newer."""
    found = newest(env)
    return None if found is None else _parts(found, env, cache, report)


def newest(env: Mapping[str, str]) -> Sdk | None:
    """The newest usable SDK of this machine."""
    return next((one for root in roots(env) if (one := look(root))), None)


def roots(env: Mapping[str, str]) -> Iterator[Path]:
    """Where .NET may be, in the order of preference; each once."""
    muxer = shutil.which("dotnet", path=env.get("PATH", ""))
    home = env.get("HOME", "")
    named = [env.get("DOTNET_ROOT", ""), str(Path(muxer).resolve().parent) if muxer else ""]
    known = [place.replace("~", home, 1) for place in PLACES if home or "~" not in place]
    for root in dict.fromkeys(Path(place) for place in [*named, *known] if place):
        if root.is_dir():
            yield root


def look(root: Path) -> Sdk | None:
    """The newest SDK below ``root`` that has its compiler, reference packs, runtimes and apphost."""
    for folder in _versions(root / "sdk"):
        line = _number(folder.name)[:2]
        roslyn = folder / "Roslyn" / "bincore"
        apphost = folder / "AppHostTemplate" / "apphost"
        runtimes = [_of_line(root / "shared" / name, line) for name in FRAMEWORKS]
        references = _references(root, line)
        if (roslyn / "csc.dll").is_file() and apphost.is_file() and all(runtimes) and references:
            # Both frameworks come in one version; an app needs the older of the two.
            runtime = min((one.name for one in runtimes if one), key=_number)
            return Sdk(root, folder.name, runtime, roslyn, references, apphost)
    return None


def _references(root: Path, line: tuple[int, ...]) -> tuple[Path, ...]:
    """Reference assemblies of both frameworks; empty when either pack is missing."""
    packs = [_of_line(root / "packs" / f"{name}.Ref", line) for name in FRAMEWORKS]
    folders = [pack / "ref" / f"net{line[0]}.{line[1]}" for pack in packs if pack]
    files = [sorted(folder.glob("*.dll")) for folder in folders]
    return tuple(file for group in files for file in group) if len(files) == 2 and all(files) else ()


def _versions(folder: Path) -> list[Path]:
    """Released versions from OLDEST on, newest first."""
    found = [one for one in folder.glob("*") if RELEASED.fullmatch(one.name) and _number(one.name) >= OLDEST]
    return sorted(found, key=lambda one: _number(one.name), reverse=True)


def _of_line(folder: Path, line: tuple[int, ...]) -> Path | None:
    return next((one for one in _versions(folder) if _number(one.name)[:2] == line), None)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _parts(found: Sdk, env: Mapping[str, str], cache: Path, report: Report) -> Parts:
    libraries, notices = _npgsql(env, cache, report)
    runtime = installed_runtime(found.root, found.runtime_version, cache, report)
    identity = digest(
        found.version,
        runtime.digest,
        DRIVER.read_text(),
        _stamp(found.roslyn),
        [_hash(one) for one in libraries],
    )
    folder = cache / "toolchain" / f"sdk-{identity[:16]}"
    with writing(folder.parent), exclusive(folder.parent / "sdk.lock", report, "setting up the C# toolchain"):
        if not (folder / "launcher" / "app").is_file():
            remove_left_overs(folder.parent, folder.name)
            report(f"compiling the compile server with the .NET SDK {found.version}")
            with whole(folder) as work:
                _make(found, work)
    toolchain = Toolchain(
        source="sdk",
        compiler_version=found.version,
        runtime_version=found.runtime_version,
        identity=identity,
        root=runtime.root,
        launcher=folder / "launcher" / "app",
        libraries=libraries,
        notices=(
            *(one for name in ("LICENSE.txt", "ThirdPartyNotices.txt") if (one := found.root / name).is_file()),
            *notices,
        ),
    )
    command = (str(found.root / "dotnet"), str(folder / "driver" / f"{DRIVER_NAME}.dll"))
    return Parts(toolchain, command, (*found.references, *libraries))


def _make(found: Sdk, work: Path) -> None:
    """Launcher and compile server; Roslyn is copied beside it, with what it brings, as .NET loads from there."""
    write_launcher(found.apphost, PLACEHOLDER, work / "launcher" / "app", "app.dll")
    driver = work / "driver"
    driver.mkdir()
    for pattern in ("Microsoft.CodeAnalysis.dll", "Microsoft.CodeAnalysis.CSharp.dll", "System.*.dll"):
        for file in found.roslyn.glob(pattern):
            shutil.copyfile(file, driver / file.name)
    line = _number(found.runtime_version)
    (driver / f"{DRIVER_NAME}.runtimeconfig.json").write_text(
        runtime_config(f"net{line[0]}.{line[1]}", found.runtime_version)
    )
    references = [*found.references, *sorted(driver.glob("Microsoft.CodeAnalysis*.dll"))]
    options = [
        "-noconfig",
        "-nostdlib",
        "-nologo",
        "-optimize",
        "-deterministic",
        "-langversion:12",
        "-nullable:enable",
    ]
    named = [f"-out:{driver / DRIVER_NAME}.dll", *(f"-r:{one}" for one in references), str(DRIVER)]
    done = subprocess.run(
        [str(found.root / "dotnet"), str(found.roslyn / "csc.dll"), *options, *named],
        capture_output=True,
        text=True,
        errors="replace",
        env={**os.environ, "DOTNET_ROOT": str(found.root), "DOTNET_NOLOGO": "1"},
        check=False,
    )
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines() or ["no message"]
        raise EngineError(
            f".NET SDK {found.version} in {found.root}: cannot compile the compile server: {lines[0][:300]}",
            "use the other toolchain: odcpub engines set csharp=bootstrap",
        )


def _npgsql(env: Mapping[str, str], cache: Path, report: Report) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Npgsql and its licence: the user's own, else the bootstrap's.

    An SDK brings no Npgsql; running a NuGet restore would need a project and the network for one file.
    """
    if own := own_npgsql(env):
        return own
    try:
        parts = bootstrap(cache, report)
    except EngineError as error:
        raise type(error)(
            f"Npgsql: is not in {_nuget(env)}, and the packages that bring it cannot be had: {error.message}",
            "put it there with any project: dotnet add package Npgsql",
        ) from None
    return parts.toolchain.libraries, parts.toolchain.notices


def _nuget(env: Mapping[str, str]) -> Path:
    return Path(env.get("NUGET_PACKAGES") or Path(env.get("HOME", "/")) / ".nuget" / "packages")


def own_npgsql(env: Mapping[str, str]) -> tuple[tuple[Path, ...], tuple[Path, ...]] | None:
    """Npgsql and its licence, the newest 9 or later of the user's NuGet cache."""
    released = [one for one in (_nuget(env) / "npgsql").glob("*") if RELEASED.fullmatch(one.name)]
    for folder in sorted(released, key=lambda one: _number(one.name), reverse=True):
        files = [folder / "lib" / tfm / "Npgsql.dll" for tfm in ("net10.0", "net9.0", "net8.0")]
        usable = next((file for file in files if file.is_file()), None)
        if usable is not None and _number(folder.name) >= (9,):
            return (usable,), tuple(sorted(folder.glob("LICENSE*")))
    return None


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _stamp(roslyn: Path) -> str:
    """Roslyn's own build, told by the hashes of its two assemblies."""
    return json.dumps([_hash(one) for one in sorted(roslyn.glob("Microsoft.CodeAnalysis*.dll"))])
