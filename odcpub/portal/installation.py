"""``/api/v1``: the installation itself: server, status, engines, doctor, libraries' locks. Does I/O."""

from __future__ import annotations

import threading
import uuid
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from odcpub import __version__
from odcpub.model.json_schema import json_schema
from odcpub.model.scaffold import name_of_folder, new_app, new_library
from odcpub.operations import importing, overview, requests, source, switching, updating
from odcpub.portal import views
from odcpub.portal.deployments import find_operation
from odcpub.portal.life import Server, longest_end
from odcpub.portal.schemas import (
    EnginesPatch,
    FolderRequest,
    ImportRequest,
    Limit,
    Offset,
    RevisionNumber,
    ScaffoldRequest,
    YesNo,
)


def router(server: Server) -> APIRouter:
    api = APIRouter(prefix="/api/v1", tags=["installation"])
    platform = server.platform

    @api.get("/server")
    def about() -> dict[str, Any]:
        return {"version": __version__, "pid": server.pid, "data": str(platform.home.data)}

    @api.post("/shutdown", status_code=202)
    def shut_down(apps: YesNo = "true") -> dict[str, Any]:
        """Ends the server, and with it (unless told otherwise) apps, database and compiler; data stays. ``seconds``:
        how long that can take."""
        threading.Thread(target=server.stop, args=(apps == "true",), daemon=True).start()
        return {"pid": server.pid, "seconds": longest_end()}

    @api.get("/status")
    def status() -> dict[str, Any]:
        return overview.status(platform)

    @api.get("/doctor")
    def doctor() -> dict[str, Any]:
        return overview.doctor(platform)

    @api.get("/engines")
    def engines() -> dict[str, Any]:
        return dict(platform.engines().settings.shown())

    @api.patch("/engines")
    def change(body: EnginesPatch) -> dict[str, Any]:
        """The engines from now on; ``warnings``: what follows, where somebody should know."""
        before = server.chosen()
        after = server.other_engines(body.use, body.set, body.databasePassword, body.kubeconfig)
        if body.check:
            return after.shown()
        left = switching.foresee(platform, before, after)
        server.change_engines(after)
        warnings = switching.consequences(platform, before, after, left)
        return {**after.shown(), **({"warnings": warnings} if warnings else {})}

    @api.get("/operations")
    def operations(limit: Limit = 20, offset: Offset = 0) -> dict[str, Any]:
        """Operations of every kind, the latest first."""
        found = platform.ledger.operations(limit=limit + 1, offset=offset)
        return views.page([views.operation(one) for one in found], limit, offset)

    @api.get("/operations/{key:name}")
    def operation(key: str) -> dict[str, Any]:
        return views.operation(find_operation(platform, key))

    @api.post("/operations/{key:name}/continue")
    def go_on(key: str) -> dict[str, Any]:
        """Lets an operation that waits go on."""
        found = find_operation(platform, key)
        requests.go_on(platform, found, server.user)
        return views.operation(find_operation(platform, found.key))

    @api.post("/operations/{key:name}/cancel")
    def cancel(key: str) -> dict[str, Any]:
        """Ends an operation before its next step."""
        found = find_operation(platform, key)
        requests.cancel(platform, found, server.user)
        return views.operation(find_operation(platform, found.key))

    @api.get("/model-schema")
    def model_schema() -> dict[str, Any]:
        return json_schema()

    @api.post("/scaffolds")
    def scaffold(body: ScaffoldRequest) -> dict[str, Any]:
        make = new_app if body.kind == "app" else new_library
        name = body.name or name_of_folder(body.folder)
        return {"name": name, "files": make(name, str(uuid.uuid4()))}

    @api.post("/imports")
    def imports(body: ImportRequest) -> dict[str, Any]:
        return importing.import_text(body.format, body.text, body.file, body.name)

    @api.get("/sources/{key:name}")
    def sources(key: str, revision: RevisionNumber = None) -> dict[str, Any]:
        return source.source(platform, key, revision)

    @api.post("/updates")
    def update(body: FolderRequest) -> dict[str, Any]:
        return updating.update(platform, Path(body.folder))

    return api
