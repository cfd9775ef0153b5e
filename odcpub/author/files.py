"""A model's files on this machine: all of a folder or an archive, or the text of one file. Standard library only; the
readers themselves are imported when they are needed. Does I/O.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from odcpub.author.folder import at
from odcpub.errors import UsageError
from odcpub.files import MAX_FILE, BadFile, read_file, text_of

if TYPE_CHECKING:
    from odcpub.tree.tree import Found

SUFFIX = ".oap"
"""Of archives of models."""


def is_archive(path: str) -> bool:
    """Whether an archive of a model is there; a folder may be called so, too."""
    return path.endswith(SUFFIX) and os.path.isfile(at(path))  # noqa: PTH113 - false for a name that is too long, too


def read_model(path: str) -> Found:
    """The model's files, as they are in its folder or archive. Raises UsageError where ``path`` is neither."""
    if not path:
        raise UsageError("PATH: is empty", "name the folder that holds the model's YAML files; . is this one")
    folder = at(path)
    if is_archive(path):
        from odcpub.tree.archive import read_archive

        return read_archive(folder)
    if why := _why_no_folder(folder):
        raise UsageError(f"{path}: {why}", "name the folder that holds the model's YAML files, or the model's archive")
    from odcpub.tree.folder import read_folder

    return read_folder(folder)


def _why_no_folder(path: Path) -> str:
    """Empty for a folder."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "no such file" if path.suffix == SUFFIX else "no such folder"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if stat.S_ISDIR(mode):
        return ""
    return "is a file" if stat.S_ISREG(mode) else "is not a folder"


def read_text(path: Path, limit: int = MAX_FILE) -> str:
    """The text of a file that a command was given, of at most ``limit`` bytes. Raises UsageError where there is none
    that can be read."""
    if os.path.isdir(path):  # noqa: PTH112 - false for a name that is too long, too
        raise UsageError(f"{path}: is a folder", "name a file in it")
    try:
        content = read_file(path, limit)
        text = text_of(content or b"")
    except BadFile as bad:
        raise UsageError(f"{path}: {bad.reason}", bad.hint) from None
    if content is None:
        raise UsageError(f"{path}: no such file", "name a file that you can read")
    return text
