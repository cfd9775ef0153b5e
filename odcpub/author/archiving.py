"""``odcpub archive``: a model's files as one file. Does I/O."""

from __future__ import annotations

from typing import TypedDict

from odcpub.author.files import SUFFIX
from odcpub.author.folder import at
from odcpub.author.head import head
from odcpub.author.output import check_output, write_output
from odcpub.errors import Refused, UsageError
from odcpub.tree.archive import archive
from odcpub.tree.tree import Found


class Archived(TypedDict):
    """An archive that was written; ``digest``: of its files; ``files``: how many."""

    file: str
    name: str
    key: str
    digest: str
    files: int


def write_archive(found: Found, out: str) -> Archived:
    """``out``: the file; the asset's name in the current folder where it is empty. Raises Refused where the model has
    no name, no key or a file that could not be read, UsageError where the archive cannot be written."""
    key, name = head(found)
    if not (key and name.isidentifier()):
        raise Refused(f"{found.where}: the model has no name or key", "see what is wrong: odcpub verify PATH")
    usual = f"{name.lower()}{SUFFIX}"
    path = at(out or usual)
    if path.suffix != SUFFIX:
        raise UsageError(f"{out}: an archive's name ends with {SUFFIX}", f"--out {usual}")
    check_output(path)
    write_output(path, archive(found, name, key))
    return {"file": str(path), "name": name, "key": key, "digest": found.tree.digest, "files": len(found.tree.entries)}
