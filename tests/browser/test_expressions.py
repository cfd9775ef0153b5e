"""Expressions in Chromium give what they give in Python."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from odcpub.compiler.expressions.javascript import MODULES, condition, value
from odcpub.compiler.expressions.javascript_parts import Part
from odcpub.compiler.marked import JavaScript
from odcpub.compiler.templates import folder
from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import tree
from odcpub.model.expressions.catalog import FUNCTIONS
from odcpub.model.expressions.check import check
from odcpub.model.expressions.evaluate import OutOfRange, Overflow, Worth, evaluate
from odcpub.model.expressions.tree import Member, Name
from odcpub.model.literals import as_text
from tests.expression_cases import EDGES
from tests.expression_edge import OUT_OF_RANGE, OVERFLOW
from tests.expression_holders import CASES as CASES_OF_HOLDERS
from tests.expression_holders import HOLDING, cases_of_holders, holding
from tests.expressions import REPEATABLE, SCOPE, STATUS, Case, any_case, batch, calls, cases

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
NOW = datetime(2026, 1, 31, 23, 59, 59, 250_000, UTC)
APP = "Helpdesk"
CASES, CALLS = 1000, 8
HELD = {
    Basic.INTEGER: "whole", Basic.LONG_INTEGER: "long", Basic.DECIMAL: "decimal", Basic.CURRENCY: "decimal",
    Basic.DATE: "date", Basic.TIME: "time", Basic.DATE_TIME: "dateTime", Basic.BOOLEAN: "boolean",
}  # fmt: skip
HARNESS = """
const [read, written] = [
  {
    text: (text) => text, boolean: (text) => text === "true", whole: Number, long: BigInt,
    decimal: numbers.parsedDecimal, date: moments.parsedDate, time: moments.parsedTime, dateTime: readings.toDateTime,
  },
  {
    text: (value) => value, boolean: String, whole: String, long: String, decimal: numbers.decimalText,
    date: moments.dateText, time: moments.timeText,
    dateTime: (value) => moments.dateTimeText(value).replace(" ", "T") + "Z",
  },
];
const held = { text: "string", boolean: "boolean", whole: "number", long: "bigint", decimal: "bigint", date: "number",
  time: "number", dateTime: "bigint" };
const made = ([type, worth]) => {
  if (type === "list") return worth.map(made);
  if (worth === null) return null;
  return type === "row" ? Object.fromEntries(worth.map(([name, one]) => [name, made(one)])) : read[type](worth);
};
window.compute = ([code, type, given]) => {
  const now = readings.toDateTime("2026-01-31 23:59:59.25");
  const values = Object.entries(given).map(([name, one]) => [name, made(one)]);
  try {
    const modules = { formats, logic, moments, numbers, readings, texts };
    const run = new Function(...Object.keys(modules), "given", "now", `"use strict"; return ${code};`);
    const found = run(...Object.values(modules), Object.fromEntries(values), now);
    if (found === null) return null;
    if (typeof found !== held[type]) return `a ${typeof found} for a ${type}`;
    return written[type](found);
  } catch (error) {
    if (error instanceof logic.Overflow) return { refused: "overflow" };
    return error instanceof logic.OutOfRange ? { refused: "out of range" } : { error: String(error) };
  }
};
"""


class Given:
    """Each variable as a property of ``given``."""

    now, app = JavaScript("now"), JavaScript(json.dumps(APP))

    def symbol(self, name: Name) -> Part:
        return Part(JavaScript(f"given.{name.symbol.name}"))

    def member(self, member: Member, owner: Part) -> Part:
        return Part(JavaScript(f"{owner.inner}?.{member.name} ?? null"), atom=False)


@pytest.fixture(scope="module")
def modules(browser: Browser) -> Iterator[Page]:
    """A page that has the runtime's modules and computes what it is given."""
    page = browser.new_page()
    imports = "".join(f'import * as {name} from "./{name}.js";\n' for name in MODULES)
    shell = '<!doctype html><script type="module" src="harness.js"></script>'
    own = {"/": ("text/html", shell), "/harness.js": ("text/javascript", imports + HARNESS)}

    def answer(route: Any) -> None:
        path = "/" + route.request.url.split("/", 3)[3]
        kind, text = own.get(path) or ("text/javascript", (folder() / f"expressions{path}").read_text())
        route.fulfill(body=text, content_type=kind)

    page.route("**/*", answer)
    page.goto("http://expressions.example/")
    page.wait_for_function("window.compute !== undefined")
    yield page
    page.close()


def held(type_: DataType) -> str:
    if type_.basic is Basic.IDENTIFIER:
        return "text" if type_ in (STATUS, tree.TEXT_IDENTIFIER) else "long"
    return HELD.get(type_.basic, "text")


def given(worth: Worth, type_: DataType) -> tuple[str, Any]:
    """A value as the harness makes it: its kind, and a text, a list or a row's attributes."""
    if type_.many:
        element = replace(type_, many=False)
        return "list", [given(one, element) for one in worth or ()]
    if type_.basic is not Basic.STRUCTURE:
        return held(type_), None if worth is None else as_text(worth)
    members = HOLDING.members[type_.target]
    return "row", None if worth is None else [(name, given(one, members[name].type)) for name, one in worth.items()]


def computed(
    page: Page, cases: Sequence[Case], code: Any = lambda case: value(case.expression, Given()).js
) -> list[Any]:
    every = [
        (
            str(code(case)),
            held(case.type),
            {name: given(found, HOLDING.symbols[name].type) for name, found in case.names.items()},
        )
        for case in cases
    ]
    return page.evaluate("cases => cases.map(window.compute)", every)  # type: ignore[no-any-return]


def expected(case: Case) -> Any:
    try:
        found = evaluate(case.expression, case.names, NOW, APP)
    except Overflow:
        return {"refused": OVERFLOW}
    except OutOfRange:
        return {"refused": OUT_OF_RANGE}
    return None if found is None else as_text(found)


def compare(page: Page, cases: Sequence[Case]) -> None:
    for case, found in zip(cases, computed(page, cases), strict=True):
        wanted = expected(case)
        if isinstance(wanted, str) and held(case.type) == "decimal":
            wanted = wanted.rstrip("0").rstrip(".") if "." in wanted else wanted
        code = value(case.expression, Given()).js
        assert found == wanted, f"{case.text} with {dict(case.names)}\n{code}"


@pytest.mark.parametrize("name", sorted(REPEATABLE))
def test_a_function_gives_the_same(modules: Page, name: str) -> None:
    compare(modules, batch(calls(name), CALLS))


def test_random_expressions_give_the_same(modules: Page) -> None:
    compare(modules, batch(any_case(), CASES))


def test_random_conditions_are_true_for_the_same_values(modules: Page) -> None:
    every = batch(cases(tree.BOOLEAN), CASES // 5)
    found = computed(modules, every, lambda case: condition(case.expression, Given()))
    for case, one in zip(every, found, strict=True):
        wanted = expected(case)
        assert one == (wanted if isinstance(wanted, dict) else str(wanted == "true").lower()), case.text


def test_the_examples_hold(modules: Page) -> None:
    every = []
    for function in FUNCTIONS.values():
        for pair in function.examples:
            for text in pair:
                found = check(text, SCOPE).expression
                every.append(Case(text, found.type, found, {}))
    compare(modules, every)


def test_the_edges_hold(modules: Page) -> None:
    compare(modules, [edge.case() for edge in EDGES])


def test_rows_and_lists_give_the_same(modules: Page) -> None:
    compare(modules, [holding(text) for text, _ in CASES_OF_HOLDERS])


def test_random_expressions_on_rows_and_lists_give_the_same(modules: Page) -> None:
    compare(modules, batch(cases_of_holders(), CASES // 2))


def test_every_character_has_the_same_small_and_capital_form(modules: Page) -> None:
    every = [chr(point) for point in range(1, 0x110000) if not 0xD800 <= point <= 0xDFFF]
    texts = ["".join(every[at : at + 4096]) for at in range(0, len(every), 4096)]
    for text in ("ToLower(Text1)", "ToUpper(Text1)"):
        node = check(text, SCOPE).expression
        compare(modules, [Case(text, tree.TEXT, node, {"Text1": one}) for one in texts])


def test_a_new_identifier_is_another_each_time(modules: Page) -> None:
    text = "GenerateGuid()"
    case = Case(text, tree.TEXT, check(text, SCOPE).expression, {})
    one, other = computed(modules, [case, case])
    assert one != other
    assert len(one) == len(other) == 36
