"""The web runtime by itself: a record larger than the app's memory is opened and changed without its longest texts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import open_form
from tests.browser.fake_app import APP, ENTITIES, Store, attribute

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

pytestmark = pytest.mark.browser
Row = dict[str, Any]
MEMORY = 5_000_000
HUGE = "A line of a long text.\n" * 130_000
LONG = "A shorter one.\r\n" * 10_000


@pytest.fixture
def store() -> Store:
    made = Store(json.loads(json.dumps(APP)), json.loads(json.dumps(ENTITIES)))
    made.entities["Ticket"]["attributes"] += [attribute("Log", "Text"), attribute("Notes", "Text")]
    made.memory = MEMORY
    return made


@pytest.fixture
def ticket(store: Store) -> Row:
    owner = store.insert("Customer", {"Name": "Acme", "Email": "a@example.com"})["Id"]
    values = {"Subject": "A question", "Customer": owner, "Body": HUGE, "Log": HUGE, "Notes": LONG}
    return store.insert("Ticket", values)


@pytest.fixture
def sent(page: Page) -> list[Row]:
    """What changes the page has asked for."""
    found: list[Row] = []

    def look(request: Request) -> None:
        if request.method == "PATCH":
            found.append(request.post_data_json)

    page.on("request", look)
    return found


def _open(page: Page, fake: str, ticket: Row) -> None:
    open_form(page, f"{fake}/TicketDetail/{ticket['Id']}")


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    page.locator(".toast", has_text="Saved.").wait_for()
    page.get_by_role("button", name="Dismiss").click()


def test_all_but_the_longest_texts_is_changed(
    page: Page, fake: str, store: Store, ticket: Row, sent: list[Row]
) -> None:
    _open(page, fake, ticket)
    assert page.get_by_text("The beginning of 3 MB of text, too much to edit here.").count() == 2
    body = page.locator("#field-Body")
    assert body.get_attribute("readonly") is not None
    assert body.input_value() == f"{HUGE[:10_000]}\u2026"
    assert page.locator("#field-Notes").input_value() == LONG.replace("\r", "")
    page.get_by_label("Subject").fill("Changed")
    notes = page.locator("#field-Notes")
    notes.press("Control+End")
    notes.press_sequentially("The end")
    _save(page)
    assert sent.pop() == {"Subject": "Changed", "Notes": f"{LONG}The end"}
    page.get_by_role("button", name="Save").click()
    page.locator(".toast", has_text="Nothing has changed.").wait_for()
    page.get_by_label("Subject").fill("Changed again")
    _save(page)
    assert sent.pop() == {"Subject": "Changed again"}
    stored = store.get("Ticket", ticket["Id"])
    assert (stored["Body"], stored["Log"], stored["Notes"]) == (HUGE, HUGE, f"{LONG}The end")
    assert notes.input_value() == f"{LONG}The end".replace("\r", "")


def test_a_long_text_is_had_as_a_file_and_written_anew(
    page: Page, fake: str, store: Store, ticket: Row, sent: list[Row]
) -> None:
    _open(page, fake, ticket)
    body = page.locator(".field", has=page.locator("#field-Body"))
    with page.expect_download() as saved:
        body.get_by_role("link", name="Download it").click()
    assert saved.value.suggested_filename == "field-Body.txt"
    assert saved.value.path().read_text() == HUGE
    body.get_by_role("button", name="Write a new text").click()
    page.locator("#field-Body").fill("Short")
    _save(page)
    assert sent == [{"Body": "Short"}]
    assert page.locator("#field-Body").input_value() == "Short"
    stored = store.get("Ticket", ticket["Id"])
    assert (stored["Body"], stored["Log"]) == ("Short", HUGE)


def test_a_text_that_nobody_can_have_is_told(page: Page, fake: str, store: Store, ticket: Row) -> None:
    store.rows["Ticket"][ticket["Id"]]["Body"] = HUGE * 2
    _open(page, fake, ticket)
    body = page.locator(".field", has=page.locator("#field-Body"))
    body.get_by_role("link", name="Download it").click()
    body.get_by_text("It is larger than what the app can send.").wait_for()


def test_what_another_editor_changed_of_a_large_record(page: Page, fake: str, store: Store, ticket: Row) -> None:
    _open(page, fake, ticket)
    page.get_by_label("Subject").fill("Mine")
    store.update("Ticket", ticket["Id"], {"Log": HUGE + "More.\n", "Notes": LONG.upper()})
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Load the latest").click()
    page.locator(".toast", has_text="2 changes are marked. Save to keep your changes.").wait_for()
    page.get_by_role("button", name="Dismiss").click()
    marked = page.locator(".field.changed")
    assert [marked.nth(at).locator("label").inner_text() for at in range(2)] == ["Log", "Notes"]
    _save(page)
    stored = store.get("Ticket", ticket["Id"])
    assert (stored["Subject"], stored["Body"], stored["Log"]) == ("Mine", HUGE, HUGE + "More.\n")
    assert stored["Notes"] == LONG.upper()


def test_a_change_may_make_a_record_too_large(
    page: Page, fake: str, store: Store, ticket: Row, sent: list[Row]
) -> None:
    store.update("Ticket", ticket["Id"], {"Log": None})
    store.memory = len(HUGE) + 2 * len(LONG)
    _open(page, fake, ticket)
    page.get_by_text("The beginning of 2,990,000 characters, too many to edit here.").wait_for()
    log = "One more.\n" * 20_000
    page.evaluate("text => { document.querySelector('#field-Log').value = text }", log)
    page.locator("#field-Log").dispatch_event("input")
    _save(page)
    assert sent == [{"Log": log}, {"Log": log}]  # the first was refused: its answer would have been too large
    page.get_by_label("Subject").fill("Changed")
    _save(page)
    assert sent[2:] == [{"Subject": "Changed"}]
    stored = store.get("Ticket", ticket["Id"])
    assert (stored["Subject"], stored["Body"], stored["Log"], stored["Notes"]) == ("Changed", HUGE, log, LONG)


def test_a_new_text_is_all_that_stands_there(page: Page, fake: str, store: Store, ticket: Row, sent: list[Row]) -> None:
    """Of a text with line ends of two letters, too, nothing is kept of what its control never showed."""
    store.update("Ticket", ticket["Id"], {"Body": HUGE.replace("\n", "\r\n"), "Log": None})
    _open(page, fake, ticket)
    page.get_by_role("button", name="Write a new text").click()
    page.locator("#field-Body").fill("Short")
    _save(page)
    assert sent == [{"Body": "Short"}]
