"""The bootstrap toolchain: .NET and Roslyn out of two pinned packages, set up once per user. Does I/O.

The folder's name is a hash of all that goes into it; it appears whole or not at all. Downloads that were complete
when a set-up was interrupted are kept for the next one.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path

from odcpub.engines.common.digests import digest
from odcpub.engines.common.disk import exclusive, writing
from odcpub.engines.csharp import packages
from odcpub.engines.csharp.child import run
from odcpub.engines.csharp.contents import is_whole, write_contents
from odcpub.engines.csharp.fetch import fetch
from odcpub.engines.csharp.launcher import write_launcher
from odcpub.engines.csharp.loose import is_runtime_file, lay_out_loose, unpack
from odcpub.engines.csharp.parts import DRIVER, DRIVER_NAME, Parts, runtime_config
from odcpub.engines.ports import Report, Toolchain
from odcpub.errors import EngineError
from odcpub.files import remove_drafts, whole_folder

LAYOUT = 1
"""Counts up when the folder's layout changes."""
SUPPORTED = ("Linux", "x86_64")
LONGEST = 300.0
"""Seconds for compiling the compile server, which takes 3 on a quick machine."""


def bootstrap(cache: Path, report: Report) -> Parts:
    """The toolchain, set up first where it is not there or damaged. Raises ``EngineError``."""
    check_machine(platform.system(), platform.machine(), platform.libc_ver()[0])
    home, folder = cache / "toolchain", _folder(cache)
    if not is_whole(folder):
        with writing(home), exclusive(home / "bootstrap.lock", report, "setting up the C# toolchain"):
            if not is_whole(folder):
                _set_up(folder, home / "downloads", report)
    return parts(cache)


def is_set_up(cache: Path) -> bool:
    """Whether this very toolchain is there and whole."""
    return is_whole(_folder(cache))


def _folder(cache: Path) -> Path:
    return cache / "toolchain" / f"bootstrap-{key()[:16]}"


def key() -> str:
    """Changes with all that the toolchain's output could depend on."""
    return digest(LAYOUT, [package.integrity for package in packages.PACKAGES], DRIVER.read_text(), packages.CARRIED)


def check_machine(system: str, processor: str, libc: str) -> None:
    """Raises ``EngineError`` where the packages' binaries don't run."""
    if (system, processor) != SUPPORTED or libc != "glibc":
        found = f"{system} on {processor}" + ("" if libc == "glibc" else " without glibc")
        raise EngineError(
            f"C# toolchain: the bootstrap does not run here: it is for x86-64 Linux with glibc, this is {found}",
            "install a .NET SDK 10 or newer; it is found by itself",
        )


def _set_up(folder: Path, downloads: Path, report: Report) -> None:
    report("setting up the C# toolchain, once for this user")
    downloads.mkdir(parents=True, exist_ok=True)
    remove_drafts(folder.parent / folder.name)
    tarballs = [fetch(package, downloads, report) for package in packages.PACKAGES]
    with whole_folder(folder) as work:
        report("unpacking the .NET runtime and the compiler")
        _unpack(work, *tarballs)
        report("compiling the compile server")
        _compile_driver(work)
        write_contents(work)
    # Complete: what was downloaded is of no more use.
    shutil.rmtree(downloads, ignore_errors=True)


def _unpack(work: Path, runtime: Path, roslyn: Path) -> None:
    loose = work / "loose"
    unpack(runtime, loose, is_runtime_file)
    unpack(roslyn, work / "driver", packages.ROSLYN_FILES.__contains__)
    for folder in ("libraries", "notices"):
        (work / folder).mkdir()
    for name in packages.CARRIED:
        (loose / f"{name}.dll").replace(work / "libraries" / f"{name}.dll")
    for name in packages.NOTICES:
        file = Path(name).name
        (loose / file).replace(work / "notices" / file)
    apphost = loose / packages.RUNTIME_LAUNCHER
    write_launcher(apphost, packages.LAUNCHER_NAME, work / "launcher" / "app", "app.dll")
    write_launcher(apphost, packages.LAUNCHER_NAME, work / "driver" / DRIVER_NAME, f"{DRIVER_NAME}.dll")
    lay_out_loose(loose, work / "dotnet")
    shutil.rmtree(loose)


def _compile_driver(work: Path) -> None:
    """In a process of its own: a .NET runtime that was loaded stays for a process's life."""
    driver = work / "driver"
    config = driver / f"{DRIVER_NAME}.runtimeconfig.json"
    config.write_text(runtime_config("net9.0", packages.RUNTIME_VERSION))
    framework = work / "dotnet" / "shared" / "Microsoft.NETCore.App" / packages.RUNTIME_VERSION
    references = [*sorted(framework.glob("*.dll")), *sorted(driver.glob("Microsoft.CodeAnalysis*.dll"))]
    target = driver / f"{DRIVER_NAME}.dll"
    command = [sys.executable, "-m", "odcpub.engines.csharp.load"]
    arguments = [work / "dotnet", config, driver, DRIVER, target, *references]
    done = run([*command, *map(str, arguments)], os.environ, work, LONGEST)
    if done.code != 0:
        lines = done.output.strip().splitlines() or ["no end" if done.code is None else "no message"]
        raise EngineError(
            f"C# toolchain: the compile server does not compile: {lines[-1][:300]}",
            "install a .NET SDK 10 or newer, or report this with the output of: odcpub doctor",
        )


def parts(cache: Path) -> Parts:
    """Of a toolchain that is set up."""
    folder = _folder(cache)
    libraries = tuple(folder / "libraries" / f"{name}.dll" for name in packages.CARRIED)
    toolchain = Toolchain(
        source="bootstrap",
        compiler_version=packages.ROSLYN_VERSION,
        runtime_version=packages.RUNTIME_VERSION,
        identity=key(),
        root=folder / "dotnet",
        launcher=folder / "launcher" / "app",
        libraries=libraries,
        warnings=packages.WARNINGS,
        notices=tuple(folder / "notices" / Path(name).name for name in packages.NOTICES),
    )
    shared = folder / "dotnet" / "shared"
    framework = sorted(path for name in packages.FRAMEWORKS for path in (shared / name).glob("*/*.dll"))
    return Parts(toolchain, (str(folder / "driver" / DRIVER_NAME),), (*framework, *libraries))
