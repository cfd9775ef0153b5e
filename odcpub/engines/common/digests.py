"""A hash of plain values. No I/O."""

from __future__ import annotations

import hashlib
import json


def digest(*values: object) -> str:
    """A hash of plain values (texts, numbers, lists), the same on every machine."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
