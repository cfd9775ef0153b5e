"""The OpenAPI document of a published app: it says of every address what is asked, answered and refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.desk import create, customer
from tests.contract.published_app import App

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def document(desk: App) -> Any:
    return desk.request("GET", "/_odc/openapi.json").json


@pytest.fixture(scope="module")
def schemas(document: Any) -> Any:
    return document["components"]["schemas"]


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from [item] if name == "$ref" else references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def test_every_reference_leads_somewhere(document: Any) -> None:
    components = document["components"]
    known = {f"#/components/{kind}/{name}" for kind in components for name in components[kind]}
    assert set(references(document)) <= known
    assert document["servers"] == [{"url": "/"}]


def test_what_must_be_given(schemas: Any) -> None:
    assert schemas["Ticket.Input"]["required"] == ["Subject", "Customer"]
    assert "required" not in schemas["Ticket.Changes"]
    assert set(schemas["Customer"]["required"]) == {"Id", "Name", "Email", "Score", "$labels"}
    properties = schemas["Ticket.Input"]["properties"]
    assert schemas["Ticket"]["properties"]["Photo"]["required"] == ["size", "name", "type"]
    assert schemas["Ticket"]["properties"]["$cut"]["additionalProperties"] == {"type": "integer"}
    assert [one.get("required") for one in properties["Photo"]["anyOf"]] == [None, ["data"], None]
    assert properties["Urgent"]["default"] is False
    assert properties["Status"]["default"] == "Open"
    assert "default" not in schemas["Ticket.Changes"]["properties"]["Status"]
    assert properties["Currency"]["enum"] == ["EUR", "USD", None]
    assert schemas["Ticket"]["properties"]["Currency"]["enum"] == ["EUR", "USD", "DEM", None]
    assert properties["Status"]["enum"] == ["Open", "Closed", None]
    answered = schemas["Ticket"]["properties"]["Status"]  # its table may hold what was a record once
    assert (answered["examples"], "enum" in answered) == (["Open", "Closed", "Lost"], False)
    assert (schemas["Customer.Input"]["properties"]["Name"]["minLength"], properties["Subject"]["minLength"]) == (1, 3)
    assert (properties["class"]["minimum"], properties["class"]["maximum"]) == (-(2**31), 2**31 - 1)


def test_addresses_parameters_and_answers(document: Any) -> None:
    paths = document["paths"]
    listed = paths["/api/Ticket"]["get"]
    parameters = {one["name"]: one["schema"] for one in listed["parameters"]}
    assert parameters["size"] == {"type": "integer", "minimum": 1, "maximum": 200, "default": 25}
    assert parameters["page"]["minimum"] == 1
    choices = listed["responses"]["200"]["content"]["application/json"]["schema"]["anyOf"]
    assert choices == [{"$ref": f"#/components/schemas/Ticket.{one}"} for one in ("List", "Labels")]
    made = paths["/api/Ticket"]["post"]["responses"]
    assert made["201"]["headers"].keys() == {"ETag", "Location"}
    assert {"400", "403", "409", "413", "415", "422", "503", "504", "507"} <= made.keys()
    changed = paths["/api/Ticket/{Id}"]["patch"]["responses"]
    assert {"404", "412"} <= changed.keys()
    row = paths["/api/Ticket/{Id}"]
    asked = {verb: [one["name"] for one in row[verb]["parameters"]] for verb in ("get", "patch", "delete")}
    assert asked == {"get": ["fields", "cut"], "patch": ["If-Match", "fields", "cut"], "delete": ["If-Match"]}
    assert [one["name"] for one in paths["/api/Ticket"]["post"]["parameters"]] == ["fields", "cut"]
    assert changed["200"]["headers"].keys() == {"ETag"}
    file = paths["/api/Ticket/{Id}/Photo"]
    assert "application/octet-stream" in file["get"]["responses"]["200"]["content"]
    assert file["get"]["responses"]["200"]["headers"].keys() == {"Content-Disposition"}
    assert [one["name"] for one in file["put"]["parameters"]] == ["If-Match", "Content-Disposition", "fields", "cut"]
    assert {"200", "404", "412", "413", "415"} <= file["put"]["responses"].keys()
    assert "post" not in paths["/api/Status"]


VALUES: list[tuple[str, list[str], list[str]]] = [
    ("CallAt", ["07:05", "23:59:59.999999"], ["24:00", "07:05:00Z", "7:05", "07:05:00.1234567"]),
    ("Due", ["2024-02-29"], ["0000-01-01", "2024-13-01", "2024-02-29T00:00:00Z"]),
    ("OpenedAt", ["2026-01-31T12:30Z", "2026-01-31t12:30:00.5z", "2026-01-31T12:30:00+13:59"], ["2026-01-31T12:30"]),
    ("Photo", ["aGVsbG8=", ""], ["aGVsbG8", "a=b="]),
    ("Fee", ["-12345678901234567890.12345678", "0012.50", "1.0000000000"], ["1.123456789", "123456789012345678901"]),
    ("Reference", ["9223372036854775807", "1.0"], ["1.5", "x"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "taken", "refused"), VALUES)
def test_the_forms_of_values_are_those_that_the_app_takes(
    desk: App, schemas: Any, name: str, taken: list[str], refused: list[str]
) -> None:
    schema = schemas["Ticket.Input"]["properties"][name]
    pattern = re.compile(next(one["pattern"] for one in [*schema.get("anyOf", []), schema] if "pattern" in one))
    owner = customer(desk)["Id"]
    for value in taken:
        assert pattern.search(value)
        create(desk, "Ticket", Subject="Form", Customer=owner, **{name: value})
    for value in refused:
        assert not pattern.search(value)
        answer = desk.request("POST", "/api/Ticket", {"Subject": "Form", "Customer": owner, name: value})
        assert (answer.status, list(answer.json["errors"])) == (422, [name])
