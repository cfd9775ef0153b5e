"""The table of places that hold names has all of the language; names in expressions are found by what they mean."""

from __future__ import annotations

import pytest

from odcpub.author.rename.expressions import Names, named
from odcpub.author.rename.places import PLACES, SHAPES
from odcpub.author.rename.steps import _FORMS, _NAMES
from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions.scope import Attribute, Scope
from odcpub.model.expressions.tree import DATE, DECIMAL, TEXT, Kind, Symbol
from odcpub.model.language import KEYS, Shape
from odcpub.model.logic.steps import CLAUSES, Form

NAMELESS = {
    *(("asset", key) for key in ("app", "library", "extension")),  # the asset's own name
    *((kind, "key") for kind in KEYS),  # a first name, which never changes
    ("setting", "type"),  # no element can be one
    ("setting", "default"),  # a value, or computed of values
}
"""Places of names and expressions that name no other element."""
PLAIN = {Shape.TEXT, Shape.BOOLEAN, Shape.INTEGER, Shape.NUMBER, Shape.UUID, Shape.COLOUR, Shape.PATTERN,
         Shape.DELETE_RULE, Shape.RANGE}  # fmt: skip
"""Shapes that hold no names."""
WALKED = {Shape.ELEMENTS, Shape.STEPS, Shape.HANDLERS, Shape.BUTTONS, Shape.PARTS}
"""Shapes that hold elements, or places of their own."""


def test_every_place_that_can_hold_a_name_is_known() -> None:
    can = {(kind, key.name): key.shape for kind, keys in KEYS.items() for key in keys}
    unknown = {place for place, shape in can.items() if shape not in {*PLAIN, *WALKED, *SHAPES}}
    assert unknown - NAMELESS == set(PLACES)


def test_every_key_of_a_step_is_known() -> None:
    assert set(Form) == set(_FORMS)
    names = {(kind, key) for kind, rules in CLAUSES.items() for key, rule in rules.items() if rule.form is Form.ELEMENT}
    assert names <= set(_NAMES)
    assert {place for place in _NAMES if place[1] not in CLAUSES[place[0]]} == set()


def row(name: str) -> DataType:
    return DataType(Basic.STRUCTURE, target=name, target_key=name)


TYPES = {
    "Ticket": ("entities", "Ticket"),
    "Customer": ("entities", "Customer"),
    "Status": ("static_entities", "Status"),
    "Address": ("structures", "Address"),
    "Money": ("entities", "Money"),
}
STATUS = DataType(Basic.IDENTIFIER, target="Status", target_key="Status")
LIST = DataType(Basic.STRUCTURE, target="Ticket", target_key="Ticket", many=True)
CUSTOMER = DataType(Basic.IDENTIFIER, target="Customer", target_key="Customer")
SCOPE = Scope(
    {
        "Settings.Rate": Symbol("Settings.Rate", Kind.SETTING, DECIMAL),
        "Status.Open": Symbol("Status.Open", Kind.RECORD, STATUS, "Open"),
        "Money.Code.EUR": Symbol("Money.Code.EUR", Kind.RECORD, TEXT, "EUR"),
        "Ticket": Symbol("Ticket", Kind.ROW, row("Ticket")),
        "Found": Symbol("Found", Kind.VARIABLE, row("Ticket")),
        "Many": Symbol("Many", Kind.VARIABLE, LIST),
        "Where": Symbol("Where", Kind.VARIABLE, row("Address")),
        "Hours": Symbol("Hours", Kind.VARIABLE, DECIMAL),
    },
    {
        "Ticket": {"Status": Attribute(STATUS, "Status"), "Home": Attribute(row("Address"), "Home"),
                   "Hours": Attribute(DECIMAL, "Hours"), "By": Attribute(CUSTOMER, "By")},
        "Customer": {"Name": Attribute(TEXT, "Name")},
        "Address": {"Street": Attribute(TEXT, "Street"), "Since": Attribute(DATE, "Since")},
    },
    frozenset({"Status"}),
)  # fmt: skip
VARIABLES = {"Hours": ("server_actions", "Close", "inputs", "Hours")}
HOURS = "server_actions.Close.inputs.Hours"
TICKET_HOURS = "entities.Ticket.attributes.Hours"


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("Settings.Rate * 2", ["Rate=settings.Rate"]),
        ("Settings . Rate", ["Rate=settings.Rate"]),
        ('"Settings.Rate" + "Hours"', []),
        ("#2026-01-31#", []),
        ("Hours + Found.Hours", [f"Hours={HOURS}", f"Hours={TICKET_HOURS}"]),
        ("If(Hours > 1, Round(Number: Hours), 0.5)", [f"Hours={HOURS}"] * 2),
        ("not -Hours < 0", [f"Hours={HOURS}"]),
        ("Found.Status = Status.Open", ["Status=entities.Ticket.attributes.Status", "Status=static_entities.Status"]),
        ("Ticket.Status <> Status.Open and Ticket.Hours > 0",
         ["Ticket=entities.Ticket", "Status=entities.Ticket.attributes.Status", "Status=static_entities.Status",
          "Ticket=entities.Ticket", f"Hours={TICKET_HOURS}"]),
        ("Found.Home.Street", ["Home=entities.Ticket.attributes.Home", "Street=structures.Address.attributes.Street"]),
        ("Ticket.By.Name", ["Ticket=entities.Ticket", "By=entities.Ticket.attributes.By",
                            "Name=entities.Customer.attributes.Name"]),
        ("Where.Since", ["Since=structures.Address.attributes.Since"]),
        ("Money.Code.EUR", []),
        ("Many.Length + Many.Hours", []),
        ("Many[Hours].Hours", [f"Hours={HOURS}", f"Hours={TICKET_HOURS}"]),
        ("Many[0].Home . Street", ["Home=entities.Ticket.attributes.Home",
                                   "Street=structures.Address.attributes.Street"]),
        ("Length(\n  Where.Street\n)", ["Street=structures.Address.attributes.Street"]),
        ("Unknown.Hours + Hours", [f"Hours={HOURS}"]),
    ],
)  # fmt: skip
def test_names_in_expressions(text: str, elements: list[str]) -> None:
    found = named(text, Names(TYPES, {}, Scope(), {}), SCOPE, VARIABLES)
    assert [f"{text[one.at : one.to]}={'.'.join(one.element)}" for one in found] == elements
