"""A model on its way to the server: of its files, only what the server lacks is sent. Does I/O.

Only the command line reads the author's folder and writes into it; the server never does.
"""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from odcpub.author.files import is_archive
from odcpub.author.lock_file import write_lock
from odcpub.cli.client import Client
from odcpub.cli.printing import warn
from odcpub.cli.routes import MODEL_FILES
from odcpub.errors import OdcpubError, UsageError

if TYPE_CHECKING:
    from odcpub.api_types.models import FormerAsset, ModelFilesRequest, SentModel, UnreadFile
    from odcpub.api_types.operations import Operation
    from odcpub.tree.tree import Found

BATCH = 8_000_000
"""Bytes of contents in one request; a file has fewer."""


def send(client: Client, found: Found) -> tuple[SentModel, bool]:
    """Sends a model's files. Returns how a request names them (``source``, ``folder``, ``host``), and whether the asset
    was renamed: it has left the place that it was published from, so that this is no copy."""
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
    answer = client.request(MODEL_FILES, body)
    for contents in _batches(found, answer["missing"]):
        body["contents"] = contents
        answer = client.request(MODEL_FILES, body)
    if answer["source"] is None:
        raise UsageError(f"{found.where}: the server did not get all files of the model", "run the same command again")
    sent: SentModel = {"source": answer["source"], "folder": found.where, "host": host}
    return sent, _is_renamed(answer["former"])


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


def _is_renamed(former: FormerAsset | None) -> bool:
    """Whether an asset has surely left the place that it was published from; else the user must say ``--renamed``."""
    if former is None:
        return False
    from odcpub.author.head import has_left

    return has_left(former["folder"], former["key"], former["name"])


def keep_lock(found: Found, operation: Operation) -> None:
    """Writes the lock file of a publish. If that fails, the next publish uses what the server has recorded."""
    if operation["lockFile"] is None:
        return
    if is_archive(found.where):
        warn(f"warning: {found.where}: the archive has no lock file; publish the model's folder, then archive it again")
        return
    try:
        write_lock(Path(found.where), operation["lockFile"])
    except OdcpubError as error:
        warn(f"warning: {error.message}; {error.hint}")
