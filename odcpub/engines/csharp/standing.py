"""What ``odcpub doctor`` says of the C# toolchain. Does I/O: it looks, and sets nothing up, fetches nothing."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from odcpub.engines.csharp import bootstrap, packages
from odcpub.engines.csharp.npgsql import NPGSQL, kept
from odcpub.engines.csharp.sdk_look import INSTALL, Installed, Sdk, installed
from odcpub.engines.csharp.toolchain import no_sdk

MEGABYTES = round(sum(package.size for package in packages.PACKAGES) / 1_000_000)


@dataclass(frozen=True, slots=True)
class Standing:
    """``found``: one line; ``hints``: what is to be known or done besides, a warning where there are any."""

    found: str
    hints: tuple[str, ...] = ()


def standing(choice: str, cache: Path, env: Mapping[str, str] | None = None) -> Standing:
    """Of the toolchain that ``choice`` (the setting ``csharp``) takes. Raises ``EngineError`` where there is none."""
    found = installed(os.environ if env is None else env)
    if found.taken is not None and choice != "bootstrap":
        return _sdk(found.taken, found, cache)
    if choice == "sdk":
        raise no_sdk(found)
    return _bootstrap(found, cache)


def _sdk(taken: Sdk, found: Installed, cache: Path) -> Standing:
    there = kept(cache) is not None
    npgsql = str(NPGSQL) if there else f"{NPGSQL} not restored yet"
    parts = f"sdk: .NET SDK {taken.version}, .NET {taken.runtime_version} in {taken.root}, {npgsql}"
    others = [*map(str, found.spare), *map(str, found.not_taken)]
    besides = f" (besides: {'; '.join(others)})" if others else ""
    fetch = f"the first publish restores {NPGSQL} with NuGet, which needs a feed that has it: dotnet nuget list source"
    return Standing(parts + besides, () if there else (fetch,))


def _bootstrap(found: Installed, cache: Path) -> Standing:
    bootstrap.check_machine(platform.system(), platform.machine(), platform.libc_ver()[0])
    not_taken = tuple(dict.fromkeys(line for one in found.not_taken for line in (str(one), one.hint) if line))
    if found.taken is not None:
        not_taken = (f"{found.taken} is left aside: csharp=bootstrap", "to use it: odcpub engines set csharp=auto")
    if bootstrap.is_set_up(cache):
        one = bootstrap.parts(cache).toolchain
        versions = f"C# compiler {one.compiler_version}, .NET {one.runtime_version}, Npgsql {packages.NPGSQL_VERSION}"
        return Standing(f"bootstrap: {versions} in {one.root}", (*not_taken, *one.warnings))
    install = () if not_taken else (f"or {INSTALL}",)
    return Standing(
        "the bootstrap toolchain is not fetched yet" + ("" if not_taken else ", and there is no .NET SDK"),
        (f"the first publish fetches it ({MEGABYTES} MB)", *not_taken, *install),
    )
