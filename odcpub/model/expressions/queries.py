"""What a query makes of an expression: what belongs to the row that it looks at, and what no database computes. No I/O.

What names nothing of the row is computed once, before the query.
"""

from __future__ import annotations

from collections.abc import Iterator

from odcpub.model.elements import Basic
from odcpub.model.expressions.catalog import FUNCTIONS
from odcpub.model.expressions.functions import InQueries
from odcpub.model.expressions.syntax import Fault
from odcpub.model.expressions.tree import Call, Expression, Followed, Index, Kind, Literal, Member, Name, children

MAX_REFERENCES = 8
"""References that are followed one after another, each of which joins a table."""


def of_row(node: Expression) -> bool:
    """Whether it names the query's row."""
    return _is_row(node) or any(map(of_row, children(node)))


def is_attribute(node: Expression) -> bool:
    """Whether it is an attribute of the query's row, or of one that is followed to."""
    return isinstance(node, Member) and (isinstance(node.owner, Followed) or _is_row(node.owner))


def references(node: Expression) -> int:
    """How many references are followed to an attribute."""
    if isinstance(node, Followed):
        return 1 + references(node.owner)
    return references(node.owner) if isinstance(node, Member) else 0


def faults(node: Expression) -> Iterator[Fault]:
    """What of an expression no query can compute for each row."""
    if is_attribute(node):
        return
    if isinstance(node, Name) and _is_row(node):
        name = node.symbol.name
        message = f"{name} is the row that the query looks at, and no value"
        yield Fault(message, f"use one of its attributes: {name}.Id", node.at, node.at + len(name))
    elif (what := _before(node)) and of_row(node):
        message = f"{what} is computed before the query, and takes no attribute of its rows"
        hint = "keep what it gives in an attribute of its own, or use it behind the query"
        to = node.at + (len(node.function) if isinstance(node, Call) else 1)
        yield Fault(message, hint, node.at, to)
    else:
        for child in children(node):
            yield from faults(child)


def _is_row(node: Expression) -> bool:
    return isinstance(node, Name) and node.symbol.kind is Kind.ROW


def _before(node: Expression) -> str:
    """What no database computes, as messages call it; empty where one does."""
    if isinstance(node, Index):
        return "an element of a list"
    if not isinstance(node, Call):
        return ""
    if node.type.many or node.type.basic is Basic.STRUCTURE:
        return f"{node.function} with rows or lists"
    if node.function == "Index":
        start, backwards, ignore_case = node.arguments[2:]
        usual = all(isinstance(one, Literal) and not one.value for one in (start, backwards))
        return "" if usual and isinstance(ignore_case, Literal) else "Index with startIndex or searchFromEnd"
    return node.function if FUNCTIONS[node.function].in_queries is InQueries.BEFORE else ""
