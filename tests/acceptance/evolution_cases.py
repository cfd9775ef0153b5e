"""The ways a model changes over a populated database, as one table: models, rows, what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from odcpub.model.elements import (
    Asset,
    Attribute,
    Basic,
    DataType,
    DeleteRule,
    Entity,
    Function,
    Index,
    Library,
)
from tests.models import app, entity, library, plain, reference, static, text

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Case:
    """``rows``: written into the first model. ``late``: written by the version still serving when the last model
    expands. Every value of before must be there afterwards, but for ``changed`` ((table, id, column) → value), and
    columns that are new hold ``added`` ((table, column) → value, else nothing). ``refused``: lines the last publish
    must be refused with; nothing has changed then. ``empty``: the last migration has no steps. ``warned``: a line
    among the plan's warnings. ``libraries``: what each of the models uses."""

    name: str
    models: tuple[Asset, ...]
    rows: Rows
    late: Rows = field(default_factory=dict)
    added: dict[tuple[str, str], Any] = field(default_factory=dict)
    changed: dict[tuple[str, Any, str], Any] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    empty: bool = False
    warned: str = ""
    libraries: tuple[dict[str, Library], ...] = ()

    @property
    def uses(self) -> tuple[dict[str, Library], ...]:
        return self.libraries or ({},) * len(self.models)


NAME, SCORE = text("Name", mandatory=True), plain("Score", Basic.INTEGER)
CUSTOMER = entity("Customer", NAME, SCORE)
ORDER = entity("Order", text("Title"), reference("Customer", "Customer"))
SHOP = app(CUSTOMER, ORDER)
PEOPLE: Rows = {
    "customer": [
        {"id": 1, "name": "Ada", "score": 3},
        {"id": 2, "name": "Grace O'Hopper %s :x", "score": None},
        {"id": 3, "name": "Ωmega", "score": 2147483647},
    ],
    "order": [{"id": 1, "title": "first", "customer": 2}, {"id": 2, "title": None, "customer": None}],
}
LATE: Rows = {"customer": [{"id": 90, "name": "Late", "score": 1}]}
ONE: Rows = {"customer": PEOPLE["customer"]}
STATUS = static("Status", Open="Open", Closed="Closed")
TICKET = entity("Ticket", text("Subject"), reference("Status", "Status", default="Open"))
TICKETS: Rows = {"ticket": [{"id": 1, "subject": "a", "status": "Open"}, {"id": 2, "subject": "b", "status": "Closed"}]}


FIRM = entity("Firm", NAME, explicit_key=True)
FIRMS: Rows = {**ONE, "firm": [{"id": 1, "name": "f"}, {"id": 2, "name": "g"}]}
BY: Rows = {**FIRMS, "order": [{"id": 1, "title": "t", "by": 2}, {"id": 2, "title": "u", "by": None}]}
NOBODY: Rows = {**FIRMS, "order": [{"id": 1, "title": "t", "by": None}]}


def order(*attributes: Attribute, **rules: Any) -> Asset:
    return app(CUSTOMER, FIRM, entity("Order", text("Title"), *attributes, **rules))


EURO = library(Code={"EUR": True, "USD": True}, Unit={"EUR": True, "USD": True})
MORE = library(Code={"EUR": True, "USD": True, "XAU": True})
LESS = library(Code={"EUR": True, "DEM": False})
PRICE = app(entity("Price", text("Title"), reference("In", "Money.Code")))
PRICES: Rows = {"price": [{"id": 1, "title": "a", "in": "EUR"}, {"id": 2, "title": None, "in": None}]}
DOLLARS: Rows = {"price": [*PRICES["price"], {"id": 3, "title": "c", "in": "USD"}]}
NO_PRICES: Rows = {"price": [PRICES["price"][1]]}


def priced(name: str, target: str, **rules: Any) -> Asset:
    return app(entity("Price", text("Title"), reference(name, target, **rules)))


CITY = text("City", mandatory=True, default="Köln")


def customer(*attributes: Attribute, **rules: Any) -> Asset:
    return app(entity("Customer", *attributes, **rules))


CASES = (
    Case("entity added", (app(CUSTOMER), SHOP), ONE, LATE),
    Case("entity dropped", (SHOP, app(CUSTOMER)), PEOPLE, LATE, warned="Order: gone from the model; its rows are kept"),
    Case("referred entity dropped", (SHOP, app(entity("Order", text("Title")))), PEOPLE,
         {"order": [{"id": 90, "title": "late", "customer": 1}]}),
    Case("entity dropped, back again", (SHOP, app(CUSTOMER), SHOP), PEOPLE, LATE),
    Case("entity dropped, static entity under its key", (SHOP, app(CUSTOMER), app(CUSTOMER, static("Order", A="A"))),
         PEOPLE, refused=("Order: its key belonged to an entity",)),
    Case("attribute added", (customer(NAME, SCORE), customer(NAME, SCORE, text("City"))), ONE, LATE),
    Case("attribute of every type added", (customer(NAME, SCORE), customer(
        NAME, SCORE, *(plain(f"A{n}", basic) for n, basic in enumerate(Basic)
                       if basic not in (Basic.IDENTIFIER, Basic.STRUCTURE)))), ONE, LATE),
    Case("attribute with a default added", (customer(NAME, SCORE), customer(NAME, SCORE, text("City", default="Köln"))),
         ONE, LATE, added={("customer", "city"): "Köln"}),
    Case("attribute with a default that reads like a moment added", (customer(NAME, SCORE), customer(
        NAME, SCORE, text("City", default="now()"))), ONE, LATE, added={("customer", "city"): "now()"}),
    Case("attribute with a moment as default added", (customer(NAME, SCORE), customer(
        NAME, SCORE, plain("Since", Basic.DATE_TIME, default=Function.CURR_DATE_TIME))), ONE, {}),
    Case("mandatory added with default", (customer(NAME, SCORE), customer(
        NAME, SCORE, text("City", mandatory=True, default="50% of 'it'\\"), plain("Vip", Basic.BOOLEAN, mandatory=True,
                                                                                  default=False))),
         ONE, LATE, added={("customer", "city"): "50% of 'it'\\", ("customer", "vip"): False}),
    Case("mandatory added without default, no rows", (customer(NAME, SCORE), customer(NAME, SCORE, text(
        "City", mandatory=True))), {}),
    Case("mandatory added without default", (customer(NAME, SCORE), customer(NAME, SCORE, text(
        "City", mandatory=True))), ONE, refused=("Customer.City: it is new and mandatory, and 3 rows have no value",
                                                  "row 1", "row 3", "give it a default")),
    Case("mandatory added, late rows", (customer(NAME, SCORE), customer(NAME, SCORE, text("City", mandatory=True))),
         {}, LATE, refused=("Customer.City: 1 row has no value", "row 90")),
    Case("attribute dropped", (customer(NAME, SCORE), customer(NAME)), ONE, LATE,
         warned="Customer.Score: gone from the model; its values are kept"),
    Case("mandatory attribute dropped", (customer(NAME, SCORE), customer(SCORE)), ONE, LATE),
    Case("attribute dropped, back again", (customer(NAME, SCORE), customer(NAME), customer(NAME, SCORE)), ONE),
    Case("mandatory attribute dropped, back again", (customer(NAME, SCORE), customer(SCORE), customer(NAME, SCORE)),
         ONE, LATE),
    Case("attribute dropped, back as another type", (customer(NAME, SCORE), customer(NAME), customer(
        NAME, text("Score"))), ONE, refused=("Customer.Score: integer → character varying(100) is refused",)),
    Case("reference dropped, back again", (SHOP, app(CUSTOMER, entity("Order", text("Title"))), SHOP), PEOPLE, {}),
    Case("attribute renamed", (customer(NAME, SCORE), customer(NAME, plain("Points", Basic.INTEGER, key="Score"))),
         ONE, LATE, empty=True),
    Case("attribute renamed without key", (customer(NAME, SCORE), customer(NAME, plain("Points", Basic.INTEGER))), ONE,
         refused=("Customer.Points: is it Score, renamed?", "`key: Score`", "`key: Points`")),
    Case("attribute replaced", (customer(NAME, SCORE), customer(
        NAME, plain("Points", Basic.INTEGER, explicit_key=True))), ONE, LATE),
    Case("entity renamed", (SHOP, app(entity("Client", NAME, SCORE, key="Customer"), ORDER)), PEOPLE, LATE, empty=True),
    Case("entity renamed without key", (app(CUSTOMER), app(entity("Client", NAME, SCORE))), ONE,
         refused=("Client: is it Customer, renamed?", "`key: Customer`", "`key: Client`")),
    Case("entity replaced", (app(CUSTOMER), app(entity("Client", NAME, SCORE, explicit_key=True))), ONE, LATE),
    Case("both renamed", (app(CUSTOMER), app(entity("Client", text("Called", mandatory=True, key="Name"), SCORE,
                                                    key="Customer"))), ONE, LATE, empty=True),
    Case("text longer", (customer(NAME, SCORE), customer(text("Name", 200, mandatory=True), SCORE)), ONE, LATE),
    Case("text unbounded", (customer(NAME, SCORE), customer(text("Name", None, mandatory=True, default="x"), SCORE)),
         ONE, LATE),
    Case("text shorter", (customer(NAME, SCORE), customer(text("Name", 40, mandatory=True), SCORE)), ONE, LATE),
    Case("text shorter with offenders", (customer(NAME, SCORE), customer(text("Name", 5, mandatory=True), SCORE)), ONE,
         refused=("Customer.Name: 1 row holds a value that character varying(100) → character varying(5) would cut",
                  "row 2: Grace O'Hopper %s :x")),
    Case("text shorter, trailing blanks", (customer(NAME, SCORE), customer(text("Name", 5), SCORE)),
         {"customer": [{"id": 1, "name": "Ada    ", "score": 1}]}, refused=("row 1: Ada",)),
    Case("text shorter, late offender", (customer(NAME, SCORE), customer(text("Name", 30), SCORE)), ONE,
         {"customer": [{"id": 90, "name": "x" * 31, "score": 1}]}, refused=("row 90: xxx",)),
    Case("limits added", (customer(NAME, SCORE), customer(
        text("Name", min_length=3, pattern="[^0-9]+", mandatory=True),
        plain("Score", Basic.INTEGER, minimum=Decimal(0), maximum=Decimal(2147483647)))), ONE, LATE),
    Case("limits added with offenders", (customer(NAME, SCORE), customer(
        text("Name", min_length=4, mandatory=True), plain("Score", Basic.INTEGER, maximum=Decimal(10)))), ONE,
         refused=("Customer.Name: 1 row breaks its new limits", "row 1: Ada", "Customer.Score: 1 row breaks",
                  "row 3: 2147483647")),
    Case("limits widened", (customer(NAME, plain("Score", Basic.INTEGER, minimum=Decimal(1))), customer(
        NAME, plain("Score", Basic.INTEGER, minimum=Decimal(-5)))), ONE, LATE),
    Case("integer to long integer", (customer(NAME, SCORE), customer(NAME, plain("Score", Basic.LONG_INTEGER))), ONE,
         LATE),
    Case("integer to decimal", (customer(NAME, SCORE), customer(NAME, plain("Score", Basic.DECIMAL, 12, 2))), ONE,
         LATE),
    Case("decimal narrower", (customer(NAME, plain("Score", Basic.DECIMAL, 12, 4)), customer(
        NAME, plain("Score", Basic.DECIMAL, 12, 2))), {"customer": [{"id": 1, "name": "a", "score": Decimal("1.25")}]}),
    Case("decimal narrower with offenders", (customer(NAME, plain("Score", Basic.DECIMAL, 12, 4)), customer(
        NAME, plain("Score", Basic.DECIMAL, 12, 2))),
         {"customer": [{"id": 1, "name": "a", "score": Decimal("1.2399")}]}, refused=("row 1: 1.2399",)),
    Case("decimal with more decimals and fewer digits before them, written by the new version", (
        customer(NAME, plain("Score", Basic.DECIMAL, 10, 2)), customer(NAME, plain("Score", Basic.DECIMAL, 10, 4))),
         {"customer": [{"id": 1, "name": "a", "score": Decimal("123456.25")}]},
         {"customer": [{"id": 90, "name": "l", "score": Decimal("1.2345")}]}),
    Case("decimal with more decimals and fewer digits before them, written by the old version", (
        customer(NAME, plain("Score", Basic.DECIMAL, 10, 2)), customer(NAME, plain("Score", Basic.DECIMAL, 10, 4))),
         {"customer": [{"id": 1, "name": "a", "score": Decimal("123456.25")}]},
         {"customer": [{"id": 90, "name": "l", "score": Decimal("12345678.25")}]},
         refused=("Customer.Score: 1 row holds a value", "row 90: 12345678.25")),
    Case("decimal with fewer decimals and more digits before them, another default", (
        customer(NAME, plain("Score", Basic.DECIMAL, 10, 4, default="1.5", mandatory=True)),
        customer(NAME, plain("Score", Basic.DECIMAL, 10, 2, default="12345678.25", mandatory=True))),
         {"customer": [{"id": 1, "name": "a", "score": Decimal("1.25")}]},
         {"customer": [{"id": 90, "name": "l", "score": Decimal("12345678.25")}]}),
    Case("decimal with more decimals than both can have", (
        customer(NAME, plain("Score", Basic.CURRENCY)), customer(NAME, plain("Score", Basic.DECIMAL, 28, 4))),
         {"customer": [{"id": 1, "name": "a", "score": Decimal("1.25")}]},
         refused=("Customer.Score: numeric(28,8) → numeric(28,4) is refused",)),
    Case("mandatory integer to long integer without its default", (
        customer(NAME, plain("Score", Basic.INTEGER, default=7, mandatory=True)),
        customer(NAME, plain("Score", Basic.LONG_INTEGER, mandatory=True))),
         {"customer": [{"id": 1, "name": "a", "score": 1}]}, {"customer": [{"id": 90, "name": "l"}]}),
    Case("text shorter with another default", (
        customer(NAME, text("City", 90, default="a")), customer(NAME, text("City", 50, default="b"))),
         {"customer": [{"id": 1, "name": "a", "city": "c"}]}, {"customer": [{"id": 90, "name": "l", "city": "d"}]}),
    Case("long integer to integer with offenders", (customer(plain("N", Basic.LONG_INTEGER)), customer(
        plain("N", Basic.INTEGER))), {"customer": [{"id": 1, "n": 2**31}]}, refused=("row 1: 2147483648",)),
    Case("long integer to integer", (customer(plain("N", Basic.LONG_INTEGER)), customer(plain("N", Basic.INTEGER))),
         {"customer": [{"id": 1, "n": 2**31 - 1}]}),
    Case("text to integer", (customer(text("Name")), customer(plain("Name", Basic.INTEGER))),
         {"customer": [{"id": 1, "name": "7"}]}, refused=("character varying(100) → integer is refused",)),
    Case("date time to date", (customer(plain("At", Basic.DATE_TIME)), customer(plain("At", Basic.DATE))),
         {"customer": [{"id": 1, "at": "2026-01-31T12:30:00Z"}]}, refused=("timestamp with time zone → date",)),
    Case("mandatory on", (customer(NAME, SCORE), customer(NAME, plain("Score", Basic.INTEGER, mandatory=True))),
         {"customer": [{"id": 1, "name": "a", "score": 1}]}, LATE),
    Case("mandatory on with nulls", (customer(NAME, SCORE), customer(NAME, plain(
        "Score", Basic.INTEGER, mandatory=True))), ONE, refused=("Customer.Score: 1 row has no value", "row 2")),
    Case("mandatory on with blanks", (customer(text("Name")), customer(text("Name", mandatory=True))),
         {"customer": [{"id": 1, "name": "a"}, {"id": 2, "name": " \t\u00a0"}]},
         refused=("Customer.Name: 1 row breaks", "row 2")),
    Case("mandatory off", (customer(NAME, SCORE), customer(text("Name"), SCORE)), ONE, LATE,
         warned="Customer.Name: it may be empty from now on"),
    Case("default changed", (customer(NAME, plain("Score", Basic.INTEGER, default=1)), customer(
        NAME, plain("Score", Basic.INTEGER, default=-2))), ONE, {"customer": [{"id": 90, "name": "l", "score": 4}]}),
    Case("default dropped", (customer(NAME, plain("Score", Basic.INTEGER, default=1)), customer(NAME, SCORE)), ONE,
         LATE),
    Case("unique index", (customer(NAME, SCORE), customer(NAME, SCORE, unique=("Name",))), ONE, LATE),
    Case("unique index with duplicates", (customer(NAME, SCORE), customer(NAME, SCORE, unique=("Score",))),
         {"customer": [{"id": n, "name": str(n), "score": 5 if n < 3 else None} for n in range(1, 6)]},
         refused=("Customer (Score): 1 value of Score occurs more than once", "value 5: in 2 rows")),
    Case("unique index, late duplicates", (customer(NAME, SCORE), customer(NAME, SCORE, unique=("Name",))), ONE,
         {"customer": [{"id": 90, "name": "Ada"}]}, refused=("value Ada: in 2 rows",)),
    Case("unique index over an added default", (customer(NAME), customer(
        NAME, text("City", default="Bonn"), unique=("City",))), {"customer": [{"id": 1, "name": "a"},
                                                                              {"id": 2, "name": "b"}]},
         refused=("value Bonn: in 2 rows",)),
    Case("unique index dropped", (customer(NAME, SCORE, unique=("Name",)), customer(NAME, SCORE)), ONE,
         {"customer": [{"id": 90, "name": "Late"}]}),
    Case("attribute of unique index dropped", (customer(NAME, SCORE, unique=("Name", "Score")), customer(NAME)), ONE,
         {"customer": [{"id": 90, "name": "Late"}]}),
    Case("reference added", (app(CUSTOMER, entity("Order", text("Title"))), SHOP),
         {**ONE, "order": [{"id": 1, "title": "t"}]}, {"order": [{"id": 90, "title": "late"}]}),
    Case("reference out of a number", (
        order(plain("By", Basic.LONG_INTEGER)), order(reference("By", "Customer"))), BY,
         refused=("Order.By: 1 row holds a value that would be taken for an identifier of Customer: row 1: 2",
                  "add a new attribute and fill it from this one")),
    Case("reference out of a shorter number", (
        order(plain("By", Basic.INTEGER)), order(reference("By", "Customer"))), BY,
         refused=("Order.By: 1 row holds a value that would be taken for an identifier of Customer",)),
    Case("reference out of a number, none held", (
        order(plain("By", Basic.INTEGER)), order(reference("By", "Customer"))), NOBODY,
         {"order": [{"id": 90, "title": "late"}]}),
    Case("number dropped, back as a reference", (
        order(plain("By", Basic.LONG_INTEGER)), order(), order(reference("By", "Customer"))), BY,
         refused=("Order.By: 1 row holds a value that would be taken for an identifier of Customer", "row 1: 2")),
    Case("number dropped, back as a reference, none held", (
        order(plain("By", Basic.LONG_INTEGER)), order(), order(reference("By", "Customer"))), NOBODY),
    Case("text to a new static entity", (
        app(entity("Ticket", text("Status", 50))), app(STATUS, entity("Ticket", reference("Status", "Status")))),
         {"ticket": [{"id": 1, "status": "Open"}, {"id": 2, "status": "Lost"}]},
         refused=("Ticket.Status: 2 rows hold values that would be taken for identifiers of Status",
                  "row 1: Open, row 2: Lost")),
    Case("text to a new static entity, none held", (
        app(entity("Ticket", text("Status", 50))), app(STATUS, entity("Ticket", reference("Status", "Status")))),
         {"ticket": [{"id": 1, "status": None}]}, {"ticket": [{"id": 90, "status": None}]}),
    Case("reference to another entity", (
        app(CUSTOMER, entity("Firm", NAME), entity("Order", reference("By", "Customer"))),
        app(CUSTOMER, entity("Firm", NAME), entity("Order", reference("By", "Firm")))),
         {**ONE, "firm": [{"id": 1, "name": "f"}], "order": [{"id": 1, "by": 1}]},
         refused=("Order.By: 1 row refers to Customer; the same identifiers would mean others in Firm", "row 1: 1",
                  "add a new attribute")),
    Case("reference to another entity, none held", (order(reference("By", "Customer")), order(reference("By", "Firm"))),
         NOBODY, {"order": [{"id": 90, "title": "late"}]}),
    Case("reference dropped, back to another entity", (
        order(reference("By", "Customer")), order(), order(reference("By", "Firm"))), BY,
         refused=("Order.By: 1 row refers to Customer; the same identifiers would mean others in Firm", "row 1: 2")),
    Case("reference dropped, back to another entity, none held", (
        order(reference("By", "Customer")), order(), order(reference("By", "Firm"))), NOBODY),
    Case("entity with a reference dropped, back to another entity", (
        order(reference("By", "Customer")), app(CUSTOMER, FIRM), order(reference("By", "Firm"))), BY,
         refused=("Order.By: 1 row refers to Customer;", "row 1: 2")),
    Case("referred entity replaced by one of its name", (
        app(CUSTOMER, entity("Order", reference("By", "Customer"))),
        app(entity("Customer", NAME, key="Client", explicit_key=True), entity("Order", Attribute(
            "By", "By", DataType(Basic.IDENTIFIER, target="Customer", target_key="Client"))))),
         {**ONE, "order": [{"id": 1, "by": 2}]},
         refused=("Customer: no entity was ever called Client; Customer is gone",)),
    Case("reference to a static entity turned to another of like records", (
        app(STATUS, static("Phase", Open="o", Closed="c"), TICKET),
        app(STATUS, static("Phase", Open="o", Closed="c"), entity(
            "Ticket", text("Subject"), reference("Status", "Phase", default="Open")))), TICKETS,
         refused=("Ticket.Status: 2 rows refer to Status; the same identifiers would mean others in Phase",
                  "row 1: Open, row 2: Closed")),
    Case("reference made a number", (order(reference("By", "Customer")), order(plain("By", Basic.LONG_INTEGER))), BY,
         refused=("Order.By: 1 row refers to Customer; its identifier would become a plain value: row 1: 2",)),
    Case("reference dropped, back as a number", (
        order(reference("By", "Customer")), order(), order(plain("By", Basic.LONG_INTEGER))), BY,
         refused=("Order.By: 1 row refers to Customer; its identifier would become a plain value", "row 1: 2")),
    Case("reference made a number, then to another entity, none held", (
        order(reference("By", "Customer")), order(plain("By", Basic.LONG_INTEGER)), order(reference("By", "Firm"))),
         NOBODY, {"order": [{"id": 90, "title": "late"}]}),
    Case("reference to a static entity made a text", (
        app(STATUS, TICKET), app(STATUS, entity("Ticket", text("Subject"), text("Status", None)))), TICKETS,
         refused=("Ticket.Status: 2 rows refer to Status; their identifiers would become plain values",)),
    Case("library's record added", (PRICE, PRICE), PRICES, {"price": [{"id": 90, "in": "XAU"}]},
         libraries=(EURO, MORE)),
    Case("library's record removed", (PRICE, PRICE), PRICES, {"price": [{"id": 90, "in": "EUR"}]},
         libraries=(MORE, EURO)),
    Case("library's record removed that rows hold", (PRICE, PRICE), DOLLARS, libraries=(EURO, LESS),
         refused=("Price.In: 1 row holds what is no record of Code in this version of its library", "row 3: USD",
                  "choose others in these rows")),
    Case("library's record removed, late rows", (PRICE, PRICE), PRICES, {"price": [{"id": 90, "in": "USD"}]},
         libraries=(EURO, LESS), refused=("Price.In: 1 row holds what is no record of Code", "row 90: USD")),
    Case("library's records added and removed", (PRICE, PRICE, PRICE), PRICES, {"price": [{"id": 90, "in": "DEM"}]},
         libraries=(EURO, MORE, LESS)),
    Case("library's record no longer active", (PRICE, PRICE), DOLLARS, {"price": [{"id": 90, "in": "USD"}]},
         libraries=(EURO, library(Code={"EUR": True, "USD": False}))),
    Case("library's static entity to another of like records", (PRICE, priced("In", "Money.Unit")), PRICES,
         libraries=(EURO, EURO), refused=("Price.In: 1 row refers to Code; the same identifiers would mean others in "
                                          "Unit", "row 1: EUR")),
    Case("library's static entity to another, none held", (PRICE, priced("In", "Money.Unit")), NO_PRICES,
         libraries=(EURO, EURO)),
    Case("reference to a library dropped, back to another", (PRICE, app(entity("Price", text("Title"))), priced(
        "In", "Money.Unit")), PRICES, libraries=(EURO, EURO, EURO), refused=("Price.In: 1 row refers to Code;",)),
    Case("reference to a library dropped, back again", (PRICE, app(entity("Price", text("Title"))), PRICE), DOLLARS,
         libraries=(EURO, {}, MORE)),
    Case("reference to a library dropped, back without a record that rows hold", (
        PRICE, app(entity("Price", text("Title"))), PRICE), DOLLARS, libraries=(EURO, {}, LESS),
         refused=("Price.In: 1 row holds what is no record of Code", "row 3: USD")),
    Case("static entity of another library with the same name", (PRICE, PRICE), PRICES,
         libraries=(EURO, library("another", Code={"EUR": True})),
         refused=("Price.In: 1 row refers to Code as it was; the same identifiers would mean others in another Code",)),
    Case("library renamed", (PRICE, priced("In", "Cash.Code")), PRICES,
         libraries=(EURO, library(name="Cash", Code={"EUR": True, "USD": True})), empty=True),
    Case("text to a library's static entity", (app(entity("Price", text("Title"), text("In", None))), PRICE), PRICES,
         libraries=({}, EURO),
         refused=("Price.In: 1 row holds a value that would be taken for an identifier of Code: row 1: EUR",)),
    Case("text to a library's static entity, none held", (
        app(entity("Price", text("Title"), text("In", None))), PRICE), NO_PRICES, libraries=({}, EURO)),
    Case("library's static entity made a text", (PRICE, app(entity("Price", text("Title"), text("In", None)))), PRICES,
         libraries=(EURO, {}),
         refused=("Price.In: 1 row refers to Code; its identifier would become a plain value: row 1: EUR",)),
    Case("delete rule from Delete to Ignore", (
        app(CUSTOMER, entity("Order", text("Title"), reference("Customer", "Customer", on_delete=DeleteRule.DELETE))),
        app(CUSTOMER, entity("Order", text("Title"), reference("Customer", "Customer", on_delete=DeleteRule.IGNORE)))),
         PEOPLE, LATE),
    Case("attribute renamed to a dropped one's name without key", (
        customer(NAME, text("Phone"), text("Mobile")), customer(NAME, text("Mobile")), customer(NAME, text("Phone"))),
         {"customer": [{"id": 1, "name": "a", "phone": "old", "mobile": "new"}]},
         refused=("Customer.Phone: is it Mobile, renamed?", "`key: Mobile`", "`key: Phone` if it is the one of this "
                  "name that was dropped, back with its values")),
    Case("entity renamed to a dropped one's name without key", (
        app(CUSTOMER, entity("Firm", NAME)), app(CUSTOMER), app(entity("Firm", NAME))),
         {**ONE, "firm": [{"id": 1, "name": "f"}]}, refused=("Firm: is it Customer, renamed?", "`key: Customer`")),
    Case("names of attributes exchanged, then their keys taken away", (
        customer(text("A"), text("B")),
        customer(text("B", key="A", explicit_key=True), text("A", key="B", explicit_key=True)),
        customer(text("B"), text("A"))), {"customer": [{"id": 1, "a": "1", "b": "2"}]},
         refused=("Customer.A: is it the same as before? Its key was B and is gone: write `key: B`",
                  "Customer.B: is it the same as before? Its key was A")),
    Case("names of entities exchanged, then their keys taken away", (
        app(CUSTOMER, FIRM),
        app(entity("Firm", NAME, SCORE, key="Customer", explicit_key=True),
            entity("Customer", NAME, key="Firm", explicit_key=True)),
        app(entity("Firm", NAME, SCORE), entity("Customer", NAME))), FIRMS,
         refused=("Customer: is it the same as before? Its key was Firm", "Firm: is it the same as before?")),
    Case("key of a renamed attribute taken away, of another type", (
        customer(NAME, SCORE), customer(NAME, plain("Points", Basic.INTEGER, key="Score", explicit_key=True)),
        customer(NAME, text("Points"))), ONE,
         refused=("Customer.Points: is it the same as before? Its key was Score",)),
    Case("attribute renamed, dropped, back without its key", (
        customer(NAME, SCORE), customer(NAME, plain("Points", Basic.INTEGER, key="Score")), customer(NAME),
        customer(NAME, plain("Points", Basic.INTEGER))), ONE,
         refused=("Customer.Points: is it back? It was dropped under this name, and its first name is Score: write "
                  "`key: Score`", "`key: Points`")),
    Case("attribute renamed, dropped, back with its key", (
        customer(NAME, SCORE), customer(NAME, plain("Points", Basic.INTEGER, key="Score")), customer(NAME),
        customer(NAME, plain("Points", Basic.INTEGER, key="Score", explicit_key=True))), ONE, LATE),
    Case("attribute renamed, dropped, another under its last name", (
        customer(NAME, SCORE), customer(NAME, plain("Points", Basic.INTEGER, key="Score")), customer(NAME),
        customer(NAME, plain("Points", Basic.INTEGER, explicit_key=True))), ONE, LATE),
    Case("attribute renamed, dropped, its last name as a key", (
        customer(NAME, SCORE), customer(NAME, plain("Points", Basic.INTEGER, key="Score")), customer(NAME),
        customer(NAME, plain("Rating", Basic.INTEGER, key="Points", explicit_key=True))), ONE,
         refused=("Customer.Rating: what was called Points when it was dropped has Score for its first name",)),
    Case("attribute dropped, another whose first name is spelt alike", (
        customer(NAME, text("UrlName")), customer(NAME), customer(NAME, text("URLName"))),
         {"customer": [{"id": 1, "name": "a", "url_name": "u"}]},
         refused=("Customer.URLName: is it what was first called UrlName? Both would be url_name in the database: "
                  "write `key: UrlName`",)),
    Case("attribute dropped, another whose first name is spelt alike, though it has its own key", (
        customer(NAME, text("UrlName")), customer(NAME), customer(NAME, text("URLName", explicit_key=True))),
         {"customer": [{"id": 1, "name": "a", "url_name": "u"}]},
         refused=("Customer.URLName: is it what was first called UrlName?",)),
    Case("attribute dropped, back under a name that is spelt alike", (
        customer(NAME, text("UrlName")), customer(NAME),
        customer(NAME, text("URLName", key="UrlName", explicit_key=True))),
         {"customer": [{"id": 1, "name": "a", "url_name": "u"}]}, {"customer": [{"id": 90, "name": "late"}]}),
    Case("attribute spelt otherwise without key", (customer(text("UrlName")), customer(text("URLName"))),
         {"customer": [{"id": 1, "url_name": "u"}]},
         refused=("Customer.URLName: is it what was first called UrlName?",)),
    Case("entity dropped, another whose first name is spelt alike", (
        app(CUSTOMER, entity("UrlName", NAME)), app(CUSTOMER), app(CUSTOMER, entity("URLName", NAME))),
         {**ONE, "url_name": [{"id": 1, "name": "f"}]},
         refused=("URLName: is it what was first called UrlName? Both would be url_name",)),
    Case("entity renamed, dropped, back without its key", (
        app(CUSTOMER, FIRM), app(FIRM, entity("Client", NAME, SCORE, key="Customer")), app(FIRM),
        app(FIRM, entity("Client", NAME, SCORE))), ONE,
         refused=("Client: is it back? It was dropped under this name, and its first name is Customer: write "
                  "`key: Customer`",)),
    Case("entity renamed, dropped, back with its key", (
        app(CUSTOMER, FIRM), app(FIRM, entity("Client", NAME, SCORE, key="Customer")), app(FIRM),
        app(FIRM, entity("Client", NAME, SCORE, key="Customer", explicit_key=True))), ONE, LATE),
    Case("attribute renamed, its entity dropped, back without the attribute's key", (
        app(CUSTOMER, FIRM), app(FIRM, entity("Customer", NAME, plain("Points", Basic.INTEGER, key="Score"))),
        app(FIRM), app(FIRM, entity("Customer", NAME, plain("Points", Basic.INTEGER)))), ONE,
         refused=("Customer.Points: is it back?", "`key: Score`")),
    Case("delete rule to Delete", (SHOP, app(CUSTOMER, entity("Order", text("Title"), reference(
        "Customer", "Customer", on_delete=DeleteRule.DELETE)))), PEOPLE, LATE,
         warned="Order.Customer: deleting a Customer deletes the rows that refer to it"),
    Case("delete rule to Ignore", (SHOP, app(CUSTOMER, entity("Order", text("Title"), reference(
        "Customer", "Customer", on_delete=DeleteRule.IGNORE)))), PEOPLE, LATE),
    Case("delete rule to Protect", (app(CUSTOMER, entity("Order", text("Title"), reference(
        "Customer", "Customer", on_delete=DeleteRule.DELETE))), SHOP), PEOPLE, LATE),
    Case("static record added", (app(STATUS, TICKET), app(static(
        "Status", Open="Open", Closed="Closed", Lost="it's 100% :lost"), TICKET)), TICKETS),
    Case("static record relabelled", (app(STATUS, TICKET), app(static("Status", Open="Offen", Closed="Closed"),
                                                               TICKET)),
         TICKETS, changed={("status", "Open", "label"): "Offen"}),
    Case("static record removed", (app(STATUS, TICKET), app(static("Status", Open="Open"), TICKET)), TICKETS,
         changed={("status", "Closed", "is_active"): False}),
    Case("static record removed, back again", (app(STATUS, TICKET), app(static("Status", Open="Open"), TICKET),
                                               app(STATUS, TICKET)), TICKETS,
         changed={("status", "Closed", "is_active"): True}),
    Case("unique index called otherwise, of a renamed attribute", (customer(NAME, SCORE, unique=("Name",)), app(Entity(
        "Customer", "Customer", (text("Called", mandatory=True, key="Name"), SCORE),
        (Index("ByCalled", "ByCalled", ("Called",), True), Index("Again", "Again", ("Called",), True))))), ONE, LATE,
         empty=True),
    Case("unique index on more attributes, then on one of them, the other way round", (
        customer(NAME, SCORE, unique=("Name",)), customer(NAME, SCORE, unique=("Name", "Score")),
        customer(NAME, SCORE, unique=("Score", "Name")), customer(NAME, SCORE, unique=("Name",))), ONE, LATE),
    Case("unique index on fewer attributes, late duplicates", (
        customer(NAME, SCORE, unique=("Name", "Score")), customer(NAME, SCORE, unique=("Name",))), ONE,
         {"customer": [{"id": 90, "name": "Ada", "score": 1}]}, refused=(
             "Customer (Name): 1 value of Name occurs more than once", "value Ada: in 2 rows")),
    Case("limits changed in both directions", (
        customer(text("Name", pattern=".*[a-z].*", min_length=3), plain("Score", Basic.INTEGER, minimum=Decimal(1))),
        customer(text("Name", pattern="[A-Z].*|it's", min_length=2), plain("Score", Basic.INTEGER, minimum=Decimal(3))),
        customer(text("Name", pattern=".*[a-z].*", min_length=3), plain("Score", Basic.INTEGER, minimum=Decimal(-1)))),
         {"customer": [{"id": 1, "name": "Ada", "score": 3}, {"id": 2, "name": "Grace", "score": None}]},
         {"customer": [{"id": 90, "name": "Late", "score": 9}]}),
    Case("limit of a length moves from the type to a check and back", (
        customer(text("Name", 40), SCORE), customer(text("Name", 20_000_000), SCORE),
        customer(text("Name", 50), SCORE)), ONE, LATE),
    Case("index on two columns made unique", (
        app(Entity("Customer", "Customer", (NAME, SCORE), (Index("Key", "Key", ("Name", "Score")),))),
        customer(NAME, SCORE, unique=("Name", "Score"))), ONE, LATE),
    Case("renamed, widened, mandatory with default, the entity renamed and one attribute dropped", (
        customer(NAME, SCORE),
        customer(NAME, plain("Points", Basic.INTEGER, key="Score")),
        customer(text("Name", 200, mandatory=True), plain("Points", Basic.LONG_INTEGER, key="Score")),
        customer(text("Name", 200, mandatory=True), plain("Points", Basic.LONG_INTEGER, key="Score"), CITY),
        app(entity("Client", text("Called", 200, key="Name"), CITY, key="Customer"),
            entity("Order", text("Title"), reference("Client", "Customer")))), ONE, LATE),
    Case("static entity, reference and its default, relabelled, unique, limits", (
        app(entity("Ticket", text("Subject"))),
        app(STATUS, TICKET),
        app(static("Status", Open="Offen", Closed="Closed", Lost="Lost"), TICKET),
        app(static("Status", Open="Offen", Closed="Zu", Lost="Lost"), entity(
            "Ticket", text("Subject", 50, min_length=1), reference("Status", "Status", default="Open"),
            unique=("Subject",)))),
         {"ticket": [{"id": 1, "subject": "a"}, {"id": 2, "subject": "b"}]},
         changed={("status", "Closed", "label"): "Zu"}),
    Case("entity dropped, back with a wider attribute, another rule and a new attribute", (
        SHOP,
        app(CUSTOMER),
        app(CUSTOMER, entity("Order", text("Title", 300), reference("Customer", "Customer"))),
        app(CUSTOMER, entity(
            "Order", text("Title", 300), reference("Customer", "Customer", on_delete=DeleteRule.DELETE),
            plain("Paid", Basic.BOOLEAN, mandatory=True, default=False)))), PEOPLE, LATE,
         added={("order", "paid"): False}),
)  # fmt: skip
