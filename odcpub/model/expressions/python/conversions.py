"""Values of one type as values of another, and texts read. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from odcpub.model.data_types import DATA_TYPES
from odcpub.model.elements import Basic, Scalar
from odcpub.model.expressions.python import dates
from odcpub.model.expressions.python.numbers import DECIMALS, ONE, WHOLE_DIGITS, Number, rounded, scaled
from odcpub.model.expressions.python.texts import BLANKS
from odcpub.model.literals import normal

_WHOLE = re.compile(r"([+-]?)0*([0-9]+)")
_NUMBER = re.compile(rf"([+-]?)0*([0-9]{{1,{WHOLE_DIGITS}}})(?:\.([0-9]{{1,{DECIMALS}}})0*)?")
_DATE = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]{1,6}))?)?")
_MOMENT = re.compile(rf"(?P<date>{_DATE.pattern})(?:[ T](?P<time>{_TIME.pattern})Z?)?")
_DIGITS = 19
"""A Long Integer has no more."""


def as_text(value: Scalar) -> str:
    """Any value as a text: what ``+`` joins to a text."""
    if isinstance(value, bool):
        return "True" if value else "False"
    return format(normal(value), "f") if isinstance(value, Decimal) else str(value)


def date_time_text(dt: str) -> str:
    return dt.replace("T", " ").removesuffix("Z")


def same(value: Scalar) -> Scalar:
    return value


def from_boolean(b: bool) -> int:
    return int(b)


def to_boolean(number: Number) -> bool:
    return bool(number)


def to_decimal(number: Number) -> Decimal:
    return Decimal(number)


def to_whole(d: Number) -> int:
    """DecimalToInteger, DecimalToLongInteger."""
    return rounded(scaled(d), ONE)


def nothing() -> None:
    return None


def within(basic: Basic, convert: Callable[..., int | None]) -> Callable[[Scalar | None], bool]:
    """…Validate: whether the conversion gives a value that the type holds."""
    low, high = DATA_TYPES[basic].whole or (0, 0)

    def validate(value: Scalar | None) -> bool:
        found = None if value is None else convert(value)
        return found is not None and low <= found <= high

    return validate


def reads(convert: Callable[[str], Scalar | None]) -> Callable[[str | None], bool]:
    """…Validate: whether the text can be read."""

    def validate(text: str | None) -> bool:
        return text is not None and convert(text) is not None

    return validate


def read_whole(t: str) -> int | None:
    """TextToInteger, TextToLongInteger."""
    found = _WHOLE.fullmatch(t.strip(BLANKS))
    return int(found[1] + found[2]) if found and len(found[2]) <= _DIGITS else None


def read_decimal(t: str) -> Decimal | None:
    found = _NUMBER.fullmatch(t.strip(BLANKS))
    return normal(Decimal(f"{found[1]}{found[2]}.{found[3] or 0}")) if found else None


def read_date(t: str) -> str | None:
    found = _DATE.fullmatch(t.strip(BLANKS))
    return dates.new_date(int(found[1]), int(found[2]), int(found[3])) if found else None


def read_time(t: str) -> str | None:
    found = _TIME.fullmatch(t.strip(BLANKS))
    at = dates.new_time(int(found[1]), int(found[2]), int(found[3] or 0)) if found else None
    fraction = (found[4] or "").rstrip("0") if found else ""
    return f"{at}.{fraction}" if at and fraction else at


def read_date_time(t: str) -> str | None:
    found = _MOMENT.fullmatch(t.strip(BLANKS))
    if not found:
        return None
    day, at = read_date(found["date"]), read_time(found["time"] or "00:00")
    return dates.build(day, at) if day and at else None
