"""What a person needs to build the same app with ``dotnet build``: a project file and all sources. Reads templates."""

from __future__ import annotations

from collections.abc import Iterable

from odcpub.compiler.drafts import Assembly, Draft
from odcpub.compiler.runtime import runtime_assembly
from odcpub.compiler.templates import render

NPGSQL = "10.0.3"
"""The version that apps get from an installed SDK: whoever builds the project has one."""


def project_files(assemblies: Iterable[Assembly]) -> tuple[Draft, ...]:
    """All sources in one project; there units need no assembly of their own."""
    every = (*assemblies, runtime_assembly())
    values = {"npgsql": NPGSQL, "executable": any(assembly.executable for assembly in every)}
    sources = (Draft(source.path, source.text.encode()) for assembly in every for source in assembly.sources)
    project = Draft("app.csproj", render("api/app.csproj", values).encode())
    return tuple(sorted((project, *sources), key=lambda draft: draft.path))
