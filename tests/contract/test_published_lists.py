"""Lists of screens as published apps answer them: conditions, orders, computed columns beside what a user asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler
from tests.contract.desk import create, items
from tests.contract.lists_app import lists_app
from tests.contract.published_app import Answer, App

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def prepared(compiler: CSharpCompiler, database: Postgres, tmp_path_factory: pytest.TempPathFactory) -> App:
    return lists_app(compiler, database, tmp_path_factory.mktemp("lists"))


@pytest.fixture(scope="module")
def rows(app: App) -> dict[str, int]:
    """Rows by their names."""
    agent = create(app, "Customer", Name="Agent")["Id"]
    found = {"Agent": agent}
    for name in ("Acme", "Hidden"):
        found[name] = create(app, "Customer", Name=name, Agent=agent)["Id"]
    for subject, more in {
        "a first": {"Hours": 2, "Customer": "Acme", "Fee": "1.25", "Weight": "1", "Long": "9223372036854775806"},
        "B second": {"Hours": 2, "Urgent": True, "Customer": "Hidden", "Due": "2020-01-31", "Notes": "late"},
        "c third": {"Hours": 9, "Customer": "Hidden"},
        "d fourth": {"Status": "Closed", "Hours": 50, "Customer": "Acme", "Opened": "2020-01-01T00:00:00Z"},
        "e fifth": {"Status": None},
    }.items():
        values: dict[str, Any] = {**more}
        if "Customer" in values:
            values["Customer"] = found[values["Customer"]]
        found[subject] = create(app, "Ticket", Subject=subject, **values)["Id"]
    return found


@pytest.fixture
def asked(app: App, rows: dict[str, int]) -> Iterator[App]:
    yield app


def subjects(app: App, query: str) -> list[str]:
    return [row["Subject"] for row in items(app, query)]


def refused(app: App, query: str, status: int = 400) -> Answer:
    answer = app.request("GET", f"/api/Ticket?{query}")
    assert answer.status == status, answer.body
    return answer


def test_a_list_shows_the_rows_of_its_condition_in_its_order(asked: App) -> None:
    answer = asked.request("GET", "/api/Ticket?screen=Work").json
    assert [row["Subject"] for row in answer["items"]] == ["a first", "B second", "e fifth"]
    assert (answer["total"], answer["page"], answer["size"]) == (3, 1, 25)
    assert len(items(asked, "")) == 5


def test_what_a_user_asks_for_comes_beside_it(asked: App) -> None:
    assert subjects(asked, "screen=Work&sort=-Subject") == ["e fifth", "B second", "a first"]
    assert subjects(asked, "screen=Work&sort=Cost,-Id") == ["B second", "a first", "e fifth"]
    assert subjects(asked, "screen=Work&filter.Hours=2") == ["a first", "B second"]
    assert subjects(asked, "screen=Work&filter.Status=Closed") == []
    assert subjects(asked, "screen=Work&search=SECOND") == ["B second"]
    assert subjects(asked, "screen=Work&search=late") == ["B second"]
    assert subjects(asked, "search=late") == []
    assert subjects(asked, "screen=Work&filter.Status=Open&search=first&sort=-Age&size=1") == ["a first"]
    found = asked.request("GET", "/api/Ticket?screen=Work&page=2&size=2").json
    assert ([row["Subject"] for row in found["items"]], found["total"]) == (["e fifth"], 3)
    assert found["items"][0]["Title"].endswith(" e fifth")


def test_computed_columns_are_answered_like_attributes(asked: App, rows: dict[str, int]) -> None:
    (row,) = items(asked, "screen=Work&search=first")
    own = {name: row[name] for name in ("Cost", "Age", "Client", "Agent", "Late", "Title")}
    title = f"#{rows['a first']} a first"
    assert own == {
        "Cost": "160", "Age": 0, "Client": "Acme", "Agent": rows["Agent"], "Late": False, "Title": title,
    }  # fmt: skip
    assert row["$labels"] == {"Customer": "Acme", "Status": "Still open", "Agent": "Agent"}
    assert list(row)[: list(row).index("Notes") + 1][-1] == "Notes"
    (part,) = items(asked, "screen=Work&search=first&fields=Title,Subject&cut=4")
    assert part == {"Id": rows["a first"], "Subject": "a fi…", "Title": f"{title[:4]}…", "$labels": {}}


def test_a_value_of_each_type(asked: App, rows: dict[str, int]) -> None:
    (row,) = items(asked, f"screen=Values&filter.Id={rows['a first']}")
    today = row["Opened"][:10]
    assert {name: row[name] for name in list(row)[list(row).index("Text") : -1]} == {
        "Text": "<a first>", "Whole": 3, "Huge": "9223372036854775807", "Exact": "0.33333333", "Money": "2.5",
        "Truth": True, "Maybe": None, "Day": row["Day"], "Date": None, "Clock": None, "Address": None, "State": "Open",
        "Coins": None, "Whose": rows["Acme"], "Own": rows["a first"], "None": None,
        "Hostile": "'); drop table issue; --a first",
    }  # fmt: skip
    assert row["Day"] > today
    assert row["$labels"] == {
        "Customer": "Acme", "Status": "Still open", "State": "Still open", "Whose": "Acme", "Own": "a first",
    }  # fmt: skip
    assert [one["Whose"] for one in items(asked, "screen=Values")] == [
        rows["Hidden"], rows["Hidden"], rows["Acme"], rows["Acme"], None,
    ]  # fmt: skip
    for name in ("Text", "Exact", "Truth", "Day", "Whose", "State", "Coins", "None", "Hostile"):
        assert len(items(asked, f"screen=Values&sort=-{name}&page=1&size=5")) == 5
        assert len(items(asked, f"screen=Values&sort={name}&page=2&size=3")) == 2


def test_settings_and_the_moment_are_those_of_the_request(asked: App, prepared: App) -> None:
    assert subjects(asked, "screen=Recent&sort=Id") == ["a first", "B second", "c third", "e fifth"]
    assert subjects(asked, "screen=Named") == []
    other = App(prepared.folder, prepared.environment).start(ODC_SETTING_Words="a first", ODC_SETTING_Rate="10.5")
    try:
        other.wait("/_odc/ready", 200)
        assert subjects(other, "screen=Named") == ["a first"]
        assert [row["Cost"] for row in items(other, "screen=Work")] == ["21", "21", None]
    finally:
        other.stop()


@pytest.mark.parametrize(
    ("query", "name", "says"),
    [
        ("screen=Wrok", "screen", "Did you mean Work?"),
        ("screen=", "screen", "no list"),
        ("screen=Tickets", "screen", "with rows of its own"),
        ("screen=Customers", "screen", "no list Customers"),
        ("screen=Work&screen=Work", "screen", "twice"),
        ("screen=Work&labels=true", "screen", "Labels"),
        ("screen=Work&sort=Titel", "sort", "Did you mean Title?"),
        ("sort=Cost", "sort", "no attribute Cost"),
        ("screen=Work&fields=Money", "fields", "no attribute Money"),
        ("screen=Work&filter.Cost=5", "filter.Cost", "can't be filtered by"),
        ("screen=Work'%20or%201=1", "screen", "no list"),
    ],
)
def test_what_cannot_be_asked(asked: App, query: str, name: str, says: str) -> None:
    errors = refused(asked, query).json["errors"]
    assert says in " ".join(errors[name]), errors


def test_an_entity_without_such_lists_has_no_such_parameter(asked: App) -> None:
    answer = asked.request("GET", "/api/Status?screen=Work")
    assert (answer.status, answer.json["errors"]) == (400, {"screen": ["There is no parameter screen."]})


def test_a_computed_column_is_not_written(asked: App, rows: dict[str, int]) -> None:
    answer = asked.request("PATCH", f"/api/Ticket/{rows['a first']}", {"Cost": "1"})
    assert answer.status == 422
    assert "Cost" in answer.json["errors"]


def test_a_number_beyond_its_type_is_told(asked: App) -> None:
    answer = refused(asked, "screen=Overflowing", 422)
    assert (answer.json["code"], "Long Integer" in answer.json["detail"]) == ("Overflow", True)
    assert subjects(asked, "screen=Overflowing&filter.Hours=2&search=second") == ["B second"]


def test_references_of_references_are_followed(asked: App) -> None:
    assert [row["Name"] for row in items(asked, "screen=Customers&sort=Name", "Customer")] == ["Acme", "Hidden"]


def test_the_document_tells_of_them(asked: App) -> None:
    paths = asked.request("GET", "/_odc/openapi.json").json["paths"]
    (screen,) = [one for one in paths["/api/Ticket"]["get"]["parameters"] if one["name"] == "screen"]
    assert screen["schema"]["enum"] == ["Work", "Values", "Named", "Recent", "Overflowing", "Noted"]
    assert all(one["name"] != "screen" for one in paths["/api/Status"]["get"]["parameters"])
