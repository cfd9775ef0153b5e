"""Built-in functions as pages compute them. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import LiteralString

from odcpub.compiler.expressions.javascript_parts import Names, Part
from odcpub.compiler.marked import JavaScript
from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import rules
from odcpub.model.expressions.tree import Call

Printed = Callable[[Call, tuple[Part, ...], Names], Part]
"""A call, its printed arguments and where values come from → the printed call."""

_AS_TEXT: Mapping[Basic, LiteralString] = {
    Basic.INTEGER: "texts.ofWhole({})",
    Basic.LONG_INTEGER: "texts.ofWhole({})",
    Basic.DECIMAL: "numbers.decimalText({})",
    Basic.CURRENCY: "numbers.decimalText({})",
    Basic.BOOLEAN: "texts.ofBoolean({})",
    Basic.DATE: "moments.dateText({})",
    Basic.TIME: "moments.timeText({})",
    Basic.DATE_TIME: "moments.dateTimeText({})",
    Basic.IDENTIFIER: "texts.ofWhole({})",
}
_ARITHMETIC: Mapping[Basic, LiteralString] = {
    Basic.INTEGER: "integer",
    Basic.LONG_INTEGER: "long",
    Basic.DECIMAL: "decimal",
    Basic.CURRENCY: "decimal",
}


def as_text(part: Part, type_: DataType) -> Part:
    """A value as the functions …ToText write it."""
    form: LiteralString | None = _AS_TEXT.get(type_.basic)
    return part if form is None else Part(JavaScript.code(form, part.js), part.nullable)


def arithmetic(type_: DataType) -> LiteralString:
    """What the runtime calls the calculations of a number's type."""
    return _ARITHMETIC[type_.basic]


def _plain(function: LiteralString, before: LiteralString = "", *, always: bool = False) -> Printed:
    """A function of the runtime; ``before``: a first argument. ``always``: it never gives null."""

    def printed(call: Call, parts: tuple[Part, ...], names: Names) -> Part:
        arguments = [part.js for part in parts]
        if before:
            arguments.insert(0, JavaScript.code(before))
        return Part(JavaScript.code(function + "({})", JavaScript.joined(", ", arguments)), nullable=not always)

    return printed


def _validate(function: LiteralString) -> Printed:
    def printed(call: Call, parts: tuple[Part, ...], names: Names) -> Part:
        return Part(JavaScript.code(function + "({}) !== null", parts[0].js), nullable=False, atom=False)

    return printed


def _clock(function: LiteralString) -> Printed:
    """Of a Time, or of a Date Time's."""

    def printed(call: Call, parts: tuple[Part, ...], names: Names) -> Part:
        of_time = call.arguments[0].type.basic is Basic.TIME
        argument = parts[0].js if of_time else JavaScript.code("moments.toTime({})", parts[0].js)
        return Part(JavaScript.code(function + "({})", argument))

    return printed


def _absolute(call: Call, parts: tuple[Part, ...], names: Names) -> Part:
    form: LiteralString = f'numbers.abs("{arithmetic(call.type)}", {{}})'
    return Part(JavaScript.code(form, parts[0].js))


def _now(form: LiteralString) -> Printed:
    return lambda call, parts, names: Part(JavaScript.code(form, names.now), nullable=False)


def _to_text(call: Call, parts: tuple[Part, ...], names: Names) -> Part:
    return as_text(parts[0], call.arguments[0].type)


def _nothing(call: Call, parts: tuple[Part, ...], names: Names) -> Part:
    return Part(JavaScript.code("null"))


def _same(call: Call, parts: tuple[Part, ...], names: Names) -> Part:
    return parts[0]


def _app_name(call: Call, parts: tuple[Part, ...], names: Names) -> Part:
    return Part(names.app, nullable=False)


def _has_value(call: Call, parts: tuple[Part, ...], names: Names) -> Part:
    return Part(JavaScript.code("{} !== null", parts[0].inner), nullable=False, atom=False)


FUNCTIONS: Mapping[str, Printed] = {
    "Chr": _plain("texts.chr"),
    "EncodeHtml": _plain("texts.encodeHtml"),
    "EncodeJavaScript": _plain("texts.encodeJavaScript"),
    "EncodeUrl": _plain("texts.encodeUrl"),
    "Index": _plain("texts.index"),
    "Length": _plain("texts.length", always=True),
    "NewLine": _plain("texts.newLine", always=True),
    "Replace": _plain("texts.replace"),
    "Substr": _plain("texts.substr"),
    "ToLower": _plain("texts.toLower"),
    "ToUpper": _plain("texts.toUpper"),
    "Trim": _plain("texts.trim"),
    "TrimStart": _plain("texts.trimStart"),
    "TrimEnd": _plain("texts.trimEnd"),
    "Abs": _absolute,
    "Max": _plain("numbers.max"),
    "Min": _plain("numbers.min"),
    "Mod": _plain("numbers.mod"),
    "Power": _plain("numbers.power"),
    "Round": _plain("numbers.round"),
    "Sign": _plain("numbers.sign"),
    "Sqrt": _plain("numbers.sqrt"),
    "Trunc": _plain("numbers.trunc"),
    "AddDays": _plain("moments.add", '"Days"'),
    "AddHours": _plain("moments.add", '"Hours"'),
    "AddMinutes": _plain("moments.add", '"Minutes"'),
    "AddMonths": _plain("moments.addMonths"),
    "AddSeconds": _plain("moments.add", '"Seconds"'),
    "AddYears": _plain("moments.addYears"),
    "BuildDateTime": _plain("moments.buildDateTime"),
    "CurrDate": _now("moments.toDate({})"),
    "CurrDateTime": _now("{}"),
    "CurrTime": _now("moments.toTime({})"),
    "Year": _plain("moments.year"),
    "Month": _plain("moments.month"),
    "Day": _plain("moments.day"),
    "DayOfWeek": _plain("moments.dayOfWeek"),
    "Hour": _clock("moments.hour"),
    "Minute": _clock("moments.minute"),
    "Second": _clock("moments.second"),
    "DiffDays": _plain("moments.diffDays"),
    "DiffHours": _plain("moments.diffHours"),
    "DiffMinutes": _plain("moments.diff", '"Minutes"'),
    "DiffSeconds": _plain("moments.diff", '"Seconds"'),
    "NewDate": _plain("moments.newDate"),
    "NewTime": _plain("moments.newTime"),
    "NewDateTime": _plain("moments.newDateTime"),
    "BooleanToInteger": _plain("numbers.ofBoolean"),
    "BooleanToText": _to_text,
    "DateTimeToDate": _plain("moments.toDate"),
    "DateTimeToText": _to_text,
    "DateTimeToTime": _plain("moments.toTime"),
    "DateToDateTime": _plain("moments.toDateTime"),
    "DateToText": _to_text,
    "DecimalToBoolean": _plain("numbers.toBoolean"),
    "DecimalToInteger": _plain("numbers.decimalToInteger"),
    "DecimalToIntegerValidate": _validate("numbers.decimalToInteger"),
    "DecimalToLongInteger": _plain("numbers.decimalToLong"),
    "DecimalToLongIntegerValidate": _validate("numbers.decimalToLong"),
    "DecimalToText": _to_text,
    "IdentifierToInteger": _plain("numbers.longToInteger"),
    "IdentifierToLongInteger": _same,
    "IdentifierToText": _to_text,
    "IntegerToBoolean": _plain("numbers.toBoolean"),
    "IntegerToDecimal": _plain("numbers.toDecimal"),
    "IntegerToIdentifier": _plain("numbers.integerToLong"),
    "IntegerToText": _to_text,
    "LongIntegerToIdentifier": _same,
    "LongIntegerToInteger": _plain("numbers.longToInteger"),
    "LongIntegerToIntegerValidate": _validate("numbers.longToInteger"),
    "LongIntegerToText": _to_text,
    "NullBinary": _nothing,
    "NullDate": _nothing,
    "NullIdentifier": _nothing,
    "NullTextIdentifier": _nothing,
    rules.NO_VALUE: _nothing,
    "TextToDate": _plain("readings.toDate"),
    "TextToDateValidate": _validate("readings.toDate"),
    "TextToDateTime": _plain("readings.toDateTime"),
    "TextToDateTimeValidate": _validate("readings.toDateTime"),
    "TextToDecimal": _plain("readings.toDecimal"),
    "TextToDecimalValidate": _validate("readings.toDecimal"),
    "TextToIdentifier": _same,
    "TextToInteger": _plain("readings.toInteger"),
    "TextToIntegerValidate": _validate("readings.toInteger"),
    "TextToLongInteger": _plain("readings.toLong"),
    "TextToLongIntegerValidate": _validate("readings.toLong"),
    "TextToTime": _plain("readings.toTime"),
    "TextToTimeValidate": _validate("readings.toTime"),
    "TimeToText": _to_text,
    "EmailAddressCreate": _plain("formats.emailAddressCreate"),
    "EmailAddressValidate": _plain("formats.emailAddressValidate", always=True),
    "FormatCurrency": _plain("formats.formatCurrency"),
    "FormatDateTime": _plain("moments.format"),
    "FormatDecimal": _plain("formats.formatDecimal"),
    "FormatPercent": _plain("formats.formatPercent"),
    "FormatPhoneNumber": _plain("formats.formatPhoneNumber"),
    "FormatText": _plain("formats.formatText"),
    "GenerateGuid": _plain("texts.newGuid", always=True),
    "GetAppName": _app_name,
    "HasValue": _has_value,
}
"""Function → its JavaScript. ``If`` is the printer's own."""
