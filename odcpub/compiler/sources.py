"""C# sources with the elements their lines belong to. Reads templates only.

A template marks a line with ``//@ Element.Path`` in the line before it; the marks are taken out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odcpub.compiler.drafts import Source
from odcpub.compiler.templates import render

MARK = "//@ "


def source(path: str, template: str, values: Mapping[str, Any]) -> Source:
    lines: list[str] = []
    elements: list[tuple[int, str]] = []
    for line in render(template, values).split("\n"):
        if line.lstrip().startswith(MARK):
            elements.append((len(lines) + 1, line.lstrip()[len(MARK) :]))
        else:
            lines.append(line)
    return Source(path, "\n".join(lines), tuple(elements))
