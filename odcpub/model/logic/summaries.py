"""Checks queries that compute values of many rows. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace

from odcpub.model.data_types import Family, of_family
from odcpub.model.elements import Basic, Clause, DataType, Entity, StaticEntity
from odcpub.model.expressions import rules
from odcpub.model.expressions import tree as expressions
from odcpub.model.expressions.tree import Expression, Kind, Symbol
from odcpub.model.logic import tree
from odcpub.model.logic.checking import Clauses
from odcpub.model.logic.naming import Naming
from odcpub.model.logic.steps import COMPUTED
from odcpub.model.logic.tree import Aggregation
from odcpub.model.logic.variables import UNKNOWN
from odcpub.model.problems import Code

_ORDERED = of_family(Family.NUMBER, Family.MOMENT, Family.TEXT)
_NO_GROUP = frozenset({Basic.BINARY_DATA, Basic.STRUCTURE})
_SUMS: Mapping[Basic, DataType] = {
    Basic.INTEGER: expressions.LONG_INTEGER,
    Basic.LONG_INTEGER: expressions.LONG_INTEGER,
    Basic.DECIMAL: expressions.DECIMAL,
    Basic.CURRENCY: expressions.CURRENCY,
}
_ONLY_GROUPS = {
    "sort": "without group_by there is one record, and nothing to sort",
    "maximum": "without group_by there is one record",
}
_NEVER = {
    "first": "first leaves out rows, and this query gives computed values",
    "for_update": "computed values cannot be locked",
}


class Summaries(Naming):
    """The part of the checker that knows ``count``, ``sum`` and their like."""

    def looking_at(self, row: Entity | StaticEntity) -> AbstractContextManager[None]:
        """Within, the entity's name is the row that a query looks at; its attributes go before records called so."""
        type_ = DataType(Basic.STRUCTURE, target=row.name, target_key=row.key)
        attributes = self.members[row.name] if isinstance(row, StaticEntity) else ()
        return self.variables.named(Symbol(row.name, Kind.ROW, type_), *(f"{row.name}.{name}" for name in attributes))

    def summary(self, clauses: Clauses, row: Entity | StaticEntity | None) -> tree.Summary | None:
        before = len(self.problems)
        self._fitting(clauses)
        if row is None:
            self.variable(clauses.get("as"), UNKNOWN)
            return None
        with self.looking_at(row):
            where = self.expression(clauses.get("where"), expressions.BOOLEAN)
            groups = self._groups(clauses)
            computed = self._computed(clauses)
        maximum = self.expression(clauses.get("maximum"), expressions.INTEGER)
        if not self._all_differ(clauses) or len(self.problems) > before:
            self.variable(clauses.get("as"), UNKNOWN)
            return None
        types = {one.name: one.value.type for one in groups} | {one.name: one.type for one in computed}
        type_ = self.record_type(clauses.text("as") or clauses.kind, types, many=bool(groups))
        variable = self.variable(clauses.get("as"), type_)
        sort = self._sort_of_groups(clauses, type_) if variable else None
        if variable is None or sort is None:
            return None
        return tree.Summary(row.name, variable, where, groups, computed, sort, maximum, clauses.place)

    def _fitting(self, clauses: Clauses) -> None:
        """Tells of clauses that mean nothing here."""
        wrong = dict(_NEVER) if "group_by" in clauses else _NEVER | _ONLY_GROUPS
        for key, message in wrong.items():
            if clause := clauses.get(key):
                self.error(Code.BAD_STEP, clause.place, message, f"remove {key}")

    def _all_differ(self, clauses: Clauses) -> bool:
        """Whether the names of the record's attributes differ, whatever their case."""
        known: dict[str, Clause] = {}
        members = [member for key in ("group_by", *COMPUTED) for member in clauses.members(key)]
        count = clauses.get("count")
        for member in (*members, *([replace(count, key=count.text)] if count else ())):
            if known.setdefault(member.key.casefold(), member) is not member:
                message = f"the query gives {member.key} twice"
                self.error(Code.DUPLICATE_NAME, member.place, message, "give one of them another name")
                return False
        return True

    def _groups(self, clauses: Clauses) -> tuple[tree.Given, ...]:
        found = []
        for member in clauses.members("group_by"):
            value = self.expression(member, None)
            if value is None:
                continue
            if value.type.many or value.type.basic in _NO_GROUP:
                message = f"rows are not grouped by values of type {rules.spelled(value.type)}"
                self.error(Code.EXPRESSION, member.place, message, "group by one of its attributes")
            else:
                found.append(tree.Given(member.key, value))
        return tuple(found)

    def _computed(self, clauses: Clauses) -> tuple[tree.Computed, ...]:
        found = []
        if count := clauses.get("count"):
            found.append(tree.Computed(count.text, Aggregation.COUNT, None, expressions.LONG_INTEGER))
        for key in COMPUTED:
            for member in clauses.members(key):
                value = self.expression(member, None)
                type_ = self._type_of(key, member, value) if value else None
                if type_:
                    found.append(tree.Computed(member.key, Aggregation(key), value, type_))
        return tuple(found)

    def _type_of(self, key: str, member: Clause, value: Expression) -> DataType | None:
        """The type of what is computed of many such values; None with a problem where that cannot be."""
        basic = value.type.basic
        if key in ("sum", "average"):
            if rules.is_number(value.type) and rules.calculable(value.type):
                result = _SUMS[basic]
                return result if key == "sum" or basic is Basic.CURRENCY else expressions.DECIMAL
            wanted = "a number"
        elif basic in _ORDERED and not value.type.many:
            return value.type
        else:
            wanted = "a number, text or date"
        message = f"{key}: {member.key} must be {wanted}, and is {rules.spelled(value.type)}"
        self.error(Code.EXPRESSION, member.place, message, f"name {wanted} of the row")
        return None

    def _sort_of_groups(self, clauses: Clauses, type_: DataType) -> tuple[tree.Sort, ...] | None:
        """``sort`` names the record by the variable of the list."""
        name = clauses.text("as")
        with self.variables.named(Symbol(name, Kind.VARIABLE, replace(type_, many=False))):
            return self.sort(clauses, "sort")
