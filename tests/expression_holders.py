"""Variables that hold rows, structures and lists, with what expressions on them give."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import tree
from odcpub.model.expressions.check import check
from odcpub.model.expressions.evaluate import Worth
from odcpub.model.expressions.scope import Attribute, Scope
from odcpub.model.expressions.tree import Kind, Symbol
from tests.expression_edge import OUT_OF_RANGE
from tests.expression_values import RECORDS, values
from tests.expressions import CUSTOMER, SCOPE, STATUS, TYPES, Case, texts, variables

TICKET = DataType(Basic.STRUCTURE, target="Ticket")
LINE = DataType(Basic.STRUCTURE, target="Line")


def listed(type_: DataType) -> DataType:
    return replace(type_, many=True)


def _attributes(**types: DataType) -> Mapping[str, Attribute]:
    return {name: Attribute(type_, name) for name, type_ in types.items()}


MEMBERS = {
    "Customer": _attributes(Name=tree.TEXT),
    "Ticket": _attributes(
        Id=DataType(Basic.IDENTIFIER, target="Ticket"),
        Subject=tree.TEXT,
        Count=tree.INTEGER,
        Hours=tree.DECIMAL,
        Done=tree.BOOLEAN,
        Due=tree.DATE_TIME,
        Customer=CUSTOMER,
        Status=STATUS,
    ),
    "Line": _attributes(
        Number=tree.INTEGER,
        Ticket=TICKET,
        Tags=listed(tree.TEXT),
        Tickets=listed(TICKET),
        Days=listed(tree.DATE),
    ),
}
HOLDERS: Mapping[str, DataType] = {
    "Found": TICKET,
    "Line": LINE,
    "Tickets": listed(TICKET),
    "Lines": listed(LINE),
    "Words": listed(tree.TEXT),
    "Wholes": listed(tree.INTEGER),
    "Dues": listed(tree.DATE_TIME),
    "Customers": listed(CUSTOMER),
}
HOLDING = Scope(
    {**SCOPE.symbols, **{name: Symbol(name, Kind.VARIABLE, type_) for name, type_ in HOLDERS.items()}},
    MEMBERS,
    SCOPE.statics,
)


def ticket(**values: Worth) -> Mapping[str, Worth]:
    return dict.fromkeys(MEMBERS["Ticket"]) | values


def line(**values: Worth) -> Mapping[str, Worth]:
    return dict.fromkeys(MEMBERS["Line"]) | {"Tags": (), "Tickets": (), "Days": ()} | values


ONE = ticket(Id=7, Subject="Ink", Count=2, Hours=Decimal("1.5"), Done=True, Due="2026-01-31T10:30:00Z", Status="Open")
TWO = ticket(Id=2**53 + 1, Subject="Paper", Customer=3)
GIVEN: Mapping[str, Worth] = {
    "Integer1": 1,
    "Found": ONE,
    "Line": line(Number=5, Ticket=TWO, Tags=("a", None, "b"), Tickets=(TWO, ONE), Days=("2026-01-31",)),
    "Tickets": (ONE, TWO, None),
    "Lines": (line(), line(Tags=("x",), Ticket=ONE)),
    "Words": ("one", "two", None),
    "Wholes": (1, -1, None, 2**31 - 1),
    "Dues": ("2026-01-31T10:30:00.5Z",),
    "Customers": (3, 4),
}
"""Values of variables; those that are not here have none."""
CASES: tuple[tuple[str, Worth], ...] = (
    ("Found.Subject", "Ink"),
    ('Found.Subject + "!" + Found.Id', "Ink!7"),
    ("Found.Hours * Found.Count", Decimal(3)),
    ("Found.Done and Found.Status = Status.Open", True),
    ("Found.Customer = Tickets[1].Customer", False),
    ("Found.Customer = NoValue()", True),
    ("AddDays(Found.Due, 1)", "2026-02-01T10:30:00Z"),
    ("HasValue(Found)", True),
    ("HasValue(Tickets[2])", False),
    ("Tickets[2].Subject", None),
    ("Tickets[2].Id = NoValue()", True),
    ("Tickets[Integer1].Subject", "Paper"),
    ("Tickets[Tickets.Length - 2].Id", 2**53 + 1),
    ("Tickets.Length", 3),
    ("Tickets.Length + 1 > 3 and not Tickets.Empty", True),
    ("Line.Ticket.Subject", "Paper"),
    ("Line.Tickets[1].Subject", "Ink"),
    ("Line.Tags[0] + Line.Tags[1] + Line.Tags[2]", "ab"),
    ("Line.Days[0]", "2026-01-31"),
    ("Lines[1].Tags.Length + Lines[0].Tags.Length", 1),
    ("Lines[0].Ticket.Subject", None),
    ("Lines[0].Tickets.Empty", True),
    ("Words[0] < Words[1]", True),
    ("Words[2]", None),
    ("Wholes[0] + Wholes[1]", 0),
    ("Wholes[2] + 1", None),
    ("Wholes[3] - Wholes[0]", 2**31 - 2),
    ("Dues[0]", "2026-01-31T10:30:00.5Z"),
    ("Customers[0] = Customers[1]", False),
    ("Customers[0]", 3),
    ("If(Boolean1, Found, Tickets[1]).Subject", "Paper"),
    ("If(Boolean1, Found, NoValue()).Subject", None),
    ("If(Boolean1, Words, NoValue()).Length", 0),
    ("If(True, Words, Line.Tags)[0]", "one"),
    ("(If(False, NoValue(), Tickets))[0].Hours", Decimal("1.5")),
    ('"a" + Wholes.Length + Words.Empty', "a4False"),
    ("Substr(Words[1], Wholes[0], 1)", "w"),
    ("Words[3]", OUT_OF_RANGE),
    ("Words[-Integer1]", OUT_OF_RANGE),
    ("Words[Integer2]", OUT_OF_RANGE),
    ("Line.Tickets[2].Subject", OUT_OF_RANGE),
    ("If(Words.Length > 3, Words[3], Words[0])", "one"),
    ("Words.Length > 3 and HasValue(Words[3])", False),
)
"""Expressions and what they give, with GIVEN."""


def holding(text: str) -> Case:
    """The expression with the values that its variables are given."""
    expression = check(text, HOLDING).expression
    names = {name: GIVEN.get(name) for name in sorted(variables(expression))}
    return Case(text, expression.type, expression, names)


_PATHS: Mapping[str, tuple[str, ...]] = {
    "Text1": (
        *("Found.Subject", "Words[¤]", "Line.Tags[¤]", "Tickets[¤].Subject", "Line.Ticket.Subject"),
        *(
            "Lines[¤].Tickets[¤].Subject",
            "If(Boolean2, Found, Tickets[¤]).Subject",
            "If(Boolean2, Words, Line.Tags)[¤]",
        ),
    ),
    "Integer1": ("Found.Count", "Wholes[¤]", "Words.Length", "Line.Tickets.Length", "Lines[¤].Number"),
    "Decimal1": ("Found.Hours", "Line.Ticket.Hours", "Tickets[¤].Hours"),
    "Boolean1": ("Found.Done", "Tickets.Empty", "HasValue(Found)", "HasValue(Tickets[¤])", "HasValue(Line.Ticket)"),
    "DateTime1": ("Found.Due", "Dues[¤]", "Line.Tickets[¤].Due"),
    "Date1": ("Line.Days[¤]", "Lines[¤].Days[¤]"),
    "CustomerId1": ("Found.Customer", "Customers[¤]", "Line.Ticket.Customer"),
    "StatusId1": ("Found.Status", "Tickets[¤].Status"),
}
"""What may stand for a variable; ``¤`` is an index."""
_INDEXES = ("0", "0", "0", "1", "2", "Integer2", "Words.Length - 1", "Wholes[0]")
_NAMES = re.compile(rf"\b({'|'.join(_PATHS)})\b")


@st.composite
def cases_of_holders(draw: st.DrawFn, type_: DataType | None = None) -> Case:
    """Expressions on rows, structures and lists, most of whose indexes have an element."""
    wanted = type_ or draw(st.sampled_from([tree.TEXT, tree.TEXT, tree.BOOLEAN, tree.INTEGER, *TYPES.values()]))
    text = _NAMES.sub(lambda found: draw(st.sampled_from(_PATHS[found[1]])), draw(texts(wanted, depth=3)))
    text = re.sub("¤", lambda _: draw(st.sampled_from(_INDEXES)), text)
    expression = check(text, HOLDING, wanted).expression
    names = {name: draw(_worth(HOLDING.symbols[name].type)) for name in sorted(variables(expression))}
    return Case(text, wanted, expression, names)


def _worth(type_: DataType) -> st.SearchStrategy[Worth]:
    """A value of any type, or none; lists have an element or more mostly."""
    if type_.many:
        element = _worth(replace(type_, many=False))
        return st.lists(element, min_size=1, max_size=3).map(tuple) | st.just(())
    if type_.basic is not Basic.STRUCTURE:
        known = st.sampled_from(RECORDS) if type_ == STATUS else values(type_)
        return st.one_of(known, known, known, st.none())
    row = st.fixed_dictionaries({name: _worth(one.type) for name, one in MEMBERS[type_.target].items()})
    return st.one_of(row, row, row, st.none())
