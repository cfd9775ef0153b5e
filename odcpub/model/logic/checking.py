"""What checking a step needs: its clauses, expressions in them, variables that they name. No I/O.

A part that is wrong is None, and nothing that follows from it is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from odcpub.errors import Place, Problem, Severity
from odcpub.model.elements import NOWHERE, Basic, Clause, DataType, ServerAction, Step
from odcpub.model.expressions import rules
from odcpub.model.expressions.check import check
from odcpub.model.expressions.in_yaml import can_be
from odcpub.model.expressions.scope import Scope
from odcpub.model.expressions.syntax import ExpressionError, Fault
from odcpub.model.expressions.tree import Expression, Kind, Member, Name
from odcpub.model.logic import tree
from odcpub.model.logic.actions import reserved
from odcpub.model.logic.steps import DIRECTION
from odcpub.model.logic.surroundings import Surroundings
from odcpub.model.logic.variables import UNKNOWN, Variables, root
from odcpub.model.problems import Code
from odcpub.text import listed, shown, suggest

_FIRST = re.compile(r"([A-Za-z][A-Za-z0-9_]*)(?:\..*)?")
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
        self.variables = Variables.of(around.symbols, (*action.inputs, *action.outputs, *action.locals))
        self.variables.unknown |= around.absent
        self.members = dict(around.members)
        self.scope = Scope(self.variables.symbols, self.members, around.statics)
        self.path = f"server_actions.{action.name}"

    def steps(self, steps: tuple[Step, ...]) -> tuple[tree.Step, ...]:
        """A block of steps, typed."""
        raise NotImplementedError

    def error(self, code: Code, place: Place, message: str, hint: str) -> None:
        self.problems.append(Problem(str(code), message, hint, place, self.path))

    def warn(self, code: Code, place: Place, message: str, hint: str) -> None:
        self.problems.append(Problem(str(code), message, hint, place, self.path, Severity.WARNING))

    def expression(self, clause: Clause | None, wanted: DataType | None, key: str = "") -> Expression | None:
        """The typed expression of a clause. ``key``: how problems call it, its own key unless said."""
        if clause is None:
            return None
        found = self._tried(clause, wanted)
        if isinstance(found, ExpressionError):
            self._tell(clause, found.faults, key or clause.key)
            return None
        return found

    def either(self, clause: Clause | None, wanted: DataType, other: DataType) -> Expression | None:
        """The expression of a clause as a ``wanted``, else as an ``other``."""
        if clause is None:
            return None
        found = self._tried(clause, wanted)
        if isinstance(found, ExpressionError):
            second = self._tried(clause, other)
            if isinstance(second, ExpressionError):
                self._tell(clause, found.faults, clause.key)
                return None
            found = second
        return found

    def _tried(self, clause: Clause, wanted: DataType | None, reads: bool = True) -> Expression | ExpressionError:
        try:
            checked = check(clause.text, self.scope, wanted)
        except ExpressionError as error:
            return error
        for fault in checked.warnings:
            self.warn(Code.MIXED_IDENTIFIERS, _at(clause, fault), f"{clause.key}: {fault.message}", fault.hint)
        if reads:
            self.variables.note(checked.expression)
        return checked.expression

    def _tell(self, clause: Clause, faults: tuple[Fault, ...], key: str) -> None:
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

    def target(self, clause: Clause | None, text: str = "") -> Expression | None:
        """What is to be set: a variable, or a part of one. ``text``: where it is the clause's key."""
        if clause is None:
            return None
        text = text or clause.text
        if self._is_unknown(text, place := clause.key_place if clause.key_place != NOWHERE else clause.place):
            return None
        target = replace(clause, text=text, place=place)
        found = self._tried(target, None, reads=False)
        if isinstance(found, ExpressionError):
            self._tell(target, found.faults, f"the target {shown(text)}")
            return None
        symbol = root(found)
        if symbol is None or symbol.kind is not Kind.VARIABLE:
            what = "a setting" if symbol and symbol.kind is Kind.SETTING else "no variable, and no part of one"
            hint = f"use one of {listed(self.variables.names()) or 'its outputs or locals: it has none'}"
            self.error(Code.BAD_VARIABLE, place, f"{shown(text)} cannot be set: it is {what}", hint)
            return None
        self.variables.given.add(symbol.name)
        return found if self._can_be_set(found, place) else None

    def _is_unknown(self, text: str, place: Place) -> bool:
        """Whether a target begins with a name that nothing has."""
        found = _FIRST.fullmatch(text)
        if not found or found[1] in self.variables.unknown or self.variables.find(found[1]):
            return False
        if any(one == found[1] or one.startswith(f"{found[1]}.") for one in self.variables.symbols):
            return False
        name = found[1]
        hint = (
            IN_BLOCK if name in self.variables.gone else suggest(name, self.variables.names(), "add it to the locals")
        )
        self.error(Code.BAD_VARIABLE, place, f"there is no variable {shown(name)}", hint)
        return True

    def _can_be_set(self, target: Expression, place: Place) -> bool:
        if not isinstance(target, Member):
            return True
        owner = target.owner.type
        row = self.around.rows.get(owner.target) if owner.basic is Basic.STRUCTURE else None
        if row and owner.target in self.around.statics:
            message = f"{target.name} cannot be set: records of {owner.target} never change"
            self.error(Code.BAD_VARIABLE, place, message, "set another variable")
            return False
        if row and target.name == "Id":
            message = f"Id cannot be set: it identifies the {owner.target}"
            self.error(Code.BAD_VARIABLE, place, message, "create another row, or get it")
            return False
        return True

    def variable(self, clause: Clause | None, type_: DataType, checks: bool = False) -> tree.Variable | None:
        """The variable that gets a result of ``type_``: a new one, or one from before. ``checks``: the step means
        something though nothing uses the variable."""
        if clause is None:
            return None
        name = clause.text
        known = self.variables.find(name)
        if known is None:
            if not self._is_free(name, clause.place):
                return None
            if not checks:
                self.variables.made[name] = clause.place
            return self.variables.add(name, type_)
        self.variables.given.add(name)
        if UNKNOWN in (type_, known.type):
            return None
        if not rules.same(known.type, type_):
            message = f"{name} is {rules.spelled(known.type)}, and this gives {rules.spelled(type_)}"
            self.error(Code.BAD_VARIABLE, clause.place, message, "use another name: it makes a new variable")
            return None
        return tree.Variable(known, declares=False)

    def _is_free(self, name: str, place: Place) -> bool:
        """Whether a new variable may be called so."""
        if what := self.around.taken.get(name.casefold()) or reserved(name):
            message = f"a variable cannot be called {name}: that is {what}"
            self.error(Code.RESERVED_NAME, place, message, "use another name")
        elif alike := self.variables.alike(name):
            message = f"{name} and the variable {alike} differ in case alone"
            self.error(Code.DUPLICATE_NAME, place, message, f"write {alike} for that one, or use another name")
        else:
            return True
        self.variables.unknown.add(name)
        return False

    def row_variable(self, clause: Clause | None) -> Expression | None:
        """The variable of a row that is to be saved or deleted."""
        if clause is None:
            return None
        symbol = self.variables.find(clause.text)
        if symbol is None or symbol.type == UNKNOWN:
            if clause.text not in self.variables.unknown:
                rows = [name for name in self.variables.names() if self._is_row(self.variables.symbols[name].type)]
                otherwise = f"use one of {listed(rows)}" if rows else "get it first: - get: Ticket"
                hint = IN_BLOCK if clause.text in self.variables.gone else suggest(clause.text, rows, otherwise)
                message = f"there is no variable {shown(clause.text)}"
                self.error(Code.BAD_VARIABLE, clause.place, message, hint)
            return None
        self.variables.used.add(symbol.name)
        if not self._is_row(symbol.type):
            message = f"{symbol.name} is no row of an entity: it is {rules.spelled(symbol.type)}"
            hint = "name a variable that get, query or create gave"
            if symbol.type.many:
                hint = f"do it for each element: - for_each: {symbol.name}"
            self.error(Code.BAD_VARIABLE, clause.place, message, hint)
            return None
        if symbol.type.target in self.around.statics:
            message = f"records of the static entity {symbol.type.target} never change"
            self.error(Code.BAD_STEP, clause.place, message, "remove the step: a publish alone writes them")
            return None
        return Name(symbol)

    def _is_row(self, type_: DataType) -> bool:
        return type_.basic is Basic.STRUCTURE and not type_.many and type_.target in self.around.rows


def _at(clause: Clause, fault: Fault) -> Place:
    """The place of a fault in a clause's text."""
    return clause.place.at(fault.at)
