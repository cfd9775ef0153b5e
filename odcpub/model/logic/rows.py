"""Checks the steps that read and change rows. No I/O."""

from __future__ import annotations

from odcpub.model.elements import Attribute, Basic, Clause, DataType, Entity, StaticEntity
from odcpub.model.expressions import tree as expressions
from odcpub.model.expressions.tree import Expression
from odcpub.model.logic import tree
from odcpub.model.logic.checking import Clauses
from odcpub.model.logic.steps import COMPUTED
from odcpub.model.logic.summaries import Summaries
from odcpub.model.logic.variables import UNKNOWN
from odcpub.model.problems import Code
from odcpub.text import listed, shown, suggest

_NO_DATA = "move the step to an action of the app, and give this one what it needs as inputs"


def row_type(row: Entity | StaticEntity, many: bool = False) -> DataType:
    """The type of a row, or of a list of such rows."""
    return DataType(Basic.STRUCTURE, target=row.name, target_key=row.key, many=many)


class Rows(Summaries):
    """The part of the checker that knows entities."""

    def get(self, clauses: Clauses) -> tree.Get | None:
        row = self._row(clauses)
        where = self._where(clauses, row)
        self._lockable(clauses, row)
        refuses = "optional" not in clauses
        variable = self.variable(clauses.get("as"), row_type(row) if row else UNKNOWN, refuses)
        if row is None or where is None or variable is None:
            return None
        return tree.Get(row.name, where, variable, "optional" in clauses, "for_update" in clauses, clauses.place)

    def query(self, clauses: Clauses) -> tree.Query | tree.Summary | None:
        row = self._row(clauses)
        if any(key in clauses for key in ("group_by", "count", *COMPUTED)):
            return self.summary(clauses, row)
        before = len(self.problems)
        self._lockable(clauses, row)
        where = self._where(clauses, row)
        sort = self._sorted(clauses, row)
        first = self.expression(clauses.get("first"), expressions.INTEGER)
        maximum = self.expression(clauses.get("maximum"), expressions.INTEGER)
        variable = self.variable(clauses.get("as"), row_type(row, many=True) if row else UNKNOWN)
        if row is None or variable is None or sort is None or len(self.problems) > before:
            return None
        locked = "for_update" in clauses
        return tree.Query(row.name, variable, where, sort, first, maximum, locked, clauses.place)

    def _lockable(self, clauses: Clauses, row: Entity | StaticEntity | None) -> None:
        if isinstance(row, StaticEntity) and (clause := clauses.get("for_update")):
            message = f"records of {row.name} never change: there is nothing to keep others from"
            self.error(Code.BAD_STEP, clause.place, message, "remove for_update")

    def _where(self, clauses: Clauses, row: Entity | StaticEntity | None) -> Expression | None:
        clause = clauses.get("where")
        if clause is None or row is None:
            return None
        with self.looking_at(row):
            return self.expression(clause, expressions.BOOLEAN)

    def _sorted(self, clauses: Clauses, row: Entity | StaticEntity | None) -> tuple[tree.Sort, ...] | None:
        if row is None:
            return None
        with self.looking_at(row):
            return self.sort(clauses, "sort")

    def _row(self, clauses: Clauses) -> Entity | StaticEntity | None:
        """The entity that a step is about."""
        clause = clauses.main
        if clause is None:
            return None
        row = self.around.rows.get(clause.text)
        if row is None:
            self._no_row(clauses.kind, clause)
        return row

    def _no_row(self, kind: str, clause: Clause) -> None:
        if self.around.is_library:
            self.error(Code.LIBRARY_DATA, clause.place, f"a library has no rows to {kind}", _NO_DATA)
        elif clause.text in self.around.statics:
            message = f"{clause.text} is a library's static entity, and has no table"
            hint = f"name its records in expressions: {clause.text}.Name"
            self.error(Code.LIBRARY_DATA, clause.place, message, hint)
        else:
            known = list(self.around.rows)
            hint = suggest(clause.text, known, f"use one of the app's entities: {listed(known) or 'it has none'}")
            self.error(Code.UNKNOWN_TARGET, clause.place, f"there is no entity {shown(clause.text)}", hint)

    def create(self, clauses: Clauses) -> tree.Create | None:
        row = self._row(clauses)
        if isinstance(row, StaticEntity):
            message = f"{row.name} is a static entity: a publish alone writes its records"
            self.error(Code.BAD_STEP, clauses.place, message, "create a row of an entity")
            row = None
        before = len(self.problems)
        values = self._values(clauses, row) if row else ()
        variable = self.variable(clauses.get("as"), row_type(row) if row else UNKNOWN)
        if row is None or len(self.problems) > before or ("as" in clauses and variable is None):
            return None
        return tree.Create(row.name, values, variable, clauses.place)

    def _values(self, clauses: Clauses, row: Entity) -> tuple[tree.Given, ...]:
        known = {one.name: one for one in row.attributes}
        values = self.given(clauses.members("with"), known, f"{row.name} has no attribute", "use one of its attributes")
        there = {member.key for member in clauses.members("with")}
        missing = [one.name for one in row.attributes if one.mandatory and one.default is None]
        if lacking := [name for name in missing if name not in there]:
            message = (
                f"a new {row.name} needs {listed(lacking)}, which {'is' if len(lacking) == 1 else 'are'} mandatory"
            )
            self.error(Code.MISSING_KEY, clauses.place, message, f"give it a value: with: {{ {lacking[0]}: … }}")
        return values

    def given(
        self, members: tuple[Clause, ...], known: dict[str, Attribute], nothing: str, otherwise: str
    ) -> tuple[tree.Given, ...]:
        """Values by name, in the order of ``known``. ``nothing`` and ``otherwise``: what is said of another name."""
        found: dict[str, Expression] = {}
        for member in members:
            one = known.get(member.key)
            if one is None:
                hint = suggest(member.key, known, f"{otherwise}: {listed(known) or 'there are none'}")
                if member.key == "Id" and nothing.endswith("attribute"):
                    hint = "leave it out: the database gives it"
                self.error(Code.BAD_CALL, member.key_place, f"{nothing} {shown(member.key)}", hint)
                self.expression(member, None)
            elif value := self.expression(member, None if self.is_unknown(one) else one.type):
                found[member.key] = value
        return tuple(tree.Given(name, found[name]) for name in known if name in found)

    def is_unknown(self, one: Attribute) -> bool:
        """Whether its type is wrong, which is told where it stands."""
        return one.type == UNKNOWN or one.name in self.variables.unknown

    def update(self, clauses: Clauses) -> tree.Update | None:
        row = self._changed(clauses)
        return tree.Update(row, clauses.place) if row else None

    def delete(self, clauses: Clauses) -> tree.Delete | None:
        row = self._changed(clauses)
        return tree.Delete(row, clauses.place) if row else None

    def _changed(self, clauses: Clauses) -> Expression | None:
        if self.around.is_library:
            self.error(Code.LIBRARY_DATA, clauses.place, f"a library has no rows to {clauses.kind}", _NO_DATA)
            return None
        return self.row_variable(clauses.main)
