"""Large texts and files in the memory of one pod: .NET takes three quarters of 384 MiB, as the chart gives them."""

from __future__ import annotations

import base64
import json
import os
import random
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.contract.published_app import Answer, App
from tests.waiting import wait_for

pytestmark = pytest.mark.database
MB = 1_000_000
POD = 384 * 2**20
HEAP = POD * 3 // 4
PIECE = 65_536
UNKNOWN = "application/octet-stream"
JSON = {"Content-Type": "application/json"}


def body(owner: int, ascii_only: bool = True, **values: Any) -> bytes:
    return json.dumps({"Subject": "Large", "Customer": owner, **values}, ensure_ascii=ascii_only).encode()


def send(app: App, data: bytes) -> Answer:
    return app.request("POST", "/api/Ticket", data, JSON)


# Right values, wherever a piece ends


@pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "as it is"])
@pytest.mark.parametrize("length", [2_000, 8_192, PIECE - 60, PIECE + 1, 4 * PIECE])
def test_a_large_text_comes_back_as_it_was(app: App, owner: int, length: int, ascii_only: bool) -> None:
    letters = random.Random(length)  # noqa: S311
    text = "".join(letters.choices('aé€😀\n\t"\\/<&\u2028\u0001', k=length))
    made = send(app, body(owner, ascii_only, Notes=text))
    assert made.status == 201, made.body[:300]
    assert made.json["Notes"] == text
    path = made.headers["Location"]
    assert app.request("GET", path).json == made.json
    changed = app.request("PATCH", path, {"Notes": text + "!", "Subject": "Changed"}).json
    assert changed == {**made.json, "Notes": text + "!", "Subject": "Changed"}
    listed = app.request("GET", f"/api/Ticket?filter.Id={made.json['Id']}").json["items"]
    assert text[:200] == listed[0].get("Notes", text)[:200]


@pytest.mark.parametrize("length", [0, 1, 6_143, 6_144, PIECE, PIECE + 1, 3 * PIECE + 2])
@pytest.mark.parametrize("lines", [False, True], ids=["one line", "lines"])
def test_a_file_comes_back_as_it_was(app: App, owner: int, length: int, lines: bool) -> None:
    content = random.Random(length).randbytes(length)  # noqa: S311
    text = base64.encodebytes(content) if lines else base64.b64encode(content)
    made = send(app, body(owner, Photo=text.decode())).json
    assert made["Photo"] == ({"size": length, "name": None, "type": UNKNOWN} if length else None)
    answer = app.request("GET", f"/api/Ticket/{made['Id']}/Photo")
    assert (answer.status, answer.body if length else b"") == (200 if length else 404, content)


LONG = "x" * 100_000
REFUSED: list[tuple[str, bytes, str]] = [
    ("Notes", b'"' + LONG.encode() + b'\\ud83d"', "Notes holds a character that is not valid Unicode."),
    ("Notes", b'"' + LONG.encode() + b'\\ud83d\\u0041"', "Notes holds a character that is not valid Unicode."),
    ("Notes", b'"' + LONG.encode() + b'\xc3"', "Notes holds a character that is not valid Unicode."),
    ("Notes", b'"' + LONG.encode() + b'\\u0000"', "Notes holds a character that can't be stored (NUL)."),
    ("Subject", b'"' + LONG.encode() + b'"', "Subject can have 200 characters at most; this has 100000."),
    ("Subject", b'"' + b" " * 100_000 + b'"', "Enter a subject."),
    ("Photo", b'"' + LONG.encode() + b'="', "Photo must be base64 text."),
    ("Photo", b'"' + LONG.encode() + b'aa="', "Photo must be base64 text."),
    ("Photo", b'"AA==' + LONG.encode() + b'"', "Photo must be base64 text."),
    ("Fee", b"1" * 100_000, "Fee must be a number, such as 12.50."),
    ("Fee", b'"' + b"1" * 100_000 + b'"', "Fee must be a number, such as 12.50."),
    ("Status", b'"' + LONG.encode() + b'"', "Status must be an identifier."),
    ("Urgent", b'"' + LONG.encode() + b'"', "Urgent must be true or false."),
    ("Notes", b"[" + b"1," * 50_000 + b"1]", "Notes must be text."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "sentence"), REFUSED)
def test_what_a_rule_refuses_of_large_values(app: App, owner: int, name: str, value: bytes, sentence: str) -> None:
    others = {"Subject": "Large", "Customer": owner}
    others.pop(name, None)
    data = json.dumps(others)[:-1].encode() + b', "%s": %s}' % (name.encode(), value)
    answer = send(app, data)
    assert (answer.status, answer.json["errors"]) == (422, {name: [sentence]})


@pytest.mark.parametrize(
    "data", [b'{"Notes": "' + LONG.encode(), b'{"Notes": "' + LONG.encode() + b'"} {}', b'{"a":' * 100_000]
)
def test_a_large_body_that_is_no_object(app: App, data: bytes) -> None:
    answer = send(app, data)
    assert (answer.status, answer.json["title"]) == (400, "The request can't be understood")


def test_a_body_of_very_many_members(app: App) -> None:
    answer = send(app, b"{" + b",".join(b'"a%d":1' % number for number in range(1_000_000)) + b"}")
    assert (answer.status, answer.json["detail"]) == (400, "The body has more than 5000 members.")


def test_a_body_that_is_too_large(app: App, owner: int) -> None:
    answer = send(app, body(owner, Notes="x" * 30 * MB))
    assert (answer.status, answer.json["detail"]) == (413, "The body is larger than 30 MB.")


# In the memory that there is


def test_many_large_requests_at_once(app: App, owner: int) -> None:
    """Each is saved, be it at the second try; nobody else waits for them, and the memory is given back."""
    content = os.urandom(20 * MB)
    large = {
        "file": body(owner, Photo=base64.b64encode(content).decode()),
        "text": body(owner, Notes="a line of a very long text\n" * (10 * MB // 27)),
    }
    answers: Counter[object] = Counter()
    saved: list[int] = []
    senders = [threading.Thread(target=save, args=(app, data, answers, saved, 120)) for data in [*large.values()] * 6]
    for sender in senders:
        sender.start()
    slowest = 0.0
    while any(sender.is_alive() for sender in senders):
        begun = time.monotonic()
        answers["list", app.request("GET", "/api/Customer?search=acme").status] += 1
        slowest = max(slowest, time.monotonic() - begun)
        time.sleep(0.1)
    assert answers[201] == len(senders) == len(saved)
    assert answers.keys() <= {201, 503, ("list", 200)}, answers
    assert slowest < 10
    assert memory(app, "VmHWM") < POD
    rows = [app.request("GET", f"/api/Ticket/{number}").json for number in saved]
    assert Counter(bool(row["Photo"]) for row in rows) == {True: 6, False: 6}
    file = next(row["Id"] for row in rows if row["Photo"])
    assert app.request("GET", f"/api/Ticket/{file}/Photo").body == content
    most = memory(app, "VmHWM")
    wait_for(lambda: memory(app, "VmRSS") < most - 50 * MB)


def save(app: App, data: bytes, answers: Counter[object], saved: list[int], longest: float) -> None:
    """Tried again as the answers say, for so many seconds."""
    end = time.monotonic() + longest
    while time.monotonic() < end:
        answer = send(app, data)
        answers[answer.status] += 1
        if answer.status == 201 and time.monotonic() < end:
            return saved.append(answer.json["Id"])
        if answer.status != 503:
            return None
        time.sleep(int(answer.headers["Retry-After"]))
    return None


def memory(app: App, what: str) -> int:
    assert app.process is not None
    lines = Path(f"/proc/{app.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{what}:"))


def test_a_file_that_is_the_body_and_one_in_an_object(app: App, owner: int) -> None:
    content = os.urandom(20 * MB)
    path = f"/api/Ticket/{send(app, body(owner)).json['Id']}"
    head = {"Content-Type": "image/png", "Content-Disposition": 'attachment; filename="a.png"'}
    named = {"size": 20 * MB, "name": "a.png", "type": "image/png"}
    assert app.request("PUT", f"{path}/Photo", content, head).json["Photo"] == named
    assert app.request("GET", f"{path}/Photo").body == content
    again = {"Photo": {"data": base64.b64encode(content[::-1]).decode(), **named}}
    assert app.request("PATCH", path, json.dumps(again).encode()).json["Photo"] == named
    assert app.request("GET", f"{path}/Photo").body == content[::-1]
    assert app.request("PUT", f"{path}/Photo", bytes(31 * MB), head).status == 413
    assert memory(app, "VmHWM") < POD
