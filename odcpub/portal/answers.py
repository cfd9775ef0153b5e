"""What the API answers with: JSON in ASCII, and errors as problem details. No I/O."""

from __future__ import annotations

import json
import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from odcpub.errors import OdcpubError, system_failure
from odcpub.operations.platform import error_data
from odcpub.portal.schemas import Problem

STATUS = {1: 409, 2: 400, 3: 502}
"""HTTP status by exit code."""
LOG = logging.getLogger("odcpub.portal")


class Answer(JSONResponse):
    """JSON whose texts a terminal can print: everything that is not ASCII is an escape, and so is DEL. A text that is
    no Unicode, such as a file's name, is an answer too."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, allow_nan=False, separators=(",", ":")).replace("\x7f", "\\u007f").encode("ascii")


def problem(status: int, title: str, data: dict[str, object]) -> Answer:
    body = Problem.model_validate({"title": title, "status": status} | data)
    return Answer(body.model_dump(), status, media_type="application/problem+json")


def answer_errors(api: FastAPI) -> None:
    """Whatever goes wrong is a problem with its hint; what nobody expected is in the server's log, and told so."""

    @api.exception_handler(OdcpubError)
    def known(_request: Request, error: OdcpubError) -> Answer:
        return problem(STATUS[error.exit_code], error.message, error_data(error))

    @api.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> Answer:
        lines = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        return problem(400, "the request does not fit", {"exit_code": 2, "details": lines})

    @api.exception_handler(HTTPException)
    def refused(_request: Request, error: HTTPException) -> Answer:
        found = problem(error.status_code, f"the request is refused: {error.detail}", {"exit_code": 2})
        found.headers.update(error.headers or {})
        return found

    @api.exception_handler(OSError)
    def failed(_request: Request, error: OSError) -> Answer:
        LOG.error("a request failed", exc_info=error)
        told = system_failure(error, "this machine")
        return problem(STATUS[told.exit_code], told.message, error_data(told))

    @api.exception_handler(Exception)
    def unexpected(_request: Request, error: Exception) -> Answer:  # the server's own log has it
        hint = "see server.log in the data folder, and report it"
        return problem(500, f"the server failed: internal error: {type(error).__name__}", {"hint": hint})
