"""A model's files on this machine: all of a folder or an archive, or the text of one file. Standard library only; the
readers themselves are imported when they are needed. Does I/O.
"""

from __future__ import annotations

import os
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
    if not os.path.isdir(folder):  # noqa: PTH112
        what = "is a file" if os.path.isfile(folder) else "no such folder"  # noqa: PTH113
        raise UsageError(f"{path}: {what}", "name the folder that holds the model's YAML files")
    from odcpub.tree.folder import read_folder

    return read_folder(folder)


def read_text(path: Path, limit: int = MAX_FILE) -> str:
    """The text of a file that a command was given, of at most ``limit`` bytes. Raises UsageError where there is none
    that can be read."""
    try:
        content = read_file(path, limit)
        text = text_of(content or b"")
    except BadFile as bad:
        raise UsageError(f"{path}: {bad.reason}", bad.hint) from None
    if content is None:
        raise UsageError(f"{path}: no such file", "name a file that you can read")
    return text
