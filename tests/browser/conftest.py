"""A Chromium page and the addresses of apps: a fake one, and examples/helpdesk really published. I/O: both."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.absence import absent
from tests.browser.fake_app import App, Store
from tests.installation import installation, publish_helpdesk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, headless; skipped with a reason when there is none, failed when it was asked for.

    A module's alone: with it goes Playwright's event loop, beside which other tests could start none.
    """
    path = os.environ.get("ODCPUB_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        absent("Chromium", "there is none")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own; anything the page's scripts throw, or the policy refuses, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US", timezone_id="Europe/Berlin")
    page = context.new_page()
    page.set_default_timeout(60_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    context.close()
    assert wrong == []


def open_form(page: Page, address: str) -> None:
    """Opens a detail screen, and waits until its form can be filled in."""
    page.goto(address)
    wait_for_form(page)


def wait_for_form(page: Page) -> None:
    page.wait_for_selector("form:not([aria-busy])")


@pytest.fixture
def store() -> Store:
    """The fake app's rows, for tests of the front end alone."""
    return Store()


@pytest.fixture
def fake(store: Store) -> Iterator[str]:
    """The address of a fake app of this test's own."""
    app = App(store)
    thread = threading.Thread(target=app.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield app.address
    app.shutdown()
    thread.join()
    app.server_close()


@pytest.fixture(scope="module")
def published() -> Iterator[str]:
    """The address of examples/helpdesk, really published: by ODCPUB_TEST_APP_URL, else on the local profile."""
    named = os.environ.get("ODCPUB_TEST_APP_URL", "").rstrip("/")
    if named:
        yield named
        return
    with installation() as made:
        yield publish_helpdesk(made)


@pytest.fixture(params=[pytest.param("fake", marks=pytest.mark.long), "published"])
def address(request: pytest.FixtureRequest) -> str:
    """The app under test: the published one; in `make long` the fake one too, which must answer as that does."""
    return str(request.getfixturevalue(request.param))
