"""The names that an asset's elements give to every expression of it."""

from __future__ import annotations

import time

import pytest

from odcpub.model.elements import (
    Asset,
    Attribute,
    Basic,
    DataType,
    Entity,
    Kind,
    Library,
    Record,
    Setting,
    StaticEntity,
    Structure,
    VerifiedAsset,
)
from odcpub.model.expressions import tree
from odcpub.model.expressions.check import check
from odcpub.model.expressions.names import names_of
from odcpub.model.expressions.syntax import ExpressionError


def text(name: str, key: str = "") -> Attribute:
    return Attribute(name, key or name, tree.TEXT)


def identifier(name: str, target: str) -> Attribute:
    return Attribute(name, name, DataType(Basic.IDENTIFIER, target=target, target_key=target))


def static(name: str, *records: str) -> StaticEntity:
    return StaticEntity(name, name, tuple(Record(key, key, at + 1) for at, key in enumerate(records)))


MONEY = Library(
    VerifiedAsset(
        Asset(
            Kind.LIBRARY,
            "Money",
            "",
            static_entities=(static("CurrencyCode", "EUR", "CHF"),),
            structures=(Structure("Amount", "Sum", (identifier("Currency", "CurrencyCode"), text("Note"))),),
        )
    ),
    "1.0.0",
    1,
    "",
)
HOLDS = DataType(Basic.STRUCTURE, target="Money.Amount", target_key="Money.Sum")
NAMES = names_of(
    [Setting("HourlyRate", tree.CURRENCY), Setting("MailToken", tree.TEXT, secret=True)],
    [static("Status", "Open", "Closed")],
    [Entity("Ticket", "Issue", (text("Subject", "Title"), identifier("Status", "Status")))],
    [Structure("Line", "Line", (Attribute("Price", "Price", HOLDS),))],
    [MONEY],
)
KNOWN = {
    "Settings.HourlyRate * 2": tree.CURRENCY,
    "Settings.MailToken": tree.TEXT,
    "Status.Open": DataType(Basic.IDENTIFIER, target="Status", target_key="Status"),
    "Money.CurrencyCode.EUR": DataType(Basic.IDENTIFIER, target="Money.CurrencyCode", target_key="Money.CurrencyCode"),
}


@pytest.mark.parametrize(("written", "type_"), KNOWN.items())
def test_settings_and_records_are_names(written: str, type_: DataType) -> None:
    assert check(written, NAMES).expression.type == type_


def test_a_secret_is_told_wherever_it_stands() -> None:
    assert tree.secrets(check('"a" + If(True, Settings.MailToken, "")', NAMES).expression) == ("Settings.MailToken",)
    assert tree.secrets(check("Settings.HourlyRate", NAMES).expression) == ()


def test_rows_and_structures_have_their_attributes() -> None:
    ticket, status = NAMES.members["Ticket"], NAMES.members["Status"]
    assert list(ticket) == ["Id", "Subject", "Status"]
    assert ticket["Id"].type == DataType(Basic.IDENTIFIER, target="Ticket", target_key="Issue")
    assert ticket["Subject"].key == "Title"
    assert list(status) == ["Id", "Label", "Order", "Is_Active"]
    assert NAMES.members["Line"]["Price"].type == HOLDS
    assert NAMES.members["Money.Amount"]["Currency"].type == KNOWN["Money.CurrencyCode.EUR"]
    assert NAMES.statics == {"Status", "Money.CurrencyCode"}


def test_an_unknown_name_of_a_large_model_is_told_quickly() -> None:
    statics = [static(f"Kind{at}", *(f"Record{at}x{one}" for one in range(20))) for at in range(500)]
    entities = [Entity(f"Entity{at}", f"Entity{at}", (text("Name"),)) for at in range(1000)]
    started = time.process_time()
    names = names_of([], statics, entities, [], [])
    assert time.process_time() - started < 1
    for written, hint in (
        ("Kind7.Record7x", "did you mean Kind7.Record7x9?"),
        ("Knid7.Record7x1", "did you mean Kind7.Record7x1?"),
        ("Record9x1", "did you mean Kind9.Record9x1?"),
        ("Hours", "use one of Kind0, Kind1"),
    ):
        started = time.process_time()
        with pytest.raises(ExpressionError) as caught:
            check(written, names)
        assert time.process_time() - started < 0.5
        assert caught.value.faults[0].hint.startswith(hint)
