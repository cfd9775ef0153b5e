"""Built-in functions that convert, and those that say whether a conversion would succeed. No I/O."""

from __future__ import annotations

from odcpub.model.elements import DataType
from odcpub.model.expressions import tree
from odcpub.model.expressions.functions import Function, InQueries, Parameter

_TRANSLATED = InQueries.TRANSLATED
_TEXT_FORM = "Nothing else may stand in the text but blanks at its ends."


def _of(name: str, type_: DataType) -> tuple[Parameter, ...]:
    return (Parameter(name, (type_,)),)


def _validate(name: str, parameter: tuple[Parameter, ...], example: str, result: str) -> Function:
    return Function(
        f"{name}Validate", parameter, tree.BOOLEAN, f"Whether {name} would give a value.",
        empty="False where the argument has no value.", examples=((example, result),),
    )  # fmt: skip


_b, _i, _l, _d = _of("b", tree.BOOLEAN), _of("i", tree.INTEGER), _of("l", tree.LONG_INTEGER), _of("d", tree.DECIMAL)
_t, _date, _time, _dt = _of("t", tree.TEXT), _of("d", tree.DATE), _of("t", tree.TIME), _of("dt", tree.DATE_TIME)
_id = _of("id", tree.IDENTIFIER)

CONVERSIONS = (
    Function("BooleanToInteger", _b, tree.INTEGER, "1 for True, 0 for False.", examples=(("BooleanToInteger(True)", "1"),), in_queries=_TRANSLATED),
    Function("BooleanToText", _b, tree.TEXT, "True or False.", examples=(("BooleanToText(1 > 2)", '"False"'),), in_queries=_TRANSLATED),
    Function("DateTimeToDate", _dt, tree.DATE, "The day, in UTC.", examples=(("DateTimeToDate(#2026-01-31 23:59:59#)", "#2026-01-31#"),), in_queries=_TRANSLATED),
    Function("DateTimeToText", _dt, tree.TEXT, "2026-01-31 10:30:00, in UTC; parts of a second follow after a point, without zeros at their end.", examples=(("DateTimeToText(#2026-01-31 10:30:00#)", '"2026-01-31 10:30:00"'), ("DateTimeToText(#2026-01-31 10:30:00.5#)", '"2026-01-31 10:30:00.5"')), in_queries=_TRANSLATED),
    Function("DateTimeToTime", _dt, tree.TIME, "The time of day, in UTC.", examples=(("DateTimeToTime(#2026-01-31 10:30:00#)", "#10:30:00#"),), in_queries=_TRANSLATED),
    Function("DateToDateTime", _date, tree.DATE_TIME, "The first moment of the day, in UTC.", examples=(("DateToDateTime(#2026-01-31#)", "#2026-01-31 00:00:00#"),), in_queries=_TRANSLATED),
    Function("DateToText", _date, tree.TEXT, "2026-01-31.", examples=(("DateToText(#2026-01-31#)", '"2026-01-31"'),), in_queries=_TRANSLATED),
    Function("DecimalToBoolean", _d, tree.BOOLEAN, "False for 0, else True.", examples=(("DecimalToBoolean(0.5)", "True"),), in_queries=_TRANSLATED),
    Function("DecimalToInteger", _d, tree.INTEGER, "The nearest Integer, half away from zero.", edges="No value where the type cannot hold it.", examples=(("DecimalToInteger(2.5)", "3"), ("DecimalToInteger(-2.5)", "-3")), in_queries=_TRANSLATED),
    Function("DecimalToLongInteger", _d, tree.LONG_INTEGER, "The nearest Long Integer, half away from zero.", edges="No value where the type cannot hold it.", examples=(("DecimalToLongInteger(2.4)", "2"),), in_queries=_TRANSLATED),
    Function("DecimalToText", _d, tree.TEXT, "The number with a point, without zeros at the end of its decimals.", examples=(("DecimalToText(200.0)", '"200"'), ("DecimalToText(-1.50)", '"-1.5"')), in_queries=_TRANSLATED),
    Function("IdentifierToInteger", _id, tree.INTEGER, "The number of an entity's identifier.", edges="No value where the type cannot hold it.", in_queries=_TRANSLATED),
    Function("IdentifierToLongInteger", _id, tree.LONG_INTEGER, "The number of an entity's identifier.", in_queries=_TRANSLATED),
    Function("IdentifierToText", _id, tree.TEXT, "The identifier of a static entity, or an entity's number as a text.", in_queries=_TRANSLATED),
    Function("IntegerToBoolean", _i, tree.BOOLEAN, "False for 0, else True.", examples=(("IntegerToBoolean(2)", "True"),), in_queries=_TRANSLATED),
    Function("IntegerToDecimal", _i, tree.DECIMAL, "The same number.", examples=(("IntegerToDecimal(2)", "2.0"),), in_queries=_TRANSLATED),
    Function("IntegerToIdentifier", _i, tree.IDENTIFIER, "The identifier of an entity with this number; whether there is such a row is not looked up.", in_queries=_TRANSLATED),
    Function("IntegerToText", _i, tree.TEXT, "The number in digits.", examples=(("IntegerToText(-12)", '"-12"'),), in_queries=_TRANSLATED),
    Function("LongIntegerToIdentifier", _l, tree.IDENTIFIER, "The identifier of an entity with this number; whether there is such a row is not looked up.", in_queries=_TRANSLATED),
    Function("LongIntegerToInteger", _l, tree.INTEGER, "The same number.", edges="No value where the type cannot hold it.", examples=(("LongIntegerToInteger(12)", "12"),), in_queries=_TRANSLATED),
    Function("LongIntegerToText", _l, tree.TEXT, "The number in digits.", examples=(("LongIntegerToText(3000000000)", '"3000000000"'),), in_queries=_TRANSLATED),
    Function("NullBinary", (), tree.BINARY_DATA, "No value."),
    Function("NullDate", (), tree.DATE_TIME, "No value; also where a Date or a Time is expected.", examples=(("NullDate() = CurrDateTime()", "False"),), in_queries=_TRANSLATED),
    Function("NullIdentifier", (), tree.IDENTIFIER, "No value.", in_queries=_TRANSLATED),
    Function("NullTextIdentifier", (), tree.IDENTIFIER, "No value.", in_queries=_TRANSLATED),
    Function("TextToDate", _t, tree.DATE, "The date of a text: year with four digits, month, day, with - / or . between.", edges=f"No value for anything else. {_TEXT_FORM}", examples=(('TextToDate("2026/1/31")', "#2026-01-31#"), ('TextToDate("01-01-01")', "NullDate()"))),
    Function("TextToDateTime", _t, tree.DATE_TIME, "The moment of a text: a date as TextToDate reads it, alone or with a blank or T and a time as TextToTime reads it, in UTC; Z may end it.", edges=f"No value for anything else. {_TEXT_FORM}", examples=(('TextToDateTime("2026-01-31 10:30")', "#2026-01-31 10:30:00#"), ('TextToDateTime("2026-01-31")', "#2026-01-31 00:00:00#"))),
    Function("TextToDecimal", _t, tree.DECIMAL, "The number of a text: a sign or none, digits, a point and digits or none.", edges=f"No value for anything else, for more than 8 decimals or 20 digits before the point. {_TEXT_FORM}", examples=(('TextToDecimal("200.482")', "200.482"), ('TextToDecimal("1,5") = 1.5', "False"))),
    Function("TextToIdentifier", _t, tree.IDENTIFIER, "The identifier of a static entity with this text; whether there is such a record is not looked up.", in_queries=_TRANSLATED),
    Function("TextToInteger", _t, tree.INTEGER, "The number of a text: a sign or none, and digits.", edges=f"No value for anything else, or where the type cannot hold it. {_TEXT_FORM}", examples=(('TextToInteger("12")', "12"), ('TextToInteger("200.482") = 200', "False"))),
    Function("TextToLongInteger", _t, tree.LONG_INTEGER, "The number of a text: a sign or none, and digits.", edges=f"No value for anything else, or where the type cannot hold it. {_TEXT_FORM}", examples=(('TextToLongInteger("3000000000")', "3000000000"),)),
    Function("TextToTime", _t, tree.TIME, "The time of a text: hours, minutes and, or not, seconds with up to 6 decimals, with : between.", edges=f"No value for anything else. {_TEXT_FORM}", examples=(('TextToTime("10:30")', "#10:30:00#"),)),
    Function("TimeToText", _time, tree.TEXT, "10:30:00; parts of a second follow after a point, without zeros at their end.", examples=(("TimeToText(#10:30:00#)", '"10:30:00"'),), in_queries=_TRANSLATED),
    _validate("DecimalToInteger", _d, "DecimalToIntegerValidate(3000000000.0)", "False"),
    _validate("DecimalToLongInteger", _d, "DecimalToLongIntegerValidate(2.5)", "True"),
    _validate("LongIntegerToInteger", _l, "LongIntegerToIntegerValidate(3000000000)", "False"),
    _validate("TextToDate", _t, 'TextToDateValidate("2026-02-30")', "False"),
    _validate("TextToDateTime", _t, 'TextToDateTimeValidate("2026-01-31 10:30")', "True"),
    _validate("TextToDecimal", _t, 'TextToDecimalValidate("1.5")', "True"),
    _validate("TextToInteger", _t, 'TextToIntegerValidate("1.5")', "False"),
    _validate("TextToLongInteger", _t, 'TextToLongIntegerValidate("")', "False"),
    _validate("TextToTime", _t, 'TextToTimeValidate("25:00")', "False"),
)  # fmt: skip
