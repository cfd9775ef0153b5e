"""The table of places that hold names has all of the language; names in expressions are found by what they mean."""

from __future__ import annotations

import pytest

from odcpub.author.rename.places import PLACES, Names, in_expression
from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions.scope import Attribute, Scope
from odcpub.model.expressions.tree import DATE, DECIMAL, TEXT, Kind, Symbol
from odcpub.model.language import KEYS, Shape

NAMELESS = {
    *(("asset", key) for key in ("app", "library", "extension")),  # the asset's own name
    *((kind, "key") for kind in KEYS),  # a first name, which never changes
    ("setting", "type"),  # no element can be one
    ("setting", "default"),  # a literal
}
"""Places of names and expressions that name no other element."""
LATER = {kind for kind in KEYS if kind in ("server_action", "input", "output", "local", "button", "part")}


def test_every_place_that_can_hold_a_name_is_known() -> None:
    shapes = (Shape.NAME, Shape.NAMES, Shape.TYPE, Shape.LITERAL)
    can = {(kind, key.name) for kind, keys in KEYS.items() for key in keys if key.shape in shapes and kind not in LATER}
    assert can - NAMELESS == set(PLACES) - {("screen", "columns")}


def row(name: str) -> DataType:
    return DataType(Basic.STRUCTURE, target=name, target_key=name)


TYPES = {
    "Ticket": ("entities", "Ticket"),
    "Customer": ("entities", "Customer"),
    "Status": ("static_entities", "Status"),
    "Address": ("structures", "Address"),
}
STATUS = DataType(Basic.IDENTIFIER, target="Status", target_key="Status")
NAMES = Names(
    TYPES,
    Scope(
        {
            "Settings.Rate": Symbol("Settings.Rate", Kind.SETTING, DECIMAL),
            "Status.Open": Symbol("Status.Open", Kind.RECORD, STATUS, "Open"),
            "Money.Code.EUR": Symbol("Money.Code.EUR", Kind.RECORD, TEXT, "EUR"),
            "Ticket": Symbol("Ticket", Kind.ROW, row("Ticket")),
            "Found": Symbol("Found", Kind.ROW, row("Ticket")),
            "Where": Symbol("Where", Kind.VARIABLE, row("Address")),
            "Hours": Symbol("Hours", Kind.VARIABLE, DECIMAL),
        },
        {
            "Ticket": {"Status": Attribute(STATUS, "Status"), "Home": Attribute(row("Address"), "Home"),
                       "Hours": Attribute(DECIMAL, "Hours")},
            "Address": {"Street": Attribute(TEXT, "Street"), "Since": Attribute(DATE, "Since")},
        },
        frozenset({"Status"}),
    ),
    {"Hours": ("server_actions", "Close", "inputs", "Hours")},
)  # fmt: skip
HOURS = "server_actions.Close.inputs.Hours"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Settings.Rate * 2", ["Rate=settings.Rate"]),
        ("Settings . Rate", ["Rate=settings.Rate"]),
        ('"Settings.Rate" + "Hours"', []),
        ("#2026-01-31#", []),
        ("Hours + Found.Hours", [f"Hours={HOURS}", "Hours=entities.Ticket.attributes.Hours"]),
        ("If(Hours > 1, Round(Number: Hours), 0.5)", [f"Hours={HOURS}"] * 2),
        ("not -Hours < 0", [f"Hours={HOURS}"]),
        ("Found.Status = Status.Open", ["Status=entities.Ticket.attributes.Status", "Status=static_entities.Status"]),
        ("Ticket.Status <> Status.Open and Ticket.Hours > 0",
         ["Ticket=entities.Ticket", "Status=entities.Ticket.attributes.Status", "Status=static_entities.Status",
          "Ticket=entities.Ticket", "Hours=entities.Ticket.attributes.Hours"]),
        ("Found.Home.Street", ["Home=entities.Ticket.attributes.Home", "Street=structures.Address.attributes.Street"]),
        ("Where.Since", ["Since=structures.Address.attributes.Since"]),
        ("Money.Code.EUR", []),
        ("Length(\n  Where.Street\n)", ["Street=structures.Address.attributes.Street"]),
    ],
)  # fmt: skip
def test_names_in_expressions(text: str, named: list[str]) -> None:
    found = list(in_expression(f"={text}", 1, NAMES))
    assert [f"{f'={text}'[one.at : one.to]}={'.'.join(one.element)}" for one in found] == named
