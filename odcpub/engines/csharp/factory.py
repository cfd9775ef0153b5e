"""Makes the C# compiler that the settings ask for. No I/O before its first use."""

from __future__ import annotations

from pathlib import Path

from odcpub.engines.csharp.cached import CachedCompiler
from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.engines.csharp.toolchain import find_toolchain
from odcpub.engines.ports import Report


def make_compiler(choice: str, cache: Path, report: Report) -> CachedCompiler:
    """``choice``: the setting ``csharp`` (``auto``, ``sdk``, ``bootstrap``). One for the server's whole life."""
    return CachedCompiler(RoslynCompiler(lambda: find_toolchain(choice, cache, report)), cache)
