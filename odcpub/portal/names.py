"""Names in the paths of the API: whatever somebody calls an asset or a stage, so that its refusal names it. No I/O.

Starlette's own ``path`` ends at a line end. Registered before the routes that say ``{key:name}``.
"""

from __future__ import annotations

from starlette.convertors import PathConvertor, register_url_convertor


class AnyName(PathConvertor):
    """Any text, slashes and line ends too."""

    regex = "(?s:.*)"


def register() -> None:
    """For all routes that are made from now on."""
    register_url_convertor("name", AnyName())
