"""What a person does in a published helpdesk: create, edit, search, delete, and be refused what is wrong.

Runs against the fake app and against examples/helpdesk, really published. Leaves no rows behind.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.browser.conftest import open_form, wait_for_form

if TYPE_CHECKING:
    from playwright.sync_api import APIResponse, Page

pytestmark = pytest.mark.browser


def _screens(page: Page, address: str) -> dict[tuple[str, str], str]:
    """(kind, entity) → screen: the authors choose the names."""
    app: dict[str, Any] = page.request.get(f"{address}/_odc/app.json").json()
    return {(screen["kind"], screen["entity"]): screen["name"] for screen in app["screens"]}


def _open(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("main h1")


def _created(page: Page) -> str:
    """The new record's identifier, from the address."""
    page.locator(".toast", has_text="created").wait_for()
    wait_for_form(page)
    return page.url.rsplit("/", 1)[-1]


def _gone(answer: APIResponse) -> bool:
    return answer.status == 404


def test_customer_and_ticket_are_created_edited_searched_and_deleted(page: Page, address: str) -> None:
    screens = _screens(page, address)
    mark = uuid.uuid4().hex[:12]
    _open(page, f"{address}/{screens['list', 'Customer']}")

    # Created
    page.get_by_role("link", name="New customer").click()
    page.locator("#field-Name").fill(f"Zoë {mark} <b>&amp;</b>")
    page.locator("#field-Email").fill(f"{mark}@example.com")
    page.locator("#field-Score").fill("42")
    page.get_by_role("button", name="Create customer").click()
    customer = _created(page)
    assert page.locator("h1").inner_text() == f"Zoë {mark} <b>&amp;</b>"

    # Edited: only what changed is sent
    page.locator("#field-Score").fill("43")
    with page.expect_request(lambda request: request.method == "PATCH") as patch:
        page.get_by_role("button", name="Save").click()
    assert json.loads(patch.value.post_data or "") == {"Score": 43}
    assert patch.value.headers["if-match"]
    page.locator(".toast", has_text="Saved").wait_for()
    assert page.request.get(f"{address}/api/Customer/{customer}").json()["Score"] == 43

    # Searched, on the server
    page.goto(f"{address}/{screens['list', 'Customer']}")
    page.get_by_role("searchbox").fill(mark)
    page.wait_for_url(f"**search={mark}*")
    page.locator(".range", has_text="1–1 of 1").wait_for()
    assert page.locator("tbody tr").count() == 1
    assert f"Zoë {mark}" in page.locator("tbody").inner_text()

    # Referred to, picked by label
    page.goto(f"{address}/{screens['detail', 'Ticket']}/new")
    page.locator("#field-Subject").fill(f"Printer {mark}")
    _pick(page, "Customer", mark)
    page.get_by_role("button", name="Create ticket").click()
    ticket = _created(page)
    row = page.request.get(f"{address}/api/Ticket/{ticket}").json()
    assert (row["Customer"], row["Status"]) == (int(customer), "Open")

    # A protected customer stays, and the page says why
    page.goto(f"{address}/{screens['detail', 'Customer']}/{customer}")
    _delete(page)
    page.locator(".banner").wait_for()
    assert page.locator(".banner p").inner_text().strip()
    assert page.request.get(f"{address}/api/Customer/{customer}").ok

    # Deleted
    for entity, id_ in (("Ticket", ticket), ("Customer", customer)):
        page.goto(f"{address}/{screens['detail', entity]}/{id_}")
        _delete(page)
        page.locator(".toast", has_text="deleted").wait_for()
        assert _gone(page.request.get(f"{address}/api/{entity}/{id_}"))


def _pick(page: Page, name: str, text: str) -> None:
    """Chooses a reference by its label, in a picker or, where there are few choices, in a select."""
    control = page.locator(f"#field-{name}")
    if control.evaluate("node => node.localName") == "select":
        return control.evaluate(
            """(node, text) => {
                node.value = [...node.options].find((option) => option.text.includes(text)).value;
                node.dispatchEvent(new Event("change", { bubbles: true }));
            }""",
            text,
        )
    control.fill(text)
    page.get_by_role("option", name=text).click()
    return None


def _delete(page: Page) -> None:
    page.get_by_role("button", name="Delete").click()
    page.locator("dialog").get_by_role("button", name="Delete").click()


def test_wrong_input_is_refused_beside_its_field(page: Page, address: str) -> None:
    screens = _screens(page, address)
    before = page.request.get(f"{address}/api/Customer").json()["total"]
    _open(page, f"{address}/{screens['detail', 'Customer']}/new")
    page.locator("#field-Name").fill("x" * 101)
    page.locator("#field-Score").fill("101")
    page.get_by_role("button", name="Create customer").click()
    assert _error(page, "Name") == "Name can have 100 characters at most; this has 101."
    assert _error(page, "Email") == "Enter an email."
    assert _error(page, "Score") == "Score must be between 0 and 100."
    assert page.evaluate("document.activeElement.id") == "field-Name"

    # An emoji is one character, as the server counts; the sentence goes as soon as the value is right.
    page.locator("#field-Name").fill("🎈" * 100)
    assert page.locator("#field-Name").get_attribute("aria-invalid") is None
    assert page.request.get(f"{address}/api/Customer").json()["total"] == before


def _error(page: Page, name: str) -> str:
    field = page.locator(f"#field-{name}")
    assert field.get_attribute("aria-invalid") == "true"
    described = (field.get_attribute("aria-describedby") or "").split()
    assert f"field-{name}-error" in described
    return page.locator(f"#field-{name}-error").inner_text()


def test_what_the_server_refuses_is_shown_as_well(page: Page, address: str) -> None:
    """The browser's own checks are switched off: the server's answer must reach the field all the same."""
    screens = _screens(page, address)
    _open(page, f"{address}/{screens['detail', 'Customer']}/new")
    page.locator("#field-Name").fill("Refused")
    page.locator("#field-Email").fill("refused@example.com")
    page.locator("#field-Score").fill("7")
    page.route("**/api/Customer", lambda route: route.continue_(post_data=_spoiled(route.request.post_data)))
    page.get_by_role("button", name="Create customer").click()
    page.locator("#field-Score-error:not([hidden])").wait_for()
    assert page.evaluate("document.activeElement.id") == "field-Score"


def _spoiled(body: str | None) -> str:
    return json.dumps({**json.loads(body or "{}"), "Score": 1000})


def test_what_is_deleted_along_is_told_before(page: Page, published: str) -> None:
    customer = page.request.post(f"{published}/api/Customer", data={"Name": "A", "Email": "along@example.com"}).json()
    values = {"Subject": "Along", "Customer": customer["Id"]}
    ticket = page.request.post(f"{published}/api/Ticket", data=values).json()["Id"]
    page.request.post(f"{published}/api/Comment", data={"Ticket": ticket, "Author": "A", "Text": "B"})
    page.goto(f"{published}/TicketDetail/{ticket}")
    page.get_by_role("button", name="Delete").click()
    dialog = page.locator("dialog")
    assert "will be deleted for good, and with it every comment that belongs to it." in dialog.inner_text()
    dialog.get_by_role("button", name="Delete").click()
    page.locator(".toast", has_text="deleted").wait_for()
    assert page.request.get(f"{published}/api/Comment?filter.Ticket={ticket}").json()["total"] == 0
    page.request.delete(f"{published}/api/Customer/{customer['Id']}")


def test_a_file_keeps_its_name_and_its_type(page: Page, published: str) -> None:
    customer = page.request.post(f"{published}/api/Customer", data={"Name": "A", "Email": "file@example.com"}).json()
    ticket = page.request.post(f"{published}/api/Ticket", data={"Subject": "File", "Customer": customer["Id"]}).json()
    values = {"Ticket": ticket["Id"], "Author": "A", "Text": "B"}
    path = f"api/Comment/{page.request.post(f'{published}/api/Comment', data=values).json()['Id']}"
    open_form(page, f"{published}/{path.replace('api/Comment', _screens(page, published)['detail', 'Comment'])}")
    name, content = "Übersicht <b>1.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    page.get_by_label("Attachment").set_input_files({"name": name, "mimeType": "image/svg+xml", "buffer": content})
    page.get_by_role("button", name="Save").click()
    page.locator(".stored", has_text=f"Download {name} ({len(content)} bytes)").wait_for()

    # An edit that does not touch the file
    page.locator(".toast button").click()
    page.locator("#field-Author").fill("C")
    page.get_by_role("button", name="Save").click()
    page.locator(".toast", has_text="Saved").wait_for()
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.endswith("1.svg")
    assert download.value.path().read_bytes() == content
    file = {"size": len(content), "name": name, "type": "image/svg+xml"}
    assert page.request.get(f"{published}/{path}").json()["Attachment"] == file

    # Its address, opened as a page, is a download as well
    from playwright.sync_api import Error

    with page.expect_download() as opened, contextlib.suppress(Error):
        page.goto(f"{published}/{path}/Attachment")
    assert opened.value.suggested_filename.startswith("Übersicht")
    for one in (f"Ticket/{ticket['Id']}", f"Customer/{customer['Id']}"):
        assert page.request.delete(f"{published}/api/{one}").ok


HOSTILE = "<img src=/x onerror=alert(1)>\"'`&amp;</script><script>alert(1)</script>{{7*7}}${1}\u202e\u2028%3Cb%3E"


def test_hostile_values_are_text_everywhere(page: Page, address: str) -> None:
    screens = _screens(page, address)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    mark = uuid.uuid4().hex[:8]
    name = f"{mark}{HOSTILE}"
    body = {"Name": name, "Email": f"{mark}'<b>@example.com"}
    customer = page.request.post(f"{address}/api/Customer", data=body).json()["Id"]
    ticket = page.request.post(f"{address}/api/Ticket", data={"Subject": HOSTILE, "Customer": customer}).json()["Id"]

    # In lists: a name that leads somewhere, a reference's label, a filter
    page.goto(f"{address}/{screens['list', 'Customer']}?search={mark}")
    page.get_by_role("link", name=mark).wait_for()
    _only_text(page, name)
    page.goto(f"{address}/{screens['list', 'Ticket']}?filter.Customer={customer}")
    page.get_by_role("link", name="onerror").wait_for()
    _only_text(page, name)

    # In the form, its heading, a reference that is picked, the question before deleting, the refusal
    open_form(page, f"{address}/{screens['detail', 'Ticket']}/{ticket}")
    assert page.locator("#field-Subject").input_value() == HOSTILE
    assert page.title() == f"{HOSTILE} \u00b7 Helpdesk"
    _pick(page, "Customer", mark)
    _only_text(page, HOSTILE)
    page.goto(f"{address}/{screens['detail', 'Customer']}/{customer}")
    page.get_by_role("button", name="Delete").click()
    assert f"\u201c{name}\u201d will be deleted" in page.locator("dialog").inner_text()
    page.locator("dialog").get_by_role("button", name="Delete").click()
    page.locator(".banner").wait_for()
    _only_text(page, name)

    # Out of the address
    page.goto(f"{address}/{screens['list', 'Customer']}?sort={quote(HOSTILE)}&filter.Currency={quote(HOSTILE)}")
    page.locator("main h2").wait_for()
    _only_text(page)
    page.goto(f"{address}/{quote(HOSTILE, safe='')}")
    page.get_by_role("heading", name="Page not found").wait_for()
    for path in (f"Ticket/{ticket}", f"Customer/{customer}"):
        assert page.request.delete(f"{address}/api/{path}").ok


def _only_text(page: Page, *texts: str) -> None:
    """No element came out of a value; each text is there as it is."""
    assert page.locator("main :is(img, script, b)").count() == 0
    assert page.locator("[onerror]").count() == 0
    whole = page.locator("main").evaluate("node => node.textContent")
    assert all(text in whole for text in texts)
