"""OpenAPI: every route with the shapes of its answers and every status that it can answer. No I/O.

What a route answers is said once, by its return type: ``Answer[Operation]``. The document is made when somebody asks
for it; the server's start pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from odcpub.api_types.operations import Message, Operation
from odcpub.api_types.problems import ProblemDetails
from odcpub.portal.answers import Answer

Responses = dict[int | str, dict[str, Any]]
REFERENCE = "#/components/schemas/{name}"
_FRAMEWORKS = ("HTTPValidationError", "ValidationError")
"""Schemas of errors that the framework would answer itself; here they are problem details."""


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": REFERENCE.format(name=ProblemDetails.__name__)}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


EVERYWHERE: Responses = {
    400: _problem("The request is wrong itself: a parameter, a value, a file of the model."),
    500: _problem("The server failed."),
    502: _problem("An engine failed or cannot be reached, or the data folder has gone."),
    503: _problem("An engine failed in a way that may pass."),
    507: _problem("The disk is full."),
}
MISSING: Responses = {404: _problem("There is no such asset, stage, revision or operation.")}
REFUSED: Responses = {409: _problem("Understood and refused; nothing was changed. The hint says how to go on.")}
BOTH: Responses = MISSING | REFUSED
LOCATION: dict[str, Any] = {"headers": {"Location": {"description": "Where it is.", "schema": {"type": "string"}}}}


def _event(name: str, shape: type) -> dict[str, Any]:
    """An event of that name, whose data is JSON of the shape."""
    content = {"$ref": REFERENCE.format(name=shape.__name__)}
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": content}
    properties = {"event": {"const": name}, "id": {"type": "string"}, "data": data}
    return {"type": "object", "required": ["event", "data"], "properties": properties}


EVENTS: Responses = {
    200: {
        "description": (
            "Server-sent events. `message`: the data is a Message, the id its id; `serves`: the new version serves, "
            "and the data is the Operation as it is then; `end`: the operation has ended, and the data is the "
            "Operation. After `Last-Event-ID` each later message comes once, and `serves` comes again where the "
            "version serves already. A comment every few seconds says that it still runs."
        ),
        "content": {
            "text/event-stream": {
                "itemSchema": {
                    "oneOf": [_event("message", Message), _event("serves", Operation), _event("end", Operation)]
                }
            }
        },
    }
}


NewRouter = Callable[..., APIRouter]
"""Makes a router whose routes have what all have. Takes what ``APIRouter`` takes."""


class Route(APIRoute):
    """A route whose answers are made by itself, and are not looked through by the framework again."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        super().__init__(path, endpoint, **given | {"response_model": None})

    def shape(self) -> Any:
        """The type of its answer; None where it is no JSON of ours."""
        answer = get_type_hints(self.endpoint).get("return")
        return get_args(answer)[0] if get_origin(answer) is Answer else None


def describe(api: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Lets ``api``, which is made of ``routers``, answer with the whole document; it is made once."""

    def document() -> dict[str, Any]:
        if api.openapi_schema is None:
            api.openapi_schema = _document(api, routers)
        return api.openapi_schema

    api.openapi = document  # type: ignore[method-assign]


def _document(api: FastAPI, routers: Sequence[APIRouter]) -> dict[str, Any]:
    made = get_openapi(title=api.title, version=api.version, routes=api.routes)
    routes = [one for router in routers for one in router.routes if isinstance(one, Route)]
    shapes = [*(shape for one in routes if (shape := one.shape())), Message, Operation, ProblemDetails]
    references, schemas = msgspec.json.schema_components(shapes, ref_template=REFERENCE)
    known = {str(shape): found for shape, found in zip(shapes, references, strict=True)}
    for route in routes:
        for method in route.methods or ():
            operation = made["paths"][route.path_format][method.lower()]
            operation["responses"].pop("422", None)
            if shape := route.shape():
                success = operation["responses"][str(route.status_code or 200)]
                success["content"] = {"application/json": {"schema": known[str(shape)]}}
    components = made["components"]["schemas"] | schemas
    made["components"]["schemas"] = {name: components[name] for name in _without_frameworks(components)}
    return made


def _without_frameworks(names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if name not in _FRAMEWORKS)
