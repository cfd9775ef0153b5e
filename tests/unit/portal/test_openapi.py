"""The OpenAPI document says every shape and every status, and nothing that the API doesn't answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .test_api import DEPLOYMENTS, Client, api, platform

__all__ = ["api", "platform"]


@pytest.fixture
def document(api: Client) -> dict[str, Any]:
    found = api.get("/openapi.json").json()
    assert isinstance(found, dict)
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_route_says_what_it_answers(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        codes = [code for code in operation["responses"] if code < "400"]
        assert len(codes) == 1, name
        (media, content), *more = operation["responses"][codes[0]]["content"].items()
        assert not more, name
        if name.endswith("/events"):
            kinds = [one["properties"]["event"]["const"] for one in content["itemSchema"]["oneOf"]]
            assert (media, kinds) == ("text/event-stream", ["message", "serves", "end"]), name
        else:
            assert (media, bool(content["schema"])) == ("application/json", True), name


def test_every_route_says_how_it_refuses(document: dict[str, Any]) -> None:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    for name, operation in operations(document):
        codes = {code for code in operation["responses"] if code >= "400"}
        assert {"400", "500", "502", "503", "507"} <= codes, name
        assert codes <= {"400", "404", "409", "500", "502", "503", "507"}, name
        assert ("404" in codes) or "{" not in name, name
        for code in codes:
            assert operation["responses"][code]["content"] == problem, (name, code)


def test_nothing_is_referred_to_that_is_not_there(document: dict[str, Any]) -> None:
    known = document["components"]["schemas"]

    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (one for key, one in value.items() if key == "$ref")
            for one in value.values():
                yield from references(one)
        elif isinstance(value, list):
            for one in value:
                yield from references(one)

    found = {one.rpartition("/")[2] for one in references(document)}
    assert found <= known.keys()
    assert {"Operation", "Message", "ProblemDetails", "EnginesPatch"} <= found
    assert "HTTPValidationError" not in known


def test_what_is_made_says_where_it_is(document: dict[str, Any]) -> None:
    for name in ("publish-operations", "deployment-operations"):
        made = document["paths"][f"{DEPLOYMENTS}/{name}"]["post"]["responses"]["201"]
        assert "Location" in made["headers"], name


def test_a_body_says_its_limits_and_takes_no_other_fields(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    deploy = schemas["DeploymentOperationRequest"]
    assert (deploy["required"], deploy["additionalProperties"]) == (
        ["operation", "assetKey", "environmentKey"],
        False,
    )
    assert deploy["properties"]["assetKey"]["maxLength"] == 4096
    assert schemas["ConfigurationValue"]["additionalProperties"] is False
