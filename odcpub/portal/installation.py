"""``/api/v1``: the installation itself: its server, its store, what runs, what is missing. Does I/O."""

from __future__ import annotations

import threading

from fastapi import APIRouter

from odcpub import __version__
from odcpub.api_types.installation import Doctor, ShutDown, Status, StoreChanged
from odcpub.api_types.installation import Server as About
from odcpub.build import build
from odcpub.operations import overview
from odcpub.portal import views
from odcpub.portal.answers import Answer
from odcpub.portal.documented import REFUSED, NewRouter
from odcpub.portal.life import Server, longest_end
from odcpub.portal.schemas import StoreBody, YesNo
from odcpub.portal.store_move import move_store, store_target
from odcpub.store.moving import Moved
from odcpub.store.settings import SQLITE


def router(server: Server, new: NewRouter) -> APIRouter:
    api = new(prefix="/api/v1", tags=["installation"])
    platform = server.platform

    @api.get("/server")
    def about() -> Answer[About]:
        """The server's version and process, its data folder and where its records are."""
        data, store = str(platform.home.data), platform.store.where
        return Answer({"version": __version__, "build": build(), "pid": server.pid, "data": data, "store": store})

    @api.patch("/server", responses=REFUSED)
    def change_store(body: StoreBody) -> Answer[StoreChanged]:
        """Moves the platform's records to another store, or gives the password of the present one anew; the server
        ends then, and the next one works with it."""
        target = store_target(body["store"])
        if body.get("check"):
            return Answer(views.store_changed(Moved(target, "", 0, 0), server.pid, 0))
        return Answer(_moved(server, target, body.get("password") or ""))

    @api.post("/shutdown", status_code=202)
    def shut_down(apps: YesNo = "true") -> Answer[ShutDown]:
        """Ends the server, and with it (unless told otherwise) apps, database and compiler; data stays. ``seconds``:
        how long that can take."""
        threading.Thread(target=server.stop, args=(apps == "true",), daemon=True).start()
        return Answer({"pid": server.pid, "seconds": longest_end()}, 202)

    @api.get("/status")
    def status() -> Answer[Status]:
        """What of every asset runs in each stage."""
        return Answer(overview.status(platform))

    @api.get("/doctor")
    def doctor() -> Answer[Doctor]:
        """What the chosen engines need, and what of it is missing."""
        return Answer(overview.doctor(platform))

    return api


def _moved(server: Server, target: str, password: str) -> StoreChanged:
    """Ends the server, unless the records are and stay in its data folder."""
    moved = move_store(server.platform, target, password)
    if (moved.store, server.platform.store.where) == (SQLITE, SQLITE):
        return views.store_changed(moved, server.pid, 0)
    threading.Thread(target=server.stop, args=(False,), daemon=True).start()
    return views.store_changed(moved, server.pid, longest_end())
