"""The web runtime by itself, against the fake app: what a person meets besides the plain path."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import open_form, wait_for_form
from tests.browser.fake_app import WEB, Store

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser


@pytest.fixture
def tickets(store: Store) -> list[int]:
    """Sixty customers and as many tickets, so that there are pages to turn and a picker rather than a select."""
    ids = []
    for number in range(60):
        name = f"Customer {number:02}"
        customer = store.insert("Customer", {"Name": name, "Email": "a@example.com"})["Id"]
        ids.append(store.insert("Ticket", {"Subject": f"Question {number:02}", "Customer": customer})["Id"])
    return ids


def _first(page: Page) -> str:
    return page.locator("tbody tr").first.locator("td").first.inner_text()


def test_back_finds_the_list_as_it_was(page: Page, fake: str, tickets: list[int]) -> None:
    page.goto(f"{fake}/Tickets")
    page.get_by_role("button", name="Subject").click()
    page.wait_for_url("**sort=Subject")
    page.get_by_role("button", name="Subject").click()
    page.wait_for_url("**sort=-Subject")
    page.locator("tbody tr", has_text="Question 59").wait_for()
    assert page.locator("th[aria-sort=descending]").inner_text() == "Subject"
    page.get_by_role("link", name="Next page").click()
    page.locator(".range", has_text="26–50 of 60 tickets").wait_for()
    here = page.url
    assert _first(page) == "Question 34"

    page.get_by_role("link", name="Question 34").click()
    wait_for_form(page)
    assert page.evaluate("document.activeElement.localName") == "h1"
    assert page.title() == "Question 34 · Helpdesk"
    page.go_back()
    page.locator("tbody tr", has_text="Question 34").wait_for()
    assert page.url == here
    page.go_back()
    page.locator(".range", has_text="1–25 of 60").wait_for()
    assert _first(page) == "Question 59"


def test_filters_and_search_narrow_and_clear(page: Page, fake: str, store: Store, tickets: list[int]) -> None:
    store.update("Ticket", tickets[3], {"Status": "Closed"})
    from playwright.sync_api import expect

    page.goto(f"{fake}/Tickets")
    page.get_by_label("Filter by status").select_option("Closed")
    page.locator(".range", has_text="1–1 of 1 ticket").wait_for()
    page.get_by_role("searchbox").fill("nothing like this")
    page.get_by_role("heading", name="No tickets match").wait_for()
    page.get_by_role("button", name="Clear search and filters").click()
    page.locator(".range", has_text="of 60 tickets").wait_for()
    assert page.url == f"{fake}/Tickets"
    page.get_by_label("Filter by customer").fill("Customer 07")
    page.get_by_role("option", name="Customer 07").click()
    page.locator(".range", has_text="1–1 of 1 ticket").wait_for()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.locator(".range", has_text="1–1 of 1 ticket").wait_for()
    expect(page.locator("#filter-Customer")).to_have_value("Customer 07")
    assert not [url for url in asked if "/api/Customer/" in url], "a whole record for its label"


def test_a_list_that_fails_says_so_and_tries_again(page: Page, fake: str, tickets: list[int]) -> None:
    page.route("**/api/Tag?*", lambda route: route.abort())
    page.goto(f"{fake}/Tags")
    page.get_by_role("heading", name="Tags couldn't be loaded").wait_for()
    page.unroute("**/api/Tag?*")
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("heading", name="No tags yet").wait_for()
    page.get_by_role("link", name="Create a tag").click()
    page.get_by_role("heading", name="New tag").wait_for()


def test_a_record_that_is_refused_is_not_called_deleted(page: Page, fake: str, tickets: list[int]) -> None:
    told = {"title": "Too large", "status": 413, "detail": "The answer would be larger than 148 MB."}
    page.route(
        f"**/api/Ticket/{tickets[0]}",
        lambda route: route.fulfill(status=400, json=told, content_type="application/problem+json"),
    )
    page.goto(f"{fake}/TicketDetail/{tickets[0]}")
    page.get_by_role("heading", name="This page couldn't be loaded").wait_for()
    page.get_by_text("larger than 148 MB").wait_for()


def test_a_broken_connection_is_tried_once_more(page: Page, fake: str, tickets: list[int]) -> None:
    left = [1]

    def break_once(route: Route) -> None:
        if left:
            left.pop()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/api/Ticket?*", break_once)
    page.goto(f"{fake}/Tickets")
    page.locator(".range", has_text="of 60 tickets").wait_for()
    assert left == []


def test_two_people_change_one_record(page: Page, fake: str, store: Store, tickets: list[int]) -> None:
    open_form(page, f"{fake}/TicketDetail/{tickets[0]}")
    page.get_by_label("Subject").fill("Mine")
    store.update("Ticket", tickets[0], {"Subject": "Theirs", "Code": "ABC-123"})
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Somebody else changed this ticket").wait_for()
    assert store.get("Ticket", tickets[0])["Subject"] == "Theirs"
    page.get_by_role("button", name="Load the latest").click()
    page.get_by_text("Saved meanwhile: Theirs.").wait_for()
    assert page.get_by_label("Subject").input_value() == "Mine"
    assert page.get_by_label("Code").input_value() == "ABC-123"
    page.get_by_role("button", name="Save").click()
    page.locator(".toast", has_text="Saved").wait_for()
    row = store.get("Ticket", tickets[0])
    assert (row["Subject"], row["Code"]) == ("Mine", "ABC-123")


def test_what_somebody_else_changed_is_not_deleted_unseen(
    page: Page, fake: str, store: Store, tickets: list[int]
) -> None:
    open_form(page, f"{fake}/TicketDetail/{tickets[0]}")
    page.get_by_label("Subject").wait_for()
    store.update("Ticket", tickets[0], {"Subject": "Theirs"})
    delete = page.get_by_role("button", name="Delete")
    delete.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.get_by_text("Somebody else changed this ticket").wait_for()
    assert store.get("Ticket", tickets[0])["Subject"] == "Theirs"
    page.get_by_role("button", name="Load the latest").click()
    page.locator(".toast", has_text="Latest values loaded.").wait_for()
    delete.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.locator(".toast", has_text="deleted").wait_for()


def test_unsaved_work_is_asked_about(page: Page, fake: str, tickets: list[int]) -> None:
    page.goto(f"{fake}/Tickets")
    page.get_by_role("link", name="Question 00").click()
    page.get_by_label("Subject").fill("Half a thought")
    page.get_by_role("link", name="Customers", exact=True).click()
    page.get_by_role("button", name="Stay here").click()
    assert page.get_by_label("Subject").input_value() == "Half a thought"
    page.go_back()
    page.get_by_role("button", name="Stay here").click()
    assert page.url.endswith(f"/TicketDetail/{tickets[0]}")
    assert page.get_by_label("Subject").input_value() == "Half a thought"
    page.go_back()
    page.get_by_role("button", name="Leave").click()
    page.locator("tbody tr", has_text="Question 00").wait_for()
    assert page.url == f"{fake}/Tickets"


def test_values_survive_unchanged(page: Page, fake: str, store: Store, tickets: list[int]) -> None:
    """Exact decimals, big integers, moments with fractions: saving another attribute sends none of them."""
    exact = {
        "Fee": "12345678901234567890.12345678",
        "Views": "9223372036854775807",
        "OpenedAt": "2026-07-01T10:20:30.123456Z",
        "CallAt": "12:30:45",
        "Body": "two\r\nlines",
    }
    store.rows["Ticket"][tickets[0]].update(exact)
    open_form(page, f"{fake}/TicketDetail/{tickets[0]}")
    assert page.get_by_label("Fee").input_value() == "12345678901234567890.12345678"
    assert page.get_by_label("Opened at").input_value().startswith("2026-07-01T12:20:30")
    page.get_by_label("Urgent").select_option("Yes")
    with page.expect_request(lambda request: request.method == "PATCH") as patch:
        page.get_by_role("button", name="Save").click()
    assert json.loads(patch.value.post_data or "") == {"Urgent": True}
    page.goto(f"{fake}/Tickets")
    page.locator("tbody tr", has_text="Question 00").wait_for()
    assert "12,345,678,901,234,567,890.12345678" in page.locator("tbody").inner_text()


def test_a_moment_is_entered_in_local_time_and_sent_as_utc(page: Page, fake: str, tickets: list[int]) -> None:
    open_form(page, f"{fake}/TicketDetail/{tickets[0]}")
    page.get_by_label("Opened at").fill("2026-07-01T12:00")
    page.get_by_label("Fee").fill("0.10")
    with page.expect_request(lambda request: request.method == "PATCH") as patch:
        page.get_by_role("button", name="Save").click()
    assert json.loads(patch.value.post_data or "") == {"OpenedAt": "2026-07-01T10:00:00Z", "Fee": "0.10"}
    assert "Europe/Berlin" in page.locator("#field-OpenedAt-help").inner_text()


WRONG = [
    ("Fee", "1,5", "Fee must be a number, such as 12.50."),
    ("Fee", "-0.01", "Fee must be at least 0."),
    ("Fee", "1" * 21, "Fee can have 20 digits before the point at most."),
    ("Hours", "1.234", "Hours can have 2 decimals at most."),
    ("Hours", "12345", "Hours can have 4 digits before the point at most."),
    ("Views", "9223372036854775808", "Views must be between -9223372036854775808 and 9223372036854775807."),
    ("Views", "1.0", "Views must be a whole number."),
    ("Code", "abc-123", "Code doesn't have the expected form: Three letters, three digits"),
    ("Code", "ABC-1234", "Code can have 7 characters at most; this has 8."),
    ("Subject", "   ", "Enter a subject."),
    ("Customer", "nobody", "Choose one of the customer suggestions."),
]


def test_what_is_left_empty_is_told_in_plain_words(page: Page, fake: str) -> None:
    open_form(page, f"{fake}/TicketDetail/new")
    page.get_by_text("Left empty: the moment of saving.").wait_for()
    page.get_by_text("Left empty: computed when saved.").wait_for()
    assert page.get_by_text("AddDays").count() == 0


def test_wrong_values(page: Page, fake: str, tickets: list[int]) -> None:
    open_form(page, f"{fake}/TicketDetail/{tickets[0]}")
    for name, value, sentence in WRONG:
        page.locator(f"#field-{name}").fill(value)
        page.get_by_role("button", name="Save").click()
        assert page.locator(f"#field-{name}-error").inner_text() == sentence


def test_a_file_is_stored_offered_and_removed(page: Page, fake: str, store: Store, tickets: list[int]) -> None:
    open_form(page, f"{fake}/TicketDetail/{tickets[0]}")
    page.get_by_label("Photo").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"\x00\xff" * 700})
    page.get_by_role("button", name="Save").click()
    page.locator(".stored", has_text="Download a.png (1.4 kB)").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().read_bytes() == b"\x00\xff" * 700
    assert download.value.suggested_filename == "a.png"
    page.locator(".toast button").click()
    page.locator("#field-Code").fill("ABC-123")
    page.get_by_role("button", name="Save").click()
    page.locator(".toast", has_text="Saved").wait_for()
    page.reload()
    page.locator(".stored", has_text="Download a.png (1.4 kB)").wait_for()
    assert store.get("Ticket", tickets[0])["Photo"] == {"size": 1400, "name": "a.png", "type": "image/png"}
    page.get_by_label("Remove the stored file").check()
    page.get_by_role("button", name="Save").click()
    page.locator(".toast", has_text="Saved").wait_for()
    assert store.get("Ticket", tickets[0])["Photo"] is None


def test_the_picker_works_by_keyboard(page: Page, fake: str, store: Store, tickets: list[int]) -> None:
    open_form(page, f"{fake}/TicketDetail/{tickets[0]}")
    page.locator("#field-Customer").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("customer 4")
    page.get_by_role("option", name="Customer 49").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.locator("#field-Customer").get_attribute("aria-activedescendant")
    page.keyboard.press("Enter")
    assert page.locator("#field-Customer").input_value() == "Customer 42"
    page.keyboard.press("Enter")
    page.locator(".toast", has_text="Saved").wait_for()
    assert store.label("Customer", store.get("Ticket", tickets[0])["Customer"]) == "Customer 42"


def test_the_menu_folds(page: Page, fake: str, tickets: list[int]) -> None:
    page.set_viewport_size({"width": 380, "height": 760})
    page.goto(f"{fake}/Tickets")
    page.locator("tbody tr").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    menu = page.locator("#menu")
    menu.click()
    assert menu.get_attribute("aria-expanded") == "true"
    assert page.evaluate("document.activeElement.textContent") == "Tickets"
    page.keyboard.press("Escape")
    assert menu.get_attribute("aria-expanded") == "false"
    assert page.evaluate("document.activeElement.id") == "menu"
    menu.click()
    page.get_by_role("link", name="Customers").click()
    page.get_by_role("heading", name="Customers", level=1).wait_for()
    assert menu.get_attribute("aria-expanded") == "false"


def test_production_has_no_badge(page: Page, fake: str, store: Store) -> None:
    page.goto(fake)
    page.locator("#stage", has_text="Development").wait_for()
    store.stage = "Production"
    page.reload()
    page.locator("h1").wait_for()
    page.wait_for_load_state("networkidle")
    assert not page.locator("#stage").is_visible()


ACCENTS = ["#000000", "#ffffff", "#ffff00", "#00ff00", "#ff0000", "#0000ff", "#767676", "#ff8800", "#2457a6", "#00ffff"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable_with_any_accent(page: Page, fake: str, store: Store, scheme: str) -> None:
    store.insert("Tag", {"Name": "A"})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{fake}/Tags")
    page.locator(".button.primary").wait_for()
    for accent in ACCENTS:
        page.evaluate("accent => document.documentElement.style.setProperty('--accent', accent)", accent)
        assert _contrast(page, "var(--on-accent)", "var(--accent)") >= 4.5, accent
        assert _contrast(page, "var(--accent-ink)", "var(--page)") >= 4.5, accent
        assert _contrast(page, "var(--ink)", "var(--accent-wash)") >= 4.5, accent


def _contrast(page: Page, front: str, back: str) -> float:
    """WCAG's ratio of two CSS colours, as this browser paints them."""
    lights = []
    for color in (front, back):
        pixel: list[int] = page.evaluate(
            """color => {
                const probe = document.createElement("i");
                probe.style.color = color;
                document.body.append(probe);
                const painter = document.createElement("canvas").getContext("2d");
                painter.fillStyle = getComputedStyle(probe).color;
                painter.fillRect(0, 0, 1, 1);
                probe.remove();
                return [...painter.getImageData(0, 0, 1, 1).data];
            }""",
            color,
        )
        linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in pixel[:3]]
        lights.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def test_the_runtime_is_light_and_never_writes_markup() -> None:
    """42 kB gzipped for all pages, and values can only become text."""
    files = [path for path in sorted(WEB.rglob("*")) if path.suffix in (".js", ".css", ".html", ".svg")]
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < 42_000
    unsafe = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function")
    assert [path.name for path in files if unsafe.search(path.read_text())] == []
    pages = "".join(path.read_text() for path in [WEB / "index.html", *(WEB.parent / "screens").rglob("*.html")])
    assert re.findall(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=", pages) == []
