"""What is said of an expression that is wrong: which part, what is wrong with it, how to mend it; all at once."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest

from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import tree
from odcpub.model.expressions.check import check
from odcpub.model.expressions.scope import Attribute, Scope
from odcpub.model.expressions.syntax import ExpressionError
from odcpub.model.expressions.tree import Kind, Symbol
from tests.expression_queries import QUERY
from tests.expressions import SCOPE
from tests.expressions import TYPES as TYPES_OF_VARIABLES

TICKET = DataType(Basic.STRUCTURE, target="Ticket")
WIDE = Scope(
    {
        **SCOPE.symbols,
        "Found": Symbol("Found", Kind.VARIABLE, TICKET),
        "Settings.HourlyRate": Symbol("Settings.HourlyRate", Kind.SETTING, tree.CURRENCY),
        "OrderId": Symbol("OrderId", Kind.VARIABLE, DataType(Basic.IDENTIFIER, target="Order")),
        "TicketId": Symbol("TicketId", Kind.VARIABLE, DataType(Basic.IDENTIFIER, target="Ticket")),
        "Tickets": Symbol("Tickets", Kind.VARIABLE, replace(TICKET, many=True)),
        "Wholes": Symbol("Wholes", Kind.VARIABLE, replace(tree.INTEGER, many=True)),
        "Days": Symbol("Days", Kind.VARIABLE, replace(tree.DATE, many=True)),
    },
    {"Ticket": {"Subject": Attribute(tree.TEXT, "Subject"), "Hours": Attribute(tree.DECIMAL, "Hours")}},
    SCOPE.statics,
)
TYPES = [
    ("True + 1", "a number is needed, and this is Boolean", "convert it: BooleanToInteger(…)", "True"),
    (
        "Date1 + 1",
        "'+' does not calculate with dates",
        "use AddDays(…) or DiffDays(…), or those for hours",
        "Date1 + 1",
    ),
    (
        "DateTime1 - DateTime2",
        "'-' does not calculate with dates",
        "use AddDays(…) or DiffDays(…)",
        "DateTime1 - DateTime2",
    ),
    ("1 / 0", "a number is divided by 0", "divide by another number", "0"),
    ("1.5 / -0.0", "a number is divided by 0", "divide by another number", "-0.0"),
    (
        "Exact1 * 2",
        "a Decimal with 28 digits and 15 decimals cannot be calculated with",
        "give the attribute",
        "Exact1",
    ),
    (
        "Abs(Exact1)",
        "a Decimal with 28 digits and 15 decimals cannot be calculated with",
        "give the attribute",
        "Exact1",
    ),
    (
        "If(True, Exact1, 1) + 1",
        "a Decimal with 28 digits and 15 decimals",
        "give the attribute",
        "If(True, Exact1, 1)",
    ),
    ('1 = "1"', "'=' does not compare Integer with Text", "convert it: TextToInteger(…)", '1 = "1"'),
    (
        "Date1 < DateTime1",
        "'<' does not compare a Date with a Date Time",
        "write DateTimeToDate(…)",
        "Date1 < DateTime1",
    ),
    ("True < False", "'<' does not compare values of type Boolean", "compare something else", "True < False"),
    (
        "CustomerId1 > CustomerId2",
        "'>' does not compare values of type Customer Identifier",
        "compare",
        "CustomerId1 > CustomerId2",
    ),
    (
        "CustomerId1 = StatusId1",
        "'=' does not compare Customer Identifier with Status Identifier",
        "write a value",
        "CustomerId1 = StatusId1",
    ),
    (
        "CustomerId1 = 7",
        "'=' does not compare Customer Identifier with Integer",
        "convert it: IntegerToIdentifier(…)",
        "CustomerId1 = 7",
    ),
    (
        "NullBinary() = NullBinary()",
        "'=' does not compare values of type Binary Data",
        "ask HasValue(…)",
        "NullBinary() = NullBinary()",
    ),
    (
        '"a" + NullBinary()',
        "a value of type Binary Data cannot be joined to a text",
        "ask HasValue(…)",
        "NullBinary()",
    ),
    ('Found + "a"', "a value of type Ticket cannot be joined to a text", "use one of its attributes", "Found"),
    ("not 1 = 2", "not needs Boolean, and this is Integer", "not binds first: write not (a = b)", "1"),
    ("1 and True", "and needs Boolean, and this is Integer", "convert it: IntegerToBoolean(…)", "1"),
    ('1 like "a"', "like needs Text, and this is Integer", "convert it: IntegerToText(…)", "1"),
    (
        "Substr(Text1, 1.5, 2)",
        "start of Substr needs Integer, and this is Decimal",
        "convert it: DecimalToInteger(…)",
        "1.5",
    ),
    (
        "Chr(LongInteger1)",
        "c of Chr needs Integer, and this is Long Integer",
        "convert it: LongIntegerToInteger(…)",
        "LongInteger1",
    ),
    ("Year(Email1)", "dt of Year needs Date Time, and this is Email", "convert it: TextToDateTime(…)", "Email1"),
    (
        "IdentifierToInteger(StatusId1)",
        "id of IdentifierToInteger needs Identifier of an entity",
        "write",
        "StatusId1",
    ),
    ("If(1, 2, 3)", "the condition of If needs Boolean, and this is Integer", "convert it: IntegerToBoolean(…)", "1"),
    ("If(True, 1, Text1)", "If gives Integer or Text", "convert it: TextToInteger(…)", "If(True, 1, Text1)"),
    (
        "If(True, NoValue(), NoValue())",
        "nothing says which type NoValue() has",
        "put it beside a value",
        "If(True, NoValue(), NoValue())",
    ),
    ("NoValue()", "nothing says which type NoValue() has", "put it beside a value", "NoValue()"),
    ("Abs(NoValue())", "a number is needed, and this is NoValue()", "write a value of type Decimal", "NoValue()"),
    ("Text2 + Txet1", "there is no Txet1", "did you mean Text1?", "Txet1"),
    ("text1", "there is no text1", "did you mean Text1?", "text1"),
    (
        "Settings.HourlyRat * 2",
        "there is no Settings.HourlyRat",
        "did you mean Settings.HourlyRate?",
        "Settings.HourlyRat",
    ),
    (
        "Status.Zzzzzzz = StatusId1",
        "there is no Status.Zzzzzzz",
        "use one of Status.Open, Status.Closed",
        "Status.Zzzzzzz",
    ),
    ("Found.Subjekt", "Ticket has no attribute Subjekt", "did you mean Subject?", "Found.Subjekt"),
    ("Found.Xyz", "Ticket has no attribute Xyz", "use one of Subject, Hours", "Found.Xyz"),
    ("Text1[0]", "an index is for a list, and this is Text", "write Substr(…, 0, 1) for a character", "Text1[0]"),
    ("Found[0]", "an index is for a list, and this is Ticket", "remove the index", "Found[0]"),
    ("Tickets[1.5]", "an index needs Integer, and this is Decimal", "convert it: DecimalToInteger(…)", "1.5"),
    ("Tickets[-1]", "the index -1 is below 0", "count from 0: the first element is [0]", "-1"),
    (
        "Tickets.Subject",
        "Ticket List has no attribute Subject",
        "name one element of the list: …[0].Subject",
        "Tickets.Subject",
    ),
    ("Tickets.Lenght", "Ticket List has no attribute Lenght", "did you mean Length?", "Tickets.Lenght"),
    ("Tickets.Count", "Ticket List has no attribute Count", "use Length, Empty, or an element: …[0]", "Tickets.Count"),
    ("Tickets[0].Subjekt", "Ticket has no attribute Subjekt", "did you mean Subject?", "Tickets[0].Subjekt"),
    ("Tickets + 1", "a number is needed, and this is Ticket List", "use its Length, its Empty or one of", "Tickets"),
    ("Wholes + 1", "a number is needed, and this is Integer List", "use its Length, its Empty or one of", "Wholes"),
    ("Days < Date1", "'<' does not compare Date List with Date", "write a value of type Date List", "Days < Date1"),
    ('Tickets + "a"', "a value of type Ticket List cannot be joined to a text", "use its Length", "Tickets"),
    ("Tickets = Tickets", "'=' does not compare values of type Ticket List", "use its Length", "Tickets = Tickets"),
    ("Tickets = NoValue()", "'=' does not compare values of type Ticket List", "use its Length", "Tickets = NoValue()"),
    ("Found = Found", "'=' does not compare values of type Ticket", "use one of its attributes", "Found = Found"),
    ("HasValue(Tickets)", "value of HasValue needs Text, and this is Ticket List", "use its Length", "Tickets"),
    ("Length(Tickets)", "t of Length needs Text, and this is Ticket List", "use its Length", "Tickets"),
    ("If(True, Tickets, Found)", "If gives Ticket List or Ticket", "write a value", "If(True, Tickets, Found)"),
    ("If(True, Wholes, 1)", "If gives Integer List or Integer", "write a value", "If(True, Wholes, 1)"),
    ("OrderId.Subject", "Order Identifier has no attribute Subject", "remove what", "OrderId.Subject"),
    ("TicketId.Subject", "Ticket Identifier has no attribute Subject", "get the Ticket first", "TicketId.Subject"),
    ("Text1.Length", "Text has no attribute Length", "remove what follows the point", "Text1.Length"),
    ("round(1.5)", "there is no function round", "did you mean Round?", "round(1.5)"),
    ("Foo()", "there is no function Foo", "see all functions in docs/expressions.md", "Foo()"),
    ("GetUserId()", "there is no function GetUserId: apps have no sign-in yet", "see what is left out", "GetUserId()"),
    ("Text1 = null", "there is no null", "write NoValue() for no value", "null"),
    ("Text1()", "Text1 is no function", "remove the brackets", "Text1()"),
    ("CurrDate", "CurrDate is a function", "call it: CurrDate()", "CurrDate"),
    ("Index(Text1)", "Index lacks search", "write Index(t, search, startIndex=0", "Index(Text1)"),
    ("Chr(1, 2)", "Chr takes 1 argument", "write Chr(c)", "2"),
    ("CurrDate(2)", "CurrDate takes no arguments", "write CurrDate()", "2"),
    ("Round(1.5, digits: 2)", "Round has no argument digits", "write Round(n, fractionalDigits=0)", "2"),
    ("Round(1.5, fractionalDigit: 2)", "Round has no argument fractionalDigit", "did you mean fractionalDigits?", "2"),
    ("Round(1.5, n: 2)", "n is given twice", "remove one of them", "2"),
    ('Index(Text1, search: "a", 2)', "an argument without a name follows one with a name", "write Index(", "2"),
]
SYNTAX = [
    ("", "the expression ends where a value, a name or a bracket is expected", "complete it", ""),
    ("1 +", "the expression ends where a value, a name or a bracket is expected", "complete it", ""),
    ("1 2", "'2' stands where an operator is expected", "remove it, or write what is missing before it", "2"),
    ("(1", "the bracket is not closed", "add a ) at the end", "("),
    ("(1 2)", "'2' stands where an operator or ) is expected", "remove it", "2"),
    ("1)", "')' stands where an operator is expected", "remove it", ")"),
    ("Round(1,)", "')' stands where a value, a name or a bracket is expected", "remove it", ")"),
    ("Text1.", "the expression ends where a name after the point is expected", "complete it", ""),
    ("Text1.1", "'1' stands where a name after the point is expected", "remove it", "1"),
    ("1 == 2", "'==' means nothing in an expression", "write = instead", "=="),
    ("1 != 2", "'!=' means nothing in an expression", "write <> instead", "!="),
    ("True && False", "'&&' means nothing in an expression", "write and instead", "&&"),
    ("7 % 2", "'%' means nothing in an expression", "write Mod(a, b) instead", "%"),
    ("'a'", "''' means nothing in an expression", 'put a text between double quotes: "…"', "'"),
    ("Text1[0", "the bracket is not closed", "add a ] at the end", "["),
    ("Text1[0)", "')' stands where an operator or ] is expected", "remove it", ")"),
    ("Text1[]", "']' stands where a value, a name or a bracket is expected", "remove it", "]"),
    ("Tickets[0].1", "'1' stands where a name after the point is expected", "remove it", "1"),
    ("Text1{0}", "'{' means nothing in an expression", "remove it, or put a text between double quotes", "{"),
    ('"a', "the text is not closed", 'end it with "; a " within it is written twice', '"a'),
    ('"a\x1bb"', "a text cannot hold the character U+001B", "remove it, or use NewLine() or Chr()", '"a\x1bb"'),
    ("#2026-01-31", "the date is not closed", "end it with #, as in #2026-01-31#", "#2026-01-31"),
    ("#2026-02-30#", "#2026-02-30# is no date and no time", "write #2026-01-31#, #12:30:00# or", "#2026-02-30#"),
    ("#31/01/2026#", "#31/01/2026# is no date and no time", "write #2026-01-31#, #12:30:00# or", "#31/01/2026#"),
    (
        "100000000000000000000",
        "the number 100000000000000000000 is too long",
        "use at most 20 digits",
        "100000000000000000000",
    ),
    ("0.123456789", "the number 0.123456789 is too long", "use at most 20 digits", "0.123456789"),
]


@pytest.mark.parametrize(("text", "message", "hint", "part"), TYPES + SYNTAX)
def test_a_fault_names_its_part_and_the_mend(text: str, message: str, hint: str, part: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        check(text, WIDE)
    (fault,) = caught.value.faults
    assert fault.message.startswith(message)
    assert fault.hint.startswith(hint)
    assert text[fault.at : fault.to] == part


QUERIES = [
    ("Line.Ticket.Next.Id", "Ticket Identifier has no attribute Id", "get the Ticket first", "Line.Ticket.Next.Id"),
    ("Ticket.Next.Nxet", "Ticket has no attribute Nxet", "did you mean Next?", "Ticket.Next.Nxet"),
    ("Ticket.Status.Lable", "Status has no attribute Lable", "did you mean Label?", "Ticket.Status.Lable"),
    (
        "Ticket.Currency.Label",
        "Money.Currency is an enumeration of a library, whose records no query can look at",
        "compare the identifier itself",
        "Ticket.Currency.Label",
    ),
    (
        f"Ticket{'.Next' * 9}.Text1",
        "a query follows at most 8 references, one after another",
        "get the row first, and use its identifier in the query",
        f"Ticket{'.Next' * 9}.Text1",
    ),
    ("HasValue(Ticket)", "Ticket is the row that the query looks at, and no value", "use one of its", "Ticket"),
    ("If(True, Ticket, Found).Id", "If with rows or lists is computed before the query", "keep what it gives", "If"),
    ("If(Ticket.Boolean1, Found, Tickets[0]).Id", "If with rows or lists is computed before", "keep what", "If"),
    ("Words[Ticket.Integer1]", "an element of a list is computed before the query", "keep what it gives", "["),
    ("EncodeUrl(Ticket.Text1)", "EncodeUrl is computed before the query, and takes no", "keep what", "EncodeUrl"),
    ("Length(EncodeUrl(Ticket.Next.Text1))", "EncodeUrl is computed before the query", "keep what", "EncodeUrl"),
    (
        'Index(Ticket.Text1, "a", 2)',
        "Index with startIndex or searchFromEnd is computed before the query",
        "keep what it gives in an attribute of its own, or use it behind the query",
        "Index",
    ),
]


@pytest.mark.parametrize(("text", "message", "hint", "part"), QUERIES)
def test_what_a_query_cannot_compute_is_told(text: str, message: str, hint: str, part: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        check(text, QUERY)
    (fault,) = caught.value.faults
    assert fault.message.startswith(message)
    assert fault.hint.startswith(hint)
    assert text[fault.at : fault.to] == part


@pytest.mark.parametrize(
    "text",
    [
        *("EncodeUrl(Text2)", "Words[Integer2]", "If(Boolean2, Found, Tickets[0]).Id", 'Index(Text2, "a", 2)'),
        *("ToLower(Ticket.Text1)", 'Index(Ticket.Text1, "a", ignoreCase: True)', f"Ticket{'.Next' * 8}.Id"),
    ],
)
def test_a_query_computes_what_its_database_can_and_all_that_names_nothing_of_the_row(text: str) -> None:
    assert check(text, QUERY)


@pytest.mark.parametrize(
    ("text", "wanted", "hint"),
    [
        ("1.5", tree.INTEGER, "convert it: DecimalToInteger(…)"),
        ("DateTime1", tree.DATE, "convert it: DateTimeToDate(…)"),
        ("Text1", tree.BOOLEAN, "write a value of type Boolean"),
        ("NullTextIdentifier()", tree.TEXT, "convert it: IdentifierToText(…)"),
    ],
)
def test_the_whole_has_the_type_that_is_expected(text: str, wanted: DataType, hint: str) -> None:
    with pytest.raises(ExpressionError, match="the expression needs") as caught:
        check(text, WIDE, wanted)
    assert caught.value.faults[0].hint == hint


@pytest.mark.parametrize("given", TYPES_OF_VARIABLES)
@pytest.mark.parametrize("wanted", TYPES_OF_VARIABLES)
def test_the_function_that_a_hint_names_makes_it_right(given: str, wanted: str) -> None:
    with contextlib.suppress(ExpressionError):
        assert check(f"{given}1", WIDE, TYPES_OF_VARIABLES[wanted])
        return
    with pytest.raises(ExpressionError) as caught:
        check(f"{given}1", WIDE, TYPES_OF_VARIABLES[wanted])
    hint = caught.value.faults[0].hint
    if hint.startswith("convert it: "):
        assert check(hint.removeprefix("convert it: ").replace("…", f"{given}1"), WIDE, TYPES_OF_VARIABLES[wanted])


def test_all_faults_are_told_at_once_in_their_order() -> None:
    with pytest.raises(ExpressionError) as caught:
        check('If(Found.Subjekt = "a", Foo(Bar), True + Abs(Text1))', WIDE)
    assert [fault.message for fault in caught.value.faults] == [
        "Ticket has no attribute Subjekt",
        "there is no function Foo",
        "there is no Bar",
        "a number is needed, and this is Text",
    ]


def test_only_the_first_unknown_names_are_looked_for() -> None:
    with pytest.raises(ExpressionError) as caught:
        check("Txet1 + Txet2 + Txet1 + Txet2", WIDE)
    *first, last = [fault.hint for fault in caught.value.faults]
    assert first == ["did you mean Text1?", "did you mean Text2?", "did you mean Text1?"]
    assert last == "correct the names before it first"


def test_identifiers_of_two_entities_are_compared_with_a_warning() -> None:
    (warning,) = check("OrderId = CustomerId1", WIDE).warnings
    assert warning.message == "identifiers of Order and Customer are compared"
    assert check("OrderId = IntegerToIdentifier(7)", WIDE).warnings == ()
