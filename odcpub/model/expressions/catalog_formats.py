"""Built-in functions that write values for people. No I/O."""

from __future__ import annotations

from odcpub.model.expressions import tree
from odcpub.model.expressions.functions import Function, Parameter

_T, _I, _D = (tree.TEXT,), (tree.INTEGER,), (tree.DECIMAL,)
_value = Parameter("value", _D)
_decimals = Parameter("decimals", _I)
_separators = (Parameter("decimalSeparator", _T), Parameter("groupSeparator", _T))
_ROUNDED = "Rounded half away from zero to so many decimals, 0 to 8; fewer or more count as 0 or 8."

FORMATS = (
    Function(
        "EmailAddressCreate", (Parameter("name", _T), Parameter("address", _T)), tree.TEXT, 'The address with a name before it: "name" <address>.',
        edges="Quotes and backslashes in the name are escaped by a backslash. Without a name, the address alone; without an address, no value.",
        examples=(('EmailAddressCreate("Ann", "ann@example.com")', '"""Ann"" <ann@example.com>"'),),
    ),
    Function(
        "EmailAddressValidate", (Parameter("address", _T),), tree.BOOLEAN, "Whether the text may be the value of an Email.",
        edges="True for the empty text, as in ODC.", examples=(('EmailAddressValidate("ann@example.com")', "True"), ('EmailAddressValidate("ann")', "False")),
    ),
    Function(
        "FormatCurrency", (_value, Parameter("symbol", _T), _decimals, *_separators), tree.TEXT, "The number as FormatDecimal writes it, with the symbol before it and a sign before both.",
        edges=_ROUNDED, examples=(('FormatCurrency(1234.5, "€", 2, ".", ",")', '"€1,234.50"'), ('FormatCurrency(-1.0, "€", 0, ".", ",")', '"-€1"')),
    ),
    Function(
        "FormatDateTime", (Parameter("dt", (tree.DATE_TIME,)), Parameter("format", _T)), tree.TEXT, "The moment in the given form.",
        edges="d dd: day; ddd dddd: weekday; M MM: month; MMM MMMM: its name; y yy: year of the century; yyyy: year; H HH: hour; h hh: hour of 12; m mm: minute; s ss: second; t tt: A or AM. Names are English. A backslash keeps the next character. Other characters stay.",
        examples=(('FormatDateTime(#2026-01-31 15:05:09#, "dd/MM/yyyy HH:mm")', '"31/01/2026 15:05"'), ('FormatDateTime(#2026-01-31#, "ddd d MMM yy")', '"Sat 31 Jan 26"'), ('FormatDateTime(#2026-01-31 15:05:09#, "h:mm tt \\a\\t s")', '"3:05 PM at 9"')),
    ),
    Function(
        "FormatDecimal", (_value, _decimals, *_separators), tree.TEXT, "The number with its groups of three digits separated.",
        edges=_ROUNDED, examples=(('FormatDecimal(1234567.891, 2, ",", ".")', '"1.234.567,89"'), ('FormatDecimal(0.5, 0, ".", "")', '"1"'), ('FormatDecimal(-0.4, 0, ".", ",")', '"0"')),
    ),
    Function(
        "FormatPercent", (_value, _decimals, Parameter("decimalSeparator", _T)), tree.TEXT, "The number times 100, with % behind it.",
        edges=_ROUNDED, examples=(('FormatPercent(0.125, 1, ".")', '"12.5%"'),),
    ),
    Function(
        "FormatPhoneNumber",
        (Parameter("number", _T), Parameter("countryCode", _T), Parameter("countryCodeSeparator", _T), Parameter("areaLength", _I), Parameter("areaSeparator", _T), Parameter("groupLength", _I), Parameter("groupSeparator", _T)),
        tree.TEXT, "The country's code, its separator, the first digits as the area, its separator, and the other digits in groups.",
        edges="What is no digit is left out of the number. A length below 1 makes no area, or no groups; the last group may be shorter.",
        examples=(('FormatPhoneNumber("2125550123", "+1", " ", 3, "-", 4, " ")', '"+1 212-5550 123"'),),
    ),
    Function(
        "FormatText", (Parameter("value", _T), Parameter("minLength", _I), Parameter("maxLength", _I), Parameter("leftPadding", (tree.BOOLEAN,)), Parameter("character", _T)),
        tree.TEXT, "The text filled up to minLength with the character, at its beginning where leftPadding is True, else at its end; cut to maxLength at the same end.",
        edges="No filling where the character is not exactly one. A maxLength below 0 cuts nothing. minLength counts as 10,000 at most.",
        examples=(('FormatText("7", 3, 3, True, "0")', '"007"'), ('FormatText("abcd", 0, 2, True, " ")', '"cd"'), ('FormatText("abcd", 0, 2, False, " ")', '"ab"')),
    ),
)  # fmt: skip
