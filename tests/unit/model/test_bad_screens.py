"""One table of wrong screens: each gives exactly the problems named, with code, place, element and a hint."""

from typing import NamedTuple

import pytest

from odcpub.model.screens import check
from tests.unit.model.models import HEAD, MONEY, problems

SHOP = (
    HEAD
    + """\
uses: { Money: "^1.0" }
settings:
  Rate: { type: Currency, default: 80 }
  Token: { type: Text, secret: true }
static_entities:
  Status: { records: { Open: , Closed: } }
entities:
  Customer: { attributes: { Name: { type: Text, length: 100 }, Photo: { type: Binary Data } } }
  Ticket:
    display: Subject
    attributes:
      Subject: { type: Text, length: 200 }
      Customer: { type: Customer Identifier }
      Status: { type: Status Identifier }
      Fee: { type: Currency }
      Hours: { type: Integer }
      Paid: { type: Boolean }
      Opened: { type: Date Time }
      File: { type: Binary Data }
      Coin: { type: Money.CurrencyCode Identifier }
server_actions:
  Close:
    inputs:
      TicketId: { type: Ticket Identifier, mandatory: true }
      Hours: { type: Decimal }
      Lines: { type: Text List }
      Scan: { type: Binary Data }
    outputs: { Fee: { type: Currency }, Bill: { type: Customer Identifier } }
    do: [set: { Fee: Hours, Bill: IntegerToIdentifier(Lines.Length) }, raise: 'If(HasValue(Scan), "" + TicketId, "")']
  CloseMany: { inputs: { Ids: { type: Ticket Identifier List } }, do: [raise: 'Ids.Length + ""'] }
  Import: { inputs: { Rows: { type: Text List, mandatory: true } }, do: [raise: 'Rows.Length + ""'] }
screens:
"""
)
LINE = SHOP.count("\n") + 1


def listed(more: str) -> str:
    return SHOP + f"  S: {{ list: Ticket, {more} }}\n"


def button(details: str) -> str:
    return listed(f"actions: [{{ Close: {{ {details} }} }}]")


def board(*parts: str) -> str:
    return SHOP + "  S:\n    dashboard:\n" + "".join(f"      - {part}\n" for part in parts)


class Where(NamedTuple):
    """``line``: below the first one of the screens; ``path``: of the element within the screen."""

    code: int
    line: int
    column: int
    path: str = ""


def at(code: int, column: int) -> Where:
    """Within what ``listed`` is given, counted from 0."""
    return Where(code, 0, len("  S: { list: Ticket, ") + 1 + column)


def path(code: int, column: int, action: str) -> Where:
    """Likewise, at a button."""
    return at(code, column)._replace(path=f".actions.{action}")


def of(code: int, column: int) -> Where:
    """At the first part of a dashboard."""
    return Where(code, 2, column, ".dashboard.0")


# (what, text of a.yaml, where, a piece of message or hint)
CASES = [
    # --- kinds
    ("no kind", SHOP + "  S: { where: True }", Where(406, 0, 3), "neither list nor detail nor dashboard"),
    ("two kinds", SHOP + "  S: { list: Ticket, dashboard: [] }", Where(406, 0, 3), "both list and dashboard"),
    ("where of a detail", SHOP + "  S: { detail: Ticket, where: True }", Where(406, 0, 31), "this is a detail"),
    ("sort of a detail", SHOP + "  S: { detail: Ticket, sort: [Ticket.Fee] }", Where(406, 0, 30), "remove it"),
    (
        "where of a dashboard",
        SHOP + "  S: { dashboard: [count: Ticket], where: True }",
        Where(406, 0, 43),
        "write it at a part",
    ),
    (
        "actions of a dashboard",
        SHOP + "  S: { dashboard: [count: Ticket], actions: [Close] }",
        Where(406, 0, 45),
        "lists and details",
    ),
    ("misspelt key", listed("wher: True"), at(101, 0), "did you mean where?"),
    # --- where
    ("where a list", listed("where: [True]"), at(103, 7), "where must be an expression"),
    ("where of nothing", listed("where:"), at(103, 7), "leave where out"),
    ("where a number", listed("where: Ticket.Fee"), at(307, 7), "needs Boolean"),
    ("where that begins with =", listed("where: =True"), at(307, 7), "remove the '='"),
    ("where of blanks", listed("where: '  '"), at(307, 7), "there is no expression"),
    ("where cut by a comment", SHOP + "  S:\n    list: Ticket\n    where: Ticket.Opened > #2026-01-01#",
     Where(307, 2, 12), "put it in quotes: 'Ticket.Opened > #2026-01-01#'"),
    ("unknown attribute", listed("where: Ticket.Fe > 1"), at(307, 7), "did you mean Fee?"),
    ("unknown row", listed("where: Tiket.Fee > 1"), at(307, 7), "did you mean Ticket?"),
    ("row of another entity", listed("where: Customer.Name = Ticket.Subject"), at(307, 7), "Customer.Name"),
    ("unknown record", listed("where: Ticket.Status = Status.Opn"), at(307, 23), "Status.Open?"),
    ("another type", listed("where: Ticket.Fee = Ticket.Subject"), at(307, 7), "Currency"),
    ("the second line", listed('where: "Ticket.Paid and\n  Ticket.Fe > 1"'), Where(307, 1, 3), "Fee?"),
    ("within quotes", listed("where: 'Ticket.Paid and Ticket.Fe > 1'"), at(307, 24), "Fee?"),
    ("a secret", listed("where: Ticket.Subject = Settings.Token"), at(307, 24), "is a secret"),
    ("a misspelt setting", listed("where: Ticket.Fee = Settings.Rat"), at(307, 20), "Settings.Rate?"),
    ("a function before the query", listed("where: '0 < Index(Ticket.Subject, \"a\", 2)'"), at(307, 12), "before"),
    ("the row itself", listed("where: HasValue(Ticket)"), at(307, 16), "Ticket.Id"),
    ("a library's record followed", listed("where: Ticket.Coin.Label = \"Euro\""), at(307, 7), "enumeration"),
    # --- sort
    ("sort a text", listed("sort: Ticket.Fee"), at(103, 6), "sort must be a list"),
    ("sort a mapping", listed("sort: [{ Fee: desc }]"), at(103, 7), "no expression"),
    ("sort by a name", listed("sort: [Fee]"), at(307, 7), "Ticket.Fee"),
    ("sort down by what is not there", listed("sort: [Ticket.Fe desc]"), at(307, 7), "Fee?"),
    ("sort by a file", listed("sort: [Ticket.File]"), at(302, 7), "nothing is ordered by"),
    ("sort by too much", listed(f"sort: [{', '.join(['Ticket.Fee'] * 9)}]"), at(104, 7 + 8 * 12), "8 are the most"),
    # --- computed columns
    ("columns a text", listed("columns: Subject"), at(103, 9), "[Name, Email]"),
    ("a column of nothing", listed("columns: [Subject, ]"), None, ""),
    ("a column null", listed("columns: [null]"), at(103, 10), "no name"),
    ("two columns in one", listed("columns: [{ A: 1, B: 2 }]"), at(103, 10), "'- '"),
    ("a column of no name", listed("columns: [{ 'A b': 1 }]"), at(201, 12), "not a name"),
    ("a column without expression", listed("columns: [{ A: }]"), at(103, 15), "must be an expression"),
    ("an attribute computed", listed("columns: [{ Fee: Ticket.Hours }]"), at(203, 12), "write Fee"),
    ("an attribute in another case", listed("columns: [{ FEE: Ticket.Hours }]"), at(203, 12), "Fee is"),
    ("Id computed", listed("columns: [{ Id: Ticket.Hours }]"), at(203, 12), "Id"),
    ("twice the same", listed("columns: [Fee, { A: 1 }, { A: 2 }]"), at(104, 27), "twice"),
    ("an unknown name", listed("columns: [{ A: Ticket.Fe }]"), at(307, 15), "A: "),
    ("YAML takes a part", listed("columns: [{ A: Round(Ticket.Fee, 1) }]"), at(307, 15), "quotes"),
    ("a file computed", listed("columns: [{ A: Ticket.File }]"), at(302, 15), "Binary Data"),
    ("no certain entity", listed("columns: [{ A: IntegerToIdentifier(7) }]"), at(302, 15), "certain"),
    ("nothing of no type", listed("columns: [{ A: NoValue() }]"), at(307, 15), "NoValue()"),
    ("a secret shown", listed("columns: [{ A: 'Settings.Token + \"!\"' }]"), at(307, 16), "secret"),
    # --- actions
    ("actions a text", listed("actions: Close"), at(103, 9), "[CloseTicket]"),
    ("unknown action", listed("actions: [Clos]"), path(401, 10, "Clos"), "did you mean Close?"),
    ("a library's action", listed("actions: [Money.Round]"), path(401, 10, "Money.Round"), "call it from"),
    ("the same twice", listed("actions: [Close, Close]"), at(104, 17), "twice"),
    ("two actions in one", listed("actions: [{ Close: , Import: }]"), at(103, 10), "one name"),
    ("details a text", listed("actions: [{ Close: now }]"), path(103, 19, "Close"), "mapping"),
    ("a misspelt detail", listed("actions: [{ Close: { lable: Now } }]"), path(101, 21, "Close"), "label?"),
    ("a label of blanks", listed("actions: [{ Close: { label: ' ' } }]"), path(104, 28, "Close"), "1 to 200"),
    ("an input that is not there", button("with: { Hour: 1 }"), path(401, 29, "Close"), "did you mean Hours?"),
    ("the row given twice", button("with: { TicketId: Ticket.Id }"), path(406, 29, "Close"), "remove it from with"),
    ("the row asked for", button("ask: { TicketId: Ticket.Id }"), path(406, 28, "Close"), "remove it from ask"),
    ("an input of another type", button("with: { Hours: Ticket.Subject }"), path(307, 36, "Close"), "Decimal"),
    ("given and asked", button("with: { Hours: 1 }, ask: { Hours: 1 }"), path(406, 48, "Close"), "fixed by with"),
    ("a list asked", button("ask: { Lines: NoValue() }"), path(302, 28, "Close"), "cannot be asked for"),
    ("a file given", button("with: { Scan: NoValue() }"), path(302, 29, "Close"), "cannot be given"),
    ("values a list", button("with: [Hours]"), path(103, 27, "Close"), "mapping"),
    ("no value", button("with: { Hours: }"), path(103, 36, "Close"), "must be an expression"),
    ("visible a number", button("visible: 1"), path(307, 30, "Close"), "Boolean"),
    ("visible by what is not there", button("visible: Ticket.Pad"), path(307, 30, "Close"), "Paid?"),
    ("enabled by a secret", button("enabled: Settings.Token = Ticket.Subject"), path(307, 30, "Close"), "secret"),
    ("confirm a number", button("confirm: 1"), path(307, 30, "Close"), "Text"),
    ("confirm a bare text", button("confirm: 'Really?'"), path(307, 30, "Close"), "quotes"),
    ("a message of the row", button("message: Ticket.Subject"), path(307, 30, "Close"), "there is no Ticket.Subject"),
    ("a message of what is not there", button("message: '\"Fee: \" + Fe'"), path(307, 41, "Close"), "Fee?"),
    ("go nowhere", button("go_to: TicketDetial"), path(401, 28, "Close"), "did you mean TicketDetail?"),
    ("go to its row", button("go_to: TicketDetail"), None, ""),
    ("go to a row that it gives", button("go_to: CustomerDetail"), None, ""),
    (
        "go to a row that nothing names",
        listed("actions: [{ CloseMany: { go_to: CustomerDetail } }]"),
        path(406, 32, "CloseMany"),
        "nothing says which",
    ),
    (
        "a question of several rows",
        listed("actions: [{ CloseMany: { confirm: Ticket.Subject } }]"),
        path(307, 34, "CloseMany"),
        "there is no Ticket.Subject",
    ),
    ("what no dialogue asks", listed("actions: [Import]"), path(406, 10, "Import"), "cannot ask for Text List"),
    # --- dashboards
    ("dashboard a mapping", SHOP + "  S: { dashboard: { count: Ticket } }", Where(103, 0, 19), "list of parts"),
    ("a part a word", board("Ticket"), Where(103, 2, 9), "- count: Ticket"),
    ("a part of nothing", board("{}"), of(406, 9), "write one of count, sum"),
    ("two parts in one", board("{ count: Ticket, sum: Ticket.Fee }"), of(406, 11), "both count and sum"),
    ("no entity", board("count: Tiket"), Where(401, 2, 16), "did you mean Ticket?"),
    ("a misspelt key of a part", board("{ count: Ticket, were: True }"), of(101, 26), "where?"),
    ("columns of a count", board("{ count: Ticket, columns: [Fee] }"), of(406, 35), "for list"),
    ("no label", board("sum: Ticket.Fee"), of(102, 14), "needs a label"),
    ("an empty label", board("{ count: Ticket, label: '' }"), of(104, 33), "1 to 200"),
    ("a sum of texts", board("{ sum: Ticket.Subject, label: A }"), of(302, 16), "number"),
    ("a least of truths", board("{ least: Ticket.Paid, label: A }"), of(302, 18), "Boolean"),
    ("a sum of nothing", board("{ sum: 1, label: A }"), of(307, 16), "names no row"),
    ("a sum of two", board("{ sum: Ticket.Fee + Customer.Id, label: A }"), of(307, 16), "one entity"),
    ("a broken sum", board("{ sum: Ticket.Fee +, label: A }"), of(307, 28), "complete it"),
    ("a where of another row", board("{ count: Ticket, where: HasValue(Customer.Id) }"), of(307, 42), "Customer.Id"),
    ("a where of no condition", board("{ count: Ticket, where: Ticket.Hours }"), of(307, 33), "Boolean"),
    ("too many rows", board("{ list: Ticket, maximum: 51 }"), of(304, 34), "1 to 50"),
    ("rows a text", board("{ list: Ticket, maximum: '5' }"), of(103, 34), "whole number"),
    ("a column of a part", board("{ list: Ticket, columns: [Fe] }"), Where(401, 2, 35), "Fee?"),
    ("a computed column of a part", board("{ list: Ticket, columns: [{ Fee: 1 }] }"), Where(203, 2, 37), "Fee"),
    ("to nowhere", board("{ count: Ticket, to: Tikets }"), of(401, 30), "did you mean Tickets?"),
    ("to a row", board("{ count: Ticket, to: TicketDetail }"), of(406, 30), "nothing says which"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """What pages do not show yet is looked at all the same."""
    monkeypatch.setattr(check, "NOT_YET", ())


@pytest.mark.parametrize(("text", "where", "says"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_wrong_screen_has_exactly_this_problem(text: str, where: Where | None, says: str) -> None:
    found = problems(text, libraries={"Money": MONEY})
    wanted = [(f"ODC-M{where.code}", (LINE + where.line, where.column), f"screens.S{where.path}")] if where else []
    assert [
        (problem.code, problem.place and (problem.place.line, problem.place.column), problem.element)
        for problem in found
    ] == wanted
    assert all(says in f"{problem.message} {problem.hint}" for problem in found), found
