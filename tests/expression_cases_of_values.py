"""What functions on dates and times, conversions and formats give at their edges."""

from __future__ import annotations

from decimal import Decimal

from tests.expression_edge import LAST, Edge

_MONDAY = "2026-02-02T00:00:00Z"
_LAST_MOMENT, _FIRST_MOMENT = "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z"
MOMENTS = (
    *(
        Edge(f"Add{unit}(DateTime1, Integer1)", None, {"DateTime1": "2026-01-31T10:30:00Z", "Integer1": -count})
        for unit, count in (("Years", 9998), ("Months", 119_999), ("Days", 3_652_058), ("Hours", 87_649_400))
    ),
    Edge("AddYears(DateTime1, -9998)", "0001-12-31T10:00:00Z", {"DateTime1": "9999-12-31T10:00:00Z"}),
    Edge("AddDays(DateTime1, -3652058)", "0001-01-01T10:00:00Z", {"DateTime1": "9999-12-31T10:00:00Z"}),
    Edge("AddDays(DateTime1, 1)", None, {"DateTime1": _LAST_MOMENT}),
    Edge("AddSeconds(DateTime1, -1)", None, {"DateTime1": _FIRST_MOMENT}),
    Edge("AddSeconds(DateTime1, 0)", _LAST_MOMENT, {"DateTime1": _LAST_MOMENT}),
    Edge("AddDays(DateTime1, 2147483647)", None, {"DateTime1": _FIRST_MOMENT}),
    Edge("AddDays(DateTime1, 3652058)", "9999-12-31T00:00:00Z", {"DateTime1": _FIRST_MOMENT}),
    Edge("AddHours(DateTime1, -2147483648)", None, {"DateTime1": _LAST_MOMENT}),
    Edge("AddMinutes(DateTime1, Integer1)", None, {"DateTime1": _LAST_MOMENT}),
    Edge("AddMonths(DateTime1, 1)", "2024-02-29T10:30:15.000001Z", {"DateTime1": "2024-01-31T10:30:15.000001Z"}),
    Edge("AddMonths(DateTime1, -1)", "2026-02-28T00:00:00Z", {"DateTime1": "2026-03-31T00:00:00Z"}),
    Edge("AddMonths(DateTime1, -12)", None, {"DateTime1": _FIRST_MOMENT}),
    Edge("AddMonths(DateTime1, 119987)", "9999-12-01T00:00:00Z", {"DateTime1": _FIRST_MOMENT}),
    Edge("AddMonths(DateTime1, 119988)", None, {"DateTime1": _FIRST_MOMENT}),
    Edge("AddMonths(DateTime1, 2147483647)", None, {"DateTime1": _FIRST_MOMENT}),
    Edge("AddYears(DateTime1, 4)", "2028-02-29T00:00:00Z", {"DateTime1": "2024-02-29T00:00:00Z"}),
    Edge("AddYears(DateTime1, -2147483648)", None, {"DateTime1": "2024-02-29T00:00:00Z"}),
    Edge("BuildDateTime(Date1, Time1)", _LAST_MOMENT, {"Date1": "9999-12-31", "Time1": "23:59:59.999999"}),
    Edge("BuildDateTime(Date1, Time1)", None, {"Date1": "9999-12-31"}),
    Edge("DayOfWeek(Date1)", 0, {"Date1": "2026-02-01"}),
    Edge("DayOfWeek(Date1)", 1, {"Date1": "0001-01-01"}),
    Edge("DiffDays(DateTime1, DateTime2)", 3652058, {"DateTime1": _FIRST_MOMENT, "DateTime2": _LAST_MOMENT}),
    Edge(
        "DiffDays(DateTime1, DateTime2)", -1, {"DateTime1": "2026-02-01T00:00:00Z", "DateTime2": "2026-01-31T23:59:59Z"}
    ),
    Edge("DiffHours(DateTime1, DateTime2)", 87649415, {"DateTime1": _FIRST_MOMENT, "DateTime2": _LAST_MOMENT}),
    Edge(
        "DiffMinutes(DateTime1, DateTime2)",
        -1,
        {"DateTime1": "2026-01-31T10:00:00Z", "DateTime2": "2026-01-31T09:59:59.999999Z"},
    ),
    Edge("DiffHours(DateTime1, #1969-12-31 23:59:59.999999#)", -1, {"DateTime1": "1970-01-01T00:00:00Z"}),
    Edge("DiffSeconds(DateTime1, #1969-12-31 23:59:58.5#)", -1, {"DateTime1": "1969-12-31T23:59:59.000001Z"}),
    Edge("DiffSeconds(DateTime1, DateTime2)", -315537897599, {"DateTime1": _LAST_MOMENT, "DateTime2": _FIRST_MOMENT}),
    Edge("DiffSeconds(DateTime1, DateTime2)", None, {"DateTime1": _LAST_MOMENT}),
    Edge("Hour(Time1)", 23, {"Time1": "23:59:59.999999"}),
    Edge("Second(DateTime1)", 59, {"DateTime1": _LAST_MOMENT}),
    Edge("Minute(Time1)", None),
    Edge("NewDate(Integer1, 2, 29)", "2024-02-29", {"Integer1": 2024}),
    Edge("NewDate(Integer1, 2, 29)", None, {"Integer1": 1900}),
    Edge("NewDate(Integer1, 1, 1)", None, {"Integer1": 0}),
    Edge("NewDate(Integer1, 1, 1)", None, {"Integer1": 10000}),
    Edge("NewDate(2026, 13, 1)", None),
    Edge("NewDate(2026, 1, -2147483648)", None),
    Edge("NewTime(23, 59, 60)", None),
    Edge("NewTime(0, 0, 0)", "00:00:00"),
    Edge("NewDateTime(2026, 1, 31, 24, 0, 0)", None),
    Edge(
        "DateTime1 < DateTime2", True, {"DateTime1": "2026-01-31T10:30:00Z", "DateTime2": "2026-01-31T10:30:00.000001Z"}
    ),
    Edge("Time1 >= Time2", False, {"Time1": "10:30:00.45", "Time2": "10:30:00.5"}),
)
CONVERSIONS = (
    Edge("DateTimeToText(DateTime1)", "0001-01-01 00:00:00", {"DateTime1": _FIRST_MOMENT}),
    Edge("DateTimeToText(DateTime1)", "9999-12-31 23:59:59.999999", {"DateTime1": _LAST_MOMENT}),
    Edge("DateToText(Date1)", "0099-01-01", {"Date1": "0099-01-01"}),
    Edge("TimeToText(Time1)", "00:00:00.1", {"Time1": "00:00:00.1"}),
    Edge("DateTimeToTime(DateTime1)", "23:59:59.999999", {"DateTime1": _LAST_MOMENT}),
    Edge("DecimalToText(Decimal1)", "-0.00000001", {"Decimal1": Decimal("-0.00000001")}),
    Edge("DecimalToText(Decimal1)", "100", {"Decimal1": Decimal(100)}),
    Edge("DecimalToText(TextToDecimal(Text1))", "0", {"Text1": "-0.0"}),
    Edge("DecimalToText(-Decimal1)", "0", {"Decimal1": Decimal(0)}),
    Edge("DecimalToText(Decimal1 * -0.1)", "0", {"Decimal1": Decimal("0.00000001")}),
    Edge("DecimalToText(Decimal1)", "99999999999999999999.99999999", {"Decimal1": LAST}),
    Edge("DecimalToInteger(Decimal1)", 2**31 - 1, {"Decimal1": Decimal("2147483647.49999999")}),
    Edge("DecimalToInteger(Decimal1)", None, {"Decimal1": Decimal("2147483647.5")}),
    Edge("DecimalToInteger(Decimal1)", -(2**31), {"Decimal1": Decimal("-2147483648.49999999")}),
    Edge("DecimalToInteger(Decimal1)", None, {"Decimal1": Decimal("-2147483648.5")}),
    Edge("DecimalToLongInteger(Decimal1)", 2**63 - 1, {"Decimal1": Decimal("9223372036854775807.49999999")}),
    Edge("DecimalToLongInteger(Decimal1)", None, {"Decimal1": Decimal("9223372036854775807.5")}),
    Edge("DecimalToLongInteger(Decimal1)", None, {"Decimal1": LAST}),
    Edge("DecimalToBoolean(Decimal1)", None),
    Edge("BooleanToInteger(Boolean1)", None),
    Edge("IntegerToBoolean(Integer1)", False, {"Integer1": 0}),
    Edge("LongIntegerToInteger(LongInteger1)", None, {"LongInteger1": 2**31}),
    Edge("LongIntegerToInteger(LongInteger1)", -(2**31), {"LongInteger1": -(2**31)}),
    Edge("LongIntegerToIntegerValidate(LongInteger1)", False),
    Edge("IdentifierToInteger(CustomerId1)", None, {"CustomerId1": 2**31}),
    Edge("IdentifierToLongInteger(CustomerId1)", 2**63 - 1, {"CustomerId1": 2**63 - 1}),
    Edge("IdentifierToText(StatusId1)", "Open", {"StatusId1": "Open"}),
    Edge("IntegerToIdentifier(Integer1) = CustomerId1", True, {"Integer1": 7, "CustomerId1": 7}),
    Edge("TextToIdentifier(Text1) = Status.Open", True, {"Text1": "Open"}),
    *(
        Edge("TextToLongInteger(Text1)", number, {"Text1": text})
        for text, number in {
            "9223372036854775807": 2**63 - 1, "9223372036854775808": None, "-9223372036854775808": -(2**63),
            "-9223372036854775809": None, "-" + "0" * 5000 + "7": -7, "9" * 5000: None, "+3": 3, "-0": 0, "- 1": None,
            "+": None, "1 2": None, " \t42\r\n": 42, "\u00a042": None, "٣": None, "1_0": None, "0x1": None, "1e3": None,
        }.items()
    ),
    Edge("TextToInteger(Text1)", None, {"Text1": "2147483648"}),
    Edge("TextToInteger(Text1)", -(2**31), {"Text1": "-2147483648"}),
    *(
        Edge("TextToDecimal(Text1)", None if number is None else Decimal(number), {"Text1": text})
        for text, number in {
            "99999999999999999999.99999999": LAST, "100000000000000000000": None, "0.000000001": None, "-.5": None,
            ".5": None, "5.": None, "+0.5": "0.5", "-0.0": "0", "1e3": None, "1,5": None, "Infinity": None, "NaN": None,
            "1.500000000": "1.5", "1." + "0" * 200: "1", "0" * 200 + "1": "1", "1" + "0" * 20: None,
            " 1.50 ": "1.5", "--1": None, "1.5.1": None,
        }.items()
    ),
    *(
        Edge("TextToDate(Text1)", day, {"Text1": text})
        for text, day in {
            "2024-02-29": "2024-02-29", "2026-02-29": None, "2026.1.3": "2026-01-03", "0001-1-1": "0001-01-01",
            "0000-01-01": None, "26-01-01": None, "2026-001-1": None, "2026-01": None, "2026-01-01 10:00": None,
            " 2026-01-01 ": "2026-01-01", "20260101": None, "2026-1/1": "2026-01-01",
        }.items()
    ),
    *(
        Edge("TextToTime(Text1)", time, {"Text1": text})
        for text, time in {
            "9:5": "09:05:00", "24:00": None, "23:60": None, "10:30:60": None, "10:30:15.5": "10:30:15.5",
            "10:30:15.000001": "10:30:15.000001", "10:30:15.1234567": None, "10:30:15.": None, "10:30:": None,
            "10:30.5": None, "10": None, "-1:00": None, "010:30": None, "10:30 PM": None,
        }.items()
    ),
    *(
        Edge("TextToDateTime(Text1)", moment, {"Text1": text})
        for text, moment in {
            "2026-01-31T10:30:00.123456Z": "2026-01-31T10:30:00.123456Z", "2026/1/31 9:5": "2026-01-31T09:05:00Z",
            "2026-01-31": "2026-01-31T00:00:00Z", "2026-01-31Z": None, "2026-01-31  10:30": None, "2026-01-31T": None,
            "2026-01-31T10:30z": None, "2026-01-31t10:30": None, "2026-01-31T10:30+01:00": None,
            "2026-02-30 10:30": None, "9999-12-31 23:59:59.999999": _LAST_MOMENT, "2026-01-31 10:30 Z": None,
        }.items()
    ),
    Edge("TextToDateValidate(Text1)", False),
    Edge("TextToTimeValidate(Text1)", True, {"Text1": "10:30"}),
)  # fmt: skip
FORMATS = (
    Edge("EmailAddressCreate(Text1, Text2)", '"a\\\\b \\"c\\"" <x@y.z>', {"Text1": 'a\\b "c"', "Text2": "x@y.z"}),
    Edge("EmailAddressCreate(Text1, Text2)", None, {"Text1": "Ann"}),
    *(
        Edge("EmailAddressValidate(Text1)", valid, {"Text1": text})
        for text, valid in {
            "a@b.c": True, "a@b": False, "a@b@c.d": False, "@b.c": False, "a@.c": False, "a@b.": False,
            "a b@c.d": False, "a\u00a0b@c.d": False, "a\ufeffb@c.d": False, "a\x85b@c.d": False, "a\x1fb@c.d": True,
            "a\u2028b@c.d": False, "a\u200bb@c.d": True, "a\u3000@c.d": False, "a@b.c\n": False, "ä😀@b.c": True,
            "a@" + "b" * 246 + ".c": True, "a@" + "b" * 247 + ".c": False, "😀" * 246 + "@b.c": True,
        }.items()
    ),
    Edge('FormatCurrency(Decimal1, Text1, 2, ".", ",")', "-1.50", {"Decimal1": Decimal("-1.5")}),
    Edge('FormatCurrency(Decimal1, "€", 2, ".", ",")', None),
    Edge('FormatDecimal(Decimal1, 2, ".", ",")', "-999.99", {"Decimal1": Decimal("-999.994")}),
    Edge('FormatDecimal(Decimal1, 2, ".", ",")', "1,000.00", {"Decimal1": Decimal("999.995")}),
    Edge('FormatDecimal(Decimal1, 0, ".", ",")', "100,000,000,000,000,000,000", {"Decimal1": LAST}),
    Edge('FormatDecimal(Decimal1, 9, ".", ",")', "99,999,999,999,999,999,999.99999999", {"Decimal1": LAST}),
    Edge('FormatDecimal(Decimal1, -1, ".", ",")', "12", {"Decimal1": Decimal("12.3")}),
    Edge("FormatDecimal(Decimal1, 1, Text1, Text2)", "12345", {"Decimal1": Decimal("1234.5")}),
    Edge('FormatDecimal(Decimal1, 1, "::", "--")', "-1--234::5", {"Decimal1": Decimal("-1234.5")}),
    Edge('FormatDecimal(Decimal1, 1, ".", ",")', "0.0", {"Decimal1": Decimal("-0.04")}),
    Edge('FormatDecimal(Decimal1, Integer1, ".", ",")', None, {"Decimal1": Decimal(1)}),
    Edge('FormatPercent(Decimal1, 8, ".")', "9999999999999999999999.99999900%", {"Decimal1": LAST}),
    Edge('FormatPercent(Decimal1, 0, ".")', "-1%", {"Decimal1": Decimal("-0.005")}),
    Edge('FormatPercent(Decimal1, 0, ".")', "0%", {"Decimal1": Decimal("-0.00499999")}),
    Edge('FormatPercent(Decimal1, 7, ".")', "0.0000010%", {"Decimal1": Decimal("0.00000001")}),
    Edge('FormatPhoneNumber(Text1, 1, 1, 1, "+", "-", ".")', "+a-😀.b", {"Text1": "a😀bcd"}),
    Edge('FormatPhoneNumber(Text1, -1, 2, 2147483647, "", "-", ".")', "-12.345", {"Text1": "12345"}),
    Edge('FormatPhoneNumber(Text1, 2147483647, 2147483647, 2147483647, "", "-", ".")', "12345-.", {"Text1": "12345"}),
    Edge("FormatPhoneNumber(Text1, 0, 0, 0, Text2, Text2, Text2)", None, {"Text1": "12345"}),
    Edge('FormatPhoneNumber(Text1, 1, 1, 1, "+", "-", ".")', None),
    Edge('FormatText(Text1, 4, 5, False, "😀")', "ab😀😀", {"Text1": "ab"}),
    Edge('FormatText(Text1, 4, 5, False, "xy")', "ab", {"Text1": "ab"}),
    Edge("FormatText(Text1, 4, 5, False, Text2)", "ab", {"Text1": "ab"}),
    Edge('FormatText(Text1, 0, 1, True, " ")', "😀", {"Text1": "a😀"}),
    Edge('FormatText(Text1, 3, 0, True, " ")', None, {"Text1": "a"}),
    Edge('FormatText(Text1, 3, -1, True, "0")', "00a", {"Text1": "a"}),
    Edge('Length(FormatText(Text1, 2147483647, -1, True, "0"))', 10_000, {"Text1": "a"}),
    Edge('FormatText(Text1, Integer1, 1, True, "0")', None, {"Text1": "a"}),
    Edge('FormatText(Text1, 1, 1, Boolean1, "0")', None, {"Text1": "a"}),
    Edge('FormatDateTime(DateTime1, "d dd ddd dddd ddddd")', "2 02 Mon Monday Monday2", {"DateTime1": _MONDAY}),
    Edge('FormatDateTime(DateTime1, "M MM MMM MMMM MMMMMM")', "2 02 Feb February February02", {"DateTime1": _MONDAY}),
    Edge('FormatDateTime(DateTime1, "y yy yyy yyyy yyyyy")', "26 26 2626 2026 202626", {"DateTime1": _MONDAY}),
    Edge('FormatDateTime(DateTime1, "y yy yyy yyyy")', "1 01 011 0001", {"DateTime1": _FIRST_MOMENT}),
    Edge('FormatDateTime(DateTime1, "h hh H HH t tt ttt")', "12 12 0 00 A AM AMA", {"DateTime1": _FIRST_MOMENT}),
    Edge('FormatDateTime(DateTime1, "hhh:mm:sss")', "1111:59:5959", {"DateTime1": _LAST_MOMENT}),
    Edge('FormatDateTime(DateTime1, "h t")', "12 P", {"DateTime1": "2026-01-31T12:00:00Z"}),
    Edge("FormatDateTime(DateTime1, Text1)", "d😀\\ä\\", {"DateTime1": _FIRST_MOMENT, "Text1": "\\d\\😀\\\\ä\\"}),
    Edge("FormatDateTime(DateTime1, Text1)", None, {"DateTime1": _FIRST_MOMENT}),
)  # fmt: skip
