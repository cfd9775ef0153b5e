"""Text → tree → text → tree: the same tree; brackets only where they are needed."""

from __future__ import annotations

import pytest
from hypothesis import given

from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions.check import check
from odcpub.model.expressions.scope import Attribute, Scope
from odcpub.model.expressions.tree import Kind, Symbol
from odcpub.model.expressions.written import written
from tests.expression_holders import CASES, HOLDING, cases_of_holders
from tests.expression_queries import QUERY
from tests.expressions import SCOPE, Case, any_case
from tests.tries import tries

TICKET = DataType(Basic.STRUCTURE, target="Ticket")


@tries(150)
@given(any_case())
def test_a_written_expression_is_read_as_the_same_tree(case: Case) -> None:
    text = written(case.expression)
    assert check(text, SCOPE, case.type).expression == case.expression
    assert written(check(text, SCOPE, case.type).expression) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("((1+2))*3", "(1 + 2) * 3"),
        ("1+(2*3)", "1 + 2 * 3"),
        ("(1-2)-3", "1 - 2 - 3"),
        ("1-(2-3)", "1 - (2 - 3)"),
        ("-(5)", "-(5)"),
        ("- 5", "-5"),
        ("- -5", "--5"),
        ("-(-(Integer1))", "--Integer1"),
        ("-(1+2)", "-(1 + 2)"),
        ("(-Integer1)*2", "-Integer1 * 2"),
        ("not (not True)", "not not True"),
        ("NOT (1 = 2) AND Boolean1", "not (1 = 2) and Boolean1"),
        ("(Boolean1 or Boolean2) and True", "(Boolean1 or Boolean2) and True"),
        ("Boolean1 or (Boolean2 and true)", "Boolean1 or Boolean2 and True"),
        ("(1 < 2) = (3 > 4)", "1 < 2 = 3 > 4"),
        ("Integer1 < (Integer2 + 1)", "Integer1 < Integer2 + 1"),
        ('"a" + (1 + 2)', '"a" + (1 + 2)'),
        ('(1 + 2) + "a"', '1 + 2 + "a"'),
        ('"say ""hi"""', '"say ""hi"""'),
        ("Round(2.50, 0)", "Round(2.5)"),
        ("Round(fractionalDigits: 1, n: 7)", "Round(7, 1)"),
        ('Index(Text1, "a", 0, ignoreCase: True)', 'Index(Text1, "a", ignoreCase: True)'),
        ('Index(search: "a", t: Text1, startIndex: 2)', 'Index(Text1, "a", 2)'),
        ("#2026-01-31 10:30:00.500#", "#2026-01-31 10:30:00.5#"),
        ("#10:30#", "#10:30:00#"),
        ("10000000000000000000", "10000000000000000000.0"),
        ("0.10", "0.1"),
    ],
)
def test_an_expression_is_written_as_an_author_would(text: str, canonical: str) -> None:
    assert written(check(text, SCOPE).expression) == canonical


def test_members_of_rows_are_written_with_points() -> None:
    scope = Scope(
        symbols={"Found": Symbol("Found", Kind.VARIABLE, TICKET)},
        members={"Ticket": {"Subject": Attribute(DataType(Basic.TEXT), "Title")}},
    )
    assert written(check('Found.Subject+"!"', scope).expression) == 'Found.Subject + "!"'


def test_followed_references_are_written_with_points() -> None:
    text = "Ticket.Next.Status.Label + Ticket.Next.Next.Id"
    expression = check(text, QUERY).expression
    assert written(expression) == text
    assert check(written(expression), QUERY).expression == expression


@tries(100)
@given(cases_of_holders())
def test_written_members_and_indexes_are_read_as_the_same_tree(case: Case) -> None:
    text = written(case.expression)
    assert check(text, HOLDING, case.type).expression == case.expression


@pytest.mark.parametrize("text", [text for text, _ in CASES])
def test_members_and_indexes_are_written_and_read_again(text: str) -> None:
    expression = check(text, HOLDING).expression
    assert check(written(expression), HOLDING).expression == expression


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Tickets [ 1 ] . Subject", "Tickets[1].Subject"),
        ("(Tickets)[(0)].Count", "Tickets[0].Count"),
        ("(If(Boolean1, Words, NoValue()))[Integer1+1]", "If(Boolean1, Words, NoValue())[Integer1 + 1]"),
        ("-(Tickets[0].Count)", "-Tickets[0].Count"),
        ("-Wholes[0]", "-Wholes[0]"),
    ],
)
def test_an_index_is_written_without_brackets_around_it(text: str, canonical: str) -> None:
    assert written(check(text, HOLDING).expression) == canonical
