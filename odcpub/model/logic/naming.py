"""Checks what steps name: variables that they set, make, save or delete. No I/O."""

from __future__ import annotations

import re
from dataclasses import replace

from odcpub.errors import Place
from odcpub.model.elements import NOWHERE, Basic, Clause, DataType
from odcpub.model.expressions import rules
from odcpub.model.expressions.syntax import ExpressionError
from odcpub.model.expressions.tree import Expression, Kind, Member, Name
from odcpub.model.logic import tree
from odcpub.model.logic.actions import reserved
from odcpub.model.logic.checking import IN_BLOCK, Checking
from odcpub.model.logic.steps import ERROR
from odcpub.model.logic.variables import UNKNOWN, root
from odcpub.model.problems import Code
from odcpub.text import listed, shown, suggest

_FIRST = re.compile(r"([A-Za-z][A-Za-z0-9_]*)(?:\..*)?")

_NOT_SET = {Kind.SETTING: "a setting", Kind.VARIABLE: "what was refused"}
_NO_VARIABLE = "no variable, and no part of one"


class Naming(Checking):
    """The part of the checker that knows what a name may be given to."""

    def target(self, clause: Clause | None, text: str = "") -> Expression | None:
        """What is to be set: a variable, or a part of one. ``text``: where it is the clause's key."""
        if clause is None:
            return None
        text = text or clause.text
        place = clause.key_place if clause.key_place != NOWHERE else clause.place
        self.heard(place, text)
        found = self._path(text) or self._written(replace(clause, text=text, place=place))
        if found is None:
            return None
        symbol = root(found)
        if symbol is None or symbol.kind is not Kind.VARIABLE or symbol.name == ERROR:
            what = _NOT_SET.get(symbol.kind, _NO_VARIABLE) if symbol else _NO_VARIABLE
            hint = f"use one of {listed(self.variables.names()) or 'its outputs or locals: it has none'}"
            self.error(Code.BAD_VARIABLE, place, f"{shown(text)} cannot be set: it is {what}", hint)
            return None
        self.variables.given.add(symbol.name)
        return found if self._can_be_set(found, place) else None

    def _path(self, text: str) -> Expression | None:
        """What names with points between lead to; None where that is something else, or wrong."""
        first, *rest = text.split(".")
        symbol = self.variables.find(first)
        found: Expression | None = Name(symbol) if symbol else None
        for name in rest:
            is_record = found and found.type.basic is Basic.STRUCTURE and not found.type.many
            known = self.members.get(found.type.target, {}).get(name) if found and is_record else None
            found = Member(found, name, known.type, known.key) if found and known else None
        return found

    def _written(self, clause: Clause) -> Expression | None:
        """A target that is written as any expression."""
        if self._is_unknown(clause.text, clause.place):
            return None
        found = self.tried(clause, None, reads=False)
        if isinstance(found, ExpressionError):
            self.tell(clause, found.faults, f"the target {shown(clause.text)}")
            return None
        return found

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
