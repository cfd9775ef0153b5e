"""Chooses the C# toolchain: sources in one table, tried in order. Does I/O (looks, and sets up the bootstrap)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from odcpub.engines.csharp.bootstrap import bootstrap, is_set_up
from odcpub.engines.csharp.parts import Parts
from odcpub.engines.csharp.sdk import newest, own_npgsql, sdk
from odcpub.engines.ports import Report
from odcpub.errors import EngineError, UsageError

Source = Callable[[Mapping[str, str], Path, Report], Parts | None]

SOURCES: dict[str, Source] = {
    "sdk": lambda env, cache, report: sdk(env, cache, report),
    "bootstrap": lambda env, cache, report: bootstrap(cache, report),
}
"""Name → what finds or makes it, None where the machine has none; in the order in which ``auto`` tries them."""


def find_toolchain(choice: str, cache: Path, report: Report, env: Mapping[str, str] | None = None) -> Parts:
    """The toolchain of the setting ``csharp``: ``auto``, ``sdk`` or ``bootstrap``. Raises ``EngineError``."""
    if choice not in ("auto", *SOURCES):
        raise UsageError(f"csharp={choice}: is no toolchain", f"one of: auto, {', '.join(SOURCES)}")
    for name, source in SOURCES.items():
        found = source(os.environ if env is None else env, cache, report) if choice in ("auto", name) else None
        if found is not None:
            return found
    raise EngineError(
        f"csharp={choice}: no .NET SDK 10 or newer was found",
        "install one (https://dot.net) or set DOTNET_ROOT, or: odcpub engines set csharp=auto",
    )


def is_there(choice: str, cache: Path, env: Mapping[str, str] | None = None) -> bool:
    """Whether ``find_toolchain`` fetches nothing: what it takes is there, or it fails at once for want of an SDK."""
    given = os.environ if env is None else env
    found = newest(given) if choice != "bootstrap" else None
    if found is None:
        return choice == "sdk" or is_set_up(cache)
    return own_npgsql(given) is not None or is_set_up(cache)
