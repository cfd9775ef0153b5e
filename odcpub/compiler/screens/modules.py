"""The runtime modules that a page loads, found in their imports. Reads templates only."""

from __future__ import annotations

import re
from functools import lru_cache

from odcpub.compiler.templates import content

_IMPORT = re.compile(r'^(?:import|export) [^"]*? ?from "\./([a-z_]+\.js)";$', re.MULTILINE)


@lru_cache
def closure(*modules: str) -> tuple[str, ...]:
    """These modules of ``web/js`` and all that they import, sorted: a page asks for them at once."""
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting.extend(_IMPORT.findall(content(f"web/js/{module}").decode()))
    return tuple(sorted(found))
