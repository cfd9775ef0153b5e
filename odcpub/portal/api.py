"""The API: routes put together, errors as problem details. No I/O of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from odcpub import __version__
from odcpub.errors import OdcpubError, UsageError
from odcpub.escaping import in_short
from odcpub.portal import assets, calls, deployments, engines, installation, model_files, names, operations, sources
from odcpub.portal.answers import Answer, answer_errors, problem_of
from odcpub.portal.checked import NUL
from odcpub.portal.documented import EVERYWHERE, Route, describe
from odcpub.portal.life import Server

WITHOUT_DATA = (("GET", "/api/v1/server"), ("POST", "/api/v1/shutdown"))
"""Served even without the data folder."""


ROUTERS = (deployments, assets, calls, installation, engines, operations, sources, model_files)
"""Rooms of routes; each makes its own by ``router``."""


def make_api(server: Server) -> FastAPI:
    """The application that the server answers with."""

    async def data(request: Request) -> None:
        _check_query(request)
        _check_texts(request)
        if (request.method, request.url.path) not in WITHOUT_DATA:
            server.check_folder()

    api = FastAPI(
        title="odcpub",
        version=__version__,
        docs_url=None,
        redoc_url=None,
    )
    names.register()
    new = partial(
        APIRouter,
        route_class=Route,
        dependencies=[Depends(data)],
        default_response_class=Answer,
        responses=EVERYWHERE,
    )
    api.state.user = server.user
    routers = [part.router(server, new) for part in ROUTERS]
    for router in routers:
        api.router.routes.extend(router.routes)  # to include a router would make each of its routes a second time
    describe(api, routers)

    @api.middleware("http")
    async def touch(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        server.idleness.touched()
        loading = server.loading
        if loading.ended:
            return await call_next(request)
        if not loading.enter(request.method, request.url.path):
            try:
                await run_in_threadpool(loading.wait)
            except OdcpubError as error:
                return problem_of(error)
            return await call_next(request)
        try:
            return await call_next(request)
        finally:
            loading.leave()

    answer_errors(api, routers)
    return api


def _check_query(request: Request) -> None:
    """A parameter that the route does not have would be passed over without a word, a second one of a name too."""
    known = {one.alias for one in request.scope["route"].dependant.query_params}
    names = [name for name, _ in request.query_params.multi_items()]
    for name in names:
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            raise UsageError(f"{in_short(name, 60)}: is no query parameter here", f"there are: {there}")
        if names.count(name) > 1:
            raise UsageError(f"{name}: occurs twice", "give it once")


def _check_texts(request: Request) -> None:
    """Nothing in the path or the query that no store could hold, and so none could look up."""
    for name, value in (*request.path_params.items(), *request.query_params.multi_items()):
        if "\0" in str(value):
            raise UsageError(f"{name}: {NUL}", "leave that character out")
