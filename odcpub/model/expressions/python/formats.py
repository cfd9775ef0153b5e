"""Values as people read them. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from odcpub.model.data_types import DATA_TYPES
from odcpub.model.elements import Basic
from odcpub.model.expressions.python.dates import moment
from odcpub.model.expressions.python.numbers import DECIMALS, Number, rounded, scaled

MOST_FILLED = 10_000
_SIGNS = r"(?:[^@\s\ufeff]|[\x1c-\x1f])+"
"""All but @ and white space; Python takes four control characters for such, and U+FEFF for none."""
_MAIL = re.compile(rf"{_SIGNS}@{_SIGNS}\.{_SIGNS}")
_MAIL_LENGTH = DATA_TYPES[Basic.EMAIL].length or 0
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_FORM = re.compile(r"\\(.)|d{1,4}|M{1,4}|yyyy|yy|y|HH?|hh?|mm?|ss?|tt?", re.DOTALL)


def full_address(name: str, email: str) -> str:
    if not name or not email:
        return email
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{email}>'


def is_address(address: str) -> bool:
    return not address or (len(address) <= _MAIL_LENGTH and _MAIL.fullmatch(address) is not None)


def decimal(value: Number, digits: int, point: str, group: str) -> str:
    return _number(scaled(value), digits, point, group)


def currency(value: Number, symbol: str, digits: int, point: str, group: str) -> str:
    return symbol + decimal(value, digits, point, group)


def percent(value: Number, digits: int, point: str) -> str:
    return f"{_number(scaled(value) * 100, digits, point, '')}%"


def _number(units: int, digits: int, point: str, group: str) -> str:
    digits = min(max(digits, 0), DECIMALS)
    units = rounded(units, 10 ** (DECIMALS - digits))
    written = f"{abs(units):0{digits + 1}}"
    whole, fraction = written[: len(written) - digits], written[len(written) - digits :]
    first = len(whole) % 3 or 3
    groups = [whole[:first], *(whole[at : at + 3] for at in range(first, len(whole), 3))]
    return ("-" if units < 0 else "") + group.join(groups) + (point + fraction if digits else "")


def phone_number(value: str, code: int, area: int, phone: int, before: str, between: str, behind: str) -> str:
    if not value:
        return ""
    first, second = max(code, 0), max(code, 0) + max(area, 0)
    return f"{before}{value[:first]}{between}{value[first:second]}{behind}{value[second : second + max(phone, 0)]}"


def text(value: str, least: int, most: int, left: bool, filling: str) -> str:
    if len(filling) == 1:
        missing = filling * (min(least, MOST_FILLED) - len(value))
        value = missing + value if left else value + missing
    if most < 0 or len(value) <= most:
        return value
    return value[len(value) - most :] if left else value[:most]


def date_time(value: str, form: str) -> str:
    at = moment(value)
    return _FORM.sub(lambda found: found[1] or _PARTS[found[0]](at), form)


_PARTS: Mapping[str, Callable[[datetime], str]] = {
    "d": lambda at: f"{at.day}",
    "dd": lambda at: f"{at.day:02}",
    "ddd": lambda at: _DAYS[at.weekday()][:3],
    "dddd": lambda at: _DAYS[at.weekday()],
    "M": lambda at: f"{at.month}",
    "MM": lambda at: f"{at.month:02}",
    "MMM": lambda at: _MONTHS[at.month - 1][:3],
    "MMMM": lambda at: _MONTHS[at.month - 1],
    "y": lambda at: f"{at.year % 100}",
    "yy": lambda at: f"{at.year % 100:02}",
    "yyyy": lambda at: f"{at.year:04}",
    "H": lambda at: f"{at.hour}",
    "HH": lambda at: f"{at.hour:02}",
    "h": lambda at: f"{at.hour % 12 or 12}",
    "hh": lambda at: f"{at.hour % 12 or 12:02}",
    "m": lambda at: f"{at.minute}",
    "mm": lambda at: f"{at.minute:02}",
    "s": lambda at: f"{at.second}",
    "ss": lambda at: f"{at.second:02}",
    "t": lambda at: "AP"[at.hour // 12],
    "tt": lambda at: ("AM", "PM")[at.hour // 12],
}
