"""What the API answers with: JSON in ASCII, and errors as problem details. No I/O."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match

from odcpub.api_types.problems import ErrorData, ProblemDetails
from odcpub.errors import DiskFull, Missing, OdcpubError, Refused, TemporaryEngineError, UsageError, system_failure
from odcpub.operations.platform import error_data

STATUS: tuple[tuple[type[OdcpubError], int], ...] = (
    (Missing, 404),
    (UsageError, 400),
    (Refused, 409),
    (DiskFull, 507),
    (TemporaryEngineError, 503),
)
"""The HTTP status of an error, by its class; 502, an engine's failure, for the rest."""
LOG = logging.getLogger("odcpub.portal")
T = TypeVar("T")


class Answer(JSONResponse, Generic[T]):
    """JSON of one of ``odcpub.api_types``, whose texts a terminal can print: everything that is not ASCII is an escape,
    and so is DEL. A text that is no Unicode, such as a file's name, is an answer too."""

    def __init__(self, content: T, status_code: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(content, status_code, headers)

    def render(self, content: Any) -> bytes:
        return json.dumps(content, allow_nan=False, separators=(",", ":")).replace("\x7f", "\\u007f").encode("ascii")


class ProblemAnswer(Answer[ProblemDetails]):
    """An error, as RFC 9457 has it."""

    media_type = "application/problem+json"


def problem(status: int, title: str, data: ErrorData, headers: Mapping[str, str] | None = None) -> ProblemAnswer:
    """The answer to a request that failed. ``title``: the message."""
    return ProblemAnswer({"title": title, "status": status, "detail": "", **data}, status, headers)


def _wrong(*details: str) -> ErrorData:
    """The data of a request that is wrong itself."""
    return {"hint": "", "exit_code": UsageError.exit_code, "details": list(details), "problems": []}


def problem_of(error: OdcpubError) -> ProblemAnswer:
    """An error that users meet, as a problem."""
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 502)
    return problem(status, error.message, error_data(error))


def _allowed(routers: Sequence[APIRouter], request: Request) -> str:
    """Every method of the path; the framework would name those of one route alone."""
    routes = [one for router in routers for one in router.routes if isinstance(one, APIRoute)]
    path = next((one.path for one in routes if one.matches(request.scope)[0] is not Match.NONE), "")
    methods = {method for one in routes if one.path == path for method in one.methods or ()}
    return ", ".join(sorted(methods))


def answer_errors(api: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Whatever goes wrong is a problem with its hint; what nobody expected is in the server's log, and told so."""

    @api.exception_handler(OdcpubError)
    def known(_request: Request, error: OdcpubError) -> ProblemAnswer:
        return problem_of(error)

    @api.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> ProblemAnswer:
        lines = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        return problem(400, "the request does not match the API's schema", _wrong(*lines))

    @api.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> ProblemAnswer:
        headers = {"Allow": _allowed(routers, request)} if error.status_code == 405 else error.headers
        return problem(error.status_code, f"the request is refused: {error.detail}", _wrong(), headers)

    @api.exception_handler(OSError)
    def failed(_request: Request, error: OSError) -> ProblemAnswer:
        LOG.error("a request failed", exc_info=error)
        return problem_of(system_failure(error, "this machine"))

    @api.exception_handler(Exception)
    def unexpected(_request: Request, error: Exception) -> ProblemAnswer:  # the server's own log has it
        found = OdcpubError(
            f"the server failed: internal error: {type(error).__name__}",
            "see server.log in the data folder, and report it",
        )
        return problem(500, found.message, error_data(found))
