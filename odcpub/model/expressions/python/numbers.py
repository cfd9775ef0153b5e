"""Numbers: exact in whole numbers of 1/100,000,000, rounded half away from zero. No I/O."""

from __future__ import annotations

import math
from decimal import Context, Decimal

from odcpub.model.literals import normal

Number = int | Decimal

DECIMALS = 8
"""Decimals of every calculated number: more are rounded."""
WHOLE_DIGITS = 20
"""Digits before the point of a calculated number."""
ONE = 10**DECIMALS
BEYOND = 10 ** (WHOLE_DIGITS + DECIMALS)
MOST_POWER = 10_000
_EXACT = Context(prec=100)
_ALMOST_ZERO, _TOO_LARGE = -DECIMALS - 1, WHOLE_DIGITS + 1
"""Powers of ten beyond which a result is 0, or too large, whatever its digits."""


def scaled(number: Number) -> int:
    """The number in units of 1/100,000,000; it has no more than 8 decimals."""
    return int(_EXACT.scaleb(Decimal(number), DECIMALS))


def unscaled(units: int) -> Decimal | None:
    """The number of so many units of 1/100,000,000; None for one with too many digits before the point."""
    return None if abs(units) >= BEYOND else normal(Decimal(units).scaleb(-DECIMALS))


def rounded(numerator: int, denominator: int) -> int:
    """The whole number nearest to a fraction, half away from zero."""
    whole, rest = divmod(abs(numerator), abs(denominator))
    whole += 2 * rest >= abs(denominator)
    return whole if (numerator < 0) == (denominator < 0) else -whole


def absolute(n: Number) -> Number:
    return n.copy_abs() if isinstance(n, Decimal) else abs(n)


def greater(n: Number, m: Number) -> Number:
    return max(n, m)


def lesser(n: Number, m: Number) -> Number:
    return min(n, m)


def remainder(n: Number, m: Number) -> Decimal | None:
    one, other = scaled(n), scaled(m)
    if not other:
        return None
    rest = abs(one) % abs(other)
    return unscaled(-rest if one < 0 else rest)


def power(n: Number, m: int) -> Decimal | None:
    base = scaled(n)
    if abs(m) > MOST_POWER or (base == 0 and m < 0):
        return None
    if base == 0:
        return Decimal(0 if m else 1)
    size = m * math.log10(abs(base) / ONE)
    if size > _TOO_LARGE:
        return None
    if size < _ALMOST_ZERO:
        return Decimal(0)
    top, below = base ** abs(m), ONE ** abs(m)
    return unscaled(rounded(top * ONE, below) if m >= 0 else rounded(below * ONE, top))


def to_digits(n: Number, digits: int) -> Decimal | None:
    """Round."""
    if digits >= DECIMALS:
        return normal(Decimal(n))
    if digits < -WHOLE_DIGITS:
        return Decimal(0)
    step = 10 ** (DECIMALS - digits)
    return unscaled(rounded(scaled(n), step) * step)


def sign(n: Number) -> int:
    return (n > 0) - (n < 0)


def root(n: Number) -> Decimal | None:
    units = scaled(n)
    if units < 0:
        return None
    return unscaled((math.isqrt(4 * units * ONE) + 1) // 2)


def whole(n: Number) -> Decimal:
    """Trunc."""
    return normal(Decimal(int(n)))
