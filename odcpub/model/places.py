"""Places within the texts of a model. No I/O."""

from __future__ import annotations

from odcpub.model.yaml_text import Scalar


def inside(node: Scalar, at: int) -> Scalar:
    """A place within a scalar: its character ``at``, as far as that can be told without the file (a text of one line
    without escapes)."""
    if "\n" in node.text:
        return node
    return Scalar(node.value, node.text, node.plain, node.line, node.column + at + (0 if node.plain else 1))
