"""A list with rows of its own in Chromium: its condition, its order, what it computes. I/O: a published app."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from odcpub.engines.csharp.cached import CachedCompiler
from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.home import find_home
from tests.contract.desk import create
from tests.contract.lists_app import lists_app
from tests.contract.published_app import App, own_postgres
from tests.toolchain import toolchain_of_tests

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.database]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    parts = toolchain_of_tests()
    compiler = CachedCompiler(RoslynCompiler(lambda: parts), find_home().cache)
    with own_postgres() as database:
        app = lists_app(compiler, database, Path(tmp_path_factory.mktemp("lists")))
        compiler.close()
        app.start()
        app.wait("/_odc/ready", 200)
        yield app
        app.stop()


def test_a_list_shows_its_rows_and_what_it_computes(app: App, page: Page) -> None:
    agent = create(app, "Customer", Name="Agent")["Id"]
    acme = create(app, "Customer", Name="Acme", Agent=agent)["Id"]
    create(app, "Ticket", Subject="a first", Hours=2, Customer=acme)
    create(app, "Ticket", Subject="b second", Hours=9)
    create(app, "Ticket", Subject="closed", Status="Closed", Hours=50)
    page.goto(f"http://127.0.0.1:{app.port}/Work")
    page.wait_for_selector("tbody tr")
    heads = page.locator("thead th").all_inner_texts()
    assert [head.strip() for head in heads] == ["Subject", "Cost", "Age", "Client", "Agent", "Late", "Title"]
    lines = [line.split("\t") for line in page.locator("tbody tr").all_inner_texts()]
    assert [[cell.strip() for cell in line][:5] for line in lines] == [
        ["b second", "720.00", "0", "—", "—"],
        ["a first", "160.00", "0", "Acme", "Agent"],
    ]
    page.get_by_role("button", name="Cost").click()
    page.wait_for_selector('th[aria-sort="ascending"]')
    assert page.locator("tbody tr").first.inner_text().startswith("a first")
