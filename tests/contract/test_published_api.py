"""An app's HTTP interface as docs/published-app.md has it: compiled by Roslyn, on a real PostgreSQL. It is the
same of an app as it is published and of one that somebody has built of its source."""

from __future__ import annotations

import gzip
import json
import os
import re
import secrets
import select
import socket
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from http.client import HTTPException
from typing import Any, LiteralString
from urllib.parse import quote

import psycopg
import pytest

from odcpub.author.folder import write
from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler, Place
from odcpub.model.elements import Basic
from tests.contract.built import build, own_database
from tests.contract.desk import create, customer, errors, items, sent, setting_of, ticket
from tests.contract.published_app import DEADLINE, App, environment, migrate, project, published_helpdesk
from tests.helpdesk_asset import CUSTOMER, HELPDESK, LIBRARIES, TICKET, attribute
from tests.toolchain import toolchain_of_tests
from tests.waiting import wait_for

pytestmark = pytest.mark.database
PLACE = Place("development", "helpdesk")
BY_THE_DATA_TOOL = pytest.mark.parametrize("prepared", ["published"], indirect=True)
"""Of what the Data tool does to the database of a published app."""


@pytest.fixture(scope="module", params=["published", "built"])
def prepared(
    request: pytest.FixtureRequest,
    compiler: CSharpCompiler,
    database: Postgres,
    tmp_path_factory: pytest.TempPathFactory,
) -> App:
    """The app's folder and environment, its schema in place. ``built``: of the files that ``odcpub source`` writes, all
    in one assembly, in a database of its own that their SQL has made."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "built":
        fingerprint, files = project(HELPDESK, LIBRARIES)
        write(folder / "source", files)
        strict = RoslynCompiler(toolchain_of_tests, strict=True)
        try:
            app = build(strict, folder / "source", folder / "app")
        finally:
            strict.close()
        own = own_database(database, folder / "source" / "schema.sql", "desk")
        return App(app, environment(compiler, own, fingerprint))
    return published_helpdesk(compiler, database, PLACE, folder)


@pytest.fixture(scope="module")
def guarded(prepared: App) -> Iterator[App]:
    running = App(prepared.folder, prepared.environment).start(ODCPUB_HOSTS="127.0.0.1,localhost")
    running.wait("/_odc/ready", 200)
    yield running
    running.stop()


# Rows


def test_a_row_as_it_comes_back(app: App) -> None:
    owner = customer(app, Name="Åse & <Sønn>")["Id"]
    made = ticket(
        app,
        Customer=owner,
        OpenedAt="2026-01-31T14:30:00.5+02:00",
        Fee="12345678901234567890.12345678",
        Weight=1.5,
        Reference="9223372036854775807",
        Urgent=True,
        Due="2024-02-29",
        CallAt="07:05",
        Phone="+49 30 1234",
        Code="AB-12",
        Photo="aGVsbG8=",
        Notes="line one\nline \U0001f600 two",
        **{"class": -5},
    )
    number = made.pop("Id")
    assert made == {
        "Subject": "Help me",
        "Customer": owner,
        "Status": "Open",
        "Currency": "EUR",
        "OpenedAt": "2026-01-31T12:30:00.5Z",
        "Fee": "12345678901234567890.12345678",
        "Weight": "1.5",
        "Reference": "9223372036854775807",
        "Urgent": True,
        "Due": "2024-02-29",
        "CallAt": "07:05:00",
        "Phone": "+49 30 1234",
        "Code": "AB-12",
        "Photo": {"size": 5, "name": None, "type": "application/octet-stream"},
        "Notes": "line one\nline \U0001f600 two",
        "class": -5,
        "Ticket": None,
        "Parent": None,
        "$labels": {"Customer": "Åse & <Sønn>", "Status": "Open", "Currency": "Euro"},
    }
    assert app.request("GET", f"/api/Ticket/{number}").json == {"Id": number, **made}
    assert app.request("GET", f"/api/Ticket/{number}/Photo").body == b"hello"


def test_attributes_left_out_get_their_defaults(app: App) -> None:
    made = ticket(app)
    assert (made["Status"], made["Currency"], made["Urgent"]) == ("Open", "EUR", False)
    assert made["OpenedAt"].endswith("Z")
    assert made["Fee"] is None


def test_null_and_empty_text_are_no_value(app: App) -> None:
    made = ticket(app, Status=None, Notes="", Fee="", Photo="")
    assert (made["Status"], made["Notes"], made["Fee"], made["Photo"]) == (None, None, None, None)
    assert made["$labels"].keys() == {"Customer", "Currency"}


def test_where_a_new_row_is(app: App) -> None:
    answer = app.request("POST", "/api/Customer", {"Name": "New", "Email": "new@example.com"})
    assert answer.headers["Location"] == f"/api/Customer/{answer.json['Id']}"
    assert app.request("GET", answer.headers["Location"]).json == answer.json


def test_only_what_is_given_changes(app: App) -> None:
    made = ticket(app, Notes="keep", Fee=5)
    changed = app.request("PATCH", f"/api/Ticket/{made['Id']}", {"Fee": "7.25", "Status": "Closed"}).json
    assert changed == {**made, "Fee": "7.25", "Status": "Closed", "$labels": {**made["$labels"], "Status": "Closed"}}
    assert app.request("PATCH", f"/api/Ticket/{made['Id']}", {}).json == changed


def test_a_row_that_somebody_else_changed_is_refused(app: App) -> None:
    path = f"/api/Customer/{customer(app)['Id']}"
    tag = app.request("GET", path).headers["ETag"]
    first = app.request("PATCH", path, {"Name": "First"}, {"If-Match": tag})
    assert first.status == 200
    second = app.request("PATCH", path, {"Name": "Second"}, {"If-Match": tag})
    assert second.status == 412
    assert "Somebody else has changed this customer" in second.json["detail"]
    assert app.request("PATCH", path, {}, {"If-Match": tag}).status == 412
    assert app.request("DELETE", path, headers={"If-Match": tag}).status == 412
    assert app.request("DELETE", path, headers={"If-Match": first.headers["ETag"]}).status == 204
    assert app.request("PATCH", path, {"Name": "Third"}, {"If-Match": "*"}).status == 404


@pytest.mark.parametrize("path", ["/api/Ticket/999999", "/api/Ticket/none", "/api/Ticket/99999999999999999999"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_rows_that_are_not_there(app: App, method: str, path: str) -> None:
    answer = app.request(method, path, {"Fee": 1} if method == "PATCH" else None)
    assert (answer.status, answer.json["detail"]) == (404, "There is no such ticket. It may have been deleted.")


# Rules

REFUSED: list[tuple[str, Any, str]] = [
    ("Subject", "ab", "Subject needs at least 3 characters."),
    ("Subject", "\U0001f600" * 201, "Subject can have 200 characters at most; this has 201."),
    ("Subject", "    ", "Enter a subject."),
    ("Subject", "\u200b\u2060\u00ad \ufeff", "Enter a subject."),
    ("Subject", "", "Enter a subject."),
    ("Subject", None, "Enter a subject."),
    ("Subject", 5, "Subject must be text."),
    ("Subject", "a\0bc", "Subject holds a character that can't be stored (NUL)."),
    ("Customer", None, "Choose a customer."),
    ("Customer", 424242, "This customer doesn't exist. Choose another."),
    ("Customer", "x", "Customer must be an identifier."),
    ("Customer", 1.5, "Customer must be an identifier."),
    ("Status", "Gone", "This status doesn't exist. Choose another."),
    ("Status", 1, "Status must be an identifier."),
    ("Status", "Lost", "This status doesn't exist. Choose another."),
    ("Currency", "XXX", "Currency must be one of EUR, USD."),
    ("Currency", "DEM", "Currency must be one of EUR, USD."),
    ("OpenedAt", "2026-01-31T12:30:00", "must be a moment with its offset"),
    ("OpenedAt", "2026-02-30T12:30:00Z", "must be a moment with its offset"),
    ("OpenedAt", "2026-01-31 12:30:00Z", "must be a moment with its offset"),
    ("Fee", "1.123456789", "Fee can have 8 decimals at most."),
    ("Fee", "123456789012345678901", "Fee can have 20 digits before the point at most."),
    ("Fee", "NaN", "Fee must be a number, such as 12.50."),
    ("Fee", "1e999", "Fee can have 20 digits before the point at most."),
    ("Fee", True, "Fee must be a number, such as 12.50."),
    ("Weight", "0.49", "Weight must be at least 0.5."),
    ("Weight", 1000, "Weight can have 3 digits before the point at most."),
    ("Weight", 1.005, "Weight can have 2 decimals at most."),
    ("Reference", 9223372036854775808, "Reference must be between -9223372036854775808 and 9223372036854775807."),
    ("Reference", 1.5, "Reference must be a whole number."),
    ("class", 2147483648, "Class must be between -2147483648 and 2147483647."),
    ("Urgent", "true", "Urgent must be true or false."),
    ("Urgent", 1, "Urgent must be true or false."),
    ("Due", "2026-02-29", "Due must be a date, such as 2026-01-31."),
    ("Due", "2026-1-3", "Due must be a date, such as 2026-01-31."),
    ("CallAt", "24:00", "Call at must be a time, such as 12:30:00."),
    ("Phone", "1" * 21, "Phone can have 20 characters at most; this has 21."),
    ("Code", "AB-12x", "Code doesn't have the expected form: [A-Z]{2}-[0-9]+"),
    ("Code", "AB-12\n", "Code doesn't have the expected form: [A-Z]{2}-[0-9]+"),
    ("Photo", "not base64!", "Photo must be base64 text."),
    ("Photo", {"size": 5}, "Photo needs its data, as base64 text."),
    ("Parent", 424242, "This parent doesn't exist. Choose another."),
    ("Subjekt", "x", "Ticket has no attribute Subjekt. Did you mean Subject?"),
    ("Id", 5, "Id is given by the database and never changes."),
]


@pytest.mark.parametrize(("name", "value", "sentence"), REFUSED)
def test_what_a_rule_refuses_and_how(app: App, name: str, value: Any, sentence: str) -> None:
    total = app.request("GET", "/api/Ticket?size=1").json["total"]
    values = {"Subject": "Help me", "Customer": customer(app)["Id"], name: value}
    found = errors(app, values)
    assert list(found) == [name]
    assert sentence in found[name][0]
    assert app.request("GET", "/api/Ticket?size=1").json["total"] == total
    made = ticket(app)
    assert errors(app, {name: value}, "PATCH", f"/api/Ticket/{made['Id']}") == found
    assert app.request("GET", f"/api/Ticket/{made['Id']}").json == made


def test_all_refusals_are_told_at_once(app: App) -> None:
    found = errors(app, {"Customer": 424242, "Currency": "XXX", "Weight": 0, "Nonsense": 1})
    assert found.keys() == {"Subject", "Customer", "Currency", "Weight", "Nonsense"}


def test_half_of_a_surrogate_pair_is_refused(app: App) -> None:
    body = b'{"Name": "a\\ud800b", "Email": "a@example.com"}'
    answer = app.request("POST", "/api/Customer", body)
    assert answer.json["errors"] == {"Name": ["Name holds a character that is not valid Unicode."]}


def test_limits_count_code_points(app: App) -> None:
    made = ticket(app, Subject="\U0001f600" * 200)
    assert len(made["Subject"]) == 200


def test_a_range_is_told_as_one(app: App) -> None:
    found = errors(app, {"Name": "A", "Email": "a@example.com", "Score": 101}, path="/api/Customer")
    assert found == {"Score": ["Score must be between 0 and 100."]}


@pytest.mark.parametrize("email", ["nobody", "a@b", "a b@example.com", "@example.com", "a@example.com\n"])
def test_an_email_must_look_like_one(app: App, email: str) -> None:
    found = errors(app, {"Name": "A", "Email": email}, path="/api/Customer")
    assert found == {"Email": ["Email must be an e-mail address, such as name@example.com."]}


def test_what_is_unique_is_told_by_attribute(app: App) -> None:
    email = customer(app)["Email"]
    answer = app.request("POST", "/api/Customer", {"Name": "Other", "Email": email})
    assert answer.status == 409
    assert answer.json["errors"] == {"Email": ["There is already a customer with this email."]}


def test_deleting_what_others_refer_to(app: App) -> None:
    owner = customer(app)["Id"]
    first, second = ticket(app, Customer=owner)["Id"], ticket(app, Customer=owner)["Id"]
    answer = app.request("DELETE", f"/api/Customer/{owner}")
    assert answer.status == 409
    assert answer.json["detail"] == (
        "This customer can't be deleted: 2 ticket records refer to it. Change or delete them first."
    )
    for number in (first, second):
        assert app.request("DELETE", f"/api/Ticket/{number}").status == 204
    assert app.request("DELETE", f"/api/Customer/{owner}").status == 204


def test_deleting_what_another_versions_reference_holds(app: App, database: Postgres) -> None:
    """It is in the database until the version that has it is gone."""
    owner, number = customer(app)["Id"], ticket(app)["Id"]
    place = setting_of(app, "Database"), True, setting_of(app, "Search Path")
    with closing(database.server().connect(*place)) as connection:
        connection.execute("ALTER TABLE issue ADD COLUMN sold_by bigint REFERENCES customer")
        connection.execute("UPDATE issue SET sold_by = %s WHERE id = %s", [owner, number])
        answer = app.request("DELETE", f"/api/Customer/{owner}")
        connection.execute("ALTER TABLE issue DROP COLUMN sold_by")
    assert answer.status == 409
    assert answer.json["detail"] == (
        "This customer can't be deleted now: ticket records refer to it in a way that this page doesn't show."
    )
    assert app.request("DELETE", f"/api/Customer/{owner}").status == 204


def test_the_other_delete_rules(app: App) -> None:
    parent = ticket(app)["Id"]
    child = ticket(app, Parent=parent)["Id"]
    comment = create(app, "Comment", Body="deleted with its ticket", Ticket=parent)["Id"]
    assert app.request("DELETE", f"/api/Ticket/{parent}").status == 204
    assert app.request("GET", f"/api/Comment/{comment}").status == 404
    assert app.request("GET", f"/api/Ticket/{child}").json["Parent"] is None


# Lists


@pytest.fixture(scope="module")
def listed(app: App) -> dict[str, int]:
    """Some tickets under a tag of their own: name → identifier."""
    zed, abe = customer(app, Name="listed zed")["Id"], customer(app, Name="Listed Abe")["Id"]
    return {
        "b": ticket(app, Subject="listed B 100%", Customer=zed, Fee=2, Due="2026-01-02")["Id"],
        "a": ticket(app, Subject="Listed a_b", Customer=abe, Fee=10, Currency="USD")["Id"],
        "c": ticket(app, Subject="listed c\\d", Customer=zed, Due="2026-01-01", Currency=None)["Id"],
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("search=listed&sort=Subject", "abc"),
        ("search=LISTED&sort=-Subject", "cba"),
        ("search=listed&sort=Fee", "bac"),
        ("search=listed&sort=-Fee", "abc"),
        ("search=listed&sort=Due,-Id", "cba"),
        ("search=listed&sort=Customer,Id", "abc"),
        ("search=listed&sort=-Id", "cab"),
        ("search=listed%20abe", "a"),
        ("search=100%25", "b"),
        ("search=a_b", "a"),
        ("search=c%5Cd", "c"),
        ("search=listed&filter.Currency=USD", "a"),
        ("search=listed&filter.Currency=", "c"),
        ("search=listed&filter.Fee=2.0", "b"),
        ("search=listed&filter.Due=2026-01-01", "c"),
        ("search=listed&filter.Urgent=true", ""),
        ("search=listed&sort=Subject&size=2&page=2", "c"),
        ("search=listed&page=1000000000", ""),
        ("search=%27%3B%20drop%20table%20issue%3B--", ""),
    ],
)
def test_what_a_list_finds_in_which_order(app: App, listed: dict[str, int], query: str, expected: str) -> None:
    assert [row["Id"] for row in items(app, query)] == [listed[name] for name in expected]


@pytest.mark.parametrize(
    ("sort", "sentence"),
    [
        ("Customer,-Customer", "Customer is given twice."),
        ("Id,Subject,-Id", "Id is given twice."),
        (",".join(["Customer"] * 800), "Sort by 8 attributes at most."),
    ],
)
def test_a_sort_that_joins_without_end_is_refused(app: App, sort: str, sentence: str) -> None:
    answer = app.request("GET", f"/api/Ticket?sort={sort}")
    assert (answer.status, answer.json["errors"]) == (400, {"sort": [sentence]})


def test_filters_by_reference_and_identifier(app: App, listed: dict[str, int]) -> None:
    owner = app.request("GET", f"/api/Ticket/{listed['a']}").json["Customer"]
    assert [row["Id"] for row in items(app, f"filter.Customer={owner}")] == [listed["a"]]
    assert [row["Id"] for row in items(app, f"filter.Id={listed['b']}")] == [listed["b"]]


def test_every_column_sorts_both_ways_with_empty_values_last(app: App, listed: dict[str, int]) -> None:
    for name in [a.name for a in TICKET.attributes if a.type.basic is not Basic.BINARY_DATA]:
        rising, falling = (
            [row.get(name) for row in items(app, f"search=listed&sort={way}{name}")] for way in ("", "-")
        )
        assert len(rising) == len(falling) == len(listed), name
        given = [value for value in rising if value is not None]
        assert rising == [*given, *[None] * rising.count(None)], name
        assert falling == [*reversed(given), *[None] * rising.count(None)], name


def test_a_page_says_where_it_is(app: App, listed: dict[str, int]) -> None:
    answer = app.request("GET", "/api/Ticket?search=listed&size=2").json
    assert (answer["total"], answer["page"], answer["size"], len(answer["items"])) == (3, 1, 2, 2)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("sort=Nope", "sort"),
        ("sort=Photo", "sort"),
        ("filter.Nope=1", "filter.Nope"),
        ("filter.Fee=abc", "filter.Fee"),
        ("filter.Due=yesterday", "filter.Due"),
        ("page=0", "page"),
        ("size=201", "size"),
        ("size=-1", "size"),
        ("page=1&page=2", "page"),
        ("pagee=1", "pagee"),
        ("search=%00", "search"),
        ("labels=maybe", "labels"),
    ],
)
def test_a_query_that_makes_no_sense(app: App, query: str, name: str) -> None:
    answer = app.request("GET", f"/api/Ticket?{query}")
    assert answer.status == 400
    assert list(answer.json["errors"]) == [name]


def test_labels_for_pickers(app: App) -> None:
    made = customer(app, Name="Pick Me")["Id"]
    assert app.request("GET", "/api/Customer?labels=true&search=pick%20m").json == {
        "items": [{"Id": made, "Label": "Pick Me"}],
        "total": 1,
    }
    assert app.request("GET", "/api/Status?labels=true").json["items"] == [
        {"Id": "Open", "Label": "Open"},
        {"Id": "Closed", "Label": "Closed"},
    ]
    assert app.request("GET", "/api/Comment?labels=true").status == 200


# Static entities and enumerations


def test_static_entities_are_only_read(app: App) -> None:
    assert app.request("GET", "/api/Status/Lost").json == {
        "Id": "Lost",
        "Label": "Lost",
        "Order": 3,
        "Is_Active": False,
    }
    assert [row["Id"] for row in items(app, "", "Status")] == ["Open", "Closed", "Lost"]
    for path in ("/api/Status", "/api/Money.CurrencyCode"):
        answer = app.request("POST", path, {"Label": "New"})
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
        assert app.request("DELETE", f"{path}/Open").status == 405
    assert app.request("GET", "/api/Status/none").status == 404


def test_a_librarys_enumeration(app: App) -> None:
    answer = app.request("GET", "/api/Money.CurrencyCode?labels=true").json
    assert answer == {"items": [{"Id": "EUR", "Label": "Euro"}, {"Id": "USD", "Label": "US dollar"}], "total": 2}
    assert app.request("GET", "/api/Money.CurrencyCode?labels=true&search=DOLL").json["total"] == 1
    assert app.request("GET", "/api/Money.CurrencyCode/DEM").json["Is_Active"] is False
    assert app.request("GET", "/api/Money.CurrencyCode/XXX").status == 404
    for query in ("filter.Id=EUR", "sort=Label", "cut=3"):
        assert app.request("GET", f"/api/Money.CurrencyCode?labels=true&{query}").status == 400


def test_what_is_offered_no_more_stays_where_it_is(app: App) -> None:
    made = ticket(app)
    execute(app, "update issue set status = 'Lost', currency = 'DEM' where id = %s", made["Id"])
    path = f"/api/Ticket/{made['Id']}"
    again = app.request("PATCH", path, {"Status": "Lost", "Currency": "DEM", "Subject": "Still lost"})
    assert (again.status, again.json["Status"], again.json["Currency"]) == (200, "Lost", "DEM")
    assert app.request("PATCH", path, {"Status": "Open", "Currency": "EUR"}).status == 200
    assert set(errors(app, {"Status": "Lost", "Currency": "DEM"}, "PATCH", path)) == {"Currency", "Status"}


def execute(app: App, statement: LiteralString, *values: Any) -> None:
    """As the app's own role, past the app."""
    told = dict(part.split("=", 1) for part in app.environment["ODCPUB_DATABASE"].split(";"))
    names = {"host": "Host", "port": "Port", "dbname": "Database", "user": "Username", "password": "Password"}
    options = f"-c search_path={told['Search Path']}"
    with psycopg.connect(**{key: told[name] for key, name in names.items()}, options=options) as connection:
        connection.execute(statement, values)


@contextmanager
def unfilled(app: App, database: Postgres) -> Iterator[None]:
    """The database as it was before a customer's name was mandatory."""
    place = setting_of(app, "Database"), True, setting_of(app, "Search Path")
    found = "select conname, pg_get_constraintdef(oid) from pg_constraint where conname like 'customer__name__filled%'"
    with closing(database.server().connect(*place)) as owner:
        ((name, rule),) = owner.execute(found).fetchall()
        owner.execute(f'alter table customer alter name drop not null, drop constraint "{name}"')
        yield
        owner.execute("update customer set name = 'x' where trim(name) = '' or name is null")
        owner.execute(f'alter table customer alter name set not null, add constraint "{name}" {rule}')


def test_what_an_old_row_lacks_blocks_no_other_change(app: App, database: Postgres) -> None:
    path = f"/api/Customer/{customer(app, Name='Old')['Id']}"
    with unfilled(app, database):
        execute(app, "update customer set name = null where name = 'Old'")
        changed = app.request("PATCH", path, {"Score": 1})
        assert (changed.status, changed.json["Name"], changed.json["Score"]) == (200, None, 1)
        assert errors(app, {"Name": " "}, "PATCH", path) == {"Name": ["Enter a name."]}
        assert app.request("PATCH", path, {"Name": "New"}).status == 200


def test_a_text_of_blanks_is_a_text_and_no_label(app: App, database: Postgres) -> None:
    made = ticket(app, Notes="  ")
    assert made["Notes"] == "  "
    assert app.request("PATCH", f"/api/Ticket/{made['Id']}", {"Notes": " \t"}).json["Notes"] == " \t"
    owner = made["Customer"]
    with unfilled(app, database):
        execute(app, "update customer set name = '   ' where id = %s", owner)
        assert app.request("GET", f"/api/Ticket/{made['Id']}").json["$labels"]["Customer"] == f"Customer {owner}"
        labels = app.request("GET", "/api/Customer?labels=true&search=%20%20%20").json["items"]
        assert labels == [{"Id": owner, "Label": f"Customer {owner}"}]


def test_an_identifier_may_come_as_text(app: App) -> None:
    """JavaScript's numbers round the largest ones."""
    largest = 2**63 - 2
    given = "overriding system value values (%s, 'Far', 'far@example.com')"
    execute(app, f"insert into customer (id, name, email) {given}", largest)
    made = ticket(app, Customer=str(largest))
    assert made["Customer"] == largest
    assert app.request("GET", f"/api/Customer/{largest}").json["Name"] == "Far"
    for path in (f"/api/Ticket/{made['Id']}", f"/api/Customer/{largest}"):
        assert app.request("DELETE", path).status == 204


# Requests that make no sense


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b'{"Name": ', {}, 400),
        (b"[]", {}, 400),
        (b"", {}, 400),
        (b'{"Name": "a", "Name": "b"}', {}, 400),
        (b'{"\\ud800": 1}', {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"{" * 100_000, {}, 400),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"{}", {"Content-Type": "application/json; charset=utf-16"}, 415),
        (b'{"Name": "' + b"a" * 30_000_000 + b'"}', {}, 413),
    ],
)
def test_bodies_that_make_no_sense(app: App, body: bytes, headers: dict[str, str], status: int) -> None:
    answer = app.request("POST", "/api/Customer", body, headers)
    assert (answer.status, answer.json["status"]) == (status, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert b" at Odcpub" not in answer.body


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api", 404),
        ("GET", "/api/", 404),
        ("GET", "/api/Tikket", 404),
        ("GET", "/api/Ticket/1/2/3", 404),
        ("GET", "/api/Ticket/1/Subject", 404),
        ("PUT", "/api/Ticket/1", 405),
        ("DELETE", "/api/Ticket", 405),
        ("POST", "/", 405),
        ("GET", "/_odc/nothing.js", 404),
        ("GET", "/../app.dll", 404),
        ("GET", "/%2e%2e/app.dll", 404),
        ("GET", "/..%2fapp.dll", 404),
    ],
)
def test_addresses_that_lead_nowhere(app: App, method: str, path: str, status: int) -> None:
    answer = app.request(method, path)
    assert (answer.status, answer.json["status"]) == (status, status)


def test_a_mistyped_entity_gets_a_suggestion(app: App) -> None:
    assert "Did you mean Ticket?" in app.request("GET", "/api/Tikket").json["detail"]


# The rest


def test_about_health_and_openapi(app: App) -> None:
    assert app.request("GET", "/_odc/about").json == {"app": "Helpdesk", "revision": "7", "stage": "Development"}
    assert app.request("GET", "/_odc/health").status == 200
    document = app.request("GET", "/_odc/openapi.json").json
    assert document["openapi"] == "3.1.0"
    assert {"/api/Ticket", "/api/Ticket/{Id}", "/api/Money.CurrencyCode"} <= document["paths"].keys()
    assert document["components"]["schemas"]["Customer.Input"]["properties"]["Score"]["maximum"] == 100


def test_static_files(app: App) -> None:
    page = app.request("GET", "/")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cache-Control"] == "no-cache"
    assert app.request("GET", "/", headers={"If-None-Match": page.headers["ETag"]}).status == 304
    script = app.request("GET", "/_odc/start.js", headers={"Accept-Encoding": "gzip, br"})
    assert script.headers["Content-Encoding"] == "gzip"
    plain = app.request("GET", "/_odc/start.js")
    assert gzip.decompress(script.body) == plain.body == (prepared_file(app, "_odc/start.js"))
    assert plain.headers["Cache-Control"] == "no-cache"
    assert script.headers["ETag"] != plain.headers["ETag"]
    assert app.request("HEAD", "/_odc/start.js").body == b""


def test_a_screen_is_served_within_the_frame(app: App) -> None:
    tickets = app.request("GET", "/Tickets").body.decode()
    assert app.request("GET", "/Tickets/5").body.decode() == tickets
    assert app.request("GET", "/").body.decode() == tickets
    assert app.request("GET", "/TicketDetail").body.decode() == tickets
    assert "<title>Tickets \u00b7 Helpdesk</title>" in tickets
    assert '<a href="/Tickets" aria-current="page" dir="auto">Tickets</a>' in tickets
    assert '<span class="badge" id="stage" title="Revision 7">Development</span>' in tickets
    assert '<th scope="col" role="columnheader" data-name="Subject">' in tickets
    detail = app.request("GET", "/TicketDetail/5")
    assert '<label for="field-Subject"' in detail.body.decode()
    assert '<a href="/Tickets" aria-current="true" dir="auto">Tickets</a>' in detail.body.decode()
    assert "<!--" not in tickets + detail.body.decode()
    assert app.request("HEAD", "/TicketDetail/5").headers["Content-Length"] == str(len(detail.body))
    nothing = app.request("GET", "/Nowhere/5")
    assert (nothing.status, "Page not found" in nothing.body.decode()) == (404, True)


def test_a_page_loads_what_is_of_its_own_version(app: App) -> None:
    page = app.request("GET", "/TicketDetail/5").body.decode()
    asked = re.findall(r'"(/_odc/[^"]+)"', page)
    assert len(asked) > 10
    for path in asked:
        answer = app.request("GET", path)
        assert answer.status == 200
        assert ("immutable" in answer.headers["Cache-Control"]) == (path != "/_odc/start.js")
    version = next(path.split("/")[2] for path in asked if path.endswith("/TicketDetail.js"))
    for name in ("screens/TicketDetail.js", "screens/TicketDetail.html", "screens/TicketDetail.js.map", "js/list.js"):
        answer = app.request("GET", f"/_odc/{version}/{name}")
        assert answer.body == app.request("GET", f"/_odc/{name}").body
        tag = {"If-None-Match": answer.headers["ETag"]}
        assert app.request("GET", f"/_odc/{version}/{name}", headers=tag).status == 304
        other = app.request("GET", f"/_odc/{version[::-1]}/{name}", headers=tag)
        assert (other.status, other.headers["Content-Type"]) == (404, "application/problem+json")
    for name in ("screens/Nowhere.js", "screens/TicketDetail.cs", "screens/TicketDetail.%2f..%2f..%2fapp.json", "x.js"):
        assert app.request("GET", f"/_odc/{version}/{name}").status == 404


def prepared_file(app: App, path: str) -> bytes:
    return (app.folder / "wwwroot" / path).read_bytes()


def test_many_at_once_lose_nothing(app: App) -> None:
    tag = secrets.token_hex(4)
    statuses: list[int] = []

    def work(number: int) -> None:
        for i in range(10):
            body = {"Name": f"{tag} {number} {i}", "Email": f"{tag}.{number}.{i}@example.com"}
            statuses.append(app.request("POST", "/api/Customer", body).status)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 160
    assert app.request("GET", f"/api/Customer?search={quote(tag)}").json["total"] == 160


# A write is answered when it is committed, and not before


@pytest.fixture
def unconfirmed(app: App, database: Postgres) -> Iterator[psycopg.Connection[Any]]:
    """The superuser, while every COMMIT waits for a standby that isn't there."""
    with closing(database.server().connect()) as superuser:
        superuser.execute("alter system set synchronous_standby_names = 'nobody'")
        superuser.execute("select pg_reload_conf()")
        try:
            _until_commits_wait(database, superuser)
            yield superuser
        finally:
            superuser.execute("alter system reset synchronous_standby_names")
            superuser.execute("select pg_reload_conf()")


WAITING = "from pg_stat_activity where wait_event = 'SyncRep'"


PROBE = "select pg_logical_emit_message(true, 'probe', '')"
"""A commit waits for a standby if the transaction has written to the log, as this does; an identifier alone is none."""


def _until_commits_wait(database: Postgres, superuser: psycopg.Connection[Any]) -> None:
    """The setting holds for a session as soon as it is read, and for commits when the checkpointer has read it, too."""
    with closing(database.server().connect()) as probe, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(probe.execute, PROBE)
        while asked.done() or superuser.execute(f"select count(*) {WAITING}").fetchone() == (0,):
            asked = pool.submit(probe.execute, PROBE) if asked.done() else asked
        superuser.execute(f"select pg_cancel_backend(pid) {WAITING}")
        asked.result()


def waits(superuser: psycopg.Connection[Any]) -> None:
    wait_for(lambda: superuser.execute(f"select count(*) {WAITING}").fetchone() == (1,))


LONG = "x" * 1_000_000
"""More than any buffer between the database and the client holds."""


@pytest.mark.parametrize("end", ["pg_cancel_backend", "pg_terminate_backend"])
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_commit_that_nobody_confirms_is_told_as_that(
    app: App, unconfirmed_row: int, unconfirmed: psycopg.Connection[Any], method: str, end: LiteralString
) -> None:
    path = "/api/Comment" if method == "POST" else f"/api/Comment/{unconfirmed_row}"
    body = {"Body": LONG} if method == "PATCH" else {"Body": LONG, "Ticket": owner_of(app, unconfirmed_row)}
    with sent(app, method, path, body if method != "DELETE" else None) as request:
        waits(unconfirmed)
        assert request.sock is not None
        assert select.select([request.sock], [], [], 0.5)[0] == []  # not even the status
        unconfirmed.execute(f"select {end}(pid) {WAITING}")
        response = request.getresponse()
        problem = json.loads(response.read())
    assert (response.status, problem["title"]) == (504, "Not confirmed")
    assert "it may be saved or not" in problem["detail"]
    assert response.headers["Location"] is response.headers["ETag"] is None


@pytest.fixture
def unconfirmed_row(app: App) -> int:
    return int(create(app, "Comment", Body="short", Ticket=ticket(app)["Id"])["Id"])


def owner_of(app: App, comment: int) -> int:
    return int(app.request("GET", f"/api/Comment/{comment}").json["Ticket"])


def test_a_commit_that_takes_too_long_is_told_as_unconfirmed(
    prepared: App, app: App, unconfirmed: psycopg.Connection[Any]
) -> None:
    hurried = prepared.environment["ODCPUB_DATABASE"] + ";Command Timeout=1"
    other = App(prepared.folder, prepared.environment).start(ODCPUB_DATABASE=hurried)
    answer = other.request("POST", "/api/Customer", {"Name": "Late", "Email": "commit@example.com"})
    assert answer.status == 504
    # The server was told to wait no longer, so nobody else waits behind it.
    wait_for(lambda: unconfirmed.execute(f"select count(*) {WAITING}").fetchone() == (0,))
    assert app.request("GET", "/api/Customer?search=Late").json["total"] == 1
    assert "a commit was not confirmed" in other.stop()


def test_a_write_that_the_database_cancels_changes_nothing(app: App, database: Postgres) -> None:
    made = customer(app, Name="Locked")
    path = f"/api/Customer/{made['Id']}"
    schema = setting_of(app, "Search Path")
    with (
        closing(database.server().connect()) as superuser,
        closing(database.server().connect(setting_of(app, "Database"), schema=schema)) as other,
        other.transaction(force_rollback=True),
        other.execute("select from customer where id = %s for update", [made["Id"]]),
        sent(app, "PATCH", path, {"Name": "Changed"}) as request,
    ):
        blocked = "from pg_stat_activity where wait_event_type = 'Lock'"
        wait_for(lambda: superuser.execute(f"select count(*) {blocked}").fetchone() == (1,))
        superuser.execute(f"select pg_cancel_backend(pid) {blocked}")
        assert request.getresponse().status == 503
    assert app.request("GET", path).json["Name"] == "Locked"


# Whatever the role's or the database's settings are


def test_dates_and_times_do_not_depend_on_the_roles_settings(prepared: App, app: App, database: Postgres) -> None:
    given = {
        "Due": "2026-02-03",
        "CallAt": "07:05:09.000001",
        "OpenedAt": "2026-07-08T22:30:00.123456Z",
        "Fee": "12345678901234567890.12345678",
    }
    made = ticket(app, Subject="settings", **given)
    user = setting_of(app, "Username")
    settings = {"datestyle": "SQL, DMY", "timezone": "Pacific/Chatham", "intervalstyle": "sql_standard"}
    with closing(database.server().connect()) as superuser:
        for name, value in settings.items():
            superuser.execute(f"alter role \"{user}\" set {name} = '{value}'")
        other = App(prepared.folder, prepared.environment).start()
        try:
            again = create(other, "Ticket", Subject="settings", Customer=made["Customer"], **given)
            assert {**again, "Id": made["Id"]} == made
            assert other.request("GET", f"/api/Ticket/{made['Id']}").json == made
            assert app.request("GET", f"/api/Ticket/{again['Id']}").json == again
            found = items(other, "filter.Due=2026-02-03&sort=Id&filter.Fee=12345678901234567890.12345678")
            assert [row["Id"] for row in found] == [made["Id"], again["Id"]]
        finally:
            other.stop()
            superuser.execute(f'alter role "{user}" reset all')


@BY_THE_DATA_TOOL
def test_not_ready_in_a_session_that_is_not_as_it_must_be(prepared: App, app: App, database: Postgres) -> None:
    """A setting of the role in its database is in force before any other; the Data tool puts the right one there."""
    user, password = (setting_of(app, name) for name in ("Username", "Password"))
    with closing(database.server().connect()) as superuser:
        for change in ("datestyle TO 'German'", "search_path TO public"):
            superuser.execute(f"alter role {user} in database {PLACE.database} set {change}".encode())
    other = App(prepared.folder, prepared.environment).start()
    wrong = other.request("GET", "/_odc/ready").json["detail"]
    database.prepare(PLACE, password)
    other.wait("/_odc/ready", 200)
    other.stop()
    assert "search_path is 'public' and must be 'helpdesk', DateStyle is 'German, DMY' and must be" in wrong
    assert password not in wrong


# Starting and ending


def test_the_first_line_names_settings_and_secrets_and_shows_no_value(prepared: App) -> None:
    app = App(prepared.folder, prepared.environment).start(ODC_SECRET_MailToken="hunter2", ODC_SETTING_HourlyRate="95")
    output = app.stop()
    assert "settings: HourlyRate; secrets: MailToken" in output
    assert "95" not in output.splitlines()[0].partition(" info ")[2]
    assert "hunter2" not in output
    assert "Password" not in output


def test_not_ready_before_its_schema_is_there(prepared: App) -> None:
    app = App(prepared.folder, prepared.environment).start(ODCPUB_SCHEMA="schema-of-tomorrow")
    answer = app.request("GET", "/_odc/ready")
    assert (answer.status, answer.json["detail"]) == (503, "Not ready: the schema is not schema-of-tomorrow yet.")
    app.stop()


def test_the_last_line_of_its_log_is_why_it_is_not_ready_now(prepared: App, app: App, database: Postgres) -> None:
    user, password = (setting_of(app, name) for name in ("Username", "Password"))
    other = App(prepared.folder, prepared.environment).start(ODCPUB_SCHEMA="schema-of-tomorrow")
    with closing(database.server().connect()) as superuser:
        other.wait("/_odc/ready", 503, "schema-of-tomorrow")
        superuser.execute(f"alter role {user} password 'another'".encode())
        superuser.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [user])
        other.wait("/_odc/ready", 503, "password authentication failed")
        superuser.execute(f"alter role {user} password '{password}'".encode())
    other.wait("/_odc/ready", 503, "schema-of-tomorrow")
    lines = [line for line in other.stop().splitlines() if "not ready: " in line]
    assert "schema-of-tomorrow" in lines[-1]
    app.wait("/api/Ticket", 200)  # its connections were ended, too


def test_ready_once_it_says_how_it_is_now_where_that_is_asked(prepared: App, app: App, database: Postgres) -> None:
    """Probes get the first yes for good; who wants to know asks for now, and is answered in time."""
    user, password = (setting_of(app, name) for name in ("Username", "Password"))
    other = App(prepared.folder, prepared.environment).start()
    other.wait("/_odc/ready", 200)
    assert other.request("GET", "/_odc/ready?now").status == 200
    with closing(database.server().connect()) as superuser:
        superuser.execute(f"alter role {user} password 'another'".encode())
        superuser.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [user])
        assert other.wait("/api/Ticket", 503)
        told = other.request("GET", "/_odc/ready?now")
        assert (told.status, "password authentication failed" in told.json["detail"]) == (503, True)
        assert other.request("GET", "/_odc/ready").status == 200
        superuser.execute(f"alter role {user} password '{password}'".encode())
    assert other.wait("/_odc/ready?now", 200)
    assert "not ready: the database" in other.stop()
    app.wait("/api/Ticket", 200)  # its connections were ended, too


def test_a_database_that_is_away(prepared: App) -> None:
    parts = prepared.environment["ODCPUB_DATABASE"].split(";")
    away = ";".join("Port=1" if part.startswith("Port=") else part for part in parts)
    app = App(prepared.folder, prepared.environment).start(ODCPUB_DATABASE=away)
    answer = app.request("GET", "/api/Ticket")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    assert app.request("GET", "/_odc/ready").status == 503
    assert app.request("GET", "/").status == 200
    assert "Password" not in app.stop()


def test_a_database_whose_name_leads_nowhere(prepared: App) -> None:
    """Told as such by readiness, and it may lead somewhere later."""
    parts = prepared.environment["ODCPUB_DATABASE"].split(";")
    away = ";".join("Host=db.invalid" if part.startswith("Host=") else part for part in parts)
    app = App(prepared.folder, prepared.environment).start(ODCPUB_DATABASE=away)
    answer = app.wait("/_odc/ready", 503)
    for _ in range(20):
        if "can't be reached" in answer.json["detail"]:
            break
        answer = app.wait("/_odc/ready", 503)
    assert "the database at db.invalid:" in answer.json["detail"]
    assert "can't be reached" in answer.json["detail"]
    assert app.request("GET", "/").status == 200, "answered, and not kept waiting"
    app.stop()


def test_whether_it_lives_is_asked_by_the_app_itself(app: App) -> None:
    """What an image's health check runs."""
    for port, code in ((str(app.port), 0), ("1", 1)):
        env = {**app.environment, "ODCPUB_PORT": port}
        assert (
            subprocess.run([app.folder / "app", "--health"], env=env, check=False, timeout=DEADLINE).returncode == code
        )


@pytest.mark.parametrize(
    ("host", "status"), [("127.0.0.1", 200), ("localhost:9", 200), ("LOCALHOST", 200), ("evil.example", 421), ("", 421)]
)
def test_only_named_hosts_are_answered(guarded: App, host: str, status: int) -> None:
    """A page of another site that points its own name here would read what the user can read."""
    for path in ("/", "/api/Customer", "/_odc/about"):
        assert guarded.request("GET", path, headers={"Host": host}).status == status


def test_sockets_that_were_handed_over_outlive_a_process(prepared: App) -> None:
    """Two versions on one socket, one after the other; no connection is refused in between."""
    with socket.create_server(("127.0.0.1", 0)) as public, ExitStack() as cleanup:
        env = {**prepared.environment, "ODCPUB_LISTEN_FD": str(public.fileno())}
        first, _ = cleanup.enter_context(version(prepared, env, public))
        shared = App(prepared.folder, env, public.getsockname()[1])
        found: list[int] = []
        client = cleanup.enter_context(asking(shared, found))
        wait_for(lambda: len(found) >= 10)
        second, _ = cleanup.enter_context(version(prepared, env, public))
        first.terminate()
        assert first.wait(DEADLINE) == 0
        answered = len(found)
        wait_for(lambda: len(found) >= answered + 10)
        client.set()
        assert set(found) == {200}
        second.terminate()
        assert second.wait(DEADLINE) == 0


def test_versions_that_nobody_asks_hand_over_at_once(prepared: App) -> None:
    """The socket's flags are shared: the end of one version must not leave the next one's accept blocking."""
    with socket.create_server(("127.0.0.1", 0)) as public, ExitStack() as cleanup:
        env = {**prepared.environment, "ODCPUB_LISTEN_FD": str(public.fileno())}
        before, _ = cleanup.enter_context(version(prepared, env, public))
        for _ in range(2):
            after, _ = cleanup.enter_context(version(prepared, env, public))
            # Wakes every version that waits for connections; one of them takes it.
            with socket.create_connection(public.getsockname()):
                pass
            before.terminate()
            assert before.wait(DEADLINE / 4) == 0
            assert not os.get_blocking(public.fileno())
            before = after


@contextmanager
def version(prepared: App, env: dict[str, str], public: socket.socket) -> Iterator[tuple[subprocess.Popen[bytes], App]]:
    """A process on the shared socket that is ready by its own, private one."""
    with socket.create_server(("127.0.0.1", 0)) as private:
        env = {**env, "ODCPUB_PRIVATE_FD": str(private.fileno())}
        process = subprocess.Popen(
            [prepared.folder / "app"],
            env=env,
            pass_fds=(public.fileno(), private.fileno()),
            stdout=subprocess.DEVNULL,
        )
        try:
            app = App(prepared.folder, env, private.getsockname()[1])
            app.wait("/_odc/ready", 200)
            yield process, app
        finally:
            process.kill()
            process.wait()


@contextmanager
def asking(app: App, found: list[int]) -> Iterator[threading.Event]:
    """A client that opens new connections until told to end, 0 for each that failed."""
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            try:
                found.append(app.request("GET", "/api/Customer?size=1").status)
            except (OSError, HTTPException):
                found.append(0)

    client = threading.Thread(target=ask)
    client.start()
    try:
        yield ended
    finally:
        ended.set()
        client.join()


# A schema that has grown, under a version that does not know it yet. Last, for it changes the schema.


@BY_THE_DATA_TOOL
def test_an_old_version_works_on_a_newer_schema(app: App, database: Postgres) -> None:
    row = ticket(app, Subject="before", Fee=3)
    code = next(a for a in TICKET.attributes if a.name == "Code")
    wider = tuple(
        replace(a, type=replace(a.type, length=300)) if a.name == "Subject"
        else replace(a, type=replace(a.type, basic=Basic.LONG_INTEGER)) if a.name == "class"
        else replace(a, type=replace(a.type, digits=9)) if a.name == "Weight"
        else a
        for a in TICKET.attributes
        if a is not code
    )  # fmt: skip
    more = attribute("Priority", Basic.TEXT, length=10, mandatory=True, default="low")
    newer = replace(TICKET, attributes=(*wider, more))
    stricter = replace(
        CUSTOMER, attributes=tuple(replace(a, mandatory=True) if a.name == "Score" else a for a in CUSTOMER.attributes)
    )
    asset = replace(
        HELPDESK, entities=tuple({"Ticket": newer, "Customer": stricter}.get(e.name, e) for e in HELPDESK.entities)
    )
    for known in items(app, "size=200", "Customer"):
        app.request("PATCH", f"/api/Customer/{known['Id']}", {"Score": 1})
    while items(app, "filter.Score=", "Customer"):
        for known in items(app, "filter.Score=&size=200", "Customer"):
            app.request("PATCH", f"/api/Customer/{known['Id']}", {"Score": 1})
    place = Place(setting_of(app, "Database"), setting_of(app, "Search Path"))
    migrate(database, place, asset, app.folder.parent / "migrations", 2)
    assert app.request("GET", f"/api/Ticket/{row['Id']}").json == row
    assert create(app, "Ticket", Subject="after", Customer=row["Customer"])["Weight"] is None
    assert app.request("PATCH", f"/api/Ticket/{row['Id']}", {"class": 5, "Weight": "1.25"}).status == 200
    found = errors(app, {"Name": "Late", "Email": "late@example.com"}, path="/api/Customer")
    assert found == {"Score": ["Enter a score."]}
