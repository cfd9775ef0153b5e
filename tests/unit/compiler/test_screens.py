"""Compiled screens: what their HTML, modules and source maps say, and what changes them."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from odcpub.compiler.compile import compile_app
from odcpub.compiler.literals import html_text
from odcpub.compiler.names import names_of
from odcpub.compiler.reuse import Reuse
from odcpub.compiler.screens import files as screen_files
from odcpub.compiler.screens.modules import closure
from odcpub.compiler.screens.source_map import source_map, unmarked
from odcpub.compiler.templates import content, names
from odcpub.compiler.web import app_files
from odcpub.errors import Place
from odcpub.model.elements import (
    Asset,
    Basic,
    Computed,
    DeleteRule,
    Entity,
    Formula,
    Record,
    Screen,
    ScreenKind,
    SortKey,
    StaticEntity,
)
from tests.helpdesk_asset import CUSTOMER, HELPDESK, LIBRARIES, TICKET, attribute

HOSTILE = "</title></option><script>alert(1)</script><!--main-->\n\"/_odc/~/ {{ 7 * 7 }} ' & \u2028 \ud800"


def written(asset: Asset) -> dict[str, str]:
    """Path below ``_odc`` → text."""
    drafts = app_files(asset, names_of(asset, LIBRARIES), Reuse(), apart=True)
    return {draft.path.removeprefix("wwwroot/_odc/"): draft.content.decode() for draft in drafts}


def members(script: str) -> dict[str, str]:
    """Attribute → its line of a module."""
    return {found[1]: found[0].strip() for found in re.finditer(r'^    \{ name: "(\w+)".*,$', script, re.MULTILINE)}


class Elements(HTMLParser):
    """Tags, attributes and texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def test_what_a_module_says_of_its_attributes() -> None:
    found = members(written(HELPDESK)["screens/TicketDetail.js"])
    assert found["OpenedAt"] == '{ name: "OpenedAt", label: "Opened at", type: "Date Time", computed: true },'
    assert 'target: "Money.CurrencyCode", fixed: true, default: "EUR"' in found["Currency"]
    assert 'digits: 5, decimals: 2, minimum: "0.5"' in found["Weight"]
    assert "digits: 28, decimals: 8" in found["Fee"]
    assert "default: false" in found["Urgent"]
    assert 'pattern: "[A-Z]{2}-[0-9]+"' in found["Code"]
    assert "fixed" not in found["Customer"]


def test_what_is_deleted_along_is_known_to_the_page() -> None:
    along = {"Note": "Comment", "Remark": "Note"}  # a chain, from the last to the first
    entities = [
        Entity(n, n, (attribute("To", Basic.IDENTIFIER, target=t, on_delete=DeleteRule.DELETE),), display="To")
        for n, t in along.items()
    ]
    found = written(replace(HELPDESK, entities=(*HELPDESK.entities, *entities)))
    assert 'deletedAlong: ["Comment", "Note", "Remark"],' in found["screens/TicketDetail.js"]


def test_the_form_is_in_the_html_with_its_labels_limits_and_hints() -> None:
    score = replace(CUSTOMER.attributes[2], description="How happy, by their own word")
    dues = attribute("Due", Basic.DATE, default=Computed("AddDays(CurrDate(), 14)"))
    agreed = attribute("Agreed", Basic.BOOLEAN, mandatory=True)
    customer = replace(CUSTOMER, attributes=(*CUSTOMER.attributes[:2], score, dues, agreed))
    screens = (*HELPDESK.screens, Screen("CustomerDetail", ScreenKind.DETAIL, "Customer"))
    entities = (customer, *HELPDESK.entities[1:])
    page = written(replace(HELPDESK, entities=entities, screens=screens))["screens/CustomerDetail.html"]
    assert '<label for="field-Name" dir="auto">Name<span class="mark" aria-hidden="true"> *</span></label>' in page
    assert '<input id="field-Name" type="text" autocomplete="off" dir="auto" aria-required="true">' in page
    assert '<input id="field-Score" type="text" inputmode="numeric"' in page
    assert '<p class="help" id="field-Score-help" dir="auto">How happy, by their own word. From 0 to 100.</p>' in page
    assert '<span class="new" hidden> Left empty: computed when saved.</span>' in page
    assert '<input id="field-Agreed" type="checkbox"><span dir="auto">Agreed</span>' in page
    assert '<a href="/Customers" dir="auto">' in page
    assert "<fieldset disabled>" in page


def test_active_records_are_chosen_from_in_their_order_without_a_request() -> None:
    found = written(HELPDESK)
    options = re.findall(r'<option value="(\w+)">([^<]+)</option>', found["screens/Tickets.html"])
    assert options[:2] == [("Open", "Open"), ("Closed", "Closed")]
    assert ("Lost", "Lost") not in options
    assert '<option value="USD">US dollar</option>' in found["screens/TicketDetail.html"]
    many = tuple(Record(f"R{number}", f"R{number}", number) for number in range(51))
    big = replace(HELPDESK, static_entities=(StaticEntity("Status", "Status", many),))
    assert '"R0"' not in written(big)["screens/Tickets.html"]


def test_an_entity_without_a_column_shows_its_identifier() -> None:
    files = Entity("File", "File", (attribute("Content", Basic.BINARY_DATA),), display="Content")
    screens = (Screen("Files", ScreenKind.LIST, "File"),)
    found = written(replace(HELPDESK, entities=(files,), screens=screens))
    assert list(members(found["screens/Files.js"])) == ["Content", "Id"]
    assert found["screens/Files.html"].count("<th ") == 2


def test_whatever_an_author_writes_is_text() -> None:
    first, *others = TICKET.attributes
    ticket = replace(TICKET, attributes=(replace(first, description=HOSTILE, pattern=HOSTILE), *others))
    status = StaticEntity("Status", "Status", (Record("Open", HOSTILE, 1),))
    asset = replace(HELPDESK, name=HOSTILE, description=HOSTILE, entities=(ticket,), static_entities=(status,))
    asset = replace(asset, screens=HELPDESK.screens[:2])
    plain = written(replace(HELPDESK, entities=(TICKET,), screens=HELPDESK.screens[:2]))
    for path, text in written(asset).items():
        if path.endswith(".html"):
            page, before = Elements(text), Elements(plain[path])
            added = {"p"} if "Detail" in path else set()
            assert {*page.tags} <= {*before.tags} | added
            assert page.tags.count("option") <= before.tags.count("option")
            assert text.count("<!--main-->") == 1
            assert 'href="/_odc/~/' in text
            assert html_text(HOSTILE)[:40] in text
            assert '"/_odc/~/ {{' not in text
        elif path.startswith("screens/") and path.endswith(".js"):
            assert text.isascii()
            assert "<" not in text
            assert all(re.fullmatch(r"//.*|import .*|.*[,\[({;]|\s*[\])}]+;?|", line) for line in text.split("\n"))


def test_a_screen_changes_with_its_own_entity_alone() -> None:
    changed = replace(CUSTOMER, attributes=(*CUSTOMER.attributes, attribute("Notes", Basic.TEXT)))
    before, after = written(HELPDESK), written(replace(HELPDESK, entities=(changed, *HELPDESK.entities[1:])))
    screens = [path for path in before if path.startswith("screens/")]
    assert {path for path in screens if before[path] != after[path]} == set()
    changed = replace(
        CUSTOMER, attributes=(*CUSTOMER.attributes, attribute("Boss", Basic.IDENTIFIER, target="Customer"))
    )
    after = written(replace(HELPDESK, entities=(changed, *HELPDESK.entities[1:])))
    different = {path for path in screens if before[path] != after[path]}
    assert different == {f"screens/Customers.{kind}" for kind in ("html", "js", "js.map")}


def test_of_all_screens_only_those_of_the_changed_entity_are_written_anew(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from odcpub.compiler import web

    reuse, told, write = Reuse(), list[str](), screen_files.screen_files
    compile_app(HELPDESK, LIBRARIES, reuse)
    monkeypatch.setattr(web, "screen_files", lambda screen, *more: told.append(screen.name) or write(screen, *more))
    changed = replace(CUSTOMER, attributes=(*CUSTOMER.attributes, attribute("Notes", Basic.TEXT)))
    asset = replace(HELPDESK, entities=(changed, *HELPDESK.entities[1:]))
    again = compile_app(asset, LIBRARIES, reuse)
    assert told == ["Customers"]
    assert again == compile_app(asset, LIBRARIES)


def test_pages_of_two_versions_are_told_apart() -> None:
    def version(asset: Asset) -> str:
        return str(json.loads(written(asset)["app.json"])["version"])

    changed = replace(CUSTOMER, attributes=(attribute("Name", Basic.TEXT, length=99), *CUSTOMER.attributes[1:]))
    asset = replace(HELPDESK, screens=(*HELPDESK.screens, Screen("CustomerDetail", ScreenKind.DETAIL, "Customer")))
    other = replace(asset, entities=(changed, *HELPDESK.entities[1:]))
    assert len({version(HELPDESK), version(asset), version(other)}) == 3
    frames = {draft.content for draft in compile_app(asset, LIBRARIES).web if draft.path == "wwwroot/index.html"}
    assert f'data-version="{version(asset)}"'.encode() in frames.pop()


def test_a_page_asks_at_once_for_all_that_its_modules_import() -> None:
    page = written(HELPDESK)["screens/Tickets.html"]
    asked = set(re.findall(r'modulepreload" href="/_odc/~/([\w/.]+)"', page))
    assert asked == {f"js/{module}" for module in closure("app.js", "list.js")} | {"screens/Tickets.js"}
    assert {"app.js", "list.js", "dom.js"} <= set(closure("app.js", "list.js"))
    assert not {"detail.js", "controls.js"} & set(closure("app.js", "list.js"))
    every = {name.removeprefix("js/") for name in names("web", (".js",)) if name.startswith("js/")}
    assert set(closure("app.js", "list.js", "detail.js")) == every


@pytest.mark.parametrize(("screen", "most"), [("Tickets", 25_000), ("TicketDetail", 36_000)])
def test_a_first_page_is_light(screen: str, most: int) -> None:
    """All that it loads before its rows, gzipped."""
    found = written(HELPDESK)
    asked = re.findall(r'modulepreload" href="/_odc/~/([\w/.]+)"', found[f"screens/{screen}.html"])
    texts = (found[path] for path in (f"screens/{screen}.html", "app.css", "start.js", "icon.svg", *asked))
    assert sum(len(gzip.compress(text.encode())) for text in texts) < most


def test_icons_of_the_html_are_those_of_the_scripts() -> None:
    known = dict(re.findall(r'^  (\w+): "(M[^"]+)",$', content("web/js/dom.js").decode(), re.MULTILINE))
    for name in names("screens", (".svg",)):
        assert f'<path d="{known[name.removesuffix(".svg")]}"/>' in content(f"screens/{name}").decode()


# Source maps


def decoded(text: str) -> list[tuple[int, ...] | None]:
    """Each generated line's source, line and column, from 0; None where the map says nothing."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    state, lines = [0, 0, 0], []
    for line in text.split(";"):
        numbers, number, shift = [], 0, 0
        for digit in line:
            value = digits.index(digit)
            number |= (value & 31) << shift
            shift += 5
            if value < 32:
                numbers.append(-(number >> 1) if number & 1 else number >> 1)
                number, shift = 0, 0
        if numbers:
            assert numbers[0] == 0
            state = [one + change for one, change in zip(state, numbers[1:], strict=True)]
        lines.append(tuple(state) if numbers else None)
    return lines


def test_each_line_of_a_module_leads_to_its_place_in_the_model() -> None:
    attributes = tuple(
        replace(one, place=Place("tickets.yaml", 10 + number, 7)) for number, one in enumerate(TICKET.attributes)
    )
    ticket = replace(TICKET, attributes=attributes, place=Place("tickets.yaml", 7, 3))
    screen = replace(HELPDESK.screens[1], place=Place("screens.yaml", 1200, 3))
    found = written(replace(HELPDESK, entities=(ticket, CUSTOMER), screens=(screen,)))
    script, mapped = found["screens/TicketDetail.js"], json.loads(found["screens/TicketDetail.js.map"])
    assert mapped["version"] == 3
    assert mapped["sources"] == ["screens.yaml", "tickets.yaml"]
    assert script.endswith("\n//# sourceMappingURL=TicketDetail.js.map\n")
    places = decoded(mapped["mappings"])
    lines = script.split("\n")[:-2]
    assert len(lines) == len(places)
    told = {line.strip(): place for line, place in zip(lines, places, strict=True)}
    assert told["export default detail({"] == (0, 1199, 2)
    assert told['entity: "Ticket",'] == (1, 6, 2)
    for number, one in enumerate(TICKET.attributes):
        assert told[members(script)[one.name]] == (1, 9 + number, 6)
    assert places[-1] == (0, 1199, 2)


def test_lines_without_a_place_are_left_open() -> None:
    text, places = unmarked("//@ a\none\n//@ b\ntwo\nthree\n", {"a": Place("", 0, 0), "b": Place("x.yaml", 70_000, 1)})
    assert text == "one\ntwo\nthree\n"
    assert decoded(json.loads(source_map("a.js", places))["mappings"]) == [None, (0, 69_999, 0), (0, 69_999, 0)]


def test_a_list_with_rows_of_its_own_asks_for_them_and_shows_what_is_computed() -> None:
    screen = Screen(
        "Tickets",
        ScreenKind.LIST,
        "Ticket",
        ("Subject", "State"),
        sort=(SortKey("Ticket.Subject", descending=True),),
        computed=(Formula("State", "Ticket.Status"),),
    )
    plain = replace(screen, name="Others", columns=("Subject",), sort=(), computed=())
    texts = written(replace(HELPDESK, screens=(screen, plain)))
    module = texts["screens/Tickets.js"]
    assert "  own: true,\n" in module
    assert '  sort: "-Subject",\n' in module
    assert members(module)["State"] == (
        '{ name: "State", label: "State", type: "Identifier", target: "Status", fixed: true },'
    )
    assert 'data-name="State"' in texts["screens/Tickets.html"]
    assert "own:" not in texts["screens/Others.js"]
