"""Expressions in C# on a real toolchain give what the table of functions, the edges and Python say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from random import Random

import pytest

from odcpub.model.expressions import tree
from odcpub.model.expressions.catalog import FUNCTIONS
from odcpub.model.expressions.check import check
from odcpub.model.expressions.evaluate import OutOfRange, Overflow, evaluate
from odcpub.model.expressions.letters import constants, lower, upper
from odcpub.model.literals import canonical
from tests.expression_cases import EDGES
from tests.expression_edge import OUT_OF_RANGE, OVERFLOW
from tests.expression_holders import CASES, cases_of_holders, holding
from tests.expressions import REPEATABLE, SCOPE, Case, any_case, batch, calls
from tests.expressions_csharp import APP_NAME, NOW, InCSharp, Outcome, in_csharp
from tests.tries import FACTOR

PART = 500
"""Expressions that are compiled at once."""
RANDOM, CALLS, CALCULATIONS = PART * FACTOR, 4 * FACTOR, 2 * PART * FACTOR


@pytest.fixture(scope="module")
def csharp() -> Iterator[InCSharp]:
    with in_csharp(strict=True) as found:
        yield found


def in_python(case: Case) -> Outcome:
    try:
        return evaluate(case.expression, case.names, datetime.fromisoformat(NOW), APP_NAME)
    except Overflow:
        return OVERFLOW
    except OutOfRange:
        return OUT_OF_RANGE


def compare(csharp: InCSharp, cases: Sequence[Case]) -> None:
    found = [one for at in range(0, len(cases), PART) for one in csharp.computed(cases[at : at + PART])]
    different = [
        f"{case.text} with {dict(case.names)}: {given!r}, in Python {expected!r}"
        for case, given in zip(cases, found, strict=True)
        if (given, type(given)) != ((expected := in_python(case)), type(expected))
    ]
    assert not different, "\n".join(different[:10])


def test_the_examples_of_the_table_hold(csharp: InCSharp) -> None:
    texts = [text for function in FUNCTIONS.values() for pair in function.examples for text in pair]
    trees = [check(text, SCOPE).expression for text in texts]
    compare(csharp, [Case(text, one.type, one, {}) for text, one in zip(texts, trees, strict=True)])


def test_the_edges_hold(csharp: InCSharp) -> None:
    found = csharp.computed([edge.case() for edge in EDGES])
    different = [(edge, given) for edge, given in zip(EDGES, found, strict=True) if given != edge.expected]
    assert not different


def test_rows_and_lists_give_the_same(csharp: InCSharp) -> None:
    found = csharp.computed([holding(text) for text, _ in CASES])
    different = [(*one, given) for one, given in zip(CASES, found, strict=True) if given != one[1]]
    assert not different


def test_random_expressions_give_the_same(csharp: InCSharp) -> None:
    compare(csharp, batch(any_case(), RANDOM))


def test_random_expressions_on_rows_and_lists_give_the_same(csharp: InCSharp) -> None:
    cases = batch(cases_of_holders(), RANDOM)
    compare(csharp, cases)
    refused = sum(in_python(case) == OUT_OF_RANGE for case in cases)
    assert RANDOM / 50 < refused < RANDOM / 3


def test_random_calls_give_the_same(csharp: InCSharp) -> None:
    compare(csharp, [case for name in sorted(REPEATABLE) for case in batch(calls(name), CALLS)])


def test_a_new_identifier_is_another_each_time(csharp: InCSharp) -> None:
    node = check("GenerateGuid()", SCOPE).expression
    one, other = csharp.computed([Case("GenerateGuid()", node.type, node, {})] * 2)
    assert one != other
    assert {len(str(one)), len(str(other))} == {36}


OVERFLOWING = """
try { System.Console.WriteLine(Odcpub.Runtime.Numbers.Add(int.MaxValue, 1)); }
catch (Odcpub.Runtime.ExpressionOverflowException error) { System.Console.WriteLine(error.Message); }
"""


def test_an_overflow_tells_a_user_what_cannot_be_held(csharp: InCSharp) -> None:
    message = "A calculation gives a number that an Integer cannot hold: it goes from -2147483648 to 2147483647."
    assert csharp.run(OVERFLOWING) == [message]


CALCULATED = [
    check(text, SCOPE).expression
    for text in (
        *("Decimal1 + Decimal2", "Decimal1 - Decimal2", "Decimal1 * Decimal2", "Decimal1 / Decimal2"),
        *("Mod(Decimal1, Decimal2)", "Sqrt(Decimal1)", "Round(Decimal1, Integer1)", "Power(Decimal1, Integer1)"),
        *("LongInteger1 * LongInteger2", "Integer1 * Integer2", "LongInteger1 - LongInteger2"),
    )
]


def test_calculations_are_exact_to_the_last_digit(csharp: InCSharp) -> None:
    """Numbers of every length, and those whose results end in a half."""
    random = Random(12)  # noqa: S311

    def number() -> Decimal:
        decimals = random.randint(0, 8)
        size = 10 ** random.randint(1, 20 + decimals)
        whole = random.choice([random.randrange(size), size // 2, size - 1, 2 ** (size.bit_length() - 1)])
        return Decimal(canonical(Decimal(random.choice([whole, -whole])).scaleb(-decimals), tree.DECIMAL))

    cases = []
    for _ in range(CALCULATIONS):
        expression = random.choice(CALCULATED)
        long1, long2 = (random.randrange(-(2**63), 2**63) >> random.randint(0, 62) for _ in range(2))
        small1, small2 = random.randint(-40, 40), random.randrange(-(2**31), 2**31)
        names = {"Decimal1": number(), "Decimal2": number(), "Integer1": small1, "Integer2": small2}
        cases.append(Case("", expression.type, expression, names | {"LongInteger1": long1, "LongInteger2": long2}))
    compare(csharp, cases)


EVERY_LETTER = """
for (var point = 1; point < 0x110000; point++)
{
    if (point is >= 0xD800 and <= 0xDFFF) continue;
    var letter = char.ConvertFromUtf32(point);
    var (small, capital) = (Odcpub.Runtime.Texts.ToLower(letter), Odcpub.Runtime.Texts.ToUpper(letter));
    if (small == letter && capital == letter) continue;
    System.Console.WriteLine($"{point} {char.ConvertToUtf32(small!, 0)} {char.ConvertToUtf32(capital!, 0)}");
}
"""


def test_the_letters_that_a_query_translates_are_the_same(csharp: InCSharp) -> None:
    for name, expected in constants().items():
        program = f'foreach (var unit in Odcpub.Runtime.Texts.{name}) System.Console.Write($"{{(int)unit:x4}}");'
        (found,) = csharp.run(program)
        assert bytes.fromhex(found).decode("utf-16-be") == expected


def test_every_character_has_the_same_small_and_capital_form(csharp: InCSharp) -> None:
    printed = csharp.run(EVERY_LETTER)
    characters = [chr(point) for point in range(1, 0x110000) if not 0xD800 <= point <= 0xDFFF]
    changed = [(ord(one), ord(lower(one)), ord(upper(one))) for one in characters if {lower(one), upper(one)} != {one}]
    assert printed == [" ".join(map(str, numbers)) for numbers in changed]
