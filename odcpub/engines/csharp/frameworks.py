"""What of .NET's shared frameworks goes into images, as tables; the same for every source of a toolchain. No I/O."""

from __future__ import annotations

import re

CORE, WEB = "Microsoft.NETCore.App", "Microsoft.AspNetCore.App"
FRAMEWORKS = (CORE, WEB)
"""The shared frameworks that an app runs on."""
HOST = "libhostfxr.so"
"""The library that a launcher looks for below ``host/fxr/``."""

NOT_NEEDED = re.compile(
    r"createdump|lib(mscordaccore|mscordbi|coreclrtraceptprovider|clrgc|clrgcexp)\.so"
    r"|Microsoft\.VisualBasic.*|Microsoft\.JSInterop.*"
    r"|Microsoft\.AspNetCore\.(Components|Razor|Mvc\.(Razor|TagHelpers|ViewFeatures|Localization)|Server\.(HttpSys|IIS)).*"
)
"""Files that a published app never loads: tracing, debugging, other collectors, Visual Basic, Razor."""

NEEDED = frozenset(
    {
        HOST,
        "libhostpolicy.so",
        "libcoreclr.so",
        "libclrjit.so",
        "libSystem.Native.so",
        # Pages are sent compressed.
        "libSystem.IO.Compression.Native.so",
        # TLS, hashes of passwords.
        "libSystem.Security.Cryptography.Native.OpenSsl.so",
    }
)
"""Native files without which no app starts or answers; .NET loads all others only when something asks for them."""
