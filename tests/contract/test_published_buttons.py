"""Buttons of screens as published apps keep them: what is told before a call, what the screen gives, refusals."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler
from tests.contract.buttons_app import buttons_app
from tests.contract.desk import create, items
from tests.contract.published_app import Answer, App

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def prepared(compiler: CSharpCompiler, database: Postgres, tmp_path_factory: pytest.TempPathFactory) -> App:
    return buttons_app(compiler, database, tmp_path_factory.mktemp("buttons"))


def ticket(app: App, **values: Any) -> int:
    return int(create(app, "Ticket", **{"Subject": "Help", "Count": 1, **values})["Id"])


def press(app: App, where: str, **inputs: Any) -> Answer:
    return app.request("POST", f"/api/{where}", inputs)


def test_a_screen_gives_the_row_and_what_it_fixes(app: App) -> None:
    customer = create(app, "Customer", Name="Acme")["Id"]
    row = ticket(app, Customer=customer)
    answer = press(app, f"CloseTicket?screen=Tickets&row={row}", Hours="1.5")
    assert (answer.status, answer.json) == (200, {"Fee": "120"})
    found = app.request("GET", f"/api/Ticket/{row}").json
    assert (found["Status"], found["Fee"], found["Customer"]) == ("Closed", "120", None)
    answer = press(app, f"CloseTicket?screen=TicketDetail&row={ticket(app)}", Hours="1.5", Owner=customer)
    assert answer.json == {"Fee": "240", "$message": "Closed after 1.5 hours. Fee: 240"}


def test_what_a_screen_gives_is_not_given_twice_and_the_rest_is_checked(app: App) -> None:
    row = ticket(app)
    answer = press(app, f"CloseTicket?screen=Tickets&row={row}", Hours="-1", Rate="1", TicketId=row)
    assert answer.status == 422
    assert answer.json["errors"] == {
        "TicketId": ["Ticket id is given by the screen."],
        "Rate": ["Rate is given by the screen."],
        "Hours": ["Hours must be at least 0."],
    }  # fmt: skip
    assert app.request("GET", f"/api/Ticket/{row}").json["Status"] == "Open"
    answer = press(app, f"Import?screen=TicketDetail&row={ticket(app, Count=7)}")
    assert (answer.status, answer.json["errors"]) == (422, {"Count": ["Count must be at most 5."]})


@pytest.mark.parametrize("values", [{"Status": "Closed"}, {"Count": 0}, {"Count": None}, {"Secret": True}])
def test_a_condition_that_does_not_hold_refuses(app: App, values: dict[str, Any]) -> None:
    if values.pop("Secret", False):
        values["Customer"] = create(app, "Customer", Name="Secret")["Id"]
    row = ticket(app, **values)
    answer = press(app, f"CloseTicket?screen=Tickets&row={row}", Hours=1)
    assert (answer.status, answer.json["detail"]) == (
        409,
        "This is not possible any more. Load the page again to see why.",
    )
    assert app.request("GET", f"/api/Ticket/{row}").json["Fee"] is None


def test_rows_that_are_selected_are_changed_together_or_not_at_all(app: App) -> None:
    one, other, closed = ticket(app), ticket(app), ticket(app, Status="Closed")
    assert press(app, f"CloseMany?screen=Tickets&row={one}&row={closed}").status == 409
    answer = press(app, f"CloseMany?screen=Tickets&row={one}&row={other}&row={one}", Note="!")
    assert answer.json == {"Closed": 2, "$message": "Closed 2 of 2!"}
    assert app.request("GET", f"/api/Ticket/{other}").json["Subject"] == "Help!"
    assert press(app, f"CloseMany?screen=Tickets&row={ticket(app)}&row=999999").status == 404


def test_a_dialogue_is_told_what_it_begins_with(app: App) -> None:
    customer = create(app, "Customer", Name="Acme")["Id"]
    row = ticket(app, Hours="2.5", Customer=customer)
    answer = app.request("GET", f"/api/CloseTicket?screen=TicketDetail&row={row}")
    assert answer.json == {
        "Id": row, "$enabled": True, "$confirm": "Close Help?", "Hours": "2.5", "Owner": customer,
        "$labels": {"Owner": "Acme"},
    }  # fmt: skip
    answer = app.request("GET", f"/api/CloseTicket?screen=Tickets&row={row}")
    assert answer.json == {"Id": row, "$visible": True, "$enabled": True, "$labels": {}}
    assert app.request("GET", "/api/CloseMany?screen=Tickets").json["$confirm"] == "Really, at 80?"
    assert app.request("GET", "/api/Import?screen=Tickets").json == {
        "Id": 0, "$visible": True, "Count": 3, "$labels": {},
    }  # fmt: skip
    assert app.request("GET", "/api/CloseTicket?screen=Tickets&row=999999").status == 404


def test_rows_say_which_of_their_buttons_can_be_used(app: App) -> None:
    rows = {
        ticket(app): {},
        ticket(app, Count=0): {"CloseTicket": "disabled"},
        ticket(app, Status="Closed", Count=0): {"CloseTicket": "hidden", "CloseMany": "disabled"},
    }
    found = {row["Id"]: row["$buttons"] for row in items(app, "screen=Tickets&fields=Subject&sort=-Id&size=3")}
    assert found == rows
    assert "$buttons" not in items(app, "size=1")[0]
    for row, wanted in zip(rows, [{}, {}, {"CloseTicket": "disabled"}], strict=True):
        answer = app.request("GET", f"/api/Ticket/{row}?screen=TicketDetail&fields=Subject")
        assert (answer.json["$buttons"], "ETag" in answer.headers) == (wanted, True)
        assert answer.headers["ETag"] == app.request("GET", f"/api/Ticket/{row}").headers["ETag"]


def test_a_button_of_the_screen_is_for_no_row(app: App) -> None:
    answer = press(app, "Import?screen=Tickets", Count=2)
    made = app.request("GET", f"/api/Ticket/{answer.json['Made']}").json
    assert (answer.status, made["Subject"][:10]) == (200, "Made at 20")
    assert press(app, f"Import?screen=Tickets&row={made['Id']}", Count=2).status == 400


def test_conditions_follow_the_stage(app: App, prepared: App) -> None:
    other = App(prepared.folder, prepared.environment).start(ODC_SETTING_Open="false", ODC_SETTING_Rate="10")
    try:
        other.wait("/_odc/ready", 200)
        assert other.request("GET", "/api/Import?screen=Tickets").json["$visible"] is False
        assert press(other, "Import?screen=Tickets", Count=2).status == 409
        assert press(other, f"CloseTicket?screen=Tickets&row={ticket(other)}", Hours=2).json == {"Fee": "20"}
    finally:
        other.stop()


@pytest.mark.parametrize(
    ("where", "status", "says"),
    [
        ("CloseTicket", 404, "There is no"),
        ("Hidden", 404, "There is no"),
        ("Hidden?screen=Tickets", 404, "has no button that calls Hidden"),
        ("CloseTicket?screen=Nowhere", 404, "The screen Nowhere has no button"),
        ("CloseTicket?screen=Tickets", 400, "Say for which row"),
        ("CloseTicket?screen=Tickets&row=1&row=2", 400, "Say for which row"),
        ("CloseTicket?screen=Tickets&row=x", 400, "must be an identifier"),
        ("CloseTicket?screen=Tickets&row=1&rows=2", 400, "no parameter rows"),
        ("CloseMany?screen=Tickets", 400, "Say for which rows"),
        ("Open?screen=TicketDetail&row=1", 404, "has no button that calls Open"),
        ("CloseTicket?screen=Tickets&row=999999", 404, "There is no such ticket"),
    ],
)
def test_who_is_refused(app: App, where: str, status: int, says: str) -> None:
    answer = press(app, where, **({"Hours": 1} if where.startswith("CloseTicket") else {}))
    assert answer.status == status, answer.body
    assert says in answer.body.decode()


def test_an_endpoint_of_the_api_needs_no_screen(app: App) -> None:
    row = ticket(app, Status="Closed")
    assert press(app, "Open", TicketId=row).status == 200
    assert press(app, f"Open?screen=Tickets&row={row}").status == 200
    assert app.request("GET", f"/api/Ticket/{row}").json["Status"] == "Open"
    assert app.request("PUT", f"/api/Open?screen=Tickets&row={row}", {}).status == 405
    assert app.request("GET", f"/api/Ticket/{row}?screen=Tickets").status == 400


def test_the_document_tells_how_screens_call(app: App) -> None:
    paths = app.request("GET", "/_odc/openapi.json").json["paths"]
    screen, row = paths["/api/CloseTicket"]["post"]["parameters"]
    assert (screen["required"], screen["schema"]["enum"]) == (True, ["Tickets", "TicketDetail"])
    assert row["schema"]["type"] == "array"
    assert "required" not in paths["/api/Open"]["post"]["parameters"][0]
    assert "/api/Hidden" not in paths
    assert paths["/api"]["get"]["parameters"][0]["schema"]["enum"] == ["Overview"]


def test_a_dashboard_is_answered_at_once(app: App) -> None:
    acme, zeta = (create(app, "Customer", Name=name)["Id"] for name in ("Acme", "Zeta"))
    rows = [
        ticket(app, Subject="dash open", Fee="1.5", Count=1, Hours="1", Customer=zeta),
        ticket(app, Subject="dash two", Fee="2", Count=2, Hours="2", Customer=acme),
        ticket(app, Subject="dash three", Count=None),
    ]
    answer = app.request("GET", "/api?screen=Overview")
    assert answer.status == 200, answer.body
    assert answer.json == {
        "parts": [
            {"value": "1"},
            {"value": "280"},
            {"value": "3"},
            {"value": "1.5"},
            {"value": "Zeta"},
            {"value": None},
            {
                "items": [
                    {
                        "Id": rows[1],
                        "Subject": "dash two",
                        "Customer": acme,
                        "Who": "Acme!",
                        "$labels": {"Customer": "Acme"},
                    },
                    {
                        "Id": rows[0],
                        "Subject": "dash open",
                        "Customer": zeta,
                        "Who": "Zeta!",
                        "$labels": {"Customer": "Zeta"},
                    },
                ]
            },
            {"items": [{"Id": zeta, "Name": "Zeta", "$labels": {}}]},
        ]
    }


@pytest.mark.parametrize(
    ("query", "status"),
    [("screen=Overvew", 404), ("screen=Tickets", 404), ("screen=Overview&page=2", 400), ("", 404)],
)
def test_what_is_no_dashboard(app: App, query: str, status: int) -> None:
    assert app.request("GET", f"/api?{query}").status == status
    assert app.request("GET", "/api/Ticket?screen=Overview%206").status == 400
    assert app.request("POST", "/api?screen=Overview", {}).status == 405


def test_of_presses_at_the_same_time_one_finds_its_condition_true(app: App) -> None:
    row = ticket(app)
    with ThreadPoolExecutor(8) as pool:
        answers = [
            pool.submit(press, app, f"CloseMany?screen=Tickets&row={row}&row={ticket(app)}", Note="!") for _ in range(8)
        ]
        statuses = sorted(answer.result().status for answer in answers)
    assert statuses == [200, *[409] * 7]
    assert app.request("GET", f"/api/Ticket/{row}").json["Subject"] == "Help!"
