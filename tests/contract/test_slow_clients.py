"""Clients on slow lines, and those that don't say how much they send: they keep neither connections to the database,
nor what a table needs to be changed, nor memory."""

from __future__ import annotations

import base64
import http.client
import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from typing import Any

import pytest

from odcpub.engines.database.postgres import Postgres
from tests.contract.conftest import DESK
from tests.contract.published_app import App
from tests.contract.test_large_requests import HEAP, JSON, MB, body, save, send

pytestmark = pytest.mark.database
CONNECTIONS = 2
FILE = random.Random(20).randbytes(20 * MB)  # noqa: S311


@pytest.fixture(scope="module")
def app(desk_prepared: App) -> Iterator[App]:
    """With few connections to the database, and the memory of a pod."""
    database = f"{desk_prepared.environment['ODCPUB_DATABASE']};Maximum Pool Size={CONNECTIONS}"
    running = App(desk_prepared.folder, desk_prepared.environment)
    running.start(ODCPUB_DATABASE=database, DOTNET_GCHeapHardLimit=f"{HEAP:x}")
    running.wait("/_odc/ready", 200)
    yield running
    running.stop()


@pytest.fixture
def stored(app: App, owner: int) -> str:
    """The address of a ticket with a file."""
    made = send(app, body(owner, Photo=base64.b64encode(FILE).decode()))
    assert made.status == 201, made.body
    return made.headers["Location"]


class Slow:
    """Asks for a file, and takes its first bytes alone until it is told to take the rest."""

    def __init__(self, app: App, path: str) -> None:
        self.line = socket.socket()
        self.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        self.line.connect(("127.0.0.1", app.port))
        self.line.settimeout(60)
        self.line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        self.answer = http.client.HTTPResponse(self.line)
        self.answer.begin()
        self.taken = self.answer.read(1_000)

    def rest(self) -> bytes:
        return self.taken + self.answer.read()

    def close(self) -> None:
        self.answer.close()
        self.line.close()


def test_slow_downloads_keep_no_connection_and_stop_no_publish(app: App, stored: str, desk_database: Postgres) -> None:
    with (
        ExitStack() as lines,
        closing(desk_database.server().connect(DESK.database, schema=DESK.schema)) as superuser,
    ):
        slow = [lines.enter_context(closing(Slow(app, f"{stored}/Photo"))) for _ in range(3 * CONNECTIONS)]
        assert {app.request("GET", path).status for path in [stored, "/api/Customer", stored]} == {200}
        superuser.execute("set lock_timeout = '2s'")
        superuser.execute("alter table issue add column passing integer")
        superuser.execute("alter table issue drop column passing")
        assert all(one.rest() == FILE for one in slow)


def test_a_record_may_change_while_its_file_is_taken(app: App, stored: str) -> None:
    """Its other values at any time; with another file, what was begun ends."""
    with closing(Slow(app, f"{stored}/Photo")) as one, closing(Slow(app, f"{stored}/Photo")) as other:
        assert app.request("PATCH", stored, {"Subject": "Changed meanwhile"}).status == 200
        assert one.rest() == FILE
        anew = FILE[:1] + b"?" + FILE[2:]
        assert app.request("PATCH", stored, {"Photo": base64.b64encode(anew).decode()}).status == 200
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            other.rest()
        assert app.request("GET", f"{stored}/Photo").body == anew
        assert app.request("HEAD", f"{stored}/Photo").headers["Content-Length"] == str(len(anew))


# Bodies that come slowly


class Uploads:
    """Puts 20 MB each, on lines of 24 kB a second, after so many bytes at once."""

    LINES = 30
    PACE = 24_000

    def __init__(self, app: App, path: str, ahead: int) -> None:
        head = f"PUT {path}/Photo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {20 * MB}\r\n\r\n".encode()
        self.lines = [socket.create_connection(("127.0.0.1", app.port), timeout=20) for _ in range(self.LINES)]
        for line in self.lines:
            line.sendall(head + bytes(ahead))
            line.setblocking(False)
        self.ended = threading.Event()
        self.sender = threading.Thread(target=self.send)
        self.sender.start()

    def send(self) -> None:
        while not self.ended.wait(0.25):
            for line in self.lines:
                with suppress(OSError):  # what waits for its turn takes no more; what was ended is gone
                    line.send(bytes(self.PACE // 4))

    def close(self) -> None:
        self.ended.set()
        self.sender.join()
        for line in self.lines:
            line.close()


@pytest.mark.parametrize("ahead", [0, 100_000], ids=["from the start", "after a good start"])
def test_slow_uploads_leave_memory_for_others(app: App, owner: int, stored: str, ahead: int) -> None:
    """Many more than fit, and for longer than anybody waits: what is quick comes through all the same."""
    answers: Counter[object] = Counter()
    saved: list[int] = []
    with closing(Uploads(app, stored, ahead)):
        time.sleep(2)  # all that there is is theirs now
        for data in (body(owner, Photo=base64.b64encode(FILE).decode()), body(owner, Notes="x" * 3 * MB)):
            save(app, data, answers, saved, 60)
        assert (len(saved), answers) == (2, {201: 2})
        assert len(app.request("GET", f"/api/Ticket/{saved[1]}").json["Notes"]) == 3 * MB


def test_an_answer_that_is_taken_slowly_leaves_memory_for_others(app: App, owner: int) -> None:
    text = send(app, body(owner, Notes="x" * 25 * MB)).headers["Location"]
    with ExitStack() as lines:
        for _ in range(5):
            lines.enter_context(closing(Slow(app, text)))
        answers: Counter[object] = Counter()
        saved: list[int] = []
        save(app, body(owner, Photo=base64.b64encode(FILE).decode()), answers, saved, 60)
        assert (len(saved), answers) == (1, {201: 1})


def test_slow_uploads_have_all_the_time_where_nobody_waits(app: App, stored: str) -> None:
    with socket.create_connection(("127.0.0.1", app.port), timeout=60) as line:
        head = f"PUT {stored}/Photo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 600000\r\n\r\n"
        line.sendall(head.encode())
        for _ in range(25):
            line.sendall(bytes(Uploads.PACE))
            time.sleep(0.25)
        assert http_status(line) == 200


def http_status(line: socket.socket) -> int:
    answer = http.client.HTTPResponse(line)
    answer.begin()
    return answer.status


# Bodies of a length that nobody tells


def in_chunks(app: App, data: bytes) -> tuple[int, Any]:
    """Sends all of it before it looks for an answer."""
    with closing(http.client.HTTPConnection("127.0.0.1", app.port, timeout=60)) as line:
        line.request("POST", "/api/Ticket", (data[at : at + MB] for at in range(0, len(data), MB)), JSON)
        answer = line.getresponse()
        return answer.status, json.load(answer)


@pytest.mark.parametrize("size", [10, 65_000, 66_000, 20 * MB])
def test_a_body_in_chunks_is_a_body(app: App, owner: int, size: int) -> None:
    status, row = in_chunks(app, body(owner, Notes="x" * size))
    assert (status, len(row["Notes"])) == (201, size)


def test_a_body_in_chunks_that_is_too_large(app: App, owner: int) -> None:
    status, told = in_chunks(app, body(owner, Notes="x" * 60 * MB))
    assert (status, told["detail"]) == (413, "The body is larger than 30 MB.")


def test_bodies_that_trickle_in_chunks_keep_no_memory(app: App, owner: int) -> None:
    begun = threading.Semaphore(0)
    ended = threading.Event()

    def trickle() -> Iterator[bytes]:
        data = body(owner, Notes="x" * 29 * MB)
        yield data[: 28 * MB]
        begun.release()
        while not ended.wait(0.5):
            yield b"x"

    def upload() -> None:
        with (
            suppress(OSError, http.client.HTTPException),
            closing(http.client.HTTPConnection("127.0.0.1", app.port)) as line,
        ):
            line.request("POST", "/api/Ticket", trickle(), JSON)

    senders = [threading.Thread(target=upload) for _ in range(5)]
    try:
        for sender in senders:
            sender.start()
        assert all(begun.acquire(timeout=30) for _ in range(4))
        answers: Counter[object] = Counter()
        saved: list[int] = []
        save(app, body(owner, Photo=base64.b64encode(FILE).decode()), answers, saved, 90)
        assert saved, answers
    finally:
        ended.set()
        for sender in senders:
            sender.join()
