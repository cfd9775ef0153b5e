"""A query's row, what it refers to, and random conditions on it: for the tests of SQL and of Python."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hypothesis import strategies as st

from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import tree
from odcpub.model.expressions.scope import Attribute, Scope
from odcpub.model.expressions.tree import Kind, Symbol
from tests.expression_holders import HOLDING
from tests.expressions import REPEATABLE, SCOPE, STATUS, VARIABLES, texts

TICKETS = DataType(Basic.STRUCTURE, target="Ticket", target_key="Issue")
"""The row's entity was once called Issue."""
NEXT = DataType(Basic.IDENTIFIER, target="Ticket", target_key="Issue")
STATUS_ID = DataType(Basic.IDENTIFIER, target="Status", target_key="Status")
ROW = Symbol("Ticket", Kind.ROW, TICKETS)
ATTRIBUTES: Mapping[str, DataType] = {name: type_ for name, type_ in VARIABLES.items() if name.endswith("1")}
"""The row has those variables' names that end with 1 as attributes; the others are parameters."""
MEMBERS: Mapping[str, Mapping[str, Attribute]] = {
    "Ticket": {
        "Id": Attribute(NEXT, "Id"),
        "Next": Attribute(NEXT, "Following"),
        "Status": Attribute(STATUS_ID, "Status"),
        "Currency": Attribute(DataType(Basic.IDENTIFIER, target="Money.Currency"), "Currency"),
        "Photo": Attribute(tree.BINARY_DATA, "Photo"),
        **{name: Attribute(type_, f"First{name}") for name, type_ in ATTRIBUTES.items()},
    },
    "Status": {
        "Id": Attribute(STATUS_ID, "Id"),
        "Label": Attribute(tree.TEXT, "Label"),
        "Order": Attribute(tree.INTEGER, "Order"),
        "Is_Active": Attribute(tree.BOOLEAN, "Is_Active"),
    },
}
QUERY = Scope(
    {
        **{name: symbol for name, symbol in HOLDING.symbols.items() if name not in ATTRIBUTES},
        "Ticket": ROW,
    },
    {**HOLDING.members, **MEMBERS, "Money.Currency": MEMBERS["Status"]},
    SCOPE.statics | {"Money.Currency"},
)
_VARIABLE = re.compile(rf"\b({'|'.join(ATTRIBUTES)})\b")
_OWNERS = ("Ticket", "Ticket", "Ticket.Next", "Ticket.Next.Next")


@st.composite
def conditions(draw: st.DrawFn, type_: DataType = tree.BOOLEAN) -> str:
    """Texts of expressions on the row and on those that it refers to."""
    text = draw(texts(type_, REPEATABLE - {"CurrTime"}))
    return _VARIABLE.sub(lambda found: f"{draw(st.sampled_from(_OWNERS))}.{found[1]}", text)


assert STATUS.target in QUERY.statics
