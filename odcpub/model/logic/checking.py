"""What checking a step needs: its clauses, expressions in them, variables that they name. No I/O.

A part that is wrong is None, and nothing that follows from it is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from odcpub.errors import Place, Problem, Severity
from odcpub.model.elements import Basic, Clause, DataType, ServerAction, Step
from odcpub.model.expressions import rules
from odcpub.model.expressions.check import check
from odcpub.model.expressions.in_yaml import can_be
from odcpub.model.expressions.scope import Hearer, Scope
from odcpub.model.expressions.syntax import ExpressionError, Fault
from odcpub.model.expressions.tree import Expression, Kind
from odcpub.model.logic import tree
from odcpub.model.logic.steps import DIRECTION
from odcpub.model.logic.surroundings import Surroundings
from odcpub.model.logic.variables import Variables, record
from odcpub.model.problems import Code

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WORDS = re.compile(r"[A-Za-z]\w*(?:[,;:.!?]? [\w!?']+)+[.!?]*")
_NO_NAME = re.compile(r"there is no ([A-Za-z0-9_.]+)")
IN_BLOCK = "use it within its block: what a step makes is not known behind that"
"""The hint for a variable that is not known any more."""


class Clauses:
    """The clauses of a step, or of a case, by their keys."""

    __slots__ = ("_by_key", "kind", "place")

    def __init__(self, kind: str, clauses: Iterable[Clause], place: Place) -> None:
        self.kind = kind
        self.place = place
        self._by_key = {clause.key: clause for clause in clauses}

    @classmethod
    def of(cls, step: Step) -> Clauses:
        return cls(step.kind, step.clauses, step.place)

    def get(self, key: str) -> Clause | None:
        return self._by_key.get(key)

    @property
    def main(self) -> Clause | None:
        """What stands behind the step's kind."""
        return self._by_key.get(self.kind)

    def text(self, key: str) -> str:
        """The text of a clause, empty where there is none."""
        clause = self._by_key.get(key)
        return clause.text if clause else ""

    def members(self, key: str) -> tuple[Clause, ...]:
        clause = self._by_key.get(key)
        return clause.members if clause else ()

    def __contains__(self, key: str) -> bool:
        return key in self._by_key


class Checking:
    """Collects problems, and what the steps do with variables."""

    def __init__(self, action: ServerAction, around: Surroundings) -> None:
        self.action = action
        self.around = around
        self.problems: list[Problem] = []
        self.complete = True
        """False where a step has no tree: what it uses is not known."""
        self.hear: Hearer | None = None
        self.variables = Variables.of(around.symbols, (*action.inputs, *action.outputs, *action.locals))
        self.variables.unknown |= around.absent | around.unknown
        self.members = dict(around.members)
        self.scope = Scope(self.variables.symbols, self.members, around.statics)
        self.path = f"server_actions.{action.name}"

    def steps(self, steps: tuple[Step, ...]) -> tuple[tree.Step, ...]:
        """A block of steps, typed."""
        raise NotImplementedError

    def record_type(self, base: str, types: Mapping[str, DataType], many: bool = False) -> DataType:
        """The type of a record with such attributes that no element is: called ``base``, and numbered where that name
        has another meaning."""
        members = record(types)
        name, number = base, 1
        while name in self.members and self.members[name] != members:
            number += 1
            name = f"{base}{number}"
        self.members[name] = members
        return DataType(Basic.STRUCTURE, target=name, target_key=name, many=many)

    def error(self, code: Code, place: Place, message: str, hint: str) -> None:
        """Notes what is wrong with the action."""
        self.problems.append(Problem(str(code), message, hint, place, self.path))

    def warn(self, code: Code, place: Place, message: str, hint: str) -> None:
        """Notes what is worth a warning."""
        self.problems.append(Problem(str(code), message, hint, place, self.path, Severity.WARNING))

    def expression(self, clause: Clause | None, wanted: DataType | None, key: str = "") -> Expression | None:
        """The typed expression of a clause. ``key``: how problems call it, its own key unless said."""
        if clause is None:
            return None
        found = self.tried(clause, wanted)
        if isinstance(found, ExpressionError):
            self.tell(clause, found.faults, key or clause.key)
            return None
        return found

    def either(self, clause: Clause | None, wanted: DataType, other: DataType) -> Expression | None:
        """The expression of a clause as a ``wanted``, else as an ``other``."""
        if clause is None:
            return None
        found = self.tried(clause, wanted)
        if isinstance(found, ExpressionError):
            second = self.tried(clause, other)
            if isinstance(second, ExpressionError):
                self.tell(clause, found.faults, clause.key)
                return None
            found = second
        return found

    def heard(self, place: Place, text: str) -> None:
        """Tells who listens of an expression."""
        if self.hear:
            self.hear(place, text, self.scope)

    def tried(self, clause: Clause, wanted: DataType | None, reads: bool = True) -> Expression | ExpressionError:
        """The typed expression of a clause, or what is wrong with it. ``reads``: its variables are used."""
        self.heard(clause.place, clause.text)
        try:
            checked = check(clause.text, self.scope, wanted)
        except ExpressionError as error:
            return error
        for fault in checked.warnings:
            self.warn(Code.MIXED_IDENTIFIERS, _at(clause, fault), f"{clause.key}: {fault.message}", fault.hint)
        if reads:
            self.variables.note(checked.expression)
        return checked.expression

    def tell(self, clause: Clause, faults: tuple[Fault, ...], key: str) -> None:
        """Notes the faults of a clause's expression, where they follow from nothing that is told already."""
        if self.variables.unknown and not self.variables.unknown.isdisjoint(_WORD.findall(clause.text)):
            return
        for fault in faults:
            hint = self._better(clause.text, fault) or fault.hint
            self.error(Code.EXPRESSION, _at(clause, fault), f"{key}: {fault.message}", hint)

    def _better(self, text: str, fault: Fault) -> str:
        """A hint that only the place of an expression shows, empty for none."""
        if _WORDS.fullmatch(text) and not can_be(text):
            return f"for this text, write '\"{text}\"'"
        found = _NO_NAME.fullmatch(fault.message)
        if not found:
            return ""
        name, _, rest = found[1].partition(".")
        if name in self.variables.gone:
            return IN_BLOCK
        if name in self.around.rows:
            return f"get one first, and use the variable of its as: - get: {name}" if rest else ""
        row = next((one for one in self.variables.symbols.values() if one.kind is Kind.ROW), None)
        if row and name in self.members[row.type.target]:
            return f"write {row.name}.{name}"
        is_far = fault.hint.startswith("use one of") or "." in fault.hint.partition(" mean ")[2]
        return f"for this text, write '\"{text}\"'" if is_far and text.isidentifier() else ""

    def sort(self, clauses: Clauses, key: str) -> tuple[tree.Sort, ...] | None:
        """What a list of expressions orders by; each may end with ``asc`` or ``desc``."""
        found = []
        members = clauses.members(key)
        for member in members:
            direction = DIRECTION.search(member.text)
            text = member.text[: direction.start()] if direction else member.text
            value = self.expression(replace(member, text=text), None, key)
            if value is None:
                continue
            if value.type.many or value.type.basic in (Basic.BINARY_DATA, Basic.STRUCTURE):
                message = f"{key}: nothing is ordered by values of type {rules.spelled(value.type)}"
                self.error(Code.EXPRESSION, member.place, message, "order by numbers, texts or dates")
                continue
            found.append(tree.Sort(value, bool(direction and direction[1].lower() == "desc")))
        return tuple(found) if len(found) == len(members) else None


def _at(clause: Clause, fault: Fault) -> Place:
    """The place of a fault in a clause's text."""
    return clause.place.at(fault.at)
