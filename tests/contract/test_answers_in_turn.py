"""Large answers and changes of large rows wait for their memory as large bodies do, before anything happens."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from odcpub.engines.database.postgres import Postgres
from tests.contract.conftest import DESK
from tests.contract.desk import items
from tests.contract.published_app import Answer, App
from tests.contract.test_large_requests import JSON, MB, body, send

pytestmark = pytest.mark.database
BUDGET = 20 * MB
HEAP = 80 * MB + BUDGET * 3 // 2
"""With little memory for what is large."""
TEXT = 'a "line" of a very long text\n' * (8 * MB // 29)
LONGER_THAN_PATIENCE = 26.0


@pytest.fixture(scope="module")
def row(app: App, owner: int) -> str:
    """The address of a ticket with a large text."""
    return send(app, body(owner, Notes=TEXT)).headers["Location"]


@contextmanager
def taken(app: App, owner: int, seconds: float) -> Iterator[None]:
    """Nearly all of the memory is another's, for so long, who is not slow."""
    pace = 560_000
    data = body(owner, Notes="x" * 17 * MB)
    sending, ended = threading.Event(), threading.Event()

    def upload() -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", app.port)) as line:
            line.putrequest("POST", "/api/Ticket")
            for name, value in {**JSON, "Content-Length": str(len(data))}.items():
                line.putheader(name, value)
            line.endheaders(data[: 2 * MB])
            sending.set()
            begun, at = time.monotonic(), 2 * MB
            while (passed := time.monotonic() - begun) < seconds and not ended.wait(0.25):
                line.send(data[at : (at := 2 * MB + int(passed * pace))])

    holder = threading.Thread(target=upload)
    holder.start()
    sending.wait()
    time.sleep(1)
    try:
        yield
    finally:
        ended.set()
        holder.join()


def label(app: App, path: str) -> str:
    (found,) = items(app, f"labels=true&filter.Id={path.rpartition('/')[2]}")
    return str(found["Label"])


def test_a_large_answer_waits_for_its_turn(app: App, owner: int, row: str) -> None:
    number = row.rpartition("/")[2]
    for path in (row, f"/api/Ticket?filter.Id={number}&sort=-Fee&search=large"):
        with taken(app, owner, 3):
            assert app.request("GET", "/api/Ticket?fields=Subject").status == 200
            answer = app.request("GET", path)
        assert answer.status == 200, answer.body
        found = answer.json if path == row else answer.json["items"][0]
        assert found["Notes"] == TEXT


def test_a_small_change_of_a_large_row_waits_before_it_is_made(app: App, owner: int, row: str) -> None:
    with taken(app, owner, 3):
        answer = app.request("PATCH", row, {"Subject": "In turn"})
    assert (answer.status, answer.json.get("Subject"), answer.json.get("Notes")) == (200, "In turn", TEXT)
    with taken(app, owner, LONGER_THAN_PATIENCE):
        refused = app.request("PATCH", row, {"Subject": "Refused"}, {"If-Match": answer.headers["ETag"]})
        assert (refused.status, refused.headers.get("Retry-After"), label(app, row)) == (503, "3", "In turn")


def test_an_answer_is_as_long_as_what_was_given(app: App, owner: int) -> None:
    """What needs no escape in JSON has none."""
    data = body(owner, False, Notes='\N{GRINNING FACE}\ue000\x7f"\n' * (MB // 4))
    made = send(app, data)
    assert made.status == 201
    assert len(made.body) < len(data) + 1_000


def test_what_is_not_there_or_changed_is_told_as_that(app: App, row: str) -> None:
    def change(path: str, **headers: str) -> Answer:
        return app.request("PATCH", path, {"Subject": "Never"}, headers)

    assert (change("/api/Ticket/999999").status, change(row, **{"If-Match": '"1"'}).status) == (404, 412)
    assert app.request("PATCH", row, {}).json["Notes"] == TEXT


def test_a_row_that_is_larger_than_all_memory_is_read_in_part(app: App, owner: int, desk_database: Postgres) -> None:
    """By hand in the database: more than a body may have."""
    made = send(app, body(owner, Notes="x")).headers["Location"]
    number = int(made.rpartition("/")[2])
    with closing(desk_database.server().connect(DESK.database, schema=DESK.schema)) as superuser:
        superuser.execute("update issue set notes = repeat('long ', 8000000) where id = %s", [number])
    refused = app.request("GET", made)
    assert (refused.status, "fields" in refused.json["detail"]) == (413, True)
    answer = app.request("GET", f"{made}?cut=5")
    assert (answer.status, answer.json["Notes"]) == (200, "long …")
    assert answer.headers["ETag"]
    assert app.request("GET", f"{made}?fields=Subject").json.keys() == {"Id", "Subject", "$labels"}
    assert app.request("GET", f"{made}?fields=Nothing").status == 400
    unchanged = app.request("PATCH", made, {"Subject": "Never"})
    assert (unchanged.status, label(app, made)) == (413, "Large")
    assert app.request("PATCH", made, {"Notes": "short"}).json["Notes"] == "short"
