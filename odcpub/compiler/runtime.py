"""The C# runtime library that every app carries, and how .NET starts an app. Reads templates only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from odcpub.compiler.assemblies import RUNTIME
from odcpub.compiler.drafts import Assembly, Source
from odcpub.compiler.templates import content, names


@dataclass(frozen=True, slots=True)
class Option:
    """A setting of .NET's runtime; ``property``: what a project file calls it, empty where it has no name there."""

    name: str
    value: bool | int
    property: str = ""


OPTIONS = (
    Option("System.GC.Concurrent", False, "ConcurrentGarbageCollection"),
    Option("System.GC.ConserveMemory", 5),
    Option("System.GC.Server", False, "ServerGarbageCollection"),
    Option("System.Globalization.Invariant", True, "InvariantGlobalization"),
    Option("System.Runtime.TieredCompilation", True, "TieredCompilation"),
    Option("System.Runtime.TieredPGO", True, "TieredPGO"),
)
"""How an app runs, published or built from its source: one small heap, memory given back, no ICU."""


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
        "configProperties": {option.name: option.value for option in OPTIONS},
    }
    return (json.dumps({"runtimeOptions": options}, indent=2, sort_keys=True) + "\n").encode()
