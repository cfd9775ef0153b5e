"""Built-in functions that convert values of one type to another. No I/O."""

from __future__ import annotations

from odcpub.model.elements import DataType
from odcpub.model.expressions import tree
from odcpub.model.expressions.functions import Function, InQueries, Parameter
from odcpub.model.expressions.python import conversions, dates

_TRANSLATED = InQueries.TRANSLATED


def _of(name: str, type_: DataType) -> tuple[Parameter, ...]:
    return (Parameter(name, (type_,)),)


_b, _i, _l, _d = _of("b", tree.BOOLEAN), _of("i", tree.INTEGER), _of("l", tree.LONG_INTEGER), _of("d", tree.DECIMAL)
_t, _date, _time, _dt = _of("t", tree.TEXT), _of("d", tree.DATE), _of("t", tree.TIME), _of("dt", tree.DATE_TIME)
_id = _of("id", tree.IDENTIFIER)
_any_id = (Parameter("id", (tree.IDENTIFIER, tree.TEXT_IDENTIFIER)),)

CONVERSIONS = (
    Function(
        "BooleanToInteger",
        _b,
        tree.INTEGER,
        "1 for True, 0 for False.",
        examples=(("BooleanToInteger(True)", "1"),),
        in_queries=_TRANSLATED,
        python=conversions.from_boolean,
    ),
    Function(
        "BooleanToText",
        _b,
        tree.TEXT,
        "True or False.",
        examples=(("BooleanToText(1 > 2)", '"False"'),),
        in_queries=_TRANSLATED,
        python=conversions.as_text,
    ),
    Function(
        "DateTimeToDate",
        _dt,
        tree.DATE,
        "The day, in UTC.",
        examples=(("DateTimeToDate(#2026-01-31 23:59:59#)", "#2026-01-31#"),),
        in_queries=_TRANSLATED,
        python=dates.date_of,
    ),
    Function(
        "DateTimeToText",
        _dt,
        tree.TEXT,
        "2026-01-31 10:30:00, in UTC; parts of a second follow after a point, without zeros at their end.",
        examples=(
            ("DateTimeToText(#2026-01-31 10:30:00#)", '"2026-01-31 10:30:00"'),
            ("DateTimeToText(#2026-01-31 10:30:00.5#)", '"2026-01-31 10:30:00.5"'),
        ),
        in_queries=_TRANSLATED,
        python=conversions.date_time_text,
    ),
    Function(
        "DateTimeToTime",
        _dt,
        tree.TIME,
        "The time of day, in UTC.",
        examples=(("DateTimeToTime(#2026-01-31 10:30:00#)", "#10:30:00#"),),
        in_queries=_TRANSLATED,
        python=dates.time_of,
    ),
    Function(
        "DateToDateTime",
        _date,
        tree.DATE_TIME,
        "The first moment of the day, in UTC.",
        examples=(("DateToDateTime(#2026-01-31#)", "#2026-01-31 00:00:00#"),),
        in_queries=_TRANSLATED,
        python=dates.start_of,
    ),
    Function(
        "DateToText",
        _date,
        tree.TEXT,
        "2026-01-31.",
        examples=(("DateToText(#2026-01-31#)", '"2026-01-31"'),),
        in_queries=_TRANSLATED,
        python=conversions.same,
    ),
    Function(
        "DecimalToBoolean",
        _d,
        tree.BOOLEAN,
        "False for 0, else True.",
        examples=(("DecimalToBoolean(0.5)", "True"),),
        in_queries=_TRANSLATED,
        python=conversions.to_boolean,
    ),
    Function(
        "DecimalToInteger",
        _d,
        tree.INTEGER,
        "The nearest Integer, half away from zero.",
        edges="No value where the type cannot hold it.",
        examples=(("DecimalToInteger(2.5)", "3"), ("DecimalToInteger(-2.5)", "-3")),
        in_queries=_TRANSLATED,
        python=conversions.to_whole,
    ),
    Function(
        "DecimalToLongInteger",
        _d,
        tree.LONG_INTEGER,
        "The nearest Long Integer, half away from zero.",
        edges="No value where the type cannot hold it.",
        examples=(("DecimalToLongInteger(2.4)", "2"),),
        in_queries=_TRANSLATED,
        python=conversions.to_whole,
    ),
    Function(
        "DecimalToText",
        _d,
        tree.TEXT,
        "The number with a point, without zeros at the end of its decimals.",
        examples=(("DecimalToText(200.0)", '"200"'), ("DecimalToText(-1.50)", '"-1.5"')),
        in_queries=_TRANSLATED,
        python=conversions.as_text,
    ),
    Function(
        "IdentifierToInteger",
        _id,
        tree.INTEGER,
        "The number of an entity's identifier.",
        edges="No value where the type cannot hold it.",
        in_queries=_TRANSLATED,
        python=conversions.same,
    ),
    Function(
        "IdentifierToLongInteger",
        _id,
        tree.LONG_INTEGER,
        "The number of an entity's identifier.",
        in_queries=_TRANSLATED,
        python=conversions.same,
    ),
    Function(
        "IdentifierToText",
        _any_id,
        tree.TEXT,
        "The identifier of a static entity, or an entity's number as a text.",
        in_queries=_TRANSLATED,
        python=conversions.as_text,
    ),
    Function(
        "IntegerToBoolean",
        _i,
        tree.BOOLEAN,
        "False for 0, else True.",
        examples=(("IntegerToBoolean(2)", "True"),),
        in_queries=_TRANSLATED,
        python=conversions.to_boolean,
    ),
    Function(
        "IntegerToDecimal",
        _i,
        tree.DECIMAL,
        "The same number.",
        examples=(("IntegerToDecimal(2)", "2.0"),),
        in_queries=_TRANSLATED,
        python=conversions.to_decimal,
    ),
    Function(
        "IntegerToIdentifier",
        _i,
        tree.IDENTIFIER,
        "The identifier of an entity with this number; whether there is such a row is not looked up.",
        in_queries=_TRANSLATED,
        python=conversions.same,
    ),
    Function(
        "IntegerToText",
        _i,
        tree.TEXT,
        "The number in digits.",
        examples=(("IntegerToText(-12)", '"-12"'),),
        in_queries=_TRANSLATED,
        python=conversions.as_text,
    ),
    Function(
        "LongIntegerToIdentifier",
        _l,
        tree.IDENTIFIER,
        "The identifier of an entity with this number; whether there is such a row is not looked up.",
        in_queries=_TRANSLATED,
        python=conversions.same,
    ),
    Function(
        "LongIntegerToInteger",
        _l,
        tree.INTEGER,
        "The same number.",
        edges="No value where the type cannot hold it.",
        examples=(("LongIntegerToInteger(12)", "12"),),
        in_queries=_TRANSLATED,
        python=conversions.same,
    ),
    Function(
        "LongIntegerToText",
        _l,
        tree.TEXT,
        "The number in digits.",
        examples=(("LongIntegerToText(3000000000)", '"3000000000"'),),
        in_queries=_TRANSLATED,
        python=conversions.as_text,
    ),
    Function("NullBinary", (), tree.BINARY_DATA, "No value.", python=conversions.nothing),
    Function(
        "NullDate",
        (),
        tree.DATE_TIME,
        "No value; also where a Date or a Time is expected.",
        examples=(("NullDate() = CurrDateTime()", "False"),),
        in_queries=_TRANSLATED,
        python=conversions.nothing,
    ),
    Function("NullIdentifier", (), tree.IDENTIFIER, "No value.", in_queries=_TRANSLATED, python=conversions.nothing),
    Function(
        "NullTextIdentifier", (), tree.TEXT_IDENTIFIER, "No value.", in_queries=_TRANSLATED, python=conversions.nothing
    ),
    Function(
        "TimeToText",
        _time,
        tree.TEXT,
        "10:30:00; parts of a second follow after a point, without zeros at their end.",
        examples=(("TimeToText(#10:30:00#)", '"10:30:00"'),),
        in_queries=_TRANSLATED,
        python=conversions.same,
    ),
)
