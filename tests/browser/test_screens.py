"""Compiled screens by themselves: the frame before any script, addresses, and pages of another version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import wait_for_form
from tests.browser.fake_app import Store

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Route

pytestmark = pytest.mark.browser


@pytest.fixture
def ticket(store: Store) -> int:
    owner = store.insert("Customer", {"Name": "Acme", "Email": "a@example.com"})["Id"]
    return int(store.insert("Ticket", {"Subject": "A question", "Customer": owner})["Id"])


def _requests(page: Page) -> list[str]:
    found: list[str] = []

    def look(request: Request) -> None:
        if not request.url.startswith("data:"):
            found.append(request.url)

    page.on("request", look)
    return found


def test_the_frame_is_there_before_any_script(page: Page, fake: str, ticket: int) -> None:
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"{fake}/Tickets")
    assert page.title() == "Tickets · Helpdesk"
    assert page.locator("nav.side a").all_inner_texts() == ["Tickets", "Customers", "Tags"]
    assert page.locator("nav.side [aria-current]").inner_text() == "Tickets"
    assert page.locator("#stage").inner_text() == "Development"
    assert page.locator("th").all_inner_texts() == ["Subject", "Customer", "Status", "Opened at", "Fee", "Urgent"]
    assert page.get_by_label("Filter by status").locator("option").all_inner_texts() == [
        "Status: all", "Open", "Waiting", "Closed", "Status: none",
    ]  # fmt: skip
    page.goto(f"{fake}/TicketDetail/{ticket}")
    labels = page.locator("form label:visible").all_inner_texts()
    assert [text.strip() for text in labels[:4]] == ["Subject *", "Customer *", "Status", "Opened at"]
    assert page.locator("#field-Code-help").inner_text() == "Three letters, three digits."
    assert page.locator("nav.side [aria-current]").inner_text() == "Tickets"


def test_nothing_can_be_entered_or_sent_before_the_record_is_there(page: Page, fake: str, ticket: int) -> None:
    from playwright.sync_api import expect

    held: list[Route] = []
    page.route("**/api/Ticket/*", lambda route: held.append(route))
    page.goto(f"{fake}/TicketDetail/{ticket}")
    expect(page.get_by_label("Subject")).to_be_disabled()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    assert page.get_by_role("button", name="Delete").count() == 0
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    wait_for_form(page)
    expect(page.get_by_label("Subject")).to_have_value("A question")
    expect(page.get_by_role("button", name="Save")).to_be_enabled()


def test_what_is_searched_for_before_the_script_is_there_is_found(page: Page, fake: str, ticket: int) -> None:
    held: list[Route] = []
    page.route("**/start.js", lambda route: held.append(route))
    page.goto(f"{fake}/Tickets", wait_until="commit")
    page.get_by_role("searchbox").fill("nothing like this")
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    page.get_by_role("heading", name="No tickets match").wait_for()
    assert page.get_by_role("searchbox").input_value() == "nothing like this"


def test_a_first_page_asks_for_little(page: Page, fake: str, ticket: int) -> None:
    """Its own modules and data: none of the forms, nothing that the HTML says already."""
    found = _requests(page)
    page.goto(f"{fake}/Tickets")
    page.get_by_role("link", name="A question").wait_for()
    page.wait_for_load_state("networkidle")
    names = [url.removeprefix(fake).rpartition("/")[2].split("?")[0] for url in found]
    assert len(names) == len(set(names)) <= 16, names
    assert {"list.js", "Tickets.js", "Customer", "Ticket"} < set(names)
    assert not {"detail.js", "controls.js", "moment.js", "Status", "about", "app.json"} & set(names)


def test_another_screen_is_two_small_files_and_once(page: Page, fake: str, ticket: int) -> None:
    page.goto(f"{fake}/Customers")
    page.get_by_role("link", name="Acme").wait_for()
    page.wait_for_load_state("networkidle")
    found = _requests(page)
    for name in ("Tickets", "Customers", "Tickets"):
        page.get_by_role("link", name=name, exact=True).click()
        page.get_by_role("heading", name=name, level=1).wait_for()
        page.locator("tbody td").first.wait_for()
    files = [url.rpartition("/")[2] for url in found if url.endswith((".js", ".html", ".json"))]
    assert sorted(files) == ["Tickets.html", "Tickets.js"]


def test_addresses_that_mean_another(page: Page, fake: str, ticket: int) -> None:
    for path, wanted in (("/", "/Tickets"), ("/TicketDetail", "/Tickets"), ("/TicketDetail/", "/Tickets")):
        page.goto(fake + path)
        page.get_by_role("link", name="A question").wait_for()
        assert page.url == fake + wanted
    page.get_by_role("link", name="A question").click()
    wait_for_form(page)
    page.reload()
    wait_for_form(page)
    assert page.title() == "A question · Helpdesk"
    page.get_by_role("link", name="Helpdesk", exact=True).click()
    page.get_by_role("link", name="A question").wait_for()
    assert page.url == f"{fake}/Tickets"


def test_an_address_without_a_screen_is_told(page: Page, fake: str, ticket: int) -> None:
    answer = page.goto(f"{fake}/Tickets2")
    assert answer is not None
    assert answer.status == 404
    page.get_by_role("heading", name="Page not found").wait_for()
    page.get_by_role("link", name="Go to the start page").click()
    page.get_by_role("link", name="A question").wait_for()


def test_a_page_of_an_older_version_loads_the_newer_one(page: Page, fake: str, store: Store, ticket: int) -> None:
    """Open when the new version came: what it lacks is gone, and half of either would be worse than a page load."""
    page.goto(f"{fake}/Customers")
    page.get_by_role("link", name="Acme").wait_for()
    store.entities = {**store.entities, "Tag": {**store.entities["Tag"], "label": "Mark"}}
    store.entities["Customer"] = {**store.entities["Customer"], "display": "Email"}
    page.evaluate("window.before = true")
    page.get_by_role("link", name="Tickets", exact=True).click()
    page.get_by_role("link", name="A question").wait_for()
    assert page.evaluate("window.before") is None
    assert page.url == f"{fake}/Tickets"


def test_a_screen_that_the_new_version_does_not_have_is_told(page: Page, fake: str, store: Store, ticket: int) -> None:
    page.goto(f"{fake}/Tickets")
    page.get_by_role("link", name="A question").wait_for()
    store.app = {**store.app, "screens": [one for one in store.app["screens"] if one["name"] != "Tags"]}
    page.get_by_role("link", name="Tags", exact=True).click()
    page.get_by_role("heading", name="Page not found").wait_for()
    page.get_by_role("link", name="Tickets", exact=True).click()
    page.get_by_role("link", name="A question").wait_for()


def test_a_document_of_one_version_never_runs_with_another_ones_modules(page: Page, fake: str, ticket: int) -> None:
    """While two versions run, the document may come from one and its modules from the other."""
    gone = [0]

    def refuse(route: Route) -> None:
        gone[0] += 1
        route.fulfill(status=404, json={"title": "Not found"}, content_type="application/problem+json")

    page.route("**/js/list.js", refuse)
    page.goto(f"{fake}/Tickets")
    page.get_by_role("heading", name="Reload this page").wait_for()
    assert gone[0] >= 2, "it has tried once more by itself"
    page.unroute("**/js/list.js")
    page.get_by_role("button", name="Reload").click()
    page.get_by_role("link", name="A question").wait_for()


def test_a_screen_that_cannot_be_loaded_now_is_tried_again(page: Page, fake: str, ticket: int) -> None:
    page.goto(f"{fake}/Customers")
    page.get_by_role("link", name="Acme").wait_for()
    page.route("**/screens/*", lambda route: route.abort())
    page.get_by_role("link", name="Tickets", exact=True).click()
    page.get_by_role("heading", name="This page couldn't be loaded").wait_for()
    page.unroute("**/screens/*")
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("link", name="A question").wait_for()


def test_a_list_that_the_app_does_not_know_any_more_asks_for_a_reload(page: Page, fake: str, ticket: int) -> None:
    told = {"title": "Refused", "status": 400, "errors": {"screen": ["There is no screen Tickets."]}}
    page.route("**/api/Ticket?*", lambda route: route.fulfill(status=400, json=told))
    page.goto(f"{fake}/Tickets")
    page.get_by_text("There is a new version of this app. Reload the page.").wait_for()
    page.unroute("**/api/Ticket?*")
    page.get_by_role("button", name="Reload").click()
    page.get_by_role("link", name="A question").wait_for()
