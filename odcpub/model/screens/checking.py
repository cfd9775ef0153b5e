"""What checking a part of a screen needs: its expressions, in the names that it may use. No I/O.

A part that is wrong is None, and nothing that follows from it is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from odcpub.errors import Place, Problem, Severity
from odcpub.model.elements import Basic, DataType, Entity, Formula, Part, Screen, SortKey
from odcpub.model.expressions import rules, tree
from odcpub.model.expressions.check import check
from odcpub.model.expressions.scope import Hearer, Scope
from odcpub.model.expressions.syntax import ExpressionError, Fault
from odcpub.model.expressions.tree import Expression, Kind, Name, children
from odcpub.model.problems import Code
from odcpub.model.screens.around import Around
from odcpub.model.screens.typed import Column, Rows, Sort

_NO_NAME = "there is no "
_NOT_SHOWN = frozenset({Basic.BINARY_DATA, Basic.STRUCTURE})


@dataclass(frozen=True, slots=True)
class Checking:
    """Checks one screen, or with ``path`` a part of it (``actions.CloseTicket``). ``places``: by path within the
    screen."""

    around: Around
    screen: Screen
    places: Mapping[str, Place]
    problems: list[Problem]
    path: str = ""
    hear: Hearer | None = None

    def within(self, path: str) -> Checking:
        """For a part of it."""
        return replace(self, path=path)

    def place(self, key: str) -> Place:
        return self.places.get(f"{self.path}.{key}" if self.path else key, self.screen.place)

    def report(self, code: Code, place: Place, message: str, hint: str) -> None:
        path = f"screens.{self.screen.name}"
        self.problems.append(Problem(str(code), message, hint, place, f"{path}.{self.path}" if self.path else path))

    def text(self, text: str, key: str, scope: Scope, wanted: DataType) -> Expression | None:
        """The typed expression of a key; None where it has none."""
        return self.formula(Formula(key, text, self.place(key)), scope, wanted) if text else None

    def formula(self, formula: Formula, scope: Scope, wanted: DataType | None = None) -> Expression | None:
        if self.hear:
            self.hear(formula.place, formula.text, scope)
        try:
            checked = check(formula.text, scope, wanted)
        except ExpressionError as error:
            for fault in error.faults:
                self.tell(formula, _of_row(fault, scope))
            return None
        for fault in checked.warnings:
            self._warning(formula, fault)
        for secret in _settings(checked.expression):
            if secret.symbol.secret:
                message = f"{secret.symbol.name} is a secret, and a page would tell of it"
                to = secret.at + len(secret.symbol.name)
                self.tell(formula, Fault(message, "use it in a server action", secret.at, to))
                return None
        return checked.expression

    def tell(self, formula: Formula, fault: Fault) -> None:
        """A fault of an expression as a problem."""
        message = f"{formula.name}: {fault.message}"
        self.report(Code.EXPRESSION, formula.place.at(fault.at), message, fault.hint)

    def _warning(self, formula: Formula, fault: Fault) -> None:
        message, place = f"{formula.name}: {fault.message}", formula.place.at(fault.at)
        path, code = f"screens.{self.screen.name}", str(Code.MIXED_IDENTIFIERS)
        self.problems.append(Problem(code, message, fault.hint, place, path, Severity.WARNING))

    def rows(self, entity: Entity, said: Screen | Part) -> Rows:
        """The rows that a list screen, or a part of a dashboard, is about."""
        scope = self.around.scope(entity)
        where = self.text(said.where, "where", scope, tree.BOOLEAN)
        columns = self._columns(said.columns, said.computed, entity)
        return Rows(entity, where, self._order(said.sort, scope), columns)

    def _order(self, sort: tuple[SortKey, ...], scope: Scope) -> tuple[Sort, ...]:
        found = []
        for key in sort:
            value = self.formula(Formula("sort", key.text, key.place), scope)
            if value is None:
                continue
            if value.type.many or value.type.basic in _NOT_SHOWN:
                message = f"sort: nothing is ordered by values of type {rules.spelled(value.type)}"
                self.report(Code.WRONG_TYPE, key.place, message, "order by numbers, texts or dates")
                continue
            found.append(Sort(value, key.descending))
        return tuple(found)

    def _columns(self, names: tuple[str, ...], computed: tuple[Formula, ...], entity: Entity) -> tuple[Column, ...]:
        attributes = {attribute.name: attribute for attribute in entity.attributes}
        formulas = {one.name: one for one in computed}
        scope = self.around.scope(entity)
        found: list[Column | None] = []
        for name in names:
            if name in formulas:
                found.append(self._computed(formulas[name], scope))
            elif attribute := attributes.get(name):
                found.append(Column(name, attribute.type, attribute))
        return tuple(column for column in found if column)

    def _computed(self, formula: Formula, scope: Scope) -> Column | None:
        value = self.formula(formula, scope)
        if value is None:
            return None
        type_ = value.type
        if type_.many or type_.basic in _NOT_SHOWN:
            message = f"{formula.name} cannot be a column: it is {rules.spelled(type_)}"
            self.report(Code.WRONG_TYPE, formula.place, message, "compute a text, a number, a date or an identifier")
            return None
        if type_.basic is Basic.IDENTIFIER and not type_.target:
            message = f"{formula.name} cannot be a column: it identifies a row of no certain entity"
            self.report(Code.WRONG_TYPE, formula.place, message, "name a reference, such as Ticket.Customer")
            return None
        return Column(formula.name, type_, value=value)


def _settings(node: Expression) -> Iterator[Name]:
    if isinstance(node, Name) and node.symbol.kind is Kind.SETTING:
        yield node
    for child in children(node):
        yield from _settings(child)


def _of_row(fault: Fault, scope: Scope) -> Fault:
    """A fault whose hint tells that an attribute's name lacks the row's."""
    for row in scope.symbols.values():
        if row.kind is not Kind.ROW:
            continue
        name = fault.message.removeprefix(_NO_NAME)
        if name != fault.message and name in scope.members.get(row.type.target, ()):
            return replace(fault, hint=f"write {row.name}.{name}")
    return fault
