"""Built-in functions as PostgreSQL computes them; those that are not here are computed before a query. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import LiteralString

from odcpub.compiler.expressions.sql_parts import NotInQueries, Part, as_text, null, text_of
from odcpub.compiler.marked import Sql
from odcpub.model.elements import Basic
from odcpub.model.expressions import rules
from odcpub.model.expressions.tree import Call, Literal

Printed = Callable[[Call, tuple[Part, ...]], Part]
"""A call and its printed arguments → the printed call."""

_UTC: LiteralString = "{} AT TIME ZONE 'UTC'"
_INTEGERS: LiteralString = "-2147483648 AND 2147483647"
_LONG_INTEGERS: LiteralString = "-9223372036854775808 AND 9223372036854775807"


def _plain(form: LiteralString, *, fails: bool = False) -> Printed:
    """NULL where an argument is NULL, as PostgreSQL's own functions; a Text that is NULL is ''. ``fails``: it may be
    NULL where no argument is."""

    def printed(call: Call, parts: tuple[Part, ...]) -> Part:
        texts = [rules.is_text(argument.type) for argument in call.arguments]
        given = [text_of(part) if text else part.inner for part, text in zip(parts, texts, strict=True)]
        sql = Sql.code(form, *given)
        if rules.is_text(call.type):
            return Part(Sql.code("nullif({}, '')", sql))
        return Part(
            sql, fails or any(p.nullable and not text for p, text in zip(parts, texts, strict=True)), atom=False
        )

    return printed


def _within(form: LiteralString, test: LiteralString, result: LiteralString = "v") -> Printed:
    """``result`` of what ``form`` gives, which is computed once and called ``v``; NULL where ``test`` is not true."""
    return _plain(f"(SELECT CASE WHEN {test} THEN {result} END FROM (SELECT {form}) AS once(v))", fails=True)


def _later(argument: LiteralString, limit: LiteralString, a_year: LiteralString) -> Printed:
    """A moment and a number of units, of which ``a_year`` make a year; what lies beyond the years 1 to 9999 is NULL.
    PostgreSQL's own moments begin with the year -4712, and what lies before them is not even tried."""
    moved: LiteralString = f"(m AT TIME ZONE 'UTC' + make_interval({argument} => n)) AT TIME ZONE 'UTC'"
    tried: LiteralString = (
        f"n BETWEEN -{limit} AND {limit} AND extract(year FROM m AT TIME ZONE 'UTC') + n / {a_year} > -4000"
    )
    form: LiteralString = (
        f"(SELECT CASE WHEN moved >= '0001-01-01Z' AND moved < '10000-01-01Z' THEN moved END FROM "
        f"(SELECT CASE WHEN {tried} THEN {moved} END FROM (SELECT {{}}, {{}}) AS given(m, n)) AS once(moved))"
    )
    return _plain(form, fails=True)


def _field(name: LiteralString) -> Printed:
    """A field of a Date Time or a Time."""

    def printed(call: Call, parts: tuple[Part, ...]) -> Part:
        form: LiteralString = "{}" if call.arguments[0].type.basic is Basic.TIME else _UTC
        whole: LiteralString = f"trunc(extract({name} FROM {form}))::integer"
        return Part(Sql.code(whole, parts[0].inner), parts[0].nullable)

    return printed


def _units(unit: LiteralString, seconds: LiteralString, type_: LiteralString) -> Printed:
    """Both moments are cut to their unit first."""
    one: LiteralString = f"date_trunc('{unit}', {{1}} AT TIME ZONE 'UTC')"
    other: LiteralString = f"date_trunc('{unit}', {{0}} AT TIME ZONE 'UTC')"
    return _plain(f"div(extract(epoch FROM ({one} - {other})), {seconds})::{type_}")


def _greater(sign: LiteralString, function: LiteralString) -> Printed:
    def printed(call: Call, parts: tuple[Part, ...]) -> Part:
        if not any(part.nullable for part in parts):
            return Part(Sql.code(function + "({}, {})", *(part.sql for part in parts)), nullable=False)
        form: LiteralString = (
            f"(SELECT CASE WHEN a {sign} b THEN a WHEN a IS NOT NULL THEN b END FROM (SELECT {{}}, {{}}) AS once(a, b))"
        )
        return Part(Sql.code(form, *(part.sql for part in parts)))

    return printed


def _absolute(call: Call, parts: tuple[Part, ...]) -> Part:
    least: Mapping[Basic, LiteralString] = {
        Basic.INTEGER: "abs(nullif({}, '-2147483648'::integer))",
        Basic.LONG_INTEGER: "abs(nullif({}, '-9223372036854775808'::bigint))",
    }
    form: LiteralString | None = least.get(call.type.basic)
    return Part(Sql.code(form or "abs({})", parts[0].sql), parts[0].nullable or form is not None)


def _index(call: Call, parts: tuple[Part, ...]) -> Part:
    """Only from the beginning and forwards. To ignore case, both texts were changed before."""
    start, backwards, ignore_case = call.arguments[2:]
    usual = all(isinstance(one, Literal) and not one.value for one in (start, backwards))
    if not usual or not isinstance(ignore_case, Literal):
        raise NotInQueries(call)
    form: LiteralString = (
        "(SELECT CASE WHEN s = '' THEN -1 ELSE strpos(t, s) - 1 END FROM (SELECT {}, {}) AS once(t, s))"
    )
    return Part(Sql.code(form, text_of(parts[0]), text_of(parts[1])), nullable=False)


def _to_text(call: Call, parts: tuple[Part, ...]) -> Part:
    return as_text(parts[0], call.arguments[0].type)


def _nothing(call: Call, parts: tuple[Part, ...]) -> Part:
    return null(call.type)


def _same(call: Call, parts: tuple[Part, ...]) -> Part:
    return parts[0]


def _has_value(call: Call, parts: tuple[Part, ...]) -> Part:
    return Part(Sql.code("{} IS NOT NULL", parts[0].inner), nullable=False, atom=False)


FUNCTIONS: Mapping[str, Printed] = {
    "Length": _plain("char_length({})"),
    "Index": _index,
    "Replace": _plain("replace({}, {}, {})"),
    "Substr": _plain(
        "(SELECT CASE WHEN n > 0 AND a < 2147483647 THEN substr(t, a + 1, n) END "
        "FROM (SELECT {}, {}, {}) AS once(t, a, n))"
    ),
    "Trim": _plain(r"btrim({}, E' \t\n\x0b\f\r')"),
    "TrimStart": _plain(r"ltrim({}, E' \t\n\x0b\f\r')"),
    "TrimEnd": _plain(r"rtrim({}, E' \t\n\x0b\f\r')"),
    "Abs": _absolute,
    "Max": _greater(">=", "greatest"),
    "Min": _greater("<=", "least"),
    "Mod": _plain("mod({}, nullif({}, 0))", fails=True),
    "Round": _within(
        "round({0}, CASE WHEN {1} > 8 THEN 8 ELSE {1} END)", "abs(v) < 100000000000000000000", "v::numeric(28,8)"
    ),
    "Sign": _plain("sign({})::integer"),
    "Sqrt": _plain(
        "round(sqrt(round((SELECT CASE WHEN n >= 0 THEN n END FROM (SELECT {}) AS once(n)), 60)), 8)", fails=True
    ),
    "Trunc": _plain("trunc({})"),
    "AddDays": _later("days", "3652060", "365"),
    "AddHours": _later("hours", "87660000", "8760"),
    "AddMinutes": _later("mins", "2147483647", "525600"),
    "AddMonths": _later("months", "120000", "12"),
    "AddSeconds": _later("secs", "2147483648", "31536000"),
    "AddYears": _later("years", "10000", "1"),
    "BuildDateTime": _plain("(({} + {}) AT TIME ZONE 'UTC')"),
    "Year": _field("year"),
    "Month": _field("month"),
    "Day": _field("day"),
    "DayOfWeek": _field("dow"),
    "Hour": _field("hour"),
    "Minute": _field("minute"),
    "Second": _field("second"),
    "DiffDays": _plain("({1} AT TIME ZONE 'UTC')::date - ({0} AT TIME ZONE 'UTC')::date"),
    "DiffHours": _units("hour", "3600", "integer"),
    "DiffMinutes": _units("minute", "60", "bigint"),
    "DiffSeconds": _units("second", "1", "bigint"),
    "BooleanToInteger": _plain("{}::integer"),
    "BooleanToText": _to_text,
    "DateTimeToDate": _plain("({} AT TIME ZONE 'UTC')::date"),
    "DateTimeToText": _to_text,
    "DateTimeToTime": _plain("({} AT TIME ZONE 'UTC')::time"),
    "DateToDateTime": _plain("({}::timestamp AT TIME ZONE 'UTC')"),
    "DateToText": _to_text,
    "DecimalToBoolean": _plain("{} <> 0"),
    "DecimalToInteger": _within("round({})", f"v BETWEEN {_INTEGERS}", "v::integer"),
    "DecimalToLongInteger": _within("round({})", f"v BETWEEN {_LONG_INTEGERS}", "v::bigint"),
    "DecimalToText": _to_text,
    "IdentifierToInteger": _within("{}", f"v BETWEEN {_INTEGERS}", "v::integer"),
    "IdentifierToLongInteger": _same,
    "IdentifierToText": _to_text,
    "IntegerToBoolean": _plain("{} <> 0"),
    "IntegerToDecimal": _plain("{}::numeric"),
    "IntegerToIdentifier": _plain("{}::bigint"),
    "IntegerToText": _to_text,
    "LongIntegerToIdentifier": _same,
    "LongIntegerToInteger": _within("{}", f"v BETWEEN {_INTEGERS}", "v::integer"),
    "LongIntegerToText": _to_text,
    "NullDate": _nothing,
    "NullIdentifier": _nothing,
    "NullTextIdentifier": _nothing,
    rules.NO_VALUE: _nothing,
    "TextToIdentifier": _plain("nullif({}, '')", fails=True),
    "TimeToText": _to_text,
    "HasValue": _has_value,
}
"""Function → its SQL. ``If`` is the printer's own."""
