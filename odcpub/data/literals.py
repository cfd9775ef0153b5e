"""Values as PostgreSQL writes them itself, so that what was asked for equals what is read back. No I/O.

``pg_get_expr`` prints a default in one canonical form; a target that is written in the very same form compares by
plain equality (held by a test against a real server).
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal

from odcpub.model.elements import Basic, Function, Scalar

_NOW = "now() AT TIME ZONE 'utc'::text"
FUNCTIONS = {
    Function.CURR_DATE: {Basic.DATE: f"(({_NOW}))::date", Basic.DATE_TIME: "now()"},
    Function.CURR_TIME: {Basic.TIME: f"(({_NOW}))::time without time zone"},
    Function.CURR_DATE_TIME: {
        Basic.DATE_TIME: "now()",
        Basic.DATE: f"(({_NOW}))::date",
        Basic.TIME: f"(({_NOW}))::time without time zone",
    },
}


MOMENTS = frozenset(text for texts in FUNCTIONS.values() for text in texts.values())
"""Defaults that are another value each time."""


def quoted(name: str) -> str:
    """An identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text literal (``standard_conforming_strings`` is on, as it is by default)."""
    return "'" + value.replace("'", "''") + "'"


def number(value: Decimal | int) -> str:
    """A plain decimal number, never with an exponent."""
    return f"{Decimal(value):f}"


def default(basic: Basic, type_: str, value: Scalar | Function) -> str:
    """The canonical SQL text of a default for a column of this data type; ``type_`` is the column's SQL type."""
    if isinstance(value, Function):
        return FUNCTIONS[value][basic]
    family = type_.partition("(")[0]
    if family == "boolean":
        return "true" if value is True or value == "true" else "false"
    if family in ("integer", "bigint", "numeric"):
        return _number(family, number(Decimal(str(value))))
    if family == "timestamp with time zone":
        return f"'{_moment(str(value))}'::{family}"
    if family == "time without time zone":
        return f"'{_clock(time.fromisoformat(str(value)))}'::{family}"
    return f"{text(str(value))}::{family}"


def _number(family: str, digits: str) -> str:
    if family == "integer" and not digits.startswith("-"):
        return digits
    if family == "numeric" and "." in digits and not digits.startswith("-"):
        return digits
    return f"'{digits}'::{family}"


def _moment(iso: str) -> str:
    moment = datetime.fromisoformat(iso)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return f"{moment.date().isoformat()} {_clock(moment.time())}+00"


def _clock(value: time) -> str:
    seconds = value.replace(microsecond=0, tzinfo=None).isoformat()
    return seconds + (f".{value.microsecond:06d}".rstrip("0") if value.microsecond else "")
