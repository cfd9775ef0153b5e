"""The toolchain of an installed .NET SDK: its own Roslyn makes the compile server, once. Does I/O.

What was tried with a real SDK, and what was not, is told in ``docs/toolchain.md``.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from odcpub.engines.common.digests import digest
from odcpub.engines.common.disk import exclusive, writing
from odcpub.engines.csharp.contents import is_whole, write_contents
from odcpub.engines.csharp.dotnet import run
from odcpub.engines.csharp.installed_runtime import installed_runtime
from odcpub.engines.csharp.launcher import PLACEHOLDER, write_launcher
from odcpub.engines.csharp.npgsql import npgsql
from odcpub.engines.csharp.parts import DRIVER, DRIVER_NAME, Parts, runtime_config
from odcpub.engines.csharp.sdk_look import Sdk
from odcpub.engines.ports import Report, Toolchain
from odcpub.errors import EngineError
from odcpub.files import remove_drafts, whole_folder

LONGEST = 300.0
"""Seconds for compiling the compile server, which takes 2 on a quick machine."""
OPTIONS = ("-noconfig", "-nostdlib", "-nologo", "-optimize", "-deterministic", "-langversion:12", "-nullable:enable")
LICENCES = ("LICENSE.txt", "ThirdPartyNotices.txt")


def sdk_parts(sdk: Sdk, env: Mapping[str, str], cache: Path, report: Report) -> Parts:
    """Its parts, with Npgsql and the compile server, which are made where they are missing. Raises ``EngineError``."""
    library = npgsql(sdk, env, cache, report)
    runtime = installed_runtime(sdk.root, sdk.runtime_version, cache, report)
    identity = digest(sdk.version, runtime.digest, DRIVER.read_text(), _stamp(sdk.roslyn), [library.sha256])
    folder = cache / "toolchain" / f"sdk-{identity[:16]}"
    with writing(folder.parent), exclusive(folder.parent / "sdk.lock", report, "setting up the C# toolchain"):
        if not is_whole(folder):
            remove_drafts(folder.parent / folder.name)
            report(f"compiling the compile server with the .NET SDK {sdk.version}")
            with whole_folder(folder) as work:
                _make(sdk, env, work)
                write_contents(work)
    toolchain = Toolchain(
        source="sdk",
        compiler_version=sdk.version,
        runtime_version=sdk.runtime_version,
        identity=identity,
        root=runtime.root,
        launcher=folder / "launcher" / "app",
        libraries=(library.path,),
        notices=(*(file for name in LICENCES if (file := sdk.root / name).is_file()), library.notice),
    )
    command = (str(sdk.root / "dotnet"), str(folder / "driver" / f"{DRIVER_NAME}.dll"))
    return Parts(toolchain, command, (*sdk.references, library.path))


def _make(sdk: Sdk, env: Mapping[str, str], work: Path) -> None:
    """Launcher and compile server; Roslyn is copied beside it, with what it brings, as .NET loads from there."""
    write_launcher(sdk.apphost, PLACEHOLDER, work / "launcher" / "app", "app.dll")
    driver = work / "driver"
    driver.mkdir()
    for pattern in ("Microsoft.CodeAnalysis.dll", "Microsoft.CodeAnalysis.CSharp.dll", "System.*.dll"):
        for file in sdk.roslyn.glob(pattern):
            shutil.copyfile(file, driver / file.name)
    (driver / f"{DRIVER_NAME}.runtimeconfig.json").write_text(runtime_config(sdk.tfm, sdk.runtime_version))
    references = [*sdk.references, *sorted(driver.glob("Microsoft.CodeAnalysis*.dll"))]
    named = [f"-out:{driver / DRIVER_NAME}.dll", *(f"-r:{one}" for one in references), str(DRIVER)]
    command = [str(sdk.root / "dotnet"), str(sdk.roslyn / "csc.dll"), *OPTIONS, *named]
    try:
        done = run(command, env, work, LONGEST)
    except OSError as error:
        raise _failed(sdk, error.strerror or str(error)) from None
    if done.code != 0:
        lines = done.output.strip().splitlines() or ["no end" if done.code is None else "no message"]
        raise _failed(sdk, lines[0][:300])


def _failed(sdk: Sdk, why: str) -> EngineError:
    return EngineError(
        f"{sdk}: cannot compile the compile server: {why}",
        "use the other toolchain: odcpub engines set csharp=bootstrap",
    )


def _stamp(roslyn: Path) -> list[str]:
    """Roslyn's own build, told by the hashes of its assemblies."""
    return [hashlib.sha256(one.read_bytes()).hexdigest() for one in sorted(roslyn.glob("Microsoft.CodeAnalysis*.dll"))]
