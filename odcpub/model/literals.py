"""Values by data type: what a literal must look like, and its canonical form. No I/O.

``canonical`` is given what YAML made of a scalar (text, whole number, Decimal, truth value); ``from_text`` what a
person typed, such as a setting on the command line. Both raise ValueError, whose text is the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal

from odcpub.model.characters import forbidden, is_blank
from odcpub.model.data_types import DATA_TYPES, Family, length_of, measures_of
from odcpub.model.elements import Basic, DataType, Scalar
from odcpub.text import shown

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
"""Newer versions of Python take 24:00 for midnight, and would make another value of it."""
_TIME = re.compile(_CLOCK)
_MOMENT = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK}(Z|[+-][0-9]{{2}}:[0-9]{{2}})")
_EMAIL = re.compile(DATA_TYPES[Basic.EMAIL].form)
_NUMBER = re.compile(r"[-+]?[0-9]{1,40}(\.[0-9]{1,40})?")


def canonical(value: object, type_: DataType) -> Scalar:
    """The literal as elements hold it: numbers as int or Decimal, dates, times and moments as ISO 8601 text."""
    reader = _READERS.get(type_.basic)
    if reader is None:
        raise ValueError(f"{type_.basic.value} takes no literal")
    return reader(value, type_)


def from_text(text: str, type_: DataType) -> Scalar:
    """The value that a person means who typed ``text`` for a value of ``type_``."""
    if sign := forbidden(text):
        raise ValueError(f"a text cannot hold the character {sign}")
    if type_.basic is Basic.BOOLEAN:
        found = {"true": True, "false": False}.get(text.strip().lower())
        return canonical(text if found is None else found, type_)
    if DATA_TYPES[type_.basic].family is Family.NUMBER:
        if not _NUMBER.fullmatch(text.strip()):
            raise ValueError(f"'{shown(text)}' is not a number")
        number = Decimal(text.strip())
        return canonical(int(number) if number == number.to_integral_value() else number, type_)
    return canonical(text, type_)


def to_write(type_: DataType) -> tuple[str, str]:
    """What a person writes for a value of a type that takes literals, in words, and an example: ``a whole number``,
    ``42``."""
    if measures := measures_of(type_):
        digits, decimals = measures
        whole = "12"[: digits - decimals] or "0"
        return (f"a number of at most {decimals} decimals", f"{whole}.5") if decimals else ("a whole number", whole)
    words, example = _WRITTEN[type_.basic]
    length = length_of(type_)
    return words if length is None else f"{words} of at most {length:,} characters", example[:length]


_WRITTEN: Mapping[Basic, tuple[str, str]] = {
    Basic.TEXT: ("a text", "Hello"),
    Basic.EMAIL: ("an e-mail address", "name@example.com"),
    Basic.PHONE_NUMBER: ("a phone number", "+41 44 668 18 00"),
    Basic.INTEGER: ("a whole number", "42"),
    Basic.LONG_INTEGER: ("a whole number", "42"),
    Basic.BOOLEAN: ("true or false", "true"),
    Basic.DATE: ("a date", "2026-01-31"),
    Basic.TIME: ("a time", "12:30:00"),
    Basic.DATE_TIME: ("a moment with its offset", "2026-01-31T12:30:00Z"),
}


def as_text(value: Scalar) -> str:
    """A value's text in environment variables, in files and for the runtimes: ``true``, ``95``, ``12.5``, ISO 8601.
    Equal numbers have the same text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(normal(value), "f") if isinstance(value, Decimal) else str(value)


def _text(value: object, type_: DataType) -> str:
    text = _string(value)
    if is_blank(text):
        raise ValueError("an empty text is no value")
    if "\0" in text:
        raise ValueError("a text cannot hold the NUL character")
    length = length_of(type_)
    if length is not None and len(text) > length:
        raise ValueError(f"it has {len(text)} characters, and {length} are the most")
    return text


def _email(value: object, type_: DataType) -> str:
    text = _text(value, type_)
    if not _EMAIL.fullmatch(text):
        raise ValueError(f"'{shown(text)}' is not an e-mail address")
    return text


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("it must be a text: put quotes around it")
    return value


def _integer(value: object, type_: DataType) -> int:
    if type(value) is not int:
        raise ValueError(f"it must be a whole number, and is '{shown(value)}'")
    low, high = DATA_TYPES[type_.basic].whole or (value, value)
    if not low <= value <= high:
        raise ValueError(f"{type_.basic.value} goes from {low:,} to {high:,}")
    return value


def _decimal(value: object, type_: DataType) -> Decimal:
    if type(value) is int:
        number = Decimal(value)
    elif isinstance(value, Decimal) and value.is_finite():
        number = value
    else:
        raise ValueError(f"it must be a number, and is '{shown(value)}'")
    digits, decimals = measures_of(type_) or (0, 0)
    plain = normal(number)
    exponent = plain.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > decimals:
        raise ValueError(f"it has {-exponent} decimals, and {decimals} are the most")
    if plain and plain.adjusted() >= digits - decimals:
        raise ValueError(f"it has more than {digits - decimals} digits before the point")
    return plain


def normal(number: Decimal) -> Decimal:
    """The one form of a number: no trailing zeros, no exponent (``1.50`` → ``1.5``, ``1E+2`` → ``100``)."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return Decimal(0) if not number else Decimal(text)


def _boolean(value: object, type_: DataType) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"it must be true or false, and is '{shown(value)}'")
    return value


def _date(value: object, type_: DataType) -> str:
    text = _string(value)
    if not _DATE.fullmatch(text):
        raise ValueError(f"'{shown(text)}' is not a date such as 2026-01-31")
    return date.fromisoformat(text).isoformat()


def _time(value: object, type_: DataType) -> str:
    text = _string(value)
    if not _TIME.fullmatch(text):
        raise ValueError(f"'{shown(text)}' is not a time such as 12:30:00")
    return _fraction(time.fromisoformat(text).isoformat())


def _moment(value: object, type_: DataType) -> str:
    text = _string(value)
    if not _MOMENT.fullmatch(text):
        raise ValueError(f"'{shown(text)}' is not a moment with its offset such as 2026-01-31T12:30:00Z")
    try:
        utc = datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("it lies outside the years 1 to 9999") from error
    return _fraction(utc.replace(tzinfo=None).isoformat()) + "Z"


def _fraction(text: str) -> str:
    return text.rstrip("0") if "." in text else text


_READERS: Mapping[Basic, Callable[[object, DataType], Scalar]] = {
    Basic.TEXT: _text,
    Basic.EMAIL: _email,
    Basic.PHONE_NUMBER: _text,
    Basic.INTEGER: _integer,
    Basic.LONG_INTEGER: _integer,
    Basic.DECIMAL: _decimal,
    Basic.CURRENCY: _decimal,
    Basic.BOOLEAN: _boolean,
    Basic.DATE: _date,
    Basic.TIME: _time,
    Basic.DATE_TIME: _moment,
}
