"""The compiler's entry points: a verified model in, drafts of assemblies and files out. Reads templates only.

Same model, same libraries, same bytes. C# is compiled elsewhere (``odcpub.engines.csharp``).
"""

from __future__ import annotations

from collections.abc import Mapping

from odcpub.compiler.assemblies import app_assemblies, library_assembly
from odcpub.compiler.drafts import Compiled
from odcpub.compiler.names import names_of
from odcpub.compiler.reuse import Reuse
from odcpub.compiler.web import app_files, library_files
from odcpub.model.elements import Library, VerifiedAsset


def compile_app(asset: VerifiedAsset, libraries: Mapping[str, Library], reuse: Reuse | None = None) -> Compiled:
    """An app. ``libraries``: all it uses by name; ``reuse``: what an earlier compile of the same app left."""
    reuse = reuse or Reuse()
    reuse.start()
    names = names_of(asset, libraries)
    return Compiled(app_assemblies(asset, names, reuse), app_files(asset, names, reuse))


def compile_library(asset: VerifiedAsset, libraries: Mapping[str, Library]) -> Compiled:
    """A library: one assembly, descriptors of its enumerations, no page."""
    names = names_of(asset, libraries)
    return Compiled((library_assembly(asset, names),), library_files(asset))
