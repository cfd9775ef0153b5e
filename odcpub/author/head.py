"""Who a model in a folder says it is. Reads files."""

from __future__ import annotations

from pathlib import Path

from odcpub.model.load import load_found
from odcpub.tree.folder import read_folder


def head(folder: Path) -> tuple[str, str]:
    """Key and name of the model in the folder; empty where it does not say them, or there is none."""
    raw = load_found(read_folder(folder))
    return raw.key, raw.name
