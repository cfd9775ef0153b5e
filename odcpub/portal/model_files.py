"""``/api/v1/model-files``: a model's files come in, only those whose content is not known. Does I/O."""

from __future__ import annotations

import base64
import binascii

from fastapi import APIRouter

from odcpub.api_types.models import FormerAsset, ModelFiles, ModelFilesRequest
from odcpub.errors import UsageError
from odcpub.operations import model_files
from odcpub.operations.models import Sent, former
from odcpub.portal.answers import Answer
from odcpub.portal.documented import NewRouter
from odcpub.portal.life import Server
from odcpub.portal.schemas import ModelFilesBody
from odcpub.tree.tree import Bad, BadTree, Tree, checked


def router(server: Server, new: NewRouter) -> APIRouter:
    api = new(prefix="/api/v1", tags=["model files"])
    platform = server.platform

    @api.post("/model-files")
    def send(body: ModelFilesBody) -> Answer[ModelFiles]:
        """Keeps a model's files, of which only those contents are sent that the server lacks."""
        tree = _tree(body)
        missing = model_files.accept(platform, tree, map(_content, body.get("contents", [])))
        if missing:
            return Answer({"source": None, "missing": list(missing), "former": None})
        source = tree.digest
        known = former(platform, Sent(source, body["folder"], body.get("host", "")))
        if known is None:
            return Answer({"source": source, "missing": [], "former": None})
        there: FormerAsset = {"folder": known.folder, "key": known.key, "name": known.name}
        return Answer({"source": source, "missing": [], "former": there})

    return api


def _tree(body: ModelFilesRequest) -> Tree:
    given = body.get("unread", {}).items()
    unread = {path: Bad(one["code"], one["message"], one["hint"]) for path, one in given}
    try:
        return checked(body["files"], unread, body.get("above", 0))
    except BadTree as error:
        raise UsageError(f"the model's files: {error}", "send what a folder's reader finds") from None


def _content(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise UsageError("a content that was sent is no base64", "send the model's files again") from None
