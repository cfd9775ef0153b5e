"""Checks the steps of lists. No I/O."""

from __future__ import annotations

from dataclasses import replace

from odcpub.model.elements import Basic, Clause, DataType
from odcpub.model.expressions import rules
from odcpub.model.expressions import tree as expressions
from odcpub.model.expressions.tree import Expression, Kind, Symbol
from odcpub.model.logic import tree
from odcpub.model.logic.actions import reserved
from odcpub.model.logic.checking import Clauses
from odcpub.model.logic.naming import Naming
from odcpub.model.logic.variables import UNKNOWN
from odcpub.model.problems import Code

_NOT_DISTINCT = frozenset({Basic.BINARY_DATA, Basic.STRUCTURE})


def element(type_: DataType) -> DataType:
    """The type of a list's elements."""
    return replace(type_, many=False)


class Lists(Naming):
    """The part of the checker that knows lists."""

    def append(self, clauses: Clauses) -> tree.Append | None:
        target = self._list_target(clauses.get("to"))
        at = self.expression(clauses.get("at"), expressions.INTEGER)
        if target is None:
            self.expression(clauses.main, None)
            return None
        value = self.either(clauses.main, element(target.type), target.type)
        if value is None or ("at" in clauses and at is None):
            return None
        return tree.Append(value, target, at, clauses.place)

    def remove(self, clauses: Clauses) -> tree.Remove | None:
        index = self.expression(clauses.main, expressions.INTEGER)
        target = self._list_target(clauses.get("from"))
        return tree.Remove(index, target, clauses.place) if index and target else None

    def clear(self, clauses: Clauses) -> tree.Clear | None:
        target = self._list_target(clauses.main)
        return tree.Clear(target, clauses.place) if target else None

    def filter(self, clauses: Clauses) -> tree.Filter | None:
        values = self.list_of(clauses.main)
        found = self._condition(clauses, values)
        variable = self.variable(clauses.get("as"), values.type if values else UNKNOWN)
        if values is None or found is None or variable is None:
            return None
        return tree.Filter(values, *found, variable, clauses.place)

    def find(self, clauses: Clauses) -> tree.Find | None:
        values = self.list_of(clauses.main)
        found = self._condition(clauses, values)
        variable = self.variable(clauses.get("as"), expressions.INTEGER)
        if values is None or found is None or variable is None:
            return None
        return tree.Find(values, *found, variable, clauses.place)

    def order(self, clauses: Clauses) -> tree.Order | None:
        target = self._list_target(clauses.main)
        item = self._item(clauses.get("each"), target)
        if target is None or item is None:
            return None
        with self.variables.named(item):
            sort = self.sort(clauses, "by")
        return tree.Order(target, item, sort, clauses.place) if sort else None

    def distinct(self, clauses: Clauses) -> tree.Distinct | None:
        values = self.list_of(clauses.main)
        if values and values.type.basic in _NOT_DISTINCT and clauses.main:
            message = f"distinct does not compare values of type {rules.spelled(element(values.type))}"
            hint = "make a list of one of their attributes, and use that"
            self.error(Code.EXPRESSION, clauses.main.place, message, hint)
            values = None
        variable = self.variable(clauses.get("as"), values.type if values else UNKNOWN)
        return tree.Distinct(values, variable, clauses.place) if values and variable else None

    def list_of(self, clause: Clause | None) -> Expression | None:
        """A list that is read."""
        values = self.expression(clause, None)
        if values is None or clause is None or values.type.many:
            return values
        if values.type == UNKNOWN:
            return None
        message = f"{clause.key}: a list is needed, and this is {rules.spelled(values.type)}"
        self.error(Code.EXPRESSION, clause.place, message, "name a list")
        return None

    def _list_target(self, clause: Clause | None) -> Expression | None:
        """A list that is changed."""
        target = self.target(clause)
        if target is None or clause is None or target.type.many:
            return target
        if target.type == UNKNOWN:
            return None
        message = f"{clause.text} is {rules.spelled(target.type)}, and {clause.key} needs a list"
        self.error(Code.BAD_VARIABLE, clause.place, message, "name a variable that is a list")
        return None

    def _condition(self, clauses: Clauses, values: Expression | None) -> tuple[Symbol, Expression] | None:
        item = self._item(clauses.get("each"), values)
        if item is None:
            return None
        with self.variables.named(item):
            where = self.expression(clauses.get("where"), expressions.BOOLEAN)
        return (item, where) if where else None

    def _item(self, clause: Clause | None, values: Expression | None) -> Symbol | None:
        """What an element is called within a condition or an order."""
        if clause is None or values is None:
            return None
        name = clause.text
        what = self.around.taken.get(name.casefold()) or reserved(name)
        if self.variables.find(name) or self.variables.alike(name):
            what = "a variable already"
        if what:
            message = f"an element cannot be called {name}: that is {what}"
            self.error(Code.RESERVED_NAME, clause.place, message, "use another name")
            return None
        return Symbol(name, Kind.VARIABLE, element(values.type))
