"""Whatever stands in an expression, it is an error or none, in a short time."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odcpub.model.elements import DataType
from odcpub.model.expressions import tree
from odcpub.model.expressions.check import check
from odcpub.model.expressions.scope import Scope
from odcpub.model.expressions.syntax import ExpressionError, Fault
from odcpub.model.expressions.tree import Literal
from tests.expression_holders import HOLDING, cases_of_holders
from tests.expression_queries import QUERY, conditions
from tests.expressions import SCOPE, Case, any_case
from tests.tries import tries


def checked(text: str, wanted: DataType | None = None, scope: Scope = SCOPE) -> tuple[float, tuple[Fault, ...]]:
    """The seconds that a check takes, other work of the process aside, and its faults."""
    took, faults = [], ()
    for _ in range(3):
        started = time.process_time()
        try:
            check(text, scope, wanted)
        except ExpressionError as error:
            faults = error.faults
            assert faults
        took.append(time.process_time() - started)
        if took[-1] < 0.05:
            break
    return min(took), faults


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "1" + ")" * 10_000,
        "(" * 900 + "1" + ")" * 900,
        "-" * 900 + "Integer1",
        "not " * 900 + "True",
        "Abs(" * 900 + "1" + ")" * 900,
        "1" + " + 1" * 900,
        "1 or (2 and (3 = (4 < (5 + (6 * " * 140 + "7",
        "1 + " * 1_000_000,
        "x" * 1_000_000,
        '"' + "a" * 1_000_000,
        "Unknown(" * 300,
        "Foo(" + ", ".join(f"Bar{count}(Baz{count})" for count in range(300)) + ")",
        "Text1." + ".".join(["a"] * 900),
        "Text1" + "[0]" * 600,
        "Abs(1)" + ".a" * 900,
        "Text1[" * 900,
        "Text1[" * 900 + "0" + "]" * 900,
        "9" * 9_000,
        "1." + "9" * 9_000,
        "#" + "1" * 9_000 + "#",
    ],
    ids=lambda text: f"{text[:12]}… {len(text)}",
)
def test_what_is_too_long_or_too_deep_is_an_error_in_a_short_time(text: str) -> None:
    took, faults = checked(text)
    assert faults
    if "more than" in faults[0].message or "the most" in faults[0].message:
        assert faults[0].hint == "divide it: put parts of it into variables"
    assert took < 0.05


def test_a_hundred_levels_are_enough_for_people() -> None:
    assert check("(" * 99 + "1" + ")" * 99, SCOPE)
    assert check("Abs(" * 90 + "1" + ")" * 90, SCOPE)
    assert check("1 or 2 = 3 and 4 < 5 + 6 * 7".replace("1", "True").replace("2", "2"), SCOPE)


SIGNS = "()[]+-*/=<>.,:#\"' \n\t0123456789é\0😀\u202e"
WORDS = ("and", "or", "not", "like", "If(", "NoValue()", "Index(", "Text1", "Found.", "Words[", ".Length", "Ticket.")
PIECES = [*SIGNS, *WORDS]


BOTH = replace(QUERY, symbols={**HOLDING.symbols, **QUERY.symbols})
"""Variables of all types, and a query's row."""


def row_cases() -> st.SearchStrategy[Case]:
    return conditions().map(lambda text: Case(text, tree.BOOLEAN, Literal(True, tree.BOOLEAN), {}))


@tries(150)
@given(st.one_of(any_case(), cases_of_holders(), row_cases()), st.randoms(use_true_random=False))
def test_a_mutated_expression_is_an_error_or_none_and_quickly(case: Case, chance: random.Random) -> None:
    text = case.text
    for _ in range(chance.randint(1, 4)):
        at, to = sorted(chance.choices(range(len(text) + 1), k=2))
        kind = chance.randrange(3)
        if kind == 0:
            text = text[:at] + chance.choice(PIECES) + text[at:]
        elif kind == 1:
            text = text[:at] + text[min(to, at + 5) :]
        else:
            text = text[:at] + text[at:to] * 2 + text[to:]
    took, faults = checked(text, case.type, BOTH)
    for fault in faults:
        assert 0 <= fault.at <= fault.to <= len(text) + 1
        assert fault.message and fault.hint
    assert took < 0.05
