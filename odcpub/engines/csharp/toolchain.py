"""Chooses the C# toolchain: an installed .NET SDK, else the bootstrap. Does I/O (looks, and sets up what is taken)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from odcpub.engines.csharp.bootstrap import bootstrap, is_set_up
from odcpub.engines.csharp.npgsql import kept
from odcpub.engines.csharp.parts import Parts
from odcpub.engines.csharp.sdk import sdk_parts
from odcpub.engines.csharp.sdk_look import INSTALL, Installed, installed
from odcpub.engines.ports import Report
from odcpub.errors import EngineError, UsageError

CHOICES = ("auto", "sdk", "bootstrap")
"""Values of the setting ``csharp``; ``auto`` takes the others in this order."""


def find_toolchain(choice: str, cache: Path, report: Report, env: Mapping[str, str] | None = None) -> Parts:
    """The toolchain of the setting ``csharp``, set up where it is not yet. Raises ``EngineError``.

    Where ``auto`` takes the bootstrap although an SDK is there, it says why. A usable SDK that fails is an error: with
    another toolchain the same model would be another image, for a reason that may pass.
    """
    if choice not in CHOICES:
        raise UsageError(f"csharp={choice}: is no toolchain", f"one of: {', '.join(CHOICES)}")
    given = os.environ if env is None else env
    if choice == "bootstrap":
        return bootstrap(cache, report)
    found = installed(given)
    if found.taken is not None:
        return sdk_parts(found.taken, given, cache, report)
    if choice == "sdk":
        raise no_sdk(found)
    for one in found.not_taken:
        report(f"{one}; the bootstrap toolchain is used")
    return bootstrap(cache, report)


def is_there(choice: str, cache: Path, env: Mapping[str, str] | None = None) -> bool:
    """Whether ``find_toolchain`` fetches nothing: what it takes is there, or it fails at once for want of an SDK."""
    if choice != "bootstrap" and installed(os.environ if env is None else env).taken is not None:
        return kept(cache) is not None
    return choice == "sdk" or is_set_up(cache)


def no_sdk(found: Installed) -> EngineError:
    """Why ``csharp=sdk`` cannot be: what is there and is not taken, or nothing."""
    why = "; ".join(map(str, found.not_taken)) or "no .NET SDK 10 or newer was found"
    install = next((one.hint for one in found.not_taken if one.hint), INSTALL)
    return EngineError(
        f"csharp=sdk: {why}",
        "without one: odcpub engines set csharp=auto; for one elsewhere, set DOTNET_ROOT and end the server, "
        f"which has the old one (odcpub down); or {install}",
    )
