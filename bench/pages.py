"""A first page of the published helpdesk in Chromium: its requests and bytes, when its frame and its rows are there.

``python -m bench.pages [address]``: of an app that runs already. Nothing is cached; the connection has 300 ms and 10
Mbit/s, so that times tell how often the page waits for it. Beside it, in turns: the same page while no script may load,
which shows its frame and no more. Does I/O.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.report import LeftOut, Table, median, times
from bench.surroundings import quiet_installation
from tests.browser.conftest import FLAGS
from tests.installation import call, publish_helpdesk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession

ROUNDS = 7
CONNECTION = {"offline": False, "latency": 300, "downloadThroughput": 1_250_000, "uploadThroughput": 1_250_000}
PAGES = {"list": "/Tickets", "form": "/TicketDetail/1"}
BEFORE = {"list": (30, 60.8, 2283.0, 2283.0), "form": (30, 60.8, 2579.0, 2579.0)}
"""Requests, kB, frame and content in ms of the page that scripts drew alone, over the same connection (2026-12-01)."""
WATCH = """
window.seen = {};
const wanted = { frame: "main th, main form label", content: "tbody td a, form:not([aria-busy])" };
const look = () => {
  for (const [name, selector] of Object.entries(wanted))
    if (!(name in seen) && document.querySelector(selector)) seen[name] = performance.now();
  if (!("content" in seen)) requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


@dataclass(frozen=True, slots=True)
class Load:
    """``kilobytes``: received, heads of answers included. In milliseconds: ``painted``: anything at all, ``frame``:
    column heads or labels, ``content``: rows or a form that can be filled in."""

    requests: int
    kilobytes: float
    painted: float
    frame: float
    content: float


class Watched:
    """What one page has received so far."""

    def __init__(self, session: CDPSession) -> None:
        self.requests, self.bytes = 0, 0.0
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._received)
        session.send("Network.enable")

    def _asked(self, event: dict[str, Any]) -> None:
        self.requests += not event["request"]["url"].startswith("data:")

    def _received(self, event: dict[str, Any]) -> None:
        self.bytes += event["encodedDataLength"]


def load(browser: Browser, address: str, scripts: bool = True) -> Load:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    session = context.new_cdp_session(page)
    watched = Watched(session)
    session.send("Network.emulateNetworkConditions", CONNECTION)
    if not scripts:
        session.send("Network.setBlockedURLs", {"urls": ["*.js"]})
    page.add_init_script(WATCH)
    page.goto(address)
    page.wait_for_selector("tbody td a, form:not([aria-busy])" if scripts else "main th, main form label")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(100)
    seen = page.evaluate("window.seen")
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    context.close()
    return Load(watched.requests, watched.bytes / 1000, painted, seen["frame"], seen.get("content", 0.0))


def measure(browser: Browser, address: str) -> tuple[Load, Load]:
    """Medians of the page, and of the same without scripts."""
    runs: tuple[list[Load], list[Load]] = ([], [])
    for _ in range(ROUNDS):
        for found, scripts in zip(runs, (True, False), strict=True):
            found.append(load(browser, address, scripts))
    first, second = (
        Load(
            round(median(one.requests for one in found)),
            *(median(getattr(one, name) for one in found) for name in ("kilobytes", "painted", "frame", "content")),
        )
        for found in runs
    )
    return first, second


def table(browser: Browser, base: str) -> Table:
    rows = []
    for name, path in PAGES.items():
        load(browser, base + path)  # the app's own first time
        page, floor = measure(browser, base + path)
        requests, kilobytes, frame, content = BEFORE[name]
        rows += [
            (f"{name}: requests", *_beside(page.requests, requests, ""), ""),
            (f"{name}: received", *_beside(page.kilobytes, kilobytes, " kB"), ""),
            (f"{name}: first paint", f"{page.painted:.0f} ms", "", "", times(page.painted, floor.painted)),
            (f"{name}: frame", *_beside(page.frame, frame, " ms"), times(page.frame, floor.frame)),
            (f"{name}: content", *_beside(page.content, content, " ms"), times(page.content, floor.frame)),
        ]
    columns = ("a first page", "now", "drawn by scripts alone", "× that", "× the frame without scripts")
    return Table("A first page of the published helpdesk over 300 ms and 10 Mbit/s", columns, rows)


def _beside(now: float, before: float, unit: str) -> tuple[str, str, str]:
    return f"{now:.0f}{unit}", f"{before:.0f}{unit}", times(now, before)


def fill(base: str) -> None:
    """A row on each page."""
    if not call("GET", f"{base}/api/Ticket").body["total"]:
        customer = call("POST", f"{base}/api/Customer", {"Name": "Acme", "Email": "a@example.com"}).body["Id"]
        call("POST", f"{base}/api/Ticket", {"Subject": "Printer", "Customer": customer})


def run(address: str = "") -> Iterator[Table]:
    path = os.environ.get("ODCPUB_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        raise LeftOut("there is no Chromium; name one by ODCPUB_TEST_CHROMIUM")
    from playwright.sync_api import sync_playwright

    with quiet_installation() as made:
        base = address or publish_helpdesk(made)
        fill(base)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            yield table(browser, base)
            browser.close()


if __name__ == "__main__":
    from bench.report import show

    for each in run(*sys.argv[1:2]):
        print(show(each))
