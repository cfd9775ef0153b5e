"""Who a model says it is. No I/O."""

from __future__ import annotations

from odcpub.model.load import load_found
from odcpub.tree.tree import Found


def head(found: Found) -> tuple[str, str]:
    """The model's key and name; empty where it does not say them, or there is none."""
    raw = load_found(found)
    return raw.key, raw.name
