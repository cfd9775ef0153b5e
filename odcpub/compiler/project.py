"""The project of ``odcpub source``, to go on without odcpub: a file an element, all in one assembly. Reads templates.

It is what ``dotnet build`` takes; published apps are compiled from the same sources in other portions. Text files end
in a newline, and the same model gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from odcpub import __version__
from odcpub.compiler import assemblies
from odcpub.compiler.actions.units import Actions
from odcpub.compiler.drafts import Draft, Source
from odcpub.compiler.literals import csharp_identifier
from odcpub.compiler.marked import CSharp, Dockerfile, Markdown, Marked, Sql, Xml
from odcpub.compiler.names import Names, names_of
from odcpub.compiler.reuse import Reuse
from odcpub.compiler.runtime import OPTIONS, runtime_assembly
from odcpub.compiler.templates import content, render
from odcpub.compiler.web import app_files
from odcpub.model.elements import Asset, Library, VerifiedAsset

NPGSQL = "10.0.3"
"""The version that apps get from an installed SDK: a user who builds the project has one."""
ORIGIN = "From the model, written by odcpub; yours to change."
ENV = (("DOTNET_EnableDiagnostics", "0"), ("DOTNET_TieredPGO", "0"))
"""Of the container, as a published image has it: a read-only root will do, and it starts quickly."""


@dataclass(frozen=True, slots=True)
class About:
    """What the project says of itself. ``label``: the asset's DNS label; ``sql``: an app's schema as DDL, which
    records ``fingerprint`` in the database."""

    label: str
    revision: int
    sql: Sql = Sql.code("")  # noqa: RUF009 - a text
    fingerprint: str = ""


def app_project(asset: VerifiedAsset, libraries: Mapping[str, Library], about: About) -> tuple[Draft, ...]:
    """``libraries``: all that the app uses, by name."""
    names = names_of(asset, libraries)
    elements = [*_elements(asset, names), *_libraries(names)]
    values = _values(asset, about) | {
        "executable": True,
        "assembly": assemblies.APP,
        "folders": sorted({one.path.partition("/")[0] for one in elements if "/" in one.path}),
        "settings": [setting.name for setting in asset.settings if not setting.secret],
        "secrets": [setting.name for setting in asset.settings if setting.secret],
    }
    return _sorted(
        *map(_draft, (*elements, *_runtime())),
        *app_files(asset, names, Reuse(), apart=True),
        _rendered("app.csproj", Xml, "project.csproj.j2", values),
        _rendered("README.md", Markdown, "README.md.j2", values),
        _rendered("Dockerfile", Dockerfile, "Dockerfile.j2", values),
        _rendered("schema.sql", Sql, "schema.sql.j2", values),
        Draft(".dockerignore", content("source/ignore")),
        Draft(".gitignore", content("source/ignore")),
    )


def library_project(asset: VerifiedAsset, libraries: Mapping[str, Library], about: About) -> tuple[Draft, ...]:
    """A class library, with those that it uses."""
    names = names_of(asset, libraries)
    values = _values(asset, about) | {
        "executable": False,
        "assembly": assemblies.library_assembly_name(asset.name),
    }
    return _sorted(
        *map(_draft, (*_library(asset, names), *_libraries(names), *_runtime())),
        _rendered("library.csproj", Xml, "project.csproj.j2", values),
        _rendered("README.md", Markdown, "library.md.j2", values),
        Draft(".gitignore", content("source/ignore")),
    )


def _elements(asset: Asset, names: Names) -> list[Source]:
    units = {one.key: csharp_identifier(f"Descriptor_{one.name}") for one in assemblies.elements_of(asset)}
    acting = {one.key: csharp_identifier(f"Descriptor_{one.name}") for one in asset.server_actions}
    return [
        assemblies.main_source(asset, names, assemblies.Units(units, acting, assemblies.APP), origin=ORIGIN),
        *(
            assemblies.unit_source(f"Entities/{one.name}.cs", units[one.key], (one,), names, origin=ORIGIN)
            for one in assemblies.elements_of(asset)
        ),
        *(
            assemblies.structure_source(f"Structures/{one.name}.cs", (one,), names, origin=ORIGIN)
            for one in asset.structures
        ),
        *_actions(asset, names, acting),
    ]


def _actions(asset: Asset, names: Names, units: Mapping[str, CSharp]) -> Iterator[Source]:
    """Without the places of their steps, which are not there any more."""
    if asset.server_actions:
        actions = Actions(asset, names, Reuse(), placed=False)
        for one in asset.server_actions:
            yield actions.source(f"Actions/{one.name}.cs", units[one.key], (actions.written(one),), origin=ORIGIN)


def _libraries(names: Names) -> list[Source]:
    return [
        source
        for one in names.libraries.values()
        for source in _library(one.asset, names_of(one.asset, {use.asset.name: use for use in one.uses}))
    ]


def _library(asset: Asset, names: Names) -> Iterator[Source]:
    yield assemblies.library_source(f"Libraries/{asset.name}.cs", asset, names, origin=ORIGIN)
    if asset.server_actions:
        actions = Actions(asset, names, Reuse(), placed=False)
        written = [actions.written(one) for one in asset.server_actions]
        yield actions.source(f"Libraries/{asset.name}.Actions.cs", None, written, origin=ORIGIN)


def _runtime() -> list[Source]:
    return [Source(one.path.replace("runtime/", "Runtime/", 1), one.text) for one in runtime_assembly().sources]


def _values(asset: Asset, about: About) -> dict[str, object]:
    return {
        "app": asset.name,
        "label": about.label,
        "revision": about.revision,
        "sql": about.sql,
        "fingerprint": about.fingerprint,
        "version": __version__,
        "npgsql": NPGSQL,
        "options": OPTIONS,
        "env": ENV,
    }


def _rendered(path: str, language: type[Marked], template: str, values: Mapping[str, object]) -> Draft:
    return Draft(path, render(language, f"source/{template}", values).encode())


def _draft(source: Source) -> Draft:
    return Draft(source.path, source.text.encode())


def _sorted(*drafts: Draft) -> tuple[Draft, ...]:
    return tuple(sorted(drafts, key=lambda draft: draft.path))
