"""A form rewrites nothing that the person did not touch, whatever a browser's controls make of it.

Runs against the fake app and against examples/helpdesk, really published. Leaves no rows behind.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import open_form, wait_for_form
from tests.browser.fake_app import Store

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser
Row = dict[str, Any]
CUSTOMER = {"Name": "Anna", "Phone": "+49 30\r\n1234", "Notes": "one\r\ntwo\nthree\rfour", "Score": 1}
TWICE = "2026-10-25T01:30:00.123456Z"
"""In Berlin, where the browser is, 02:30 for the second time that night."""


def _made(page: Page, address: str, entity: str, **values: Any) -> Row:
    answer = page.request.post(f"{address}/api/{entity}", data=values)
    assert answer.ok, answer.text()
    return dict(answer.json())


def _row(page: Page, address: str, entity: str, row: Row) -> Row:
    return dict(page.request.get(f"{address}/api/{entity}/{row['Id']}").json())


@pytest.fixture
def customer(page: Page, address: str) -> Iterator[Row]:
    made = _made(page, address, "Customer", **CUSTOMER, Email=f"{uuid.uuid4().hex[:8]}@b\u00fccher.example")
    yield made
    page.request.delete(f"{address}/api/Customer/{made['Id']}")


@pytest.fixture
def ticket(page: Page, address: str, customer: Row) -> Iterator[Row]:
    given = {"OpenedAt": TWICE, "Fee": "12345678901234567890.12345678"}
    made = _made(page, address, "Ticket", Subject="First", Customer=customer["Id"], **given)
    yield made
    page.request.delete(f"{address}/api/Ticket/{made['Id']}")


def _open(page: Page, address: str, entity: str, row: Row) -> None:
    open_form(page, f"{address}/{entity}Detail/{row['Id']}")


def _saved(page: Page) -> Row:
    """What the page sends when it is told to save."""
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as answer:
        page.get_by_role("button", name="Save").click()
    assert answer.value.ok, answer.value.text()
    return dict(json.loads(answer.value.request.post_data or ""))


def test_a_change_beside_it_leaves_every_value_as_it_is(page: Page, address: str, customer: Row) -> None:
    before = _row(page, address, "Customer", customer)
    _open(page, address, "Customer", customer)
    page.locator("#field-Score").fill("2")
    assert _saved(page) == {"Score": 2}
    assert _row(page, address, "Customer", customer) == {**before, "Score": 2}


def test_an_email_is_sent_as_it_was_typed(page: Page, address: str, customer: Row) -> None:
    _open(page, address, "Customer", customer)
    assert page.locator("#field-Email").input_value() == customer["Email"]
    page.locator("#field-Email").fill("Berta@B\u00dccher.example ")
    assert _saved(page) == {"Email": "Berta@B\u00dccher.example"}


def test_a_text_keeps_its_line_ends_around_an_edit(page: Page, address: str, customer: Row) -> None:
    _open(page, address, "Customer", customer)
    notes = page.locator("#field-Notes")
    notes.press("Control+End")
    notes.press_sequentially("th")
    notes.press("Control+Home")
    notes.press_sequentially("1\n")
    assert _saved(page) == {"Notes": "1\r\none\r\ntwo\nthree\rfourth"}
    phone = page.locator("#field-Phone")
    phone.press("Control+End")
    phone.press_sequentially("5")
    assert _saved(page) == {"Phone": "+49 30\r\n12345"}
    notes.fill("")
    assert _saved(page) == {"Notes": None}


def test_the_second_of_two_like_hours_stays_the_second(page: Page, address: str, ticket: Row) -> None:
    _open(page, address, "Ticket", ticket)
    moment, which = page.locator("#field-OpenedAt"), page.get_by_label("This hour occurs twice")
    assert (moment.input_value(), which.locator("option:checked").inner_text()) == (
        "2026-10-25T02:30",
        "Second time (UTC+01:00)",
    )
    page.locator("#field-Subject").fill("Second")
    assert _saved(page) == {"Subject": "Second"}
    moment.fill("2026-10-25T02:45")
    assert _saved(page) == {"OpenedAt": "2026-10-25T01:45:00Z"}
    which.select_option(label="First time (UTC+02:00)")
    assert _saved(page) == {"OpenedAt": "2026-10-25T00:45:00Z"}
    moment.fill("2026-10-25T03:00")
    assert not which.is_visible()
    assert _saved(page) == {"OpenedAt": "2026-10-25T02:00:00Z"}


def test_another_day_keeps_the_time_to_the_microsecond(page: Page, address: str, ticket: Row) -> None:
    _open(page, address, "Ticket", ticket)
    page.locator("#field-OpenedAt").fill("2026-07-01T02:30")
    assert _saved(page) == {"OpenedAt": "2026-07-01T00:30:00.123456Z"}
    page.locator("#field-OpenedAt").fill("2026-07-01T02:31")
    assert _saved(page) == {"OpenedAt": "2026-07-01T00:31:00Z"}


def test_an_hour_that_is_left_out_is_refused(page: Page, address: str, ticket: Row) -> None:
    _open(page, address, "Ticket", ticket)
    page.locator("#field-OpenedAt").fill("2026-03-29T02:30")
    page.get_by_role("button", name="Save").click()
    assert "doesn't exist" in page.locator("#field-OpenedAt-error").inner_text()
    assert _row(page, address, "Ticket", ticket)["OpenedAt"] == TWICE


def test_the_former_value_typed_again_is_a_change(page: Page, address: str, ticket: Row) -> None:
    _open(page, address, "Ticket", ticket)
    page.get_by_label("Subject").fill("Mine")
    page.request.patch(f"{address}/api/Ticket/{ticket['Id']}", data={"Subject": "Theirs"})
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Load the latest").click()
    page.get_by_text("Saved meanwhile: Theirs.").wait_for()
    page.get_by_label("Subject").fill("First")
    assert _saved(page) == {"Subject": "First"}
    assert _row(page, address, "Ticket", ticket) == ticket


# Against the fake app alone: what a published one can't be brought to without its database


def _ticket(store: Store, **values: Any) -> int:
    customer = store.insert("Customer", {"Name": "Acme", "Email": "a@example.com"})["Id"]
    made = store.insert("Ticket", {"Subject": "First", "Customer": customer})["Id"]
    store.rows["Ticket"][made].update(values)
    return int(made)


def test_what_is_typed_while_it_saves_stays(page: Page, fake: str, store: Store) -> None:
    made = _ticket(store)
    open_form(page, f"{fake}/TicketDetail/{made}")
    page.get_by_label("Subject").fill("Second")
    with _held(page, f"**/api/Ticket/{made}") as held:
        page.get_by_role("button", name="Save").click()
        page.wait_for_function("document.querySelector('form').ariaBusy === 'true'")
        page.get_by_label("Subject").fill("Third")
        page.get_by_label("Code").fill("ABC-123")
        held[0].continue_()
        page.locator(".toast", has_text="Saved").wait_for()
    assert store.get("Ticket", made)["Subject"] == "Second"
    assert _saved(page) == {"Subject": "Third", "Code": "ABC-123"}


@contextmanager
def _held(page: Page, pattern: str) -> Iterator[list[Route]]:
    """Changes that wait on their way to the app."""
    held: list[Route] = []
    page.route(pattern, lambda route: held.append(route) if route.request.method == "PATCH" else route.continue_())
    yield held
    page.unroute(pattern)


def test_identifiers_keep_all_their_digits(page: Page, fake: str, store: Store) -> None:
    store.next = 2**53 + 1
    made = _ticket(store)
    other = store.insert("Customer", {"Name": "Other", "Email": "o@example.com"})["Id"]
    page.goto(f"{fake}/Tickets")
    page.get_by_role("link", name="First").click()
    page.wait_for_url(f"**/{made}")
    wait_for_form(page)
    page.get_by_label("Customer").select_option("Other")
    assert int(_saved(page)["Customer"]) == other
    assert store.get("Ticket", made)["Customer"] == other


def test_an_old_row_may_lack_what_is_mandatory_now_and_keep_what_is_offered_no_more(
    page: Page, fake: str, store: Store
) -> None:
    made = _ticket(store, Subject=None, Status="Lost")
    open_form(page, f"{fake}/TicketDetail/{made}")
    assert page.get_by_label("Status").locator("option:checked").inner_text() == "Lost"
    page.get_by_label("Urgent").select_option("Yes")
    assert _saved(page) == {"Urgent": True}
    page.get_by_label("Subject").fill(" ")
    page.get_by_role("button", name="Save").click()
    assert page.locator("#field-Subject-error").inner_text() == "Enter a subject."


def test_a_text_of_blanks_is_a_text_where_none_is_asked_for(page: Page, fake: str, store: Store) -> None:
    tag = store.insert("Tag", {"Name": "x"})["Id"]
    open_form(page, f"{fake}/TagDetail/{tag}")
    page.get_by_label("Name").fill("  ")
    assert _saved(page) == {"Name": "  "}
    page.goto(f"{fake}/Tags")
    page.get_by_role("link", name=f"Tag {tag}").click()  # a link that can be seen
    page.get_by_role("heading", name=f"Tag {tag}").wait_for()


@pytest.mark.parametrize("answer", [504, 502, 0])
def test_a_change_that_nobody_confirms_is_told_as_that(page: Page, fake: str, store: Store, answer: int) -> None:
    made = _ticket(store)
    open_form(page, f"{fake}/TicketDetail/{made}")
    page.get_by_label("Subject").fill("Second")
    page.get_by_label("Code").fill("ABC-123")
    page.route("**/api/Ticket/*", lambda route: _lost(route, store, made, answer))
    page.get_by_role("button", name="Save").click()
    assert "may have been done or not" in page.locator(".banner p").inner_text()
    page.unroute("**/api/Ticket/*")
    page.get_by_role("button", name="Load the latest, keep what I typed").click()
    page.locator(".toast", has_text="Save to keep your changes").wait_for()
    assert page.get_by_label("Subject").input_value() == "Second"
    assert _saved(page) == {"Code": "ABC-123"}


def _lost(route: Route, store: Store, ticket: int, status: int) -> None:
    """Half of the change arrives, for it to be told from what doesn't; the answer is lost."""
    if route.request.method != "PATCH":
        return route.continue_()
    store.update("Ticket", ticket, {"Subject": "Second"})
    return route.fulfill(status=status) if status else route.abort("connectionreset")


def test_nobody_is_led_to_create_a_record_twice(page: Page, fake: str, store: Store) -> None:
    open_form(page, f"{fake}/TagDetail/new")
    page.get_by_label("Name").fill("Once")
    page.route("**/api/Tag", lambda route: route.fulfill(status=504))
    page.get_by_role("button", name="Create tag").click()
    assert "Look into the list before you create it again" in page.locator(".banner p").inner_text()
    assert page.get_by_label("Name").input_value() == "Once"
