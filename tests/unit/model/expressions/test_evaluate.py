"""What expressions are worth: every example of the table, no value, limits, rounding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import rules
from odcpub.model.expressions.catalog import FUNCTIONS
from odcpub.model.expressions.check import check
from odcpub.model.expressions.evaluate import OutOfRange, Overflow, Worth, evaluate
from odcpub.model.expressions.functions import Evaluated
from odcpub.model.literals import canonical
from tests.expression_edge import OUT_OF_RANGE
from tests.expression_holders import CASES, holding
from tests.expressions import SCOPE, VARIABLES, Case, any_case, calls
from tests.tries import tries

NOW = datetime(2026, 1, 31, 10, 30, 15, 500000, tzinfo=UTC)
EMPTY: Mapping[str, Evaluated] = dict.fromkeys(VARIABLES)
EXAMPLES = [(one, text, value) for one in FUNCTIONS for text, value in FUNCTIONS[one].examples]
WITHOUT = {"GetAppName", "GenerateGuid", "CurrDate", "CurrTime", "CurrDateTime"}
"""Functions whose values depend on more than their arguments."""


def worth(text: str, names: Mapping[str, Evaluated] = EMPTY, app: str = "") -> Evaluated:
    return evaluate(check(text, SCOPE).expression, names, NOW, app)


@pytest.mark.parametrize(("name", "text", "value"), EXAMPLES)
def test_the_examples_of_the_table_are_right(name: str, text: str, value: str) -> None:
    found, expected = worth(text), worth(value)
    assert (found, type(found)) == (expected, type(expected))
    assert name in text


def test_every_function_has_an_example() -> None:
    assert {name for name in FUNCTIONS if not FUNCTIONS[name].examples} <= WITHOUT


NO_VALUE: list[tuple[str, Evaluated]] = [
    ("-Integer1", None),
    ("not Boolean1", True),
    ("Integer1 * 2", None),
    ("2 / Decimal1", None),
    ("1 / (2 - 2)", None),
    ("Integer1 + 1", None),
    ("1 - Currency1", None),
    ('Text1 + "a"', "a"),
    ('"a" + Integer1', "a"),
    ("Text1 + Email1", None),
    ('Text1 + ""', None),
    ("Integer1 < 1", False),
    ("Integer1 >= Integer2", False),
    ('Text1 < "a"', False),
    ("Date1 > #2026-01-31#", False),
    ("Integer1 = 0", False),
    ("Integer1 <> 0", True),
    ("Integer1 = Integer2", True),
    ("Integer1 <> Integer2", False),
    ('Text1 = ""', True),
    ('"a" <> Text1', True),
    ("Boolean1 = False", False),
    ("CustomerId1 = NullIdentifier()", True),
    ("StatusId1 = Status.Open", False),
    ('Text1 like "%"', True),
    ('Text1 like ""', True),
    ('Text1 like "a%"', False),
    ('"a" like Text1', False),
    ("Boolean1 and True", False),
    ("Boolean1 or True", True),
    ("Boolean1 or Boolean2", False),
    ("If(Boolean1, 1, 2)", 2),
    ("If(True, Integer1, 2)", None),
    ("NoValue() + 1", None),
    ('"a" + NoValue()', "a"),
    ("Round(Decimal1)", None),
    ("Length(Text1)", 0),
    ('Replace("a", "a", "")', None),
    ("Max(Integer1, 1)", None),
    ("DecimalToIntegerValidate(Decimal1)", False),
    ("EmailAddressValidate(Text1)", True),
    ('FormatText(Text1, 2, 2, True, "0")', "00"),
]


@pytest.mark.parametrize(("text", "value"), NO_VALUE)
def test_no_value(text: str, value: Evaluated) -> None:
    assert worth(text) == value


MEANINGS: list[tuple[str, Evaluated]] = [
    ("2 + 3 * 4", 14),
    ("not True and False", False),
    ("not (True and False)", True),
    ("7 - 2 - 1", 4),
    ('1 + 2 + "a" + 1 + 2', "3a12"),
    ("1 / 3", Decimal("0.33333333")),
    ("2 / 3 * 3", Decimal("2.00000001")),
    ("0.00000005 * 0.1", Decimal("0.00000001")),
    ("0.00000004 * 0.1", Decimal(0)),
    ("-0.00000005 * 0.1", Decimal("-0.00000001")),
    ("0.00000001 / 2", Decimal("0.00000001")),
    ("-2147483648", -(2**31)),
    ("2147483647 + 2147483648", 2**32 - 1),
    ('"a" < "b"', True),
    ('"Z" < "a"', True),
    ('"\uff5e" < "😀"', True),
    ('"a" = "A"', False),
    ('"banana" like "b%n%a"', True),
    ('"banana" like "b%n"', False),
    ('"aba" like "ab%ba"', False),
    ('"a_b%" like "a_b%"', True),
    ('"axb" like "a_b"', False),
    ('"a" + NewLine() + "b" like "a%b"', True),
    ("#2026-01-31 10:30:00# < #2026-01-31 10:30:00.5#", True),
    ("#10:30:00.45# < #10:30:00.5#", True),
    ("#2026-01-31# = DateTimeToDate(#2026-01-31 23:00:00#)", True),
    ("DateToDateTime(#2026-01-31#) = #2026-01-31 00:00:00#", True),
    (
        '"" + True + 1.50 + #2026-01-31 10:30:00.5# + #10:30# + #2026-01-31#',
        "True1.52026-01-31 10:30:00.510:30:002026-01-31",
    ),
    ('"" + Status.Open', "Open"),
    ("CurrDateTime()", "2026-01-31T10:30:15.5Z"),
    ("CurrDate()", "2026-01-31"),
    ("CurrTime()", "10:30:15.5"),
    ("GetAppName()", "Helpdesk"),
    ("Max(1, 2147483648)", 2**31),
    ("Abs(-2147483648)", None),
    ("DecimalToInteger(2147483647.5)", None),
    ("DecimalToInteger(2147483647.4)", 2**31 - 1),
    ("Power(2, -9)", Decimal("0.00195313")),
    ("Power(1.05, 360)", Decimal("42476396.40868002")),
    ("Power(10, 20)", None),
    ("Power(-2, 3)", Decimal(-8)),
    ("Power(0, 0)", Decimal(1)),
    ("Power(0, -1)", None),
    ("Power(1, 10001)", None),
    ("Power(0.5, 10000)", Decimal(0)),
    ("Round(99999999999999999999.5)", None),
    ("Round(0.5, -1)", Decimal(0)),
    ("Round(5.0, -1)", Decimal(10)),
    ("Round(-1.12345678, 9)", Decimal("-1.12345678")),
    ("Sqrt(-1)", None),
    ("Sqrt(99999999999999999999.99999999)", Decimal(10**10)),
    ("Mod(5, -3)", Decimal(2)),
    ("Mod(5, 0)", None),
    ('Index("banana", "a", -5)', 1),
    ('Index("banana", "a", 2, True)', 1),
    ('Index("banana", "a", -1, True)', -1),
    ('Index("straße", "STRASSE", 0, False, True)', -1),
    ('Substr("a😀b", 1, 1)', "😀"),
    ('Substr("banana", 2147483647, 2147483647)', None),
    ('Replace("aaa", "", "b")', "aaa"),
    ('ToUpper("straße")', "STRAßE"),
    ('ToLower("İSTANBUL")', "İstanbul"),
    ('Trim("  a  ")', "a"),
    ('Length("e\u0301")', 2),
    ("AddMonths(#2024-01-31 10:30:00.25#, 1)", "2024-02-29T10:30:00.25Z"),
    ("AddMonths(#2026-01-31#, -11)", "2025-02-28T00:00:00Z"),
    ("AddYears(#9999-12-31#, 1)", None),
    ("AddSeconds(#0001-01-01#, -1)", None),
    ("AddDays(#2026-01-31#, 2147483647)", None),
    ("DiffSeconds(#0001-01-01 00:00:00#, #9999-12-31 23:59:59.999999#)", 315537897599),
    ("DiffHours(#2026-01-31 12:00:00#, #2026-01-31 10:59:59#)", -2),
    ("DiffDays(#2026-02-01#, #2026-01-31 23:59:59#)", -1),
    ("NewTime(23, 59, 60)", None),
    ("NewDate(2147483647, 1, 1)", None),
    ('TextToInteger(" +007 ")', 7),
    ('TextToInteger("2147483648")', None),
    ('TextToInteger("٣")', None),
    ('TextToLongInteger("-9223372036854775808")', -(2**63)),
    ('TextToDecimal("1.")', None),
    ('TextToDecimal("1.123456789")', None),
    ('TextToDecimal("-0.0")', Decimal(0)),
    ('TextToDate("2026-02-29")', None),
    ('TextToDateTime("2026-01-31T10:30:00.120Z")', "2026-01-31T10:30:00.12Z"),
    ('TextToDateTime("2026-01-31  10:30")', None),
    ('TextToDateTime("2026-01-31 T10:30")', None),
    ('TextToDateTime("2026-01-31Z")', None),
    ('TextToTime("24:00")', None),
    ('FormatDecimal(-1234567.005, 2, ".", ",")', "-1,234,567.01"),
    ('FormatDecimal(123.0, 0, ".", ",")', "123"),
    ('FormatDecimal(1.5, -3, ".", ",")', "2"),
    ('FormatPercent(99999999999999999999.99999999, 8, ".")', "9999999999999999999999.99999900%"),
    ('FormatDateTime(#2026-02-03 00:05:06#, "yyy MMMMM ddddd \\y\\")', "2626 February2 Tuesday3 y\\"),
    ('FormatDateTime(#2006-02-03 12:05:06#, "y h t|hh tt")', "6 12 P|12 PM"),
    ('FormatText("ab", 4, 3, True, "xy")', "ab"),
    ('FormatText("abcd", 6, 5, False, "-")', "abcd-"),
    ('FormatText("a", 2147483647, 3, True, "-")', "--a"),
    ('FormatText("abc", 0, -1, True, "-")', "abc"),
    ('EmailAddressCreate("A ""B"" \\", "a@b.c")', '"A \\"B\\" \\\\" <a@b.c>'),
    ('FormatPhoneNumber("12", -1, 5, 5, "+", "-", ".")', "+-12."),
    ('EncodeUrl("a b~ü/?")', "a+b~%C3%BC%2F%3F"),
    ('EncodeJavaScript("😀")', "\\ud83d\\ude00"),
]


@pytest.mark.parametrize(("text", "value"), MEANINGS)
def test_meaning(text: str, value: Evaluated) -> None:
    found = worth(text, app="Helpdesk")
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("1 + 2147483647", 2, "the result of '+' is beyond Integer, which goes from -2,147,483,648 to 2,147,483,647"),
        ("-(-2147483648)", 0, "the result of '-' is beyond Integer, which goes from -2,147,483,648 to 2,147,483,647"),
        ("1 + 2 * (Integer1 - 2147483648) * 9223372036854775807", 32, "the result of '*' is beyond Long Integer"),
        ("99999999999999999999.5 * 10", 23, "the result of '*' has more than 20 digits before the point"),
        (
            "99999999999999999999.99999999 + 0.00000001",
            30,
            "the result of '+' has more than 20 digits before the point",
        ),
        ("1 / 0.00000001 * 10000000000000", 15, "the result of '*' has more than 20 digits before the point"),
    ],
)
def test_a_number_out_of_range_is_an_error_at_its_operator(text: str, at: int, message: str) -> None:
    with pytest.raises(Overflow) as caught:
        worth(text, {**EMPTY, "Integer1": 2})
    assert caught.value.fault.at == at
    assert caught.value.fault.message.startswith(message)


def test_what_is_not_chosen_is_not_computed() -> None:
    assert worth("If(True, 1, 2147483647 + 1)") == 1
    assert worth("False and 2147483647 + 1 = 0") is False
    assert worth("True or 2147483647 + 1 = 0") is True


def test_now_is_in_utc() -> None:
    now = datetime(2026, 1, 31, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    assert evaluate(check("CurrDateTime()", SCOPE).expression, {}, now) == "2026-01-30T22:30:00Z"


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_rows_and_lists_give_what_they_hold(text: str, expected: Worth) -> None:
    one = holding(text)
    try:
        found = evaluate(one.expression, one.names, NOW)
    except OutOfRange:
        found = OUT_OF_RANGE
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("1 + Wholes[Integer1 + 3]", "a list has 4 elements, and there is none at 4", 10),
        ("Line.Days[7]", "a list has 1 element, and there is none at 7", 9),
        ("Lines[0].Tags[0]", "a list has no elements, and there is none at 0", 13),
        ("Words[Integer2]", "an index has no value", 5),
    ],
)
def test_an_index_without_element_is_refused_at_its_place(text: str, message: str, place: int) -> None:
    one = holding(text)
    with pytest.raises(OutOfRange) as caught:
        evaluate(one.expression, one.names, NOW)
    assert (caught.value.fault.message, caught.value.fault.at) == (message, place)
    assert caught.value.fault.hint == "compare the index with the list's Length first"


@tries(150)
@given(any_case())
def test_a_value_is_of_its_type_or_the_error_is_overflow(case: Case) -> None:
    try:
        found = evaluate(case.expression, case.names, NOW)
    except Overflow as error:
        assert error.fault.at < len(case.text)
        return
    if found is not None:
        assert _is_of(found, case.type)


@tries(3)
@given(st.data())
def test_every_function_takes_all_that_it_may_be_given(data: st.DataObject) -> None:
    for name in sorted(set(FUNCTIONS) - {"NullBinary"}):
        case = data.draw(calls(name, depth=0))
        found = evaluate(case.expression, case.names, NOW, "Helpdesk")
        assert found is None or _is_of(found, case.type), case


def _is_of(value: Evaluated, type_: DataType) -> bool:
    if type_.basic is Basic.IDENTIFIER:
        return isinstance(value, int | str)
    if rules.is_text(type_):
        return isinstance(value, str) and value != ""
    return canonical(value, type_) == value
