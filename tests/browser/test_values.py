"""The web runtime by itself: every name of an attribute, every size of a value, and values that there may not be."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import open_form
from tests.browser.fake_app import APP, ENTITIES, Store, attribute

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Row = dict[str, Any]

NAMES = {
    "name": "Odd",
    "label": "Odd",
    "display": "toString",
    "attributes": [
        attribute("toString", "Text", "To string", length=50, mandatory=True),
        attribute("constructor", "Boolean", "Constructor"),
        attribute("hasOwnProperty", "Integer", "Has own property"),
        attribute("valueOf", "Text", "Value of"),
    ],
}
SCREENS = [
    {"name": "Odds", "kind": "list", "entity": "Odd", "title": "Odds", "generated": True, "columns": [],
     "search": ["toString"]},
    {"name": "OddDetail", "kind": "detail", "entity": "Odd", "title": "Odd", "generated": True, "columns": [],
     "search": []},
]  # fmt: skip


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Store:
    if getattr(request, "param", "") != "odd":
        return Store(json.loads(json.dumps(APP)), json.loads(json.dumps(ENTITIES)))
    app = {"app": "Odd", "description": "", "accent": "#2457a6", "screens": SCREENS}
    return Store(app, {"Odd": NAMES})


@pytest.fixture
def ticket(store: Store) -> Row:
    owner = store.insert("Customer", {"Name": "Acme", "Email": "a@example.com"})["Id"]
    return store.insert("Ticket", {"Subject": "A question", "Customer": owner})


@pytest.mark.parametrize("store", ["odd"], indirect=True)
def test_attributes_may_have_any_name(page: Page, fake: str, store: Store) -> None:
    """Also of what every JavaScript object has by itself."""
    store.insert("Odd", {"toString": "First", "constructor": True})
    page.goto(f"{fake}/Odds")
    page.get_by_role("link", name="First").wait_for()
    assert "native code" not in page.locator("body").inner_text()
    assert page.get_by_label("Filter by constructor").input_value() == "*"
    page.get_by_label("Filter by constructor").select_option("false")
    page.get_by_role("heading", name="No odds match").wait_for()
    page.get_by_role("button", name="Clear search and filters").click()
    page.get_by_role("link", name="First").click()
    page.locator("#field-valueOf").fill("refused by the server")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The server refuses this.").wait_for()
    page.locator("#field-valueOf").fill("fine")
    page.get_by_role("button", name="Save").click()
    page.locator(".toast", has_text="Saved").wait_for()
    assert store.get("Odd", 1) == {
        "Id": 1, "toString": "First", "constructor": True, "hasOwnProperty": None, "valueOf": "fine",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 700, 380])
def test_a_number_is_shown_whole(page: Page, fake: str, store: Store, ticket: Row, width: int) -> None:
    store.app["screens"][0]["columns"] = ["Subject", "Fee", "Views", "Hours"]
    store.update("Ticket", ticket["Id"], {"Views": "-9223372036854775807", "Fee": "12345678901234567890.12345678"})
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{fake}/Tickets")
    numbers = page.locator("td.number")
    numbers.first.wait_for()
    assert numbers.all_inner_texts()[:2] == ["12,345,678,901,234,567,890.12345678", "-9,223,372,036,854,775,807"]
    for cell in numbers.all():
        assert cell.evaluate("node => node.scrollWidth <= node.clientWidth")
        assert cell.evaluate("node => getComputedStyle(node).textOverflow") == "clip"


def working(page: Page) -> Callable[[], float]:
    """Seconds of processor that the page's own thread has worked since: the machine may have others to serve."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
    session.send("Performance.enable")

    def worked() -> float:
        metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        return float(metrics["TaskDuration"])

    before = worked()
    return lambda: worked() - before


def test_a_large_text_opens_and_stays(page: Page, fake: str, store: Store, ticket: Row) -> None:
    text = "A line of a long text.\n" * 50_000
    store.update("Ticket", ticket["Id"], {"Body": text})
    work = working(page)
    open_form(page, f"{fake}/TicketDetail/{ticket['Id']}")
    page.locator("#field-Body").wait_for()
    assert work() < 20  # that many seconds and more went into the direction of the text alone
    assert page.locator("#field-Body").evaluate("node => node.value.length") == len(text)
    page.locator("#field-Body").evaluate("node => node.setSelectionRange(2, 2)")
    page.get_by_label("Subject").fill("Changed")
    page.get_by_role("button", name="Save").click()
    page.locator(".toast", has_text="Saved").wait_for()
    stored = store.get("Ticket", ticket["Id"])
    assert (stored["Subject"], stored["Body"] == text) == ("Changed", True)


def test_a_huge_text_is_a_file(page: Page, fake: str, store: Store, ticket: Row) -> None:
    text = "A line of a long text.\n" * (10_000_000 // 23)
    store.update("Ticket", ticket["Id"], {"Body": text})
    work = working(page)
    open_form(page, f"{fake}/TicketDetail/{ticket['Id']}")
    page.locator("#field-Body").wait_for()
    assert work() < 20  # that many seconds and more went into the direction of the text alone
    page.get_by_text("The beginning of 9,999,986 characters, too many to edit here.").wait_for()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download it").click()
    assert saved.value.suggested_filename == "field-Body.txt"
    assert saved.value.path().read_text() == text
    page.get_by_label("Subject").fill("Changed")
    page.get_by_role("button", name="Save").click()
    page.locator(".toast", has_text="Saved").wait_for()
    assert store.get("Ticket", ticket["Id"])["Body"] == text
    page.get_by_role("button", name="Write a new text").click()
    page.locator("#field-Body").fill("Short")
    page.get_by_role("button", name="Save").click()
    page.locator(".toast", has_text="Saved").wait_for()
    assert store.get("Ticket", ticket["Id"])["Body"] == "Short"


def test_a_right_to_left_text_keeps_its_direction(page: Page, fake: str, store: Store, ticket: Row) -> None:
    for text, direction in (("שלום " * 10_000, "rtl"), ("hello " * 10_000, "ltr"), ("123 مرحبا " * 5_000, "rtl")):
        store.update("Ticket", ticket["Id"], {"Body": text})
        open_form(page, f"{fake}/TicketDetail/{ticket['Id']}")
        assert page.locator("#field-Body").evaluate("node => getComputedStyle(node).direction") == direction


def test_what_another_editor_changed_is_marked(page: Page, fake: str, store: Store, ticket: Row) -> None:
    store.update("Ticket", ticket["Id"], {"Hours": "1.50"})
    open_form(page, f"{fake}/TicketDetail/{ticket['Id']}")
    page.get_by_label("Subject").fill("Mine")
    store.update("Ticket", ticket["Id"], {"Hours": "2.50", "Status": "Closed"})
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Load the latest").click()
    page.locator(".toast", has_text="2 changes are marked. Save to keep your changes.").wait_for()
    assert page.locator("#field-Hours-note").inner_text() == "Changed by somebody else. Before: 1.5."
    assert page.locator("#field-Status-note").inner_text() == "Changed by somebody else. Before: Open."
    assert page.locator(".field.changed").count() == 2
    assert page.locator("#field-Hours").input_value() == "2.5"
    page.get_by_role("button", name="Save").click()
    page.locator(".toast", has_text="Saved").wait_for()
    assert page.locator(".field.changed").count() == 0
    stored = store.get("Ticket", ticket["Id"])
    assert (stored["Subject"], stored["Hours"], stored["Status"]) == ("Mine", "2.50", "Closed")


def test_a_boolean_may_have_no_value(page: Page, fake: str, store: Store, ticket: Row) -> None:
    store.entities["Ticket"]["attributes"].append(attribute("Answered", "Boolean"))
    for row in store.rows["Ticket"].values():
        row["Answered"] = None
    owner = ticket["Customer"]
    sent: list[Row] = []
    page.on("request", lambda one: sent.append(one.post_data_json) if one.method in ("POST", "PATCH") else None)
    open_form(page, f"{fake}/TicketDetail/new")
    page.get_by_label("Subject").fill("New")
    page.locator("#field-Customer").select_option(str(owner))
    assert (page.get_by_label("Urgent").input_value(), page.get_by_label("Answered").input_value()) == ("false", "")
    page.get_by_role("button", name="Create ticket").click()
    page.locator(".toast", has_text="created").wait_for()
    assert sent.pop() == {"Subject": "New", "Customer": owner}
    page.get_by_label("Answered").select_option("Yes")
    page.get_by_label("Urgent").select_option("")
    page.get_by_role("button", name="Save").click()
    page.locator(".toast", has_text="Saved").wait_for()
    assert sent.pop() == {"Urgent": None, "Answered": True}


@pytest.mark.parametrize("text", ["\u200b", " \u00a0\u2060", "\ufeff\u00ad"])
def test_what_shows_nothing_is_no_text(page: Page, fake: str, store: Store, ticket: Row, text: str) -> None:
    open_form(page, f"{fake}/TicketDetail/{ticket['Id']}")
    page.get_by_label("Subject").fill(text)
    page.get_by_role("button", name="Save").click()
    page.locator("#field-Subject-error", has_text="Enter a subject.").wait_for()


def test_a_busy_app_is_asked_again(page: Page, fake: str, store: Store, ticket: Row) -> None:
    asked: list[str] = []

    def busy(route: Any) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=503, headers={"Retry-After": "1"}, content_type="application/problem+json", body="{}")
        else:
            route.continue_()

    page.route("**/api/Ticket?*", busy)
    page.goto(f"{fake}/Tickets")
    page.get_by_role("link", name="A question").wait_for()
    assert len(asked) == 2
