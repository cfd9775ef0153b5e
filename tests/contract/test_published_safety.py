"""What a published app answers to pages of other sites, to malformed requests, and to too many at once."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.client import HTTPResponse

import psycopg
import pytest

from odcpub.engines.database.postgres import Postgres
from tests.contract.conftest import DESK
from tests.contract.desk import customer, ticket
from tests.contract.published_app import DEADLINE, Answer, App
from tests.waiting import wait_for

pytestmark = pytest.mark.database

OWN = [
    {},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://desk.example"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://desk.example"},
    {"Origin": "http://desk.example"},
]
OTHERS = [
    {"Origin": "http://evil.example"},
    {"Origin": "https://desk.example:8443"},
    {"Origin": "null"},
    {"Origin": "desk.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "https://other.desk.example"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://desk.example"},
]


def written(app: App, method: str, headers: Mapping[str, str]) -> Answer:
    number = customer(app)["Id"]
    path = "/api/Customer" + ("" if method == "POST" else f"/{number}")
    body = None if method == "DELETE" else {"Name": "New", "Email": f"of{number}@example.com"}
    return app.request(method, path, body, {"Host": "desk.example", **headers})


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("headers", OWN, ids=str)
def test_its_own_page_and_programs_write(desk: App, method: str, headers: Mapping[str, str]) -> None:
    assert written(desk, method, headers).status in (200, 201, 204)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("headers", OTHERS, ids=str)
def test_pages_of_other_sites_do_not(desk: App, method: str, headers: Mapping[str, str]) -> None:
    answer = written(desk, method, headers)
    assert (answer.status, answer.json["detail"]) == (403, "A page of another site can't change data here.")


def test_another_sites_page_may_lead_here(desk: App) -> None:
    assert desk.request("GET", "/", headers={"Sec-Fetch-Site": "cross-site"}).status == 200


@pytest.mark.parametrize("path", ["/", "/_odc/start.js", "/api/Customer", "/api/Nothing"])
def test_every_answer_says_what_it_is_for(desk: App, path: str) -> None:
    headers = desk.request("GET", path).headers
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/", 200, "Tickets"),
        ("/Tickets", 200, "Tickets"),
        ("/TicketDetail/5", 200, "Ticket detail"),
        ("/Nothing", 404, "Page not found"),
        ("/Nothing/5", 404, "Page not found"),
    ],
)
def test_a_page_that_is_none_of_its_screens(desk: App, path: str, status: int, title: str) -> None:
    answer = desk.request("GET", path)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert f"<title>{title} \u00b7 Helpdesk</title>" in answer.body.decode()
    assert desk.request("GET", path, headers={"If-None-Match": answer.headers["ETag"]}).status in (304, 404)


# Heads of requests that the server can't take


HEALTH = b"GET /_odc/health HTTP/1.1\r\nHost: a\r\n"
MALFORMED = "The request is malformed."
TOO_MANY = "The request has more than 100 headers, or more than 32 kB of them."
HEADS = [
    (b"GET /_odc/health HTTP/1.1\nHost: a\n\n", 400, MALFORMED),
    (b"GET /_odc/health HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400, MALFORMED),
    (b"\x16\x03\x01\x02\r\n\r\n", 400, MALFORMED),
    (b"GET / HTTP/1.1\r\n\r\n", 400, MALFORMED),
    (HEALTH + b"No colon\r\n\r\n", 400, MALFORMED),
    (HEALTH + b"X: 1\r\n 2\r\n\r\n", 400, MALFORMED),
    (HEALTH + b"Content-Length: x\r\n\r\n", 400, MALFORMED),
    (b"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 405, "This address is not for this method."),
    (b"GET /?" + b"a" * 9000 + b" HTTP/1.1\r\n", 414, "The request's first line is longer than 8 kB."),
    (HEALTH + b"X: 1\r\n" * 200, 431, TOO_MANY),
    (HEALTH + b"X: " + b"x" * 2_000_000, 431, TOO_MANY),
]


@contextmanager
def sent(app: App, request: bytes) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", app.port), timeout=DEADLINE) as connection:
        with suppress(OSError):  # the answer comes before all of a long one is read
            connection.sendall(request)
        yield connection


def answered(connection: socket.socket, method: str = "GET") -> Answer:
    response = HTTPResponse(connection, method=method)
    response.begin()
    return Answer(response.status, dict(response.getheaders()), response.read())


def said(answer: Answer) -> dict[str, str]:
    """The headers that say what may be done with an answer."""
    return {name: value for name, value in answer.headers.items() if name not in ("Date", "Content-Length", "Allow")}


@pytest.mark.parametrize(("head", "status", "detail"), HEADS, ids=lambda value: str(value)[:30])
def test_what_the_server_refuses_is_answered_as_what_the_app_refuses(
    desk: App, head: bytes, status: int, detail: str
) -> None:
    refused = desk.request("GET", "/api/Nothing", headers={"Connection": "close"})
    with sent(desk, head) as connection:
        answer = answered(connection)
        assert connection.recv(1) == b""
    assert (answer.status, answer.json["status"], answer.json["detail"]) == (status, status, detail)
    assert answer.json.keys() == refused.json.keys()
    assert said(answer) == said(refused)


def test_the_answer_to_such_a_head_has_no_body_where_there_must_be_none(desk: App) -> None:
    with sent(desk, HEALTH.replace(b"GET", b"HEAD") + b"X: 1\r\n" * 200) as connection:
        received = b"".join(iter(lambda: connection.recv(4096), b""))
    assert received.startswith(b"HTTP/1.1 431 ")
    assert received.index(b"\r\n\r\n") == len(received) - 4


def test_the_answer_before_such_a_head_is_whole(desk: App) -> None:
    with sent(desk, HEALTH + b"\r\nGET / HTTP/1.1\r\n\r\n") as connection:
        received = b"".join(iter(lambda: connection.recv(4096), b""))
    first, second = received.split(b"HTTP/1.1 400 Bad Request")
    assert first.endswith(b'{"status":"alive"}')
    assert second.endswith(b'"detail":"The request is malformed."}')


def test_a_client_of_http_2_is_told_in_http_2(desk: App) -> None:
    """A frame GOAWAY, HTTP_1_1_REQUIRED (RFC 9113, 7)."""
    with sent(desk, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") as connection:
        received = b"".join(iter(lambda: connection.recv(4096), b""))
    assert (received[3], received[-1], len(received)) == (7, 13, 17)


# Too many at once


@contextmanager
def locked(database: Postgres, statement: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Another session, which holds what every read of a table needs until it commits."""
    with closing(database.server().connect(DESK.database, schema=DESK.schema)) as other:
        other.execute("begin")
        other.execute(statement.encode())
        yield other


@contextmanager
def asking(app: App, paths: list[str]) -> Iterator[list[Answer]]:
    """One thread a path; its answer is in the list when it has come."""
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda path=path: answers.append(app.request("GET", path))) for path in paths]
    for thread in threads:
        thread.start()
    yield answers
    for thread in threads:
        thread.join()


def waiting(database: Postgres) -> int:
    with closing(database.server().connect()) as superuser:
        found = superuser.execute("select count(*) from pg_stat_activity where wait_event_type = 'Lock'").fetchone()
    assert found is not None
    return int(found[0])


def test_searches_leave_room_for_rows(desk: App, desk_database: Postgres) -> None:
    """A million rows keep searches busy for seconds; here a lock does."""
    number = customer(desk)["Id"]
    others = ["/api/Ticket?sort=Fee", "/api/Ticket?page=900"]
    searches = [f"/api/Ticket?search=x{one}" for one in range(20)] + others * 5
    with locked(desk_database, "lock table issue") as other, asking(desk, searches) as answers:
        wait_for(lambda: waiting(desk_database) >= 5)
        for _ in range(10):
            begun = time.monotonic()
            assert desk.request("GET", f"/api/Customer/{number}").status == 200
            assert desk.request("PATCH", f"/api/Customer/{number}", {"Score": 5}).status == 200
            assert desk.request("GET", "/api/Customer").status == 200
            assert time.monotonic() - begun < 4
        assert waiting(desk_database) == 5  # a quarter of the connections
        wait_for(lambda: len(answers) == 25)
        other.execute("commit")
    told = Counter((answer.status, answer.headers.get("Retry-After")) for answer in answers)
    assert told == {(200, None): 5, (503, "5"): 25}
    assert {answer.json["detail"] for answer in answers if answer.status == 503} == {
        "Too many searches at once. Try again in a moment."
    }


def test_no_free_connection_is_told_as_that(desk_prepared: App, desk: App, desk_database: Postgres) -> None:
    path = f"/api/Ticket/{ticket(desk)['Id']}"
    few = desk_prepared.environment["ODCPUB_DATABASE"] + ";Maximum Pool Size=2"
    small = App(desk_prepared.folder, desk_prepared.environment).start(ODCPUB_DATABASE=few)
    small.wait("/_odc/ready", 200)
    with locked(desk_database, "lock table issue") as other, asking(small, [path, path]):
        wait_for(lambda: waiting(desk_database) == 2)
        answer = small.request("GET", "/api/Customer")
        other.execute("commit")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    assert answer.json["detail"] == "Too many requests at once. Try again in a moment."
    output = small.stop()
    assert "too many requests at once" in output
    assert "away" not in output
