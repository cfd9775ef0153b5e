"""``/api/v1``: the installation itself: server, status, engines, doctor, libraries' locks. Does I/O."""

from __future__ import annotations

import threading

from fastapi import APIRouter

from odcpub import __version__
from odcpub.api_types.installation import (
    Doctor,
    Scripts,
    ShutDown,
    Source,
    Status,
    StoreChanged,
    Update,
)
from odcpub.api_types.installation import Engines as ChosenEngines
from odcpub.api_types.installation import Server as About
from odcpub.api_types.operations import Operation, OperationPage
from odcpub.operations import overview, requests, scripts, source, switching, updating
from odcpub.operations.models import Sent
from odcpub.portal import views
from odcpub.portal.answers import Answer
from odcpub.portal.deployments import find_operation
from odcpub.portal.documented import BOTH, MISSING, REFUSED, NewRouter
from odcpub.portal.life import Server, longest_end, store_target
from odcpub.portal.schemas import (
    EnginesBody,
    Limit,
    Offset,
    RevisionNumber,
    ScriptsBody,
    SentModelBody,
    StoreBody,
    YesNo,
)
from odcpub.store.moving import Moved
from odcpub.store.settings import SQLITE


def router(server: Server, new: NewRouter) -> APIRouter:
    api = new(prefix="/api/v1", tags=["installation"])
    platform = server.platform

    @api.get("/server")
    def about() -> Answer[About]:
        data, store = str(platform.home.data), platform.store.where
        return Answer({"version": __version__, "pid": server.pid, "data": data, "store": store})

    @api.patch("/server", responses=REFUSED)
    def move_store(body: StoreBody) -> Answer[StoreChanged]:
        """Moves the platform's records to another store, or gives the password of the present one anew; the server
        ends then, and the next one works with it."""
        target = store_target(body["store"])
        if body.get("check"):
            return Answer(views.store_changed(Moved(target, "", 0, 0), server.pid, 0))
        moved = server.move_store(target, body.get("password") or "")
        if (moved.store, platform.store.where) == (SQLITE, SQLITE):
            return Answer(views.store_changed(moved, server.pid, 0))
        threading.Thread(target=server.stop, args=(False,), daemon=True).start()
        return Answer(views.store_changed(moved, server.pid, longest_end()))

    @api.post("/shutdown", status_code=202)
    def shut_down(apps: YesNo = "true") -> Answer[ShutDown]:
        """Ends the server, and with it (unless told otherwise) apps, database and compiler; data stays. ``seconds``:
        how long that can take."""
        threading.Thread(target=server.stop, args=(apps == "true",), daemon=True).start()
        return Answer({"pid": server.pid, "seconds": longest_end()}, 202)

    @api.get("/status")
    def status() -> Answer[Status]:
        return Answer(overview.status(platform))

    @api.get("/doctor")
    def doctor() -> Answer[Doctor]:
        return Answer(overview.doctor(platform))

    @api.get("/engines")
    def engines() -> Answer[ChosenEngines]:
        return Answer(platform.engines().settings.shown())

    @api.patch("/engines", responses=REFUSED)
    def change(body: EnginesBody) -> Answer[ChosenEngines]:
        """The engines from now on; ``warnings``: what follows, where somebody should know."""
        before = server.chosen()
        values, password, config = body.get("set", {}), body.get("databasePassword"), body.get("kubeconfig", "")
        after = server.other_engines(body.get("use"), values, password, config)
        shown = after.shown()
        if body.get("check"):
            return Answer(shown)
        left = switching.foresee(platform, before, after)
        server.change_engines(after)
        if warnings := switching.consequences(platform, before, after, left):
            shown["warnings"] = warnings
        return Answer(shown)

    @api.get("/operations")
    def operations(limit: Limit = 20, offset: Offset = 0) -> Answer[OperationPage]:
        """Operations of every kind, the latest first."""
        found = platform.ledger.operations(limit=limit + 1, offset=offset)
        return Answer(views.operations(found, limit, offset))

    @api.post("/operations/{key:name}/continue", responses=BOTH)
    def go_on(key: str) -> Answer[Operation]:
        """Lets an operation that waits go on."""
        found = find_operation(platform, key)
        requests.go_on(platform, found, server.user)
        return Answer(views.operation(find_operation(platform, found.key)))

    @api.post("/operations/{key:name}/cancel", responses=BOTH)
    def cancel(key: str) -> Answer[Operation]:
        """Ends an operation before its next step."""
        found = find_operation(platform, key)
        requests.cancel(platform, found, server.user)
        return Answer(views.operation(find_operation(platform, found.key)))

    @api.get("/operations/{key:name}", responses=MISSING)
    def operation(key: str) -> Answer[Operation]:
        return Answer(views.operation(find_operation(platform, key)))

    @api.get("/sources/{key:name}", responses=MISSING)
    def sources(key: str, revision: RevisionNumber = None) -> Answer[Source]:
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
