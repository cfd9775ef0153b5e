"""The API: routes put together, errors as problem details. No I/O of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from odcpub import __version__
from odcpub.errors import OdcpubError
from odcpub.operations.platform import error_data
from odcpub.portal import assets, deployments, installation
from odcpub.portal.life import Server
from odcpub.portal.schemas import Problem

STATUS = {1: 409, 2: 400, 3: 502}
"""HTTP status by exit code."""
WITHOUT_DATA = ("/api/v1/server", "/api/v1/shutdown")
"""Who asks for these is answered though the data folder has gone."""


def make_api(server: Server) -> FastAPI:
    async def data(request: Request) -> None:
        if request.url.path not in WITHOUT_DATA:
            server.check_folder()

    api = FastAPI(title="odcpub", version=__version__, docs_url=None, redoc_url=None, dependencies=[Depends(data)])
    for part in (deployments, assets, installation):
        api.include_router(part.router(server))

    @api.middleware("http")
    async def touch(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        server.touched()
        try:
            return await call_next(request)
        finally:
            server.answered.set()

    @api.exception_handler(OdcpubError)
    def known(_request: Request, error: OdcpubError) -> JSONResponse:
        return _problem(STATUS[error.exit_code], error.message, error_data(error))

    @api.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        lines = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        return _problem(400, "the request does not fit", {"exit_code": 2, "details": lines})

    return api


def _problem(status: int, title: str, data: dict[str, object]) -> JSONResponse:
    body = Problem.model_validate({"title": title, "status": status} | data)
    return JSONResponse(body.model_dump(), status, media_type="application/problem+json")
