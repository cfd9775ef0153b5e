"""Built-in functions that write values for people. No I/O."""

from __future__ import annotations

from odcpub.model.expressions import tree
from odcpub.model.expressions.functions import Function, Parameter
from odcpub.model.expressions.python import formats

_T, _I, _D = (tree.TEXT,), (tree.INTEGER,), (tree.DECIMAL,)
_value = Parameter("value", _D)
_text = Parameter("value", _T)
_digits = Parameter("decimal_digits", _I)
_separators = (Parameter("decimal_separator", _T), Parameter("group_separator", _T))
_ROUNDED = "Rounded half away from zero to so many decimals, 0 to 8; fewer or more count as 0 or 8."

FORMATS = (
    Function(
        "EmailAddressCreate",
        (Parameter("name", _T), Parameter("email", _T)),
        tree.TEXT,
        'The address with a name before it: "name" <email>.',
        edges="Quotes and backslashes in the name are escaped by a backslash. Without a name, the address alone; "
        "without an address, no value.",
        examples=(
            ('EmailAddressCreate("Ann", "ann@example.com")', '"""Ann"" <ann@example.com>"'),
            ('EmailAddressCreate("", "ann@example.com")', '"ann@example.com"'),
        ),
        python=formats.full_address,
    ),
    Function(
        "EmailAddressValidate",
        (Parameter("address", _T),),
        tree.BOOLEAN,
        "Whether the text may be the value of an Email: at most 250 characters, something before its one @, something "
        "with a point within it behind, and no white space (Unicode's, and U+FEFF).",
        edges="True for the empty text, as in ODC.",
        examples=(('EmailAddressValidate("ann@example.com")', "True"), ('EmailAddressValidate("ann")', "False")),
        python=formats.is_address,
    ),
    Function(
        "FormatCurrency",
        (_value, Parameter("symbol", _T), _digits, *_separators),
        tree.TEXT,
        "The symbol, and behind it the number as FormatDecimal writes it.",
        edges=_ROUNDED,
        examples=(
            ('FormatCurrency(1234.5, "€", 2, ".", ",")', '"€1,234.50"'),
            ('FormatCurrency(-1.0, "€", 0, ".", ",")', '"€-1"'),
        ),
        python=formats.currency,
    ),
    Function(
        "FormatDateTime",
        (Parameter("value", (tree.DATE_TIME,)), Parameter("format", _T)),
        tree.TEXT,
        "The moment in the given form: d dd is the day, ddd dddd the weekday, M MM the month, MMM MMMM its name, "
        "y yy the year of the century, yyyy the year, H HH the hour, h hh the hour of 12, m mm the minute, s ss the "
        "second, t tt A or AM.",
        edges="The doubled letter writes two digits, ddd and MMM three letters, yyyy four digits. A longer row of one "
        "letter is divided from the left. Names are English. A backslash keeps the next character. Others stay.",
        examples=(
            ('FormatDateTime(#2026-01-31 15:05:09#, "dd/MM/yyyy HH:mm")', '"31/01/2026 15:05"'),
            ('FormatDateTime(#2026-01-31#, "ddd d MMM yy")', '"Sat 31 Jan 26"'),
            (r'FormatDateTime(#2026-01-31 15:05:09#, "h:mm tt \a\t s")', '"3:05 PM at 9"'),
        ),
        python=formats.date_time,
    ),
    Function(
        "FormatDecimal",
        (_value, _digits, *_separators),
        tree.TEXT,
        "The number with its groups of three digits separated.",
        edges=_ROUNDED,
        examples=(
            ('FormatDecimal(1234567.891, 2, ",", ".")', '"1.234.567,89"'),
            ('FormatDecimal(0.5, 0, ".", "")', '"1"'),
            ('FormatDecimal(-0.4, 0, ".", ",")', '"0"'),
        ),
        python=formats.decimal,
    ),
    Function(
        "FormatPercent",
        (_value, _digits, Parameter("decimal_separator", _T)),
        tree.TEXT,
        "The number times 100, with % behind it.",
        edges=_ROUNDED,
        examples=(('FormatPercent(0.125, 1, ".")', '"12.5%"'), ('FormatPercent(-0.125, 0, ".")', '"-13%"')),
        python=formats.percent,
    ),
    Function(
        "FormatPhoneNumber",
        (
            _text,
            Parameter("int_code_digits", _I),
            Parameter("area_code_digits", _I),
            Parameter("phone_digits", _I),
            Parameter("int_separator", _T),
            Parameter("area_separator", _T),
            Parameter("phone_separator", _T),
        ),
        tree.TEXT,
        "int_separator, the first characters of the number, area_separator, the next ones, phone_separator, and the "
        "ones after those: as many as int_code_digits, area_code_digits and phone_digits say.",
        edges="A number of digits below 0 counts as 0. What follows is left out. The empty text gives no value.",
        examples=(('FormatPhoneNumber("351214153737", 3, 2, 7, "+", "-", ".")', '"+351-21.4153737"'),),
        python=formats.phone_number,
    ),
    Function(
        "FormatText",
        (
            _text,
            Parameter("min_chars", _I),
            Parameter("max_chars", _I),
            Parameter("left_padding", (tree.BOOLEAN,)),
            Parameter("padding_char", _T),
        ),
        tree.TEXT,
        "The text filled up to min_chars with the character, at its beginning where left_padding is True, else at its "
        "end; then cut to max_chars at the same end.",
        edges="No filling where padding_char is not exactly one character. A max_chars below 0 cuts nothing. min_chars "
        "counts as 10,000 at most.",
        examples=(
            ('FormatText("7", 3, 3, True, "0")', '"007"'),
            ('FormatText("abcd", 0, 2, True, " ")', '"cd"'),
            ('FormatText("abcd", 0, 2, False, " ")', '"ab"'),
        ),
        python=formats.text,
    ),
)
