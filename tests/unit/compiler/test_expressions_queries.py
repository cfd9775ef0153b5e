"""Queries as PostgreSQL gets them: what an index can serve, joins in their order, parameters computed before."""

from __future__ import annotations

import pytest

from odcpub.compiler.expressions.queries import Query
from odcpub.model.expressions import tree
from odcpub.model.expressions.check import check
from odcpub.model.expressions.written import written
from tests.expression_queries import QUERY, ROW

WHERE = [
    ("Ticket.Id = Found.Id", 't."id" = $1::bigint', ["Found.Id"]),
    ("Ticket.Status = Status.Open", "t.\"status\" = 'Open'", []),
    (
        "Ticket.Next = Found.Id",
        '(t."following" = $1::bigint OR t."following" IS NULL AND $1::bigint IS NULL)',
        ["Found.Id"],
    ),
    ("Ticket.Next <> Found.Id", 't."following" IS DISTINCT FROM $1::bigint', ["Found.Id"]),
    ("Ticket.Status = StatusId2", '(t."status" = $1::text OR t."status" IS NULL AND $1::text IS NULL)', ["StatusId2"]),
    ("Ticket.Integer1 > Integer2 + 1", 't."first_integer1" > $1::integer', ["Integer2 + 1"]),
    ("Ticket.Decimal1 < Integer2", 't."first_decimal1" < $1::numeric', ["Integer2"]),
    (
        "Ticket.DateTime1 < AddDays(CurrDate(), -7)",
        't."first_date_time1" < $1::timestamptz',
        ["AddDays(CurrDate(), -7)"],
    ),
    ('Ticket.Text1 like "a%"', "coalesce(t.\"first_text1\", '') LIKE 'a%'", []),
    ("Ticket.Text1 = ToLower(Text2) and True", '(t."first_text1" = $1::text OR …) AND true', ["ToLower(Text2)"]),
    (
        "Ticket.Integer1 < Integer2 or Ticket.Integer1 > Integer2 or Boolean2",
        't."first_integer1" < $1::integer OR t."first_integer1" > $1::integer OR $2::boolean',
        ["Integer2", "Boolean2"],
    ),
    (
        'ToLower(Ticket.Text1) like ToLower(Text2) + "%"',
        'coalesce((SELECT CASE WHEN octet_length(t) = char_length(t) THEN lower(t COLLATE "C") ELSE translate(t, '
        "$2::text, $3::text) END FROM (SELECT t.\"first_text1\") AS once(t)), '') LIKE "
        "replace(replace(coalesce($1::text, ''), E'\\\\', E'\\\\\\\\'), '_', E'\\\\_')",
        ['ToLower(Text2) + "%"', "Capitals", "CapitalsSmall"],
    ),
    ("Boolean2", "$1::boolean", ["Boolean2"]),
    (
        "Words.Empty or Ticket.Text1 < Words[0]",
        '$1::boolean OR t."first_text1" < $2::text COLLATE "C"',
        ["Words.Empty", "If(not Words.Empty, Words[0], NoValue())"],
    ),
    (
        "If(Boolean2, 1, Integer2 / 2) < Ticket.Integer1",
        '$1::numeric < t."first_integer1"::numeric',
        ["If(Boolean2, 1, Integer2 / 2)"],
    ),
]
JOINS = [
    ("Ticket.Next.Id = Ticket.Id", 't."following" = t."id"', []),
    ("Ticket.Next.Integer1 > 2", 't1."first_integer1" > 2', ['"issue" t1 ON t1."id" = t."following"']),
    ("Ticket.Status.Order > 2", 't1."order" > 2', ['"status" t1 ON t1."id" = t."status"']),
    (
        "Ticket.Next.Status.Is_Active and Ticket.Next.Next.Boolean1 and Ticket.Next.Boolean1",
        't2."is_active" AND t3."first_boolean1" AND t1."first_boolean1"',
        [
            '"issue" t1 ON t1."id" = t."following"',
            '"status" t2 ON t2."id" = t1."status"',
            '"issue" t3 ON t3."id" = t1."following"',
        ],
    ),
]
ORDERS = [
    ("Ticket.Text1", False, 't."first_text1" COLLATE "C"'),
    ("Ticket.Status", True, 't."status" COLLATE "C" DESC NULLS LAST'),
    ("Ticket.Next.Date1", True, 't1."first_date1" DESC NULLS LAST'),
    ("Ticket.Integer1 * 2", False, '(t."first_integer1" * 2)'),
    ("7", False, "7::integer"),
    ("Integer2", True, "$1::integer DESC NULLS LAST"),
]


@pytest.mark.parametrize(("text", "where", "parameters"), WHERE)
def test_a_condition_is_of_columns_and_of_what_was_computed_before(
    text: str, where: str, parameters: list[str]
) -> None:
    query = Query(ROW, QUERY.statics)
    printed = query.condition(check(text, QUERY, tree.BOOLEAN).expression)
    assert printed == where.replace("…", 't."first_text1" IS NULL AND $1::text IS NULL')
    assert [written(one) for one in query.parameters] == parameters
    assert query.source == '"issue" t'


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("Ticket.Next = Found.Id", 't."following" = $1::bigint'),
        ("Ticket.Next <> Found.Id", 't."following" IS DISTINCT FROM $1::bigint'),
        ("Ticket.Status = StatusId2", 't."status" = $1::text'),
        ("Ticket.Decimal1 = Integer2", 't."first_decimal1" = $1::numeric'),
        ("Ticket.Date1 = CurrDate()", 't."first_date1" = $1::date'),
        (
            "Ticket.Integer1 = Found.Integer1",
            '(t."first_integer1" = $1::integer OR t."first_integer1" IS NULL AND $1::integer IS NULL)',
        ),
    ],
)
def test_what_always_has_a_value_is_compared_plainly(text: str, where: str) -> None:
    sure = [QUERY.symbols[name] for name in ("Found", "StatusId2", "Integer2")]
    assert Query(ROW, QUERY.statics, sure).condition(check(text, QUERY, tree.BOOLEAN).expression) == where


@pytest.mark.parametrize(("text", "where", "joins"), JOINS)
def test_a_reference_is_joined_once_behind_what_it_needs(text: str, where: str, joins: list[str]) -> None:
    query = Query(ROW, QUERY.statics)
    assert query.condition(check(text, QUERY, tree.BOOLEAN).expression) == where
    assert query.source == " LEFT JOIN ".join(['"issue" t', *joins])


def test_expressions_of_one_query_share_joins_and_parameters() -> None:
    query = Query(ROW, QUERY.statics)
    for text in ("Ticket.Next.Integer1 + Integer2", "Ticket.Next.Date1 = DateTimeToDate(DateTime2)", "Integer2"):
        query.value(check(text, QUERY).expression)
    assert query.source.count("JOIN") == 1
    assert [written(one) for one in query.parameters] == ["Integer2", "DateTimeToDate(DateTime2)"]


@pytest.mark.parametrize(("text", "descending", "order"), ORDERS)
def test_an_order_is_by_code_points_and_what_has_no_value_is_last(text: str, descending: bool, order: str) -> None:
    assert Query(ROW, QUERY.statics).order(check(text, QUERY).expression, descending) == order
