"""A revision as an ordinary .NET project, for whoever goes on without the platform. Reads only.

It is made of the revision's stored model and its locked libraries; nothing of the author's folder is read. Compiled
files are not kept as text, so that the sources are those that this version of the compiler writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from odcpub.api_types.installation import Source
from odcpub.compiler.identity import compiler_identity
from odcpub.compiler.literals import sql_script
from odcpub.compiler.marked import Sql
from odcpub.compiler.project import About, app_project, library_project
from odcpub.data.plan import plan_migration
from odcpub.data.script import whole_sql
from odcpub.model.elements import Kind, Library, VerifiedAsset
from odcpub.operations.libraries import locked
from odcpub.operations.platform import Platform
from odcpub.operations.requests import revision_of
from odcpub.operations.stage import compiler_of
from odcpub.store.records import RevisionRecord


def source(platform: Platform, name: str, number: int | None) -> Source:
    """The project's ``files``: path → text; without a number of the latest revision. ``sameCompiler``: whether the
    revision was compiled by this very compiler."""
    asset = platform.asset(name)
    revision = revision_of(platform, asset, number)
    model = platform.model_of(asset.name, revision)
    libraries = {library.asset.name: library for library in locked(platform, revision.lock)}
    about = About(asset.label, revision.number)
    if model.kind is Kind.APP:
        about = replace(about, sql=_sql(platform, model, libraries, revision), fingerprint=revision.schema)
        drafts = app_project(model, libraries, about)
    else:
        drafts = library_project(model, libraries, about)
    return {
        "name": model.name,
        "kind": model.kind.value,
        "revision": revision.number,
        "sameCompiler": compiler_of(platform, revision) == compiler_identity(),
        "files": {draft.path: draft.content.decode() for draft in drafts},
    }


def _sql(platform: Platform, model: VerifiedAsset, libraries: Mapping[str, Library], revision: RevisionRecord) -> Sql:
    """An empty schema becomes the revision's, and says so by the name that the revision's own app asks for."""
    migration = plan_migration(None, platform.caches.schema(model, libraries), asset=model)
    return sql_script(whole_sql(replace(migration, target=revision.schema)))
