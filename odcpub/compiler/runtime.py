"""The C# runtime library that every app carries, and how .NET starts an app. Reads templates only."""

from __future__ import annotations

import json
from functools import lru_cache

from odcpub.compiler.assemblies import RUNTIME
from odcpub.compiler.drafts import Assembly, Source
from odcpub.compiler.templates import content, names


@lru_cache(maxsize=1)
def runtime_assembly() -> Assembly:
    """``Odcpub.Runtime``, the same for all apps: compile it once and keep it by its content."""
    paths = names("api/runtime", (".cs",))
    return Assembly(RUNTIME, tuple(Source(f"runtime/{p}", content(f"api/runtime/{p}").decode()) for p in paths))


def runtime_config(runtime_version: str) -> bytes:
    """``app.runtimeconfig.json`` for a runtime such as ``9.0.7``; any newer one will do too."""
    major, minor = runtime_version.split(".")[:2]
    options = {
        "tfm": f"net{major}.{minor}",
        "rollForward": "LatestMajor",
        "framework": {"name": "Microsoft.AspNetCore.App", "version": runtime_version},
        "configProperties": {
            "System.GC.Concurrent": False,
            "System.GC.ConserveMemory": 5,
            "System.GC.Server": False,
            "System.Globalization.Invariant": True,
            "System.Runtime.TieredCompilation": True,
            "System.Runtime.TieredPGO": True,
        },
    }
    return (json.dumps({"runtimeOptions": options}, indent=2, sort_keys=True) + "\n").encode()
