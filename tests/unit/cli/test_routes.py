"""What the command line asks is what the server has, with the requests and answers that it has."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any, get_args, get_type_hints

import pytest

from odcpub.api_types import assets, calls, installation, models, operations, plans
from odcpub.cli import routes
from odcpub.portal.api import make_api
from odcpub.portal.documented import Route as ServersRoute

TYPES = {one.__name__.rpartition(".")[2]: one for one in (assets, calls, installation, models, operations, plans)}


def asked() -> dict[str, tuple[routes.Route[Any, Any], Any, Any]]:
    """The routes by their names in the module, each with the types of its request and its answer."""
    hints = get_type_hints(routes, localns=TYPES)
    found = {}
    for name, one in vars(routes).items():
        if isinstance(one, routes.Route):
            body, answer = get_args(hints[name])
            found[name] = one, body, answer
        elif isinstance(one, routes.Beginning):
            (body,) = get_args(hints[name])
            found[f"{name}.run"] = one.run, body, operations.Operation
            found[f"{name}.plan"] = one.plan, body, plans.Plan
    return found


ASKED = asked()


@pytest.fixture(scope="module")
def served() -> dict[tuple[str, str], ServersRoute]:
    server: Any = SimpleNamespace(platform=None, user="ada", engines=None)
    every = (one for one in make_api(server).router.routes if isinstance(one, ServersRoute))
    return {(method, re.sub(r"\{\w+\}", "{}", one.path_format)): one for one in every for method in one.methods or ()}


def places(route: routes.Route[Any, Any]) -> list[str]:
    """The paths that it can have at the server: a collection of operations is one word of the path there."""
    kinds = ("publish-operations", "deployment-operations")
    if route is routes.MESSAGES:
        return [route.path.replace("{}", kind, 1) for kind in kinds]
    return [route.path]


@pytest.mark.parametrize("name", ASKED)
def test_a_route_has_the_types_that_the_server_says(name: str, served: dict[tuple[str, str], ServersRoute]) -> None:
    route, body, answer = ASKED[name]
    for path in places(route):
        there = served[route.method, path]
        assert there.shape() is answer
        assert get_type_hints(there.endpoint).get("body", type(None)) is (type(None) if body is None else body)


def test_names_are_segments_and_queries_are_escaped() -> None:
    assert routes.CONTINUE.at("a/b?c#d").path == "/api/v1/operations/a%2Fb%3Fc%23d/continue"
    assert routes.SCRIPTS.at("x").asking(stage="q a/&").path == "/api/v1/scripts/x?stage=q%20a%2F%26"
    assert routes.SOURCE.asking().path == routes.SOURCE.path
