"""The bootstrap toolchain's packages as a table: names, versions and hashes. No I/O.

Both are MIT-licensed npm packages that carry .NET parts as loose files. They are pinned by sha512, so what is used is
exactly what was examined; see ``docs/toolchain.md`` for what they are and are not.
"""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.engines.csharp import frameworks


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package: ``integrity`` is the base64 of its tarball's sha512; ``size`` in bytes, for disk checks."""

    name: str
    version: str
    integrity: str
    size: int

    @property
    def spec(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def file(self) -> str:
        return f"{self.name.replace('@', '').replace('/', '-')}-{self.version}.tgz"


RUNTIME = Package(
    "@azure/mcp-linux-x64",
    "0.5.13",
    "2VH19oYRIn28XbKAml3mNrGBOPfJR0KJJ9E7kHP3LqLXYAkvVx9cQ5n23AejFvoW+QxpjbxchOq7qH4bnKxY1w==",
    109_357_910,
)
ROSLYN = Package(
    "@typespec/http-client-csharp",
    "1.0.0-alpha.20260929.2",
    "v+v5Qfnwvvs4joh7lIgm7r6Z1DY4DHUb38Gh9NC1JTpUsFx3FGmez9tC01m475j2ccC/SPIv34hzUUr+G6aCSw==",
    11_517_976,
)
PACKAGES = (RUNTIME, ROSLYN)

RUNTIME_VERSION = "9.0.7"
RUNTIME_MEMBERS = "package/dist/"
RUNTIME_DEPS = "azmcp.deps.json"
RUNTIME_LAUNCHER = "azmcp"
LAUNCHER_NAME = b"azmcp.dll"
NOTICES = ("package/LICENSE", "package/NOTICE.txt")

ROSLYN_VERSION = "4.8.0"
ROSLYN_FILES = (
    "package/dist/generator/Microsoft.CodeAnalysis.dll",
    "package/dist/generator/Microsoft.CodeAnalysis.CSharp.dll",
)

FRAMEWORKS = {name: f"{name}.Runtime.linux-x64" for name in frameworks.FRAMEWORKS}
"""Shared framework → its runtime pack in the package's deps.json."""

CARRIED = ("Npgsql",)
"""Libraries of the package that published apps carry."""
NPGSQL_VERSION = "9.0.3"

WARNINGS = (
    ".NET 9 is out of support since November 2026: no security fixes any more",
    "CVE-2025-55315: Kestrel before 9.0.10 lets requests be smuggled past a proxy",
    f"the bootstrap runtime {RUNTIME_VERSION} misses all later security fixes; use an installed .NET SDK 10 or newer",
)
