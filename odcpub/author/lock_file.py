"""The lock file in the author's folder. Does I/O."""

from __future__ import annotations

from pathlib import Path

from odcpub.author.output import check_output, write_output
from odcpub.errors import UsageError
from odcpub.tree.tree import LOCK_FILE


def write_lock(folder: Path, text: str) -> None:
    """Writes the lock file's text as the server answered it; an empty text removes the file. Raises UsageError where
    the folder cannot be written, and for a link; DiskFull."""
    path = folder / LOCK_FILE
    if text:
        write_output(path, text.encode())
        return
    check_output(path)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{path}: cannot be removed: {error.strerror}", "remove it yourself") from None
