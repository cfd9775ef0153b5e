"""A server action of ten steps beside the same written by hand, in turns: same runtime, same database, same answers.

``python -m bench.actions [rows] [seconds]``. The action is in ``bench/requests/actions.yaml``, the hand-written app is
``bench/requests/actions.cs``. Does I/O.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bench.app_requests import CODE, CONNECTIONS, ROUNDS, apps, postmaster, spent
from bench.report import Table, median, show
from odcpub.model.elements import Asset
from odcpub.model.load import RawModel, parts_of
from odcpub.model.verify import verify
from tests.contract.published_app import App

ROWS, SECONDS, OF_A_CUSTOMER = 100_000, 2.0, 50
WARM = 15.0
"""Seconds in which .NET compiles what is called often once more."""
FILL = """
insert into customer (name) select 'Customer ' || n from generate_series(1, {customers}) n;
insert into ticket (subject, customer, status, hours, fee)
select 'Printer ' || n, 1 + n % {customers}, (array['Open', 'Held'])[1 + n / 7 % 2], 1, 80
from generate_series(1, {rows}) n;
insert into booking (ticket, hours, note, booked_at)
select 1 + n % {rows}, n % 397 / 4.0, 'It was fine.', timestamptz '2024-01-01 00:00Z' + n * interval '61.5 seconds'
from generate_series(1, {rows} * 5) n;
"""


@dataclass(frozen=True, slots=True)
class Slice:
    """Calls a second, milliseconds for 99 % of them, CPU milliseconds a call of app and database, MB of the app."""

    rate: float
    slow: float
    cpu: float
    memory: float


def asset() -> Asset:
    """Of actions.yaml."""
    return verify(RawModel((parts_of((CODE / "actions.yaml").read_bytes(), "app.yaml"),)), {})[0]


def calls(rows: int, count: int = 5_000) -> list[bytes]:
    chance = random.Random(7)  # noqa: S311
    return [_call(1 + chance.randrange(rows), chance) for _ in range(count)]


def _call(ticket: int, chance: random.Random) -> bytes:
    given = {"TicketId": ticket, "Hours": f"{chance.randrange(100) / 4:g}", "Note": "It prints again."}
    data = json.dumps(given).encode()
    head = f"Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    return f"POST /api/Book HTTP/1.1\r\n{head}".encode() + data


def memory(app: App) -> float:
    """MB that the process has for itself."""
    assert app.process is not None
    lines = Path(f"/proc/{app.process.pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) / 1024


def measure(rows: int, seconds: float) -> tuple[list[Slice], list[Slice]]:
    """Slices of ours, slices of the peer's, taken in turns."""
    fill = FILL.format(customers=rows // OF_A_CUSTOMER, rows=rows)
    found: tuple[list[Slice], list[Slice]] = ([], [])
    with apps(asset(), "actions", fill) as (ours, peer, client, database):
        server, requests = postmaster(database), calls(rows)
        path = client.keep("calls", requests)
        same(ours, peer, rows)
        for app in (ours, peer):
            client.ask(app.port, WARM, path)
        for number in range(ROUNDS):
            turns = list(zip((ours, peer), found, strict=True))
            for app, slices in turns if number % 2 else reversed(turns):
                before = spent(app, server)
                asked = client.ask(app.port, seconds, path)
                used = (spent(app, server) - before) / (asked.rate * seconds)
                slices.append(Slice(asked.rate, asked.slow, used * 1000, memory(app)))
    return found


def same(ours: App, peer: App, rows: int) -> None:
    """Both must answer the same; the second one meets what the first has booked."""
    for ticket in range(1, rows, rows // 10):
        given = {"TicketId": ticket, "Hours": "1.5"}
        first, second = (app.request("POST", "/api/Book", given).json for app in (ours, peer))
        recent = Decimal(first.pop("Recent")), Decimal(second.pop("Recent"))
        assert (first, recent[0] + Decimal("1.5")) == (second, recent[1]), (first, second, recent)


def table(rows: int, seconds: float) -> Table:
    ours, peer = measure(rows, seconds)
    lines = []
    for name, form, of in (
        ("calls a second", "{:,.0f}", lambda one: one.rate),
        ("99 % answered within, ms", "{:.1f}", lambda one: one.slow),
        ("CPU of app and database, ms a call", "{:.2f}", lambda one: one.cpu),
        ("memory of the app, MB", "{:.0f}", lambda one: one.memory),
    ):
        first, second = (median(map(of, slices)) for slices in (ours, peer))
        between = median(of(one) / of(other) for one, other in zip(ours, peer, strict=True))
        lines.append((name, form.format(first), form.format(second), f"{between:.2f} ×"))
    title = f"A server action of ten steps beside the same by hand, {CONNECTIONS} connections, {rows:,} rows"
    return Table(title, ("", "published", "by hand", "ratio"), lines)


def run() -> Iterator[Table]:
    yield table(ROWS, SECONDS)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    print(show(table(int(arguments[0]) if arguments else ROWS, float(arguments[1]) if len(arguments) > 1 else SECONDS)))
