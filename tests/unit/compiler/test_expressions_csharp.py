"""Expressions as C#: what a good developer would write, and nothing that C# would take for something else."""

from __future__ import annotations

import re

import pytest

from odcpub.compiler.expressions.csharp import condition, value
from odcpub.compiler.expressions.csharp_pieces import RESERVED, Surroundings
from odcpub.compiler.literals import csharp_identifier, csharp_literal
from odcpub.compiler.marked import CSharp
from odcpub.model.expressions import tree
from odcpub.model.expressions.check import check
from odcpub.model.expressions.tree import Kind, Name
from tests.expression_holders import HOLDING
from tests.expressions import any_case, batch


def named(node: Name) -> CSharp:
    record = node.symbol.kind is Kind.RECORD
    return csharp_literal(node.symbol.key) if record else csharp_identifier(node.symbol.name)


AROUND = Surroundings(named, HOLDING.statics, CSharp.code("now"), csharp_literal("Desk"))

VALUES = {
    "1 + Integer1 * 2": "Numbers.Add(1, Numbers.Multiply(Integer1, 2))",
    "-Integer1": "Numbers.Negate(Integer1)",
    "Integer1 / 2": "Numbers.Divide(Integer1, 2)",
    "LongInteger1 + 3000000000": "Numbers.Add(LongInteger1, 3000000000L)",
    "Integer1 < 2": "Integer1 < 2",
    "Integer1 > Decimal1": "Integer1 > Decimal1",
    "Integer1 = NoValue()": "Integer1 == null",
    "Integer1 < NoValue()": "Integer1 < (int?)null",
    'Text1 = ""': "Text1 == null",
    'Text1 <> "a"': 'Text1 != "a"',
    "Text1 < Text2": "Texts.Compare(Text1, Text2) < 0",
    'Text1 like "a%"': 'Texts.Like(Text1, "a%")',
    "StatusId1 = Status.Open": 'StatusId1 == "Open"',
    "Boolean1 = False": "Boolean1 == false",
    "Integer1 = 1 = Boolean1": "Integer1 == 1 == Boolean1",
    "Boolean1 = (Integer1 = 1)": "Boolean1 == (Integer1 == 1)",
    '"No. " + Integer1': '"No. " + Integer1',
    'Integer1 + " of " + Integer2': 'Integer1 + " of " + Integer2',
    '"" + Integer1': "Conversions.IntegerToText(Integer1)",
    'Integer1 + (Integer2 + "x")': 'Conversions.IntegerToText(Integer1) + Integer2 + "x"',
    '"a" + (Integer1 + 1)': '"a" + Numbers.Add(Integer1, 1)',
    '"a" + (Integer1 > 1)': '"a" + (Integer1 > 1)',
    '"a" + Decimal1 + Date1': '"a" + Conversions.DecimalToText(Decimal1) + Conversions.DateToText(Date1)',
    "Text1 + Text2": "Texts.Join(Text1, Text2)",
    '"Dear " + Text1 + ", No. " + Integer1 + "!" + Integer2 + Text2': (
        'Texts.Join("Dear ", Text1, ", No. " + Integer1 + "!" + Integer2, Text2)'
    ),
    "Integer1 + (Integer2 + Text1)": "Texts.Join(Conversions.IntegerToText(Integer1) + Integer2, Text1)",
    'Length(Text1 + Text2) + Length("a" + Text1)': (
        'Numbers.Add(Texts.Length(Texts.Join(Text1, Text2)), Texts.Length(Texts.Join("a", Text1)))'
    ),
    "Substr(Text1, 1, 3)": "Texts.Substr(Text1, 1, 3)",
    'Replace(Text1, "a", "")': 'Texts.Replace(Text1, "a", "")',
    'Index(Text1, "a")': 'Texts.Index(Text1, "a")',
    'Index(Text1, "a", ignoreCase: True)': 'Texts.Index(Text1, "a", ignoreCase: true)',
    'Index(Text1, "a", 0, Integer1 < 2, Integer2 > -1)': (
        'Texts.Index(Text1, "a", searchFromEnd: (Integer1 < 2), ignoreCase: (Integer2 > -1))'
    ),
    "If(Boolean1, 1, 2)": "Boolean1 == true ? 1 : 2",
    "If(Integer1 = 1, Integer1, 2.5)": "Integer1 == 1 ? (decimal?)Integer1 : 2.5m",
    "If(Boolean1, 1, 2.5)": "Boolean1 == true ? 1m : 2.5m",
    "If(Boolean1, NoValue(), 1)": "Boolean1 == true ? (int?)null : 1",
    "If(Boolean1, Text1, NoValue())": "Boolean1 == true ? Text1 : null",
    "If(Boolean1, 1, If(Boolean2, 2, 3))": "Boolean1 == true ? 1 : Boolean2 == true ? 2 : 3",
    "If(Boolean1, 1, 2) + 3": "Numbers.Add(Boolean1 == true ? 1 : 2, 3)",
    "HasValue(Text1)": "Text1 != null",
    "CurrDateTime() > DateTime1": "now > DateTime1",
    "CurrDate()": "Conversions.DateTimeToDate(now)",
    "AddDays(#2026-01-31#, 1)": "Moments.AddDays(Moments.Utc(2026, 1, 31), 1)",
    "Date1 = #2026-01-31#": "Date1 == new DateOnly(2026, 1, 31)",
    "Time1 = #10:30:15.5#": "Time1 == new TimeOnly(10, 30, 15, 500, 0)",
    "DateTime1 = #2026-01-31 10:30:00.000001#": "DateTime1 == Moments.Utc(2026, 1, 31, 10, 30, 0, 1)",
    '"a""\\"': '"a\\"\\\\"',
    "GetAppName()": '"Desk"',
    "Found.Subject": "Found?.Subject",
    "Tickets[0].Subject": "Elements.At(Tickets, 0)?.Subject",
    "Tickets[Integer1 + 1].Id": "Elements.At(Tickets, Numbers.Add(Integer1, 1))?.Id",
    "Tickets.Length > 2": "Tickets.Count > 2",
    "not Tickets.Empty": "!Tickets.IsEmpty",
    "Line.Tags.Length": "(Line?.Tags ?? ImmutableList<string?>.Empty).Count",
    "Line.Ticket.Subject": "Line?.Ticket?.Subject",
    "If(Boolean1, Tickets, NoValue())": "Boolean1 == true ? Tickets : ImmutableList<Ticket?>.Empty",
    "If(Boolean1, Found, Tickets[0]).Subject": "(Boolean1 == true ? Found : Elements.At(Tickets, 0))?.Subject",
    "If(Boolean1, Found, NoValue())": "Boolean1 == true ? Found : null",
    "HasValue(Found)": "Found != null",
}
CONDITIONS = {
    "Boolean1": "Boolean1 == true",
    "not Boolean1": "Boolean1 != true",
    "not (Integer1 < 2)": "!(Integer1 < 2)",
    "not (Integer1 = 2)": "Integer1 != 2",
    "not (Integer1 <> Integer2) and Boolean1": "Integer1 == Integer2 && Boolean1 == true",
    "not (Boolean1 and Boolean2)": "!(Boolean1 == true && Boolean2 == true)",
    "Integer1 = 1 and Boolean1": "Integer1 == 1 && Boolean1 == true",
    "(Boolean1 or Boolean2) and Integer1 = 1": "(Boolean1 == true || Boolean2 == true) && Integer1 == 1",
    "Boolean1 or Boolean2 and Integer1 = 1": "Boolean1 == true || Boolean2 == true && Integer1 == 1",
    "HasValue(Text1) and not HasValue(Text2)": "Text1 != null && !(Text2 != null)",
    "If(Boolean1, Boolean2, Integer1 = 1)": "(Boolean1 == true ? Boolean2 : Integer1 == 1) == true",
    "If(Boolean1, Integer1 = 1, True)": "Boolean1 == true ? Integer1 == 1 : true",
    "TextToDateValidate(Text1)": "Conversions.TextToDateValidate(Text1)",
    "True": "true",
    "NoValue()": "false",
}


@pytest.mark.parametrize(("text", "printed"), VALUES.items())
def test_a_value(text: str, printed: str) -> None:
    assert value(check(text, HOLDING).expression, AROUND) == printed


@pytest.mark.parametrize(("text", "printed"), CONDITIONS.items())
def test_a_condition(text: str, printed: str) -> None:
    assert condition(check(text, HOLDING, tree.BOOLEAN).expression, AROUND) == printed


def test_all_names_of_the_code_are_variables_or_reserved() -> None:
    """Else a variable could hide what the code means."""
    every = [str(value(case.expression, AROUND)) for case in batch(any_case(), 200)] + list(VALUES.values())
    words = {word for one in every for word in re.findall(r"(?<![.\w\\])[A-Z]\w*", re.sub(r'"(\\.|[^"])*"', "", one))}
    assert words - HOLDING.symbols.keys() - HOLDING.members.keys() == RESERVED & words
    assert words > {"Texts", "Numbers"}
