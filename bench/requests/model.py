"""The app of this benchmark as a value, its rows as SQL, and what is asked of it as bytes. No I/O."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from decimal import Decimal

from odcpub.model.elements import (
    Asset,
    Attribute,
    Basic,
    DataType,
    Entity,
    Kind,
    Record,
    Screen,
    ScreenKind,
    StaticEntity,
)

OF_A_CUSTOMER, PEOPLE = 50, 50
"""Tickets of one customer, and people who own tickets."""


def _attribute(name: str, basic: Basic, mandatory: bool = False, **rules: object) -> Attribute:
    measures = {key: rules.pop(key) for key in ("length", "digits", "decimals", "target") if key in rules}
    type_ = DataType(basic, **measures, target_key=str(measures.get("target", "")))  # type: ignore[arg-type]
    return Attribute(name, name, type_, mandatory=mandatory, **rules)  # type: ignore[arg-type]


def _named(name: str) -> Entity:
    return Entity(name, name, (_attribute("Name", Basic.TEXT, length=100, mandatory=True),), display="Name")


TICKET = Entity(
    "Ticket",
    "Ticket",
    (
        _attribute("Subject", Basic.TEXT, length=200, mandatory=True),
        _attribute("Customer", Basic.IDENTIFIER, target="Customer", mandatory=True),
        _attribute("Owner", Basic.IDENTIFIER, target="Person"),
        _attribute("Status", Basic.IDENTIFIER, target="Status"),
        _attribute("OpenedAt", Basic.DATE_TIME),
        _attribute("Due", Basic.DATE),
        _attribute("Fee", Basic.CURRENCY),
        _attribute("Hours", Basic.DECIMAL, digits=7, decimals=2, minimum=Decimal(0)),
        _attribute("Urgent", Basic.BOOLEAN),
        _attribute("Priority", Basic.INTEGER, minimum=Decimal(0), maximum=Decimal(9)),
        _attribute("Email", Basic.EMAIL),
        _attribute("Notes", Basic.TEXT),
    ),
    display="Subject",
)
SHOWN = ("Subject", "Customer", "Status", "Due", "Fee")
"""The list screen's columns."""
APP = Asset(
    Kind.APP,
    "Bench",
    "6f0c7a0e-6a54-4c40-9a39-4f2f0f7c1a01",
    static_entities=(
        StaticEntity(
            "Status", "Status", tuple(Record(key, key, at) for at, key in enumerate(("Open", "Held", "Done")))
        ),
    ),
    entities=(_named("Customer"), _named("Person"), TICKET),
    screens=(Screen("Tickets", ScreenKind.LIST, "Ticket", SHOWN, ("Subject",)),),
)

FILL = """
insert into customer (name) select 'Customer ' || n from generate_series(1, {customers}) n;
insert into person (name) select 'Person ' || n from generate_series(1, {people}) n;
insert into ticket (subject, customer, owner, status, opened_at, due, fee, hours, urgent, priority, email, notes)
select 'Printer ' || n || ' prints no more', 1 + n % {customers}, 1 + n % {people},
  (array['Open', 'Held', 'Done'])[1 + n % 3], timestamptz '2024-01-01 00:00Z' + n * interval '61.5 seconds',
  date '2024-01-01' + n % 700, n % 10007 + 0.25, n % 400 / 4.0, n % 2 = 0, n % 10, 'someone' || n || '@example.com',
  repeat('It was fine until yesterday. ', 1 + n % 5)
from generate_series(1, {rows}) n;
"""


def fill(rows: int) -> str:
    return FILL.format(customers=rows // OF_A_CUSTOMER, people=PEOPLE, rows=rows)


def _request(method: str, path: str, body: object = None) -> bytes:
    data = b"" if body is None else json.dumps(body).encode()
    more = f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n" if data else ""
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n{more}\r\n".encode() + data


def _ticket(chance: random.Random, rows: int) -> dict[str, object]:
    return {
        "Subject": f"A new printer {chance.randrange(10**6)}",
        "Customer": 1 + chance.randrange(rows // OF_A_CUSTOMER),
        "Owner": 1 + chance.randrange(PEOPLE),
        "Status": "Open",
        "OpenedAt": "2026-01-31T12:30:00Z",
        "Due": "2026-02-28",
        "Fee": "120.5",
        "Hours": "1.25",
        "Urgent": True,
        "Priority": chance.randrange(10),
        "Email": "someone@example.com",
        "Notes": "It was fine until yesterday.",
    }


def asked(rows: int, count: int = 2_000) -> dict[str, list[bytes]]:
    """What is measured → ``count`` different requests as they are sent."""
    chance = random.Random(7)  # noqa: S311

    def some() -> Iterator[int]:
        return (1 + chance.randrange(rows) for _ in range(count))

    ticket, shown = "/api/Ticket", f"page=1&size=25&fields={','.join(SHOWN)}&cut=200"
    return {
        "floor: a page without the database": [_request("GET", "/_odc/health")],
        "a row by its identifier": [_request("GET", f"{ticket}/{at}") for at in some()],
        "a filtered list of 25": [
            _request("GET", f"{ticket}?filter.Customer={1 + at % (rows // OF_A_CUSTOMER)}") for at in some()
        ],
        "the page's list": [_request("GET", f"{ticket}?{shown}")],
        "POST": [_request("POST", ticket, _ticket(chance, rows)) for _ in range(count)],
        "PATCH": [_request("PATCH", f"{ticket}/{at}", {"Priority": at % 10}) for at in some()],
    }
