"""Of a row is answered what is asked for, by writes as well: so one that is larger than all memory can be changed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest

from odcpub.engines.database.postgres import Postgres
from tests.contract.conftest import DESK
from tests.contract.desk import items
from tests.contract.published_app import App
from tests.contract.test_answers_in_turn import BUDGET, HEAP, LONGER_THAN_PATIENCE, label, taken
from tests.contract.test_large_requests import JSON, body, send

__all__ = ["HEAP"]
pytestmark = pytest.mark.database
LARGE = 6 * 8_000_000
"""The size of a text, more than all memory."""
assert LARGE > BUDGET
Stored = Callable[[str], tuple[int, str]]


@pytest.fixture
def stored(desk_database: Postgres) -> Stored:
    """The size of a ticket's notes in the database, and what tells them from others."""

    def ask(path: str) -> tuple[int, str]:
        with closing(desk_database.server().connect(DESK.database, schema=DESK.schema)) as superuser:
            number = int(path.rpartition("/")[2])
            asked = superuser.execute("select octet_length(notes), md5(notes) from issue where id = %s", [number])
            size, hashed = asked.fetchone()
            return int(size), str(hashed)

    return ask


@pytest.fixture
def large(app: App, owner: int, desk_database: Postgres) -> str:
    """The address of a ticket that is larger than all memory: by hand, since it is more than a body may have."""
    made = send(app, body(owner, Notes="x")).headers["Location"]
    with closing(desk_database.server().connect(DESK.database, schema=DESK.schema)) as superuser:
        number = int(made.rpartition("/")[2])
        text = "l\u00e5ng "
        superuser.execute("update issue set notes = repeat(%s, 8000000) where id = %s", [text, number])
    return made


def test_a_text_that_is_cut_is_told_with_its_size(app: App, owner: int, large: str) -> None:
    asked = app.request("GET", f"{large}?cut=5").json
    assert (asked["Notes"], asked["$cut"]) == ("l\u00e5ng \u2026", {"Notes": LARGE})
    short = send(app, body(owner, Notes="abc\u2026")).headers["Location"]
    whole = app.request("GET", f"{short}?cut=5").json
    assert (whole["Notes"], "$cut" in whole) == ("abc\u2026", False)
    cut = app.request("GET", f"{short}?cut=3&fields=Subject,Notes").json
    assert (cut["Notes"], cut["Subject"], cut["$cut"]) == ("abc\u2026", "Lar\u2026", {"Subject": 5, "Notes": 6})
    (listed,) = items(app, f"filter.Id={short.rpartition('/')[2]}&cut=3")
    assert (listed["Notes"], "$cut" in listed) == ("abc\u2026", False)


def test_a_change_is_answered_in_part(app: App, large: str, stored: Stored) -> None:
    before = stored(large)
    read = app.request("GET", f"{large}?cut=100")
    tag = {"If-Match": read.headers["ETag"]}
    assert app.request("PATCH", large, {"Subject": "Never"}, tag).status == 413
    wrong = app.request("PATCH", f"{large}?fields=Nothing&cut=0", {"Subject": "Never"}, tag)
    assert (wrong.status, wrong.json["errors"].keys()) == (400, {"fields", "cut"})
    changed = app.request("PATCH", f"{large}?cut=100", {"Subject": "Changed"}, tag)
    assert (changed.status, changed.json) == (200, read.json | {"Subject": "Changed"})
    assert app.request("PATCH", f"{large}?cut=100", {"Subject": "Never"}, tag).status == 412
    again = app.request("GET", f"{large}?cut=100")
    assert (again.json, again.headers["ETag"]) == (changed.json, changed.headers["ETag"])
    some = app.request("PATCH", f"{large}?fields=Fee,Subject", {"Fee": "1.50"}, {"If-Match": again.headers["ETag"]})
    assert some.json.items() >= {"Subject": "Changed", "Fee": "1.5"}.items()
    assert some.json.keys() == {"Id", "Subject", "Fee", "$labels"}
    assert app.request("PATCH", f"{large}?fields=", {"Urgent": True}).json.keys() == {"Id", "$labels"}
    assert app.request("GET", f"{large}?fields=Urgent").json["Urgent"] is True
    assert stored(large) == before


def test_a_text_is_put_in_the_place_of_one_that_nobody_could_read(app: App, large: str) -> None:
    text = "a new text\n" * (BUDGET // 15)
    changed = app.request("PATCH", f"{large}?cut=3", {"Notes": text})
    assert (changed.status, changed.json["Notes"], changed.json["$cut"]["Notes"]) == (200, "a n\u2026", len(text))
    assert app.request("GET", large).json["Notes"] == text
    assert app.request("PATCH", f"{large}?cut=3", {"Notes": None}).json["Notes"] is None


def test_a_new_row_and_a_file_are_answered_in_part(app: App, owner: int, large: str, stored: Stored) -> None:
    made = app.request("POST", "/api/Ticket?fields=&cut=3", body(owner, Notes="n" * 1_000_000), JSON)
    assert (made.status, made.json.keys()) == (201, {"Id", "$labels"})
    assert stored(made.headers["Location"])[0] == 1_000_000
    before = stored(large)
    file, head = b"\x89PNG", {"Content-Type": "image/png"}
    assert app.request("PUT", f"{large}/Photo", file, head).status == 413
    assert app.request("GET", f"{large}/Photo").status == 404
    answer = app.request("PUT", f"{large}/Photo?fields=Photo", file, head)
    assert (answer.status, answer.json["Photo"]["size"]) == (200, len(file))
    assert (app.request("GET", f"{large}/Photo").body, stored(large)) == (file, before)


@pytest.mark.parametrize("letter", ["n", "\u0001", "\N{GRINNING FACE}"], ids=["plain", "escaped", "wide"])
def test_a_short_answer_waits_for_nobody(app: App, owner: int, letter: str) -> None:
    """Its room is what it is long, not what the row is."""
    path = send(app, body(owner, Notes=letter * 1_000_000)).headers["Location"]
    with taken(app, owner, LONGER_THAN_PATIENCE):
        answer = app.request("PATCH", f"{path}?cut=10000", {"Subject": "At once"})
        assert (answer.status, answer.json.get("Notes")) == (200, letter * 10_000 + "\u2026")
        assert label(app, path) == "At once"
