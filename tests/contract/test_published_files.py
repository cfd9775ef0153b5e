"""Files of a published app: their bytes, names and types, as they are given and as they come back."""

from __future__ import annotations

import base64
import http.client
import json
import re
from collections.abc import Mapping
from contextlib import closing
from email.message import Message
from typing import Any
from urllib.parse import unquote

import pytest

from odcpub.engines.database.postgres import Postgres
from tests.contract.conftest import DESK
from tests.contract.desk import customer, ticket
from tests.contract.published_app import Answer, App

pytestmark = pytest.mark.database
UNKNOWN = "application/octet-stream"
BYTES = bytes(range(256))


def given(content: bytes, **more: Any) -> dict[str, Any]:
    return {"data": base64.b64encode(content).decode(), **more}


def put(app: App, number: int, content: bytes, **headers: str) -> Answer:
    """As the body; without the headers that the client would add by itself."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection("127.0.0.1", app.port, timeout=60)) as connection:
        connection.request("PUT", f"/api/Ticket/{number}/Photo", content, sent)
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())


def got(app: App, number: int) -> Answer:
    return app.request("GET", f"/api/Ticket/{number}/Photo")


def file_name(headers: Mapping[str, str]) -> str | None:
    """As a browser reads it: the exact name before the plain one."""
    message = Message()
    message["Content-Disposition"] = headers["Content-Disposition"]
    assert message.get_content_disposition() == "attachment"
    exact = re.search("; filename\\*=UTF-8''([^;\"' ()*]+)$", headers["Content-Disposition"])
    return unquote(exact[1]) if exact else message.get_filename()


def test_name_and_type_come_back_with_the_bytes(desk: App) -> None:
    made = ticket(desk, Photo=given(BYTES, name="Übersicht 1.png", type="image/PNG; q=1"))
    assert made["Photo"] == {"size": 256, "name": "Übersicht 1.png", "type": "image/png"}
    answer = got(desk, made["Id"])
    assert answer.body == BYTES
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"_bersicht 1.png\"; filename*=UTF-8''%C3%9Cbersicht%201.png"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    listed = desk.request("GET", f"/api/Ticket?filter.Id={made['Id']}&fields=Photo").json["items"]
    assert listed == [{"Id": made["Id"], "Photo": made["Photo"], "$labels": {}}]


def test_bytes_alone_have_neither(desk: App) -> None:
    made = ticket(desk, Photo=given(b"a", name="a.png", type="image/png"))
    path = f"/api/Ticket/{made['Id']}"
    assert desk.request("PATCH", path, {"Subject": "Another"}).json["Photo"] == made["Photo"]
    changed = desk.request("PATCH", path, {"Photo": "aGVsbG8="}).json["Photo"]
    assert changed == {"size": 5, "name": None, "type": UNKNOWN}
    assert got(desk, made["Id"]).headers["Content-Disposition"] == "attachment"
    assert desk.request("PATCH", path, {"Photo": None}).json["Photo"] is None
    assert got(desk, made["Id"]).status == 404
    empty = ticket(desk, Photo=given(b"", name="empty.txt"))["Photo"]
    assert empty == {"size": 0, "name": "empty.txt", "type": UNKNOWN}


def test_what_a_row_says_of_its_file_may_be_sent_back(desk: App) -> None:
    made = ticket(desk, Photo=given(BYTES, name="a.png", type="image/png"))
    again = desk.request("PATCH", f"/api/Ticket/{made['Id']}", {"Photo": {**made["Photo"], **given(BYTES)}})
    assert (again.status, again.json["Photo"]) == (200, made["Photo"])


@pytest.mark.parametrize(
    ("photo", "sentence"),
    [
        ({"size": 5}, "Photo needs its data, as base64 text."),
        ({"name": "a.png"}, "Photo needs its data, as base64 text."),
        ({"data": "a"}, "The data of Photo must be base64 text."),
        ({"data": None}, "The data of Photo must be base64 text."),
        ({"data": {"data": ""}}, "The data of Photo must be base64 text."),
        (given(b"a", Name="a"), "Photo has data, name, type and size, and no Name."),
        (given(b"a", name=1), "The name of Photo must be text, and not a long one."),
        (given(b"a", name="x" * 20_000), "The name of Photo must be text, and not a long one."),
        (given(b"a", type=["image/png"]), "The type of Photo must be text, and not a long one."),
        (given(b"a", size=2), "The data of Photo has 1 byte, and size says otherwise."),
        ([], "Photo must be base64 text."),
        (7, "Photo must be base64 text."),
    ],
)
def test_what_is_no_file(desk: App, photo: object, sentence: str) -> None:
    answer = desk.request("POST", "/api/Ticket", {"Subject": "File", "Customer": customer(desk)["Id"], "Photo": photo})
    assert (answer.status, answer.json["errors"]) == (422, {"Photo": [sentence]})


def test_an_object_where_no_file_is_expected(desk: App) -> None:
    many = {f"a{n}": n for n in range(11)}
    owner = customer(desk)["Id"]
    answer = desk.request("POST", "/api/Ticket", {"Subject": {"data": ""}, "Customer": owner})
    assert (answer.status, answer.json["errors"]) == (422, {"Subject": ["Subject must be text."]})
    answer = desk.request("POST", "/api/Ticket", {"Subject": "File", "Customer": owner, "Photo": many})
    assert (answer.status, answer.json["detail"]) == (400, "An object in the body has more than 10 members.")
    answer = desk.request("POST", "/api/Ticket", b'{"Photo": {"data": "", "data": ""}}')
    assert (answer.status, answer.json["detail"]) == (400, "data is given twice.")


NAMES: list[tuple[str, str | None]] = [
    ("a.png", "a.png"),
    ("/etc/passwd", "passwd"),
    ("..\\..\\evil.exe", "evil.exe"),
    ("a/", None),
    ("..", None),
    (". .", None),
    ("  ", None),
    ("", None),
    ("\u200b", None),
    ("a\r\nSet-Cookie: x=1\0.png", "aSet-Cookie: x=1.png"),
    ("invoice\u202egpj.exe", "invoicegpj.exe"),
    ("\u2066a\u2069\u061c\u200f.txt\ufeff\u2028", "a.txt"),
    ('say "hi"; filename=b%41.html', 'say "hi"; filename=b%41.html'),
    ("日本語 \N{GRINNING FACE}'*().pdf", "日本語 \N{GRINNING FACE}'*().pdf"),
    ("\N{MAN}\u200d\N{PERSONAL COMPUTER}.txt", "\N{MAN}\u200d\N{PERSONAL COMPUTER}.txt"),
    ("x" * 300 + ".tar", "x" * 251 + ".tar"),
    ("\N{GRINNING FACE}" * 100 + ".png", "\N{GRINNING FACE}" * 62 + ".png"),
    ("." + "é" * 200, "." + "é" * 127),
]


@pytest.mark.parametrize(("name", "kept"), NAMES, ids=range(len(NAMES)))
def test_names_that_come_from_anywhere(desk: App, name: str, kept: str | None) -> None:
    made = ticket(desk, Photo=given(b"x", name=name))
    assert made["Photo"]["name"] == kept
    answer = got(desk, made["Id"])
    assert answer.headers["Content-Disposition"].isascii()
    assert "Set-Cookie" not in answer.headers
    assert file_name(answer.headers) == kept


def test_what_somebody_else_wrote_into_the_database_is_no_safer(desk: App, desk_database: Postgres) -> None:
    number = ticket(desk, Photo=given(b"x", name="a.png", type="image/png"))["Id"]
    with closing(desk_database.server().connect(DESK.database, schema=DESK.schema)) as connection:
        connection.execute(
            'UPDATE issue SET "photo$name" = %s, "photo$type" = %s WHERE id = %s',
            ["../\u202ea" + "b" * 2_000 + "\r\n", "text/html\r\nX: y", number],
        )
    photo = desk.request("GET", f"/api/Ticket/{number}").json["Photo"]
    assert photo == {"size": 1, "name": "a" + "b" * 254, "type": UNKNOWN}
    assert file_name(got(desk, number).headers) == photo["name"]


TYPES: list[tuple[str | None, str, str]] = [
    ("text/html; charset=utf-8", "text/html", "text/html"),
    ("IMAGE/SVG+XML", "image/svg+xml", "image/svg+xml"),
    ("text/javascript", "text/javascript", UNKNOWN),
    ("application/x-ecmascript", "application/x-ecmascript", UNKNOWN),
    ("text/css", "text/css", UNKNOWN),
    ("application/postscript", "application/postscript", "application/postscript"),
    ("text", UNKNOWN, UNKNOWN),
    ("text/", UNKNOWN, UNKNOWN),
    ("text/a b", UNKNOWN, UNKNOWN),
    ("text/a\r\nX: y", UNKNOWN, UNKNOWN),
    ("a/" + "b" * 126, UNKNOWN, UNKNOWN),
    ("a/" + "b" * 125, "a/" + "b" * 125, "a/" + "b" * 125),
    ("", UNKNOWN, UNKNOWN),
    (None, UNKNOWN, UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "kept", "served"), TYPES)
def test_types_that_come_from_anywhere(desk: App, type_: str | None, kept: str, served: str) -> None:
    made = ticket(desk, Photo=given(b"x", type=type_))
    assert made["Photo"]["type"] == kept
    answer = got(desk, made["Id"])
    assert answer.headers["Content-Type"] == served
    assert answer.headers["Content-Disposition"] == "attachment"


# As a request's body


HEADERS: list[tuple[str, str | None]] = [
    ("attachment; filename=a.png", "a.png"),
    ('attachment; filename="a b\\".png"', 'a b".png'),
    ("inline; filename=\"plain.png\"; filename*=UTF-8''%E2%82%AC%20rates.png", "€ rates.png"),
    ("attachment; filename*=iso-8859-1'en'%A3.txt", "£.txt"),
    ("attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", "passwd"),
    ("attachment", None),
]


@pytest.mark.parametrize(("header", "name"), HEADERS)
def test_a_body_is_called_what_its_head_says(desk: App, header: str, name: str | None) -> None:
    made = ticket(desk)
    answer = put(desk, made["Id"], BYTES, Content_Disposition=header, Content_Type="image/png")
    assert (answer.status, json.loads(answer.body)) == (
        200, {**made, "Photo": {"size": 256, "name": name, "type": "image/png"}},
    )  # fmt: skip
    assert answer.headers["ETag"] == desk.request("GET", f"/api/Ticket/{made['Id']}").headers["ETag"]
    assert got(desk, made["Id"]).body == BYTES


def test_a_body_without_a_word_of_what_it_is(desk: App) -> None:
    number = ticket(desk, Photo=given(b"old", name="old.png", type="image/png"))["Id"]
    for headers in ({}, {"Content_Type": "application/x-www-form-urlencoded"}):
        photo = json.loads(put(desk, number, b"", **headers).body)["Photo"]
        assert photo == {"size": 0, "name": None, "type": UNKNOWN}
    assert (got(desk, number).status, got(desk, number).body) == (200, b"")


def test_bodies_that_are_refused(desk: App) -> None:
    number = ticket(desk)["Id"]
    assert put(desk, number, b"x", Content_Disposition='attachment; filename="a').status == 400
    assert put(desk, number, b"x", Content_Type="multipart/form-data; boundary=x").status == 415
    assert put(desk, number, b"x", If_Match='"0"').status == 412
    assert put(desk, number, b"x", Sec_Fetch_Site="cross-site").status == 403
    assert put(desk, 10**12, b"x").status == 404
    assert desk.request("PUT", f"/api/Ticket/{number}/Subject", b"x").status == 404
    refused = desk.request("POST", f"/api/Ticket/{number}/Photo", b"x")
    assert (refused.status, refused.headers["Allow"]) == (405, "GET, HEAD, PUT")
    assert desk.request("PUT", "/api/Status/Open/Label", b"x").status == 405
    assert desk.request("GET", f"/api/Ticket/{number}").json["Photo"] is None


# Beside a version that knows nothing of names


def test_bytes_of_an_earlier_version_get_no_name_that_is_not_theirs(desk: App, desk_database: Postgres) -> None:
    number = ticket(desk, Photo=given(b"1", name="report.pdf", type="application/pdf"))["Id"]
    path = f"/api/Ticket/{number}"
    report = {"name": "report.pdf", "type": "application/pdf"}
    for content in (b"22", b"333", b"4444"):  # the same name and type, written anew each time
        changed = desk.request("PATCH", path, {"Photo": given(content, **report)})
        assert changed.json["Photo"] == {"size": len(content), **report}
    with closing(desk_database.server().connect(DESK.database, schema=DESK.schema)) as connection:
        connection.execute("UPDATE issue SET photo = %s WHERE id = %s", [b"55555", number])
    assert desk.request("GET", path).json["Photo"] == {"size": 5, "name": None, "type": UNKNOWN}
    assert desk.request("PATCH", path, {"Photo": given(b"1", **report)}).json["Photo"] == {"size": 1, **report}
