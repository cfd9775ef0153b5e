"""Built-in functions that read texts, and those that say whether a conversion would succeed. No I/O."""

from __future__ import annotations

from collections.abc import Callable

from odcpub.model.elements import Basic
from odcpub.model.expressions import tree
from odcpub.model.expressions.functions import Function, InQueries, Parameter
from odcpub.model.expressions.python.conversions import (
    read_date,
    read_date_time,
    read_decimal,
    read_time,
    read_whole,
    reads,
    same,
    to_whole,
    within,
)

_TRANSLATED = InQueries.TRANSLATED
_FORM = "Nothing else may stand in the text but what Trim takes away."
_t = (Parameter("t", (tree.TEXT,)),)
_d, _l = (Parameter("d", (tree.DECIMAL,)),), (Parameter("l", (tree.LONG_INTEGER,)),)


def _validate(
    name: str, parameter: tuple[Parameter, ...], python: Callable[..., bool], example: str, result: str
) -> Function:
    return Function(
        f"{name}Validate",
        parameter,
        tree.BOOLEAN,
        f"Whether {name} would give a value.",
        empty="False where the argument has no value.",
        python=python,
        examples=((example, result),),
    )


READINGS = (
    Function(
        "TextToDate",
        _t,
        tree.DATE,
        "The date of a text: four digits for the year, one or two for month and day, with - / or . between.",
        edges=f"No value for anything else. {_FORM}",
        examples=(('TextToDate("2026/1/31")', "#2026-01-31#"), ('TextToDate("01-01-01")', "NullDate()")),
        python=read_date,
    ),
    Function(
        "TextToDateTime",
        _t,
        tree.DATE_TIME,
        "The moment of a text, in UTC: a date as TextToDate reads it, alone or with a blank or T and a time as "
        "TextToTime reads it behind; a Z may end it.",
        edges=f"No value for anything else. {_FORM}",
        examples=(
            ('TextToDateTime("2026-01-31 10:30")', "#2026-01-31 10:30:00#"),
            ('TextToDateTime("2026-01-31")', "#2026-01-31 00:00:00#"),
        ),
        python=read_date_time,
    ),
    Function(
        "TextToDecimal",
        _t,
        tree.DECIMAL,
        "The number of a text: a sign or none, digits, and, or not, a point and digits.",
        edges="No value for anything else, for more than 8 decimals or 20 digits before the point; zeros at the ends "
        f"do not count. {_FORM}",
        examples=(('TextToDecimal("200.482")', "200.482"), ('TextToDecimal("1,5") = 1.5', "False")),
        python=read_decimal,
    ),
    Function(
        "TextToIdentifier",
        _t,
        tree.TEXT_IDENTIFIER,
        "The identifier of a static entity with this text; whether there is such a record is not looked up.",
        in_queries=_TRANSLATED,
        examples=(('IdentifierToText(TextToIdentifier("Open"))', '"Open"'),),
        python=same,
    ),
    Function(
        "TextToInteger",
        _t,
        tree.INTEGER,
        "The number of a text: a sign or none, and digits.",
        edges=f"No value for anything else, or where the type cannot hold it. {_FORM}",
        examples=(('TextToInteger("12")', "12"), ('TextToInteger("200.482") = 200', "False")),
        python=read_whole,
    ),
    Function(
        "TextToLongInteger",
        _t,
        tree.LONG_INTEGER,
        "The number of a text: a sign or none, and digits.",
        edges=f"No value for anything else, or where the type cannot hold it. {_FORM}",
        examples=(('TextToLongInteger("3000000000")', "3000000000"),),
        python=read_whole,
    ),
    Function(
        "TextToTime",
        _t,
        tree.TIME,
        "The time of a text: one or two digits for hours, minutes and, or not, seconds, with : between; the seconds "
        "may have a point and up to 6 decimals.",
        edges=f"No value for anything else. {_FORM}",
        examples=(('TextToTime("10:30")', "#10:30:00#"),),
        python=read_time,
    ),
    _validate(
        "DecimalToInteger",
        _d,
        within(Basic.INTEGER, to_whole),
        "DecimalToIntegerValidate(3000000000.0)",
        "False",
    ),
    _validate(
        "DecimalToLongInteger",
        _d,
        within(Basic.LONG_INTEGER, to_whole),
        "DecimalToLongIntegerValidate(2.5)",
        "True",
    ),
    _validate(
        "LongIntegerToInteger",
        _l,
        within(Basic.INTEGER, int),
        "LongIntegerToIntegerValidate(3000000000)",
        "False",
    ),
    _validate("TextToDate", _t, reads(read_date), 'TextToDateValidate("2026-02-30")', "False"),
    _validate(
        "TextToDateTime",
        _t,
        reads(read_date_time),
        'TextToDateTimeValidate("2026-01-31 10:30")',
        "True",
    ),
    _validate("TextToDecimal", _t, reads(read_decimal), 'TextToDecimalValidate("1.5")', "True"),
    _validate(
        "TextToInteger",
        _t,
        within(Basic.INTEGER, read_whole),
        'TextToIntegerValidate("1.5")',
        "False",
    ),
    _validate(
        "TextToLongInteger",
        _t,
        within(Basic.LONG_INTEGER, read_whole),
        'TextToLongIntegerValidate("")',
        "False",
    ),
    _validate("TextToTime", _t, reads(read_time), 'TextToTimeValidate("25:00")', "False"),
)
