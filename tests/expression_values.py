"""Values of every data type for random tests: the edges of each often, any other now and then."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

from hypothesis import strategies as st

from odcpub.model.characters import forbidden
from odcpub.model.elements import Basic, DataType, Scalar
from odcpub.model.expressions import tree
from odcpub.model.literals import canonical

RECORDS = ("Open", "Closed")
"""Records of the static entity Status."""
_PLAIN = ("", " ", "  a b ", "a", "A", "ab", "aa", "banana", "ANANAS", "Open", "Closed")
_CASES = ("ß", "ẞ", "İ", "ı", "I", "ΣΑΣ", "ς", "ᾳ", "ᾼ", "ǆ", "ǅ", "ŉ", "ﬁ", "\U00010400", "\U00010428")
_SIGNS = ("é", "e\u0301", "😀", "a😀b", "👨\u200d👩\u200d👧", "\uff5e", "\ufffd", "\ufeff", "\u00a0x\u00a0", "\u3000")
_QUOTES = ("'", '"', "a\"b'c", "\\", "\\%", "${x}`", "{0}", "{{", "*/", "//", "--", "<b>&amp;</b>", "a&b=c d+e/f?~")
_BLANKS = ("\ta\n", "a\r\nb", "\n", "%", "100%", "a%", "%a%", "a_b", "_")
_DIGITS = ("12", "-7", "+3", " 42 ", "007", "1.5", "-0.0", "1.", ".5", "1,5", "1e3", "٣", "1.123456789", "- 1", "-0")
_EDGES = ("2147483647", "2147483648", "-2147483648", "9223372036854775807", "9223372036854775808", "0.00000001")
_WIDE = ("99999999999999999999.5", "100000000000000000000", "True", "false", "+1 212 555-0123")
_MAILS = ("ann@example.com", "a@b", "a b@c.d", "@.", "a@b@c.d")
_DAYS = ("2026-02-29", "2024-02-29", "2026/1/31", "2026.1.3", "0001-01-01", "9999-12-31", "0000-01-01", "26-1-1")
_MOMENT = ("2026-01-31 10:30", "2026-01-31T10:30:00.123456Z", "2026-01-31 1:2:3.5", "2026-01-31  10:30", "2026-01-31Z")
_CLOCK = ("10:30", "23:59:59.999999", "24:00", "1:2", "10:30:60", "12:00:00.1234567", "2026-13-01")
_FORMS = ("dd/MM/yyyy HH:mm:ss", "d MMMM y, h:m t", "ddddd MMMMM yyyyy", "\\d\\", "tt hh yy")
TEXTS = (
    *(*_PLAIN, *_CASES, *_SIGNS, *_QUOTES, *_BLANKS),
    *(*_DIGITS, *_EDGES, *_WIDE, *_MAILS, *_DAYS, *_MOMENT, *_CLOCK, *_FORMS),
)
WHOLES = (0, 1, -1, 2, 3, 7, 10, 12, 29, 31, 59, 100, 365, -8, 8364, 55296, 65536, 1114112, 2**31 - 1, -(2**31))
LONGS = (*WHOLES, 2**31, -(2**31) - 1, 10**15, 2**53 + 1, 2**63 - 1, -(2**63))
NUMBERS = (
    *("0", "1", "-1", "2", "0.5", "-0.5", "1.5", "2.5", "-2.5", "0.125", "0.00000001", "-0.00000001", "0.00000005"),
    *("0.99999999", "1.00000001", "3", "7.25", "100", "1234567.891", "-1234.5", "0.1", "0.2", "0.3", "2147483647.5"),
    *("-2147483648.5", "9223372036854775807.49999999", "9223372036854775807.5", "10000000000", "33333333.33333333"),
    *("99999999999999999999", "99999999999999999999.99999999", "-99999999999999999999.99999999", "1.41421356"),
)
DATES = (
    *("0001-01-01", "1582-10-15", "1899-12-31", "1900-02-28", "1970-01-01", "2000-02-29", "2024-02-29", "2025-02-28"),
    *("2026-01-31", "2026-12-31", "9999-12-31"),
)
TIMES = ("00:00:00", "00:00:00.000001", "10:30:00", "12:00:00", "12:30:15.5", "23:59:59", "23:59:59.999999")
MOMENTS = (
    *("0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z", "2024-02-29T12:00:00.000001Z"),
    *("2026-01-31T00:00:00Z", "2026-01-31T10:30:00Z", "2026-03-29T01:30:00.5Z", "9999-12-31T23:59:59.999999Z"),
)
CHARACTERS = st.one_of(
    st.sampled_from("abcABC 0123%_.,:/-ßéΣ😀"), st.characters(codec="utf-8").filter(lambda sign: not forbidden(sign))
)


@lru_cache
def values(type_: DataType) -> st.SearchStrategy[Scalar]:
    """Values of a type; no value is not among them."""
    known = _KNOWN.get(type_.basic)
    return _numbers(type_) if known is None else known


def _numbers(type_: DataType) -> st.SearchStrategy[Scalar]:
    digits, decimals = type_.digits or 28, 8 if type_.decimals is None else type_.decimals
    edge = 10**digits - 1
    scaled = st.one_of(st.integers(-edge, edge), st.integers(-1000, 1000), st.sampled_from([edge, -edge]))
    others = scaled.map(lambda whole: canonical(Decimal(whole).scaleb(-decimals), type_))
    return st.one_of(st.sampled_from([number for text in NUMBERS for number in _fitting(text, type_)]), others)


def _fitting(text: str, type_: DataType) -> list[Scalar]:
    try:
        return [canonical(Decimal(text), type_)]
    except ValueError:
        return []


_KNOWN: dict[Basic, st.SearchStrategy[Scalar]] = {
    Basic.TEXT: st.one_of(st.sampled_from([one for one in TEXTS if one]), st.text(CHARACTERS, min_size=1, max_size=8)),
    Basic.EMAIL: st.sampled_from(["ann@example.com", "Ä.ß@exämple.org", "a+b@c.de"]),
    Basic.PHONE_NUMBER: st.sampled_from(["+1 212 555-0123", "351214153737", "0"]),
    Basic.INTEGER: st.one_of(st.sampled_from(WHOLES), st.integers(-(2**31), 2**31 - 1), st.integers(-40, 40)),
    Basic.LONG_INTEGER: st.one_of(st.sampled_from(LONGS), st.integers(-(2**63), 2**63 - 1)),
    Basic.BOOLEAN: st.booleans(),
    Basic.DATE: st.one_of(st.sampled_from(DATES), st.dates().map(date.isoformat)),
    Basic.TIME: st.one_of(st.sampled_from(TIMES), st.times().map(lambda one: canonical(one.isoformat(), tree.TIME))),
    Basic.DATE_TIME: st.one_of(
        st.sampled_from(MOMENTS), st.datetimes().map(lambda one: canonical(f"{one.isoformat()}Z", tree.DATE_TIME))
    ),
    Basic.IDENTIFIER: st.integers(1, 2**63 - 1),
}


def literal(value: Scalar, type_: DataType) -> str:
    """A value as an author writes it."""
    if type_.basic is Basic.TEXT:
        return '"' + str(value).replace('"', '""') + '"'
    if type_.basic is Basic.DATE_TIME:
        return "#" + str(value).replace("T", " ").rstrip("Z") + "#"
    if type_.basic in (Basic.DATE, Basic.TIME):
        return f"#{value}#"
    if isinstance(value, Decimal):
        whole = format(value, "f")
        return whole if "." in whole else f"{whole}.0"
    return str(value)
