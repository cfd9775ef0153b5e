"""Requests to the published helpdesk, for tests: rows that it needs, lists, what its settings say. Does I/O."""

from __future__ import annotations

import http.client
import json
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from tests.contract.published_app import DEADLINE, App


def create(app: App, entity: str, **values: Any) -> dict[str, Any]:
    answer = app.request("POST", f"/api/{entity}", values)
    assert answer.status == 201, answer.body
    return dict(answer.json)


def customer(app: App, **values: Any) -> dict[str, Any]:
    return create(app, "Customer", **{"Name": "Acme", "Email": f"{secrets.token_hex(6)}@example.com", **values})


def ticket(app: App, **values: Any) -> dict[str, Any]:
    return create(app, "Ticket", **{"Subject": "Help me", "Customer": customer(app)["Id"], **values})


def errors(app: App, values: dict[str, Any], method: str = "POST", path: str = "/api/Ticket") -> dict[str, list[str]]:
    answer = app.request(method, path, values)
    assert answer.status == 422, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    return dict(answer.json["errors"])


def items(app: App, query: str, entity: str = "Ticket") -> list[dict[str, Any]]:
    answer = app.request("GET", f"/api/{entity}?{query}")
    assert answer.status == 200, answer.body
    assert answer.json["total"] >= len(answer.json["items"])
    return list(answer.json["items"])


def setting_of(app: App, name: str) -> str:
    return dict(part.split("=", 1) for part in app.environment["ODCPUB_DATABASE"].split(";"))[name]


@contextmanager
def sent(app: App, method: str, path: str, body: object = None) -> Iterator[http.client.HTTPConnection]:
    """A request that is on its way; nobody has waited for its answer."""
    with closing(http.client.HTTPConnection("127.0.0.1", app.port, timeout=DEADLINE)) as connection:
        connection.request(method, path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        yield connection
