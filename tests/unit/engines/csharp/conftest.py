"""Machines with .NET SDKs, as far as the toolchain looks at them: an environment and a cache for each test."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from odcpub.engines.csharp import sdk_places
from odcpub.engines.csharp.npgsql import NPGSQL
from tests.sdk_folder import SdkFolder, sdk_folder

CONTENT = "Npgsql of the pinned version"
NUSPEC = """<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><id>Npgsql</id>
<version>10.0.3</version><license type="expression">PostgreSQL</license><copyright>Somebody</copyright>
</metadata></package>"""


@dataclass
class Machine:
    """``env``: what the looks are given; ``said``: lines of progress."""

    folder: Path
    env: dict[str, str]
    said: list[str] = field(default_factory=list)

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def sdk(self, name: str = "dotnet", **shape: object) -> SdkFolder:
        """An SDK below ``name``, which DOTNET_ROOT names unless something does already."""
        made = sdk_folder(self.folder / name, **shape)  # type: ignore[arg-type]
        self.env.setdefault("DOTNET_ROOT", str(made.root))
        return made

    def report(self, line: str) -> None:
        self.said.append(line)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Without any SDK, whatever this machine really has."""
    monkeypatch.setattr(sdk_places, "PLACES", ("~/.dotnet",))
    monkeypatch.setattr(sdk_places, "TOLD", tmp_path / "etc")
    (tmp_path / "home").mkdir()
    return Machine(tmp_path, {"PATH": "", "HOME": str(tmp_path / "home")})


def restored(content: str = CONTENT, content_hash: str = NPGSQL.content_hash) -> dict[str, str]:
    """What NuGet leaves of the package: paths as an SDK folder's ``answer`` takes them."""
    package = f"$packages/{NPGSQL.path}"
    return {
        f"{package}/lib/net10.0/Npgsql.dll": content,
        f"{package}/npgsql.nuspec": NUSPEC,
        f"{package}/.nupkg.metadata": json.dumps({"version": 2, "contentHash": content_hash, "source": "a feed"}),
    }
