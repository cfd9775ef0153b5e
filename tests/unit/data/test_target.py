"""What the target schema says of a model."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odcpub.data.rule_names import named
from odcpub.data.schema import Referent
from odcpub.data.target import BLANKS, MadeTables, target_schema
from odcpub.model.elements import (
    Asset,
    Attribute,
    Basic,
    DeleteRule,
    Entity,
    Function,
    Index,
    Kind,
    Record,
    StaticEntity,
)
from tests.helpdesk_asset import CUSTOMER, LIBRARIES
from tests.helpdesk_asset import attribute as field

STATUS = StaticEntity("Status", "State", (Record("Open", "O'pen", 1), Record("Old", "Old", 2, is_active=False)))


def tables(*entities: Entity | StaticEntity) -> dict[str, object]:
    asset = Asset(
        Kind.APP, "A", "k",
        static_entities=tuple(entity for entity in entities if isinstance(entity, StaticEntity)),
        entities=tuple(entity for entity in entities if isinstance(entity, Entity)),
    )  # fmt: skip
    return {table.name: table for table in target_schema(asset).tables}


def one(attribute: Attribute) -> object:
    return tables(Entity("E", "E", (attribute,)), CUSTOMER, STATUS)["e"]


@pytest.mark.parametrize(
    ("attribute", "type_", "default"),
    [
        (field("A", Basic.TEXT, length=7), "character varying(7)", None),
        (field("A", Basic.TEXT), "text", None),
        (field("A", Basic.TEXT, length=10_485_761), "text", None),
        (field("A", Basic.TEXT, default="it's"), "text", "'it''s'::text"),
        (field("A", Basic.TEXT, default=""), "text", None),
        (field("A", Basic.INTEGER, default=5), "integer", "5"),
        (field("A", Basic.INTEGER, default=-5), "integer", "'-5'::integer"),
        (field("A", Basic.LONG_INTEGER, default=5), "bigint", "'5'::bigint"),
        (field("A", Basic.DECIMAL), "numeric(28,8)", None),
        (field("A", Basic.DECIMAL, digits=5, decimals=0), "numeric(5,0)", None),
        (field("A", Basic.CURRENCY, default=Decimal("1E+2")), "numeric(28,8)", "'100'::numeric"),
        (field("A", Basic.BOOLEAN, default=False), "boolean", "false"),
        (field("A", Basic.DATE, default=Function.CURR_DATE), "date", "((now() AT TIME ZONE 'utc'::text))::date"),
        (field("A", Basic.TIME, default="12:30"), "time without time zone", "'12:30:00'::time without time zone"),
        (field("A", Basic.DATE_TIME, default="2026-01-31T12:30:00+02:00"), "timestamp with time zone",
         "'2026-01-31 10:30:00+00'::timestamp with time zone"),
        (field("A", Basic.EMAIL), "character varying(250)", None),
        (field("A", Basic.PHONE_NUMBER), "character varying(20)", None),
        (field("A", Basic.BINARY_DATA), "bytea", None),
        (field("A", Basic.IDENTIFIER, target="Customer"), "bigint", None),
        (field("A", Basic.IDENTIFIER, target="State", default="Open"), "text", "'Open'::text"),
        (field("A", Basic.IDENTIFIER, target="Money.CurrencyCode"), "text", None),
    ],
)  # fmt: skip
def test_types_and_defaults(attribute: Attribute, type_: str, default: str | None) -> None:
    column = one(attribute).columns[1]  # type: ignore[attr-defined]
    assert (column.name, column.type, column.default, column.nullable) == ("a", type_, default, True)


@pytest.mark.parametrize(
    ("attribute", "expressions"),
    [
        (field("A", Basic.TEXT, mandatory=True, min_length=3),
         {"char_length(\"a\") >= 3", f"\"a\" ~ '[^{BLANKS}]'"}),
        (field("A", Basic.INTEGER, mandatory=True), set()),
        (field("A", Basic.DECIMAL, minimum=Decimal("0.50"), maximum=Decimal("1E+3")), {'"a" >= 0.50', '"a" <= 1000'}),
        (field("A", Basic.TEXT, pattern="it's|x"), {"\"a\" ~ '^(?:it''s|x)$'"}),
        (field("A", Basic.TEXT, length=10_485_761), {'char_length("a") <= 10485761'}),
    ],
)  # fmt: skip
def test_limits_are_checks(attribute: Attribute, expressions: set[str]) -> None:
    assert {check.expression for check in one(attribute).checks} == expressions  # type: ignore[attr-defined]


def test_references_have_a_foreign_key_and_an_index_unless_the_target_is_a_librarys() -> None:
    table = tables(
        Entity("E", "E", (
            field("By", Basic.IDENTIFIER, target="Customer", on_delete=DeleteRule.DELETE),
            field("Status", Basic.IDENTIFIER, target="State"),
            field("Currency", Basic.IDENTIFIER, target="Money.CurrencyCode"),
        )), CUSTOMER, STATUS,
    )["e"]  # fmt: skip
    assert {(key.column, key.target, key.on_delete) for key in table.foreign_keys} == {  # type: ignore[attr-defined]
        ("by", "customer", "CASCADE"), ("status", "state", "NO ACTION")
    }  # fmt: skip
    assert {index.columns for index in table.indexes} == {("by",), ("status",)}  # type: ignore[attr-defined]


def test_a_librarys_static_entity_is_a_limit_of_all_its_records() -> None:
    """Also of those that are not active: rows may have them."""
    asset = Asset(
        Kind.APP, "A", "k", entities=(Entity("E", "E", (field("C", Basic.IDENTIFIER, target="Money.CurrencyCode"),)),)
    )
    (table,) = target_schema(asset, LIBRARIES).tables
    assert [(check.expression, check.column) for check in table.checks] == [("\"c\" IN ('DEM', 'EUR', 'USD')", "c")]
    assert table.foreign_keys == ()


def test_columns_say_whose_identifiers_they_hold() -> None:
    asset = Asset(
        Kind.APP, "A", "k", static_entities=(STATUS,),
        entities=(Entity("Client", "Customer", (
            field("Name", Basic.TEXT),
            field("By", Basic.IDENTIFIER, target="Customer"),
            field("Status", Basic.IDENTIFIER, target="State"),
            field("Currency", Basic.IDENTIFIER, target="Money.CurrencyCode"),
        )),),
    )  # fmt: skip
    columns = target_schema(asset, LIBRARIES).tables[0].columns
    assert {column.name: column.annotation.refers for column in columns} == {
        "id": None, "name": None, "by": Referent("Customer"), "status": Referent("State"),
        "currency": Referent("CurrencyCode", "5f5b7a53-6c0e-4a53-8d4c-6bb9f8f2a001"),
    }  # fmt: skip


def test_names_come_from_first_names_alone() -> None:
    before = tables(Entity("A", "A", (field("OpenedAt", Basic.TEXT),), (Index("I", "I", ("OpenedAt",), True),)))
    after = tables(Entity("B", "A", (field("Z", Basic.TEXT, key="OpenedAt"),), (Index("J", "I", ("Z",), True),)))
    assert before == after


def test_static_records_come_with_what_they_say() -> None:
    assert tables(STATUS)["state"].records == (("Old", "Old", 2, False), ("Open", "O'pen", 1, True))  # type: ignore[attr-defined]


@given(st.text(min_size=1, max_size=200), st.text(), st.text())
def test_names_of_rules_fit_and_tell_contents_apart(front: str, one: str, other: str) -> None:
    name = named("fk", one, front)
    assert len(name.encode()) <= 63
    assert (name == named("fk", other, front)) == (one == other)


def test_tables_made_before_are_taken_over_where_nothing_changes_them() -> None:
    made, one = MadeTables(), Entity("One", "One", (field("Customer", Basic.IDENTIFIER, target="Customer"),))
    first = target_schema(Asset(Kind.APP, "A", "k", entities=(CUSTOMER, one)), made=made)
    other = Entity("Customer", "Customer", (field("Name", Basic.TEXT, length=7),))
    second = target_schema(Asset(Kind.APP, "A", "k", entities=(other, one)), made=made)
    assert [old is new for old, new in zip(first.tables, second.tables, strict=True)] == [False, True]
    renamed = Asset(Kind.APP, "A", "k", entities=(Entity("Customer", "Client", other.attributes), one))
    referring = Asset(Kind.APP, "A", "k", entities=(renamed.entities[0], Entity("One", "One", (
        field("Customer", Basic.IDENTIFIER, target="Client"),))))  # fmt: skip
    assert target_schema(referring, made=made) == target_schema(referring) != second
    as_record = Asset(Kind.APP, "A", "k", entities=(one,), static_entities=(StaticEntity("Customer", "Customer", ()),))
    assert target_schema(as_record, made=made) == target_schema(as_record)
