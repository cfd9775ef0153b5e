"""What expressions of actions are worth in the Python model, and how they fail. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from odcpub.model.elements import Attribute, Basic, Computed, DataType, Function
from odcpub.model.expressions.check import check
from odcpub.model.expressions.evaluate import OutOfRange, Overflow, evaluate
from odcpub.model.expressions.scope import Scope
from odcpub.model.expressions.tree import Expression, Kind, Name, children
from tests.actions.values import Record, Refusal, Value

BEYOND = {
    "an Integer": f"it goes from {-(2**31)} to {2**31 - 1}.",
    "a Long Integer": f"it goes from {-(2**63)} to {2**63 - 1}.",
}


class World:
    """What an expression may look at besides its variables: settings, the moment, the app's name, rows by entity and
    identifier."""

    def __init__(self, settings: Mapping[str, Value], app: str, rows: Callable[[str, Value], Record | None]) -> None:
        self.settings, self.app, self.rows = settings, app, rows
        self.now = datetime.min

    def value(self, expression: Expression, variables: Mapping[str, Value]) -> Value:
        """Raises Refusal where it cannot be computed."""
        names: Any = {**self.settings, **variables}
        try:
            found: Any = evaluate(expression, names, self.now, self.app, self.rows)
        except Overflow as overflow:
            raise overflowing(overflow.fault.message) from overflow
        except OutOfRange as fault:
            at = _PLACE.search(fault.fault.message)
            raise no_element(int(at[1]) if at else None) from fault
        return cast("Value", found)

    def default(self, attribute: Attribute) -> Value:
        """What a variable, or an attribute of a new row, has at first."""
        found = attribute.default
        if isinstance(found, Function):
            found = Computed(f"{found.value}()")
        if not isinstance(found, Computed):
            return () if found is None and is_list(attribute.type) else found
        return self.value(check(found.text, Scope(), attribute.type).expression, {})


_PLACE = re.compile(r"none at (-?\d+)")


def no_element(index: int | None) -> Refusal:
    """The refusal of an index that a list does not have."""
    return Refusal("Index", f"The list has no element {'without an index' if index is None else index}.")


def fixed_parts(node: Expression) -> Iterator[Expression]:
    """The largest parts that name nothing of a query's row."""
    if not _of_row(node):
        yield node
        return
    for child in children(node):
        yield from fixed_parts(child)


def _of_row(node: Expression) -> bool:
    return (isinstance(node, Name) and node.symbol.kind is Kind.ROW) or any(map(_of_row, children(node)))


def overflowing(message: str) -> Refusal:
    """The sentence for the app's user of an evaluator's fault."""
    for type_, limits in BEYOND.items():
        if f"beyond {type_.partition(' ')[2]}," in message:
            return Refusal("Overflow", f"A calculation gives a number that {type_} cannot hold: {limits}")
    return Refusal("Overflow", "A calculation gives a number with more than 20 digits before the point.")


def within(type_: DataType, value: int | Decimal) -> Value:
    """A number that was computed, where its type holds it. Raises Refusal."""
    if type_.basic is Basic.LONG_INTEGER and not -(2**63) <= value < 2**63:
        raise overflowing("beyond Long Integer,")
    if not -(10**20) < value < 10**20:
        raise overflowing("")
    return value


def is_list(type_: DataType) -> bool:
    return type_.many
