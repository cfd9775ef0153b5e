"""Which asset a model's files say they are. Does I/O where a folder is read."""

from __future__ import annotations

from pathlib import Path

from odcpub.model.load import load_found
from odcpub.tree.folder import read_folder
from odcpub.tree.tree import Found


def head(found: Found) -> tuple[str, str]:
    """The model's key and name; each empty where the files do not say it."""
    raw = load_found(found)
    return raw.key, raw.name


def holds(folder: str, key: str, name: str) -> bool:
    """Whether the folder holds the model of that key and name."""
    return head(read_folder(Path(folder))) == (key, name)
