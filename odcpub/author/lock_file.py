"""The lock file in the author's folder. Does I/O."""

from __future__ import annotations

from pathlib import Path

from odcpub.errors import UsageError, system_failure
from odcpub.files import SHARED, write_whole
from odcpub.tree.tree import LOCK_FILE


def write_lock(folder: Path, text: str) -> None:
    """Writes the lock file's text as the server answered it; an empty text removes the file. Raises UsageError where
    the folder cannot be written, and for a link."""
    path = folder / LOCK_FILE
    try:
        if path.is_symlink():
            raise UsageError(
                f"{path}: is a symbolic link, and odcpub does not write through links", "put the file itself there"
            )
        if text:
            write_whole(path, text.encode(), SHARED)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise system_failure(error, path) from None
