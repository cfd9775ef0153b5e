"""Which asset a model's files say they are. Does I/O where a folder or an archive is read."""

from __future__ import annotations

import os
from pathlib import Path

from odcpub.author.files import read_model
from odcpub.errors import UsageError
from odcpub.model.load import load_found
from odcpub.tree.tree import Bad, Found


def head(found: Found) -> tuple[str, str]:
    """The model's key and name; each empty where the files do not say it."""
    raw = load_found(found)
    return raw.key, raw.name


def has_left(place: str, key: str, name: str) -> bool:
    """Whether the model of that key and name is surely no longer at the place, a folder or an archive: nothing is
    there, in a folder that can be looked into, or what is there was read to its end and is another model."""
    path = Path(place)
    if not os.path.lexists(path):
        return os.access(path.parent, os.R_OK | os.X_OK)
    try:
        found = read_model(place)
    except UsageError:
        return False
    if any(isinstance(one, Bad) for one in found.tree.entries.values()):
        return False
    raw = load_found(found)
    is_empty = not any(True for _ in found.tree.model())
    return is_empty or (raw.complete and (raw.key, raw.name) != (key, name))
