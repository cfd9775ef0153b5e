"""``odcpub update``: newer versions of what a model uses, as its lock file has them then. Does I/O."""

from __future__ import annotations

from odcpub.api_types.installation import LibraryChange, Update
from odcpub.model.lock import read_lock
from odcpub.operations.model_files import lock_text
from odcpub.operations.models import Sent, read_model
from odcpub.operations.platform import Platform


def update(platform: Platform, sent: Sent) -> Update:
    """The newest versions that every range allows; what changed. ``lockFile``: the text that the lock file gets, None
    where it stays; the client writes it."""
    before = read_lock(lock_text(platform, sent.source))
    read = read_model(platform, sent.source, sent.folder, update=True)
    after = {name: library.version for name, library in read.libraries.items()}
    names = sorted({*before, *after})
    changes: list[LibraryChange] = [
        {"name": name, "from": before.get(name), "to": after.get(name)}
        for name in names
        if before.get(name) != after.get(name)
    ]
    warnings = [f"{one}; {one.hint}" for one in read.warnings]
    return {"asset": read.asset.name, "changes": changes, "warnings": warnings, "lockFile": read.lock_file}
