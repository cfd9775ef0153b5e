"""``odcpub update``: newer versions of what a model uses, into its lock file. Does I/O."""

from __future__ import annotations

from pathlib import Path

from odcpub.api_types.installation import LibraryChange, Update
from odcpub.model.lock import read_lock
from odcpub.operations.models import lock_text, read_model
from odcpub.operations.platform import Platform


def update(platform: Platform, folder: Path) -> Update:
    """Locks the newest versions that every range allows; what changed. Nothing is written where verify refuses."""
    before = read_lock(lock_text(folder))
    read = read_model(platform, folder, update=True)
    after = {name: library.version for name, library in read.libraries.items()}
    names = sorted({*before, *after})
    changes: list[LibraryChange] = [
        {"name": name, "from": before.get(name), "to": after.get(name)}
        for name in names
        if before.get(name) != after.get(name)
    ]
    warnings = [f"{one}; {one.hint}" for one in read.warnings]
    return {"asset": read.asset.name, "changes": changes, "warnings": warnings}
