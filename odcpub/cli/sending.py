"""A model on its way to the server: its folder is read here, and only what the server lacks is sent. Does I/O.

Nobody but this side reads the author's folder, and nobody else writes into it.
"""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from odcpub.cli.client import Client
from odcpub.cli.folder import at
from odcpub.cli.printing import warn
from odcpub.errors import UsageError
from odcpub.files import SHARED, write_whole

if TYPE_CHECKING:
    from odcpub.api_types.models import FormerAsset, ModelFiles, ModelFilesRequest, SentModel, UnreadFile
    from odcpub.api_types.operations import Operation
    from odcpub.tree.tree import Found

SUFFIX = ".oap"
"""Of archives of models."""
PATH = "/api/v1/model-files"
BATCH = 8_000_000
"""Bytes of contents in one request; a file has fewer."""
LOCK_FILE = "odcpub.lock"


def read_model(path: str) -> Found:
    """The model's files, as they are in its folder or archive."""
    if not path:
        raise UsageError("PATH: is empty", "name the folder that holds the model's YAML files; . is this one")
    folder = at(path)
    if path.endswith(SUFFIX) and os.path.isfile(folder):  # noqa: PTH113 - false for a name that is too long, too
        from odcpub.tree.archive import read_archive

        return read_archive(folder)
    if not os.path.isdir(folder):  # noqa: PTH112
        what = "is a file" if os.path.isfile(folder) else "no such folder"  # noqa: PTH113
        raise UsageError(f"{path}: {what}", "name the folder that holds the model's YAML files")
    from odcpub.tree.folder import read_folder

    return read_folder(folder)


def send(client: Client, found: Found) -> tuple[SentModel, bool]:
    """Sends a model's files. How a request names them (``source``, ``folder``, ``host``), and whether the folder that
    the asset was published from holds it no more under its name: it was renamed, and is no copy."""
    from odcpub.tree.tree import Bad

    entries, host = found.tree.entries, socket.gethostname()
    unread: dict[str, UnreadFile] = {
        path: {"code": one.code, "message": one.message, "hint": one.hint}
        for path, one in entries.items()
        if isinstance(one, Bad)
    }
    files = {path: one for path, one in entries.items() if isinstance(one, str)}
    body: ModelFilesRequest = {
        "files": files, "unread": unread, "above": found.tree.above, "folder": found.where, "host": host
    }  # fmt: skip
    answer: ModelFiles = client.request("POST", PATH, body)
    for contents in _batches(found, answer["missing"]):
        body["contents"] = contents
        answer = client.request("POST", PATH, body)
    if answer["source"] is None:
        raise UsageError(f"{found.where}: its files were not taken whole", "run the same command again")
    former = answer["former"]
    sent: SentModel = {"source": answer["source"], "folder": found.where, "host": host}
    return sent, former is not None and not _holds(former)


def _batches(found: Found, missing: list[str]) -> Iterator[list[str]]:
    """The contents that are missing, in base64, a request's worth at a time."""
    batch: list[str] = []
    size = 0
    for digest in missing:
        content = found.contents[digest]
        if batch and size + len(content) > BATCH:
            yield batch
            batch, size = [], 0
        batch.append(base64.b64encode(content).decode())
        size += len(content)
    if batch:
        yield batch


def _holds(former: FormerAsset) -> bool:
    """Whether the folder that an asset was published from still holds it, under its name."""
    from odcpub.author.head import head
    from odcpub.tree.folder import read_folder

    return head(read_folder(Path(former["folder"]))) == (former["key"], former["name"])


def write_lock(folder: Path, text: str) -> None:
    """The lock file as the server says it; an empty text is none."""
    path = folder / LOCK_FILE
    try:
        if path.is_symlink():
            raise UsageError(f"{path}: is a link, and nothing is written through one", "put the file itself there")
        if text:
            write_whole(path, text.encode(), SHARED)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            f"{path}: the locked versions cannot be kept: {error.strerror}", "make the folder writable"
        ) from None


def keep_lock(found: Found, operation: Operation) -> None:
    """Writes the lock file of a publish. Where that cannot be, the server knows what was locked all the same."""
    if operation["lockFile"] is None:
        return
    if found.where.endswith(SUFFIX):
        warn(f"warning: {found.where}: does not have the locked versions; publish its folder, and archive that again")
        return
    try:
        write_lock(Path(found.where), operation["lockFile"])
    except UsageError as error:
        warn(f"warning: {error.message}; {error.hint}")
