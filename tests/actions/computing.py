"""What expressions of actions are worth in the Python model, and how they fail. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from odcpub.model.elements import Attribute, Basic, Computed, DataType, Function
from odcpub.model.expressions.check import check
from odcpub.model.expressions.evaluate import OutOfRange, Overflow, evaluate
from odcpub.model.expressions.scope import Scope
from odcpub.model.expressions.tree import Expression, Kind, Member, Name, Symbol
from tests.actions.database import Database
from tests.actions.values import Record, Refusal, Value, path_of

BEYOND = {
    "an Integer": f"it goes from {-(2**31)} to {2**31 - 1}.",
    "a Long Integer": f"it goes from {-(2**63)} to {2**63 - 1}.",
}


class World:
    """What an expression may look at besides its variables: settings, the moment, the app's name."""

    def __init__(self, settings: Mapping[str, Value], now: datetime, app: str) -> None:
        self.settings, self.now, self.app = settings, now, app

    def value(self, expression: Expression, variables: Mapping[str, Value]) -> Value:
        """Raises Refusal where it cannot be computed."""
        names: Any = {**self.settings, **variables}
        try:
            found: Any = evaluate(expression, names, self.now, self.app)
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


def of_row(node: Expression, row: Record, database: Database) -> tuple[Expression, dict[str, Value]]:
    """The expression with a variable for each part of the row that it names, and the variables' values; references are
    followed."""
    found: dict[str, Value] = {}

    def replaced(one: Any) -> Any:
        if isinstance(one, tuple):
            return tuple(map(replaced, one))
        if isinstance(one, Member):
            root, path, _ = path_of(one)
            if isinstance(root, Name) and root.symbol.kind is Kind.ROW:
                name = ".".join((root.symbol.name, *path))
                found[name] = followed(row, path, database)
                return Name(Symbol(name, Kind.VARIABLE, one.type))
        if isinstance(one, Expression) and not isinstance(one, Name):
            return replace(one, **{f.name: replaced(getattr(one, f.name)) for f in fields(one) if f.name != "at"})
        return one

    return replaced(node), found


def followed(row: Record, path: tuple[str, ...], database: Database) -> Value:
    """What a row has at the end of a path of references."""
    value: Value = row
    entity = row.of
    for name in path:
        if not isinstance(value, Record):
            value = database.find(entity, value)
        if not isinstance(value, Record):
            return None
        entity = next((one.type.target for one in database.attributes(value.of) if one.name == name), "")
        value = value[name]
    return value


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
