"""``odcpub rename``: another name for an element, in the model's own files. Does I/O."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from odcpub.author.files import read_model
from odcpub.author.rename.edits import Change
from odcpub.author.rename.files import rewrite
from odcpub.author.rename.finding import short
from odcpub.author.rename.renaming import rename


class ChangedLines(TypedDict):
    """Lines of a file before and after; ``line``: the first one's number before, from 1."""

    line: int
    before: list[str]
    after: list[str]


class ChangedFile(TypedDict):
    """``file``: its path below the model's folder."""

    file: str
    changes: list[ChangedLines]


class Renamed(TypedDict):
    """``element``: its whole path before; ``old`` and ``new``: as authors write it; ``key``: the first name that it has
    now besides, or empty; ``written``: False where nothing was to be written, or was to be changed."""

    element: str
    old: str
    new: str
    key: str
    files: list[ChangedFile]
    written: bool


def rename_element(path: str, old: str, new: str, dry_run: bool = False) -> Renamed:
    """Writes the new name into the files of the model in the folder ``path``. Raises what ``rename`` and ``rewrite``
    raise; nothing was written then."""
    found = read_model(path)
    made = rename(found, old, new)
    if made.files and not dry_run:
        rewrite(Path(found.where), made.files)
    return {
        "element": ".".join(made.element),
        "old": short(made.element),
        "new": short((*made.element[:-1], new)),
        "key": made.key,
        "files": [{"file": one, "changes": [_lines(each) for each in made.changes[one]]} for one in made.files],
        "written": bool(made.files) and not dry_run,
    }


def _lines(change: Change) -> ChangedLines:
    return {"line": change.line, "before": list(change.before), "after": list(change.after)}
