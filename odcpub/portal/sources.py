"""``/api/v1/sources``, ``scripts`` and ``updates``: what authors and operators get as files. Does I/O."""

from __future__ import annotations

from fastapi import APIRouter

from odcpub.api_types.installation import Scripts, Source, Update
from odcpub.operations import scripts, source, updating
from odcpub.operations.models import Sent
from odcpub.portal.answers import Answer
from odcpub.portal.documented import BOTH, MISSING, NewRouter
from odcpub.portal.life import Server
from odcpub.portal.schemas import RevisionNumber, ScriptsBody, SentModelBody


def router(server: Server, new: NewRouter) -> APIRouter:
    api = new(prefix="/api/v1", tags=["installation"])
    platform = server.platform

    @api.get("/sources/{key:name}", responses=MISSING)
    def sources(key: str, revision: RevisionNumber = None) -> Answer[Source]:
        """A revision's generated sources, as a project."""
        return Answer(source.source(platform, key, revision))

    @api.get("/scripts/{key:name}", responses=MISSING)
    def written_out(key: str, stage: str) -> Answer[Scripts]:
        """An app's migration scripts in a stage, as a folder that plain Alembic runs."""
        return Answer(scripts.written_out(platform, key, stage))

    @api.put("/scripts/{key:name}", responses=BOTH)
    def put_back(key: str, body: ScriptsBody) -> Answer[Scripts]:
        """Puts lost migration scripts back; those that are there stay."""
        return Answer(scripts.put_back(platform, key, body["stage"], body["files"]))

    @api.post("/updates", responses=BOTH)
    def update(body: SentModelBody) -> Answer[Update]:
        """The newest versions of the libraries that a model uses, and what its lock file says then."""
        return Answer(updating.update(platform, Sent(body["source"], body["folder"], body.get("host", ""))))

    return api
