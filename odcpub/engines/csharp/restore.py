"""Restores one pinned NuGet package with an SDK's own ``dotnet restore`` in locked mode. Does I/O.

The project and its lock file are written into an empty folder, with the files that MSBuild, ``dotnet`` and NuGet would
else take from a folder above. A NuGet.Config is meant to hold, as for any project there: feeds, proxies, credentials of
the user, of the machine and of the folders above. The hash decides what is taken.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from odcpub.engines.csharp.child import Done
from odcpub.engines.csharp.dotnet import run
from odcpub.engines.csharp.restore_errors import failure, wrong_hash
from odcpub.engines.csharp.sdk_look import Sdk
from odcpub.errors import EngineError, TemporaryEngineError

LONGEST = 600.0
"""Seconds; NuGet gives up a feed that does not answer after 100 s, three times."""
PROJECT = "restore.csproj"
LOCK = "packages.lock.json"
STOPS = {
    "Directory.Build.rsp": "",
    "Directory.Build.props": "<Project />\n",
    "Directory.Build.targets": "<Project />\n",
    "Directory.Packages.props": "<Project />\n",
}
"""Files that MSBuild would else take from a folder above → what they hold here: nothing."""

MISSED = re.compile(r"error NU1[14]\d\d: [^\n]*?(?:find package|resolve|validation failed for) '?([^\s']+)")
"""Packages that NuGet misses in its feeds or in the lock file (NU1100 to NU1103), or has with another hash (NU1403)."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """A NuGet package. ``content_hash``: base64 of the sha512 that lock files hold; a signature does not change it."""

    name: str
    version: str
    content_hash: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def path(self) -> str:
        """Where NuGet puts it, below a folder of packages."""
        return f"{self.name.lower()}/{self.version}"


def restore(package: Pinned, sdk: Sdk, env: Mapping[str, str], folder: Path) -> Path:
    """The folder of the extracted package, below ``folder``, which is made. Raises ``EngineError``.

    Two failures are tried once more in another way; the hash is checked each time. One: the lock file names the package
    alone, since the framework brings what it depends on and NuGet prunes that; where it does not, it says that the lock
    file does not fit. The other: no feed is reached, but the user's own folder of packages has this very version.
    """
    packages = folder / "packages"
    folder.mkdir()
    _write(package, sdk, folder)
    done = _ask(sdk, env, folder, "--locked-mode")
    if done.code and _other_graph(package, done.output):
        (folder / LOCK).unlink()
        done = _ask(sdk, env, folder)
    own = _users_packages(env)
    if done.code and "error NU1301" in done.output and (own / package.path).is_dir():
        again = _ask(sdk, env, folder, "--locked-mode", "--source", str(own))
        done = done if again.code else again
    if done.code is None:
        raise TemporaryEngineError(
            f"{package}: NuGet did not end within {LONGEST / 60:.0f} minutes", "try again on a quicker network"
        )
    if done.code:
        raise failure(str(package), done.output)
    return _checked(package, packages / package.path)


def _write(package: Pinned, sdk: Sdk, folder: Path) -> None:
    for name, content in STOPS.items():
        (folder / name).write_text(content)
    (folder / PROJECT).write_text(_project(package, sdk))
    # The very SDK whose parts are used, whatever a global.json above says.
    (folder / "global.json").write_text(json.dumps({"sdk": {"version": sdk.version, "rollForward": "disable"}}))
    exact = {
        "type": "Direct",
        "requested": f"[{package.version}, {package.version}]",
        "resolved": package.version,
        "contentHash": package.content_hash,
    }
    (folder / LOCK).write_text(json.dumps({"version": 1, "dependencies": {sdk.tfm: {package.name: exact}}}, indent=1))


def _project(package: Pinned, sdk: Sdk) -> str:
    """For the SDK's own framework, so that no other one's packs are fetched; of no package but the one."""
    return f"""<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>{sdk.tfm}</TargetFramework>
    <UseAppHost>false</UseAppHost>
    <RestoreEnablePackagePruning>true</RestoreEnablePackagePruning>
    <RestoreFallbackFolders>clear</RestoreFallbackFolders>
    <DisableImplicitNuGetFallbackFolder>true</DisableImplicitNuGetFallbackFolder>
    <NuGetAudit>false</NuGetAudit>
  </PropertyGroup>
  <ItemGroup>
    <FrameworkReference Include="Microsoft.AspNetCore.App" />
    <PackageReference Include="{package.name}" Version="[{package.version}]" />
  </ItemGroup>
</Project>
"""


def _ask(sdk: Sdk, env: Mapping[str, str], folder: Path, *more: str) -> Done:
    command = [str(sdk.root / "dotnet"), "restore", PROJECT, "--packages", str(folder / "packages"), *more]
    try:
        return run(command, env, folder, LONGEST)
    except OSError as error:
        raise EngineError(
            f"{command[0]}: cannot be started: {error.strerror}",
            f"see what this says: {shlex.quote(command[0])} --info",
        ) from None


def _other_graph(package: Pinned, output: str) -> bool:
    """Whether NuGet wants other packages in the lock file than the one that is pinned: what that one depends on."""
    own = re.compile(rf"{re.escape(package.name)}(\.\d.*)?\.?", re.IGNORECASE)
    return "error NU1004" in output or any(not own.fullmatch(name) for name in MISSED.findall(output))


def _users_packages(env: Mapping[str, str]) -> Path:
    return Path(env.get("NUGET_PACKAGES") or Path(env.get("HOME") or "/") / ".nuget" / "packages")


def _checked(package: Pinned, folder: Path) -> Path:
    """NuGet notes the hash of what it extracted; asked once more, as an unlocked restore compares nothing."""
    try:
        found = json.loads((folder / ".nupkg.metadata").read_bytes())["contentHash"]
    except (OSError, ValueError, KeyError, TypeError):
        raise EngineError(
            f"{package}: NuGet said that it restored it, but it is not in {folder.parent.name}/{folder.name}",
            "report this with the output of: dotnet nuget locals all --list",
        ) from None
    if found != package.content_hash:
        raise wrong_hash(str(package))
    return folder
