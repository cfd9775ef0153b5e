"""What a toolchain's source hands to the compile server. No I/O."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from odcpub.engines.ports import Toolchain

DRIVER = Path(__file__).with_name("driver.cs")
DRIVER_NAME = "odcpub-csharp"


@dataclass(frozen=True, slots=True)
class Parts:
    """``command``: starts the compile server. ``references``: what every assembly may use (framework, libraries)."""

    toolchain: Toolchain
    command: tuple[str, ...]
    references: tuple[Path, ...]


def runtime_config(tfm: str, version: str) -> str:
    """The compile server's ``runtimeconfig.json``: one small heap, memory given back, no ICU."""
    options = {
        "tfm": tfm,
        "framework": {"name": "Microsoft.NETCore.App", "version": version},
        "configProperties": {
            "System.GC.Server": False,
            "System.GC.Concurrent": False,
            "System.GC.ConserveMemory": 5,
            "System.Runtime.TieredPGO": False,
            "System.Globalization.Invariant": True,
        },
    }
    return json.dumps({"runtimeOptions": options}, indent=1, sort_keys=True) + "\n"
