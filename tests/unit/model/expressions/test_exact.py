"""Calculated numbers: exact, and rounded once, half away from zero, beside Python's own decimal arithmetic."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

from hypothesis import given
from hypothesis import strategies as st

from odcpub.model.expressions import tree
from odcpub.model.expressions.evaluate import Overflow
from tests.expression_values import values
from tests.tries import tries
from tests.unit.model.expressions.test_evaluate import EMPTY, worth

EXACT = Context(prec=200, rounding=ROUND_HALF_UP)
LAST = Decimal("0.00000001")


@tries(150)
@given(values(tree.DECIMAL), values(tree.DECIMAL), st.sampled_from("+-*/"))
def test_calculations_are_exact_and_rounded_once(one: Decimal, other: Decimal, sign: str) -> None:
    names = {**EMPTY, "Decimal1": one, "Decimal2": other}
    steps = {"+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply, "/": EXACT.divide}
    expected = EXACT.quantize(steps[sign](one, other), LAST) if sign != "/" or other else None
    try:
        assert worth(f"Decimal1 {sign} Decimal2", names) == expected
    except Overflow:
        assert expected is not None and abs(expected) >= 10**20


@tries(150)
@given(values(tree.DECIMAL), st.integers(-40, 40))
def test_powers_and_roots_are_exact_and_rounded_once(base: Decimal, exponent: int) -> None:
    names = {**EMPTY, "Decimal1": base, "Integer1": exponent}
    found = worth("Power(Decimal1, Integer1)", names)
    if base or exponent >= 0:
        big = Context(prec=1200, rounding=ROUND_HALF_UP)
        product = Decimal(1)
        for _ in range(abs(exponent)):
            product = big.multiply(product, base)
        expected = big.quantize(product if exponent >= 0 else big.divide(Decimal(1), product), LAST)
        assert found == (expected if abs(expected) < 10**20 else None)
    if base >= 0:
        assert worth("Sqrt(Decimal1)", names) == EXACT.quantize(EXACT.sqrt(base), LAST)
