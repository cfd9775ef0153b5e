"""A plan in the making. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from odcpub.data.migration import RowCheck
from odcpub.data.names import Names
from odcpub.data.rule_names import RuleKind
from odcpub.data.schema import Column, Referent, Table
from odcpub.data.steps import Step
from odcpub.model.elements import Asset
from odcpub.model.physical import physical
from odcpub.text import listed


@dataclass(slots=True)
class PlanBuilder:
    """A plan in the making: what both schemas say, and what has been decided so far."""

    live: Mapping[str, Table]
    target: Mapping[str, Table]
    names: Names
    runs: Asset | None = None
    not_valid: Collection[str] = ()
    steps: list[Step] = field(default_factory=list)
    checks: list[RowCheck] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notices: list[RowCheck] = field(default_factory=list)
    retyped: set[str] = field(default_factory=set)
    """Elements whose type change is refused: their rows can't be asked about in the new type's words."""

    def add(self, *steps: Step) -> None:
        """Appends steps; they are sorted when the plan is made."""
        self.steps += steps

    def hold(self, element: str, used_by: Sequence[str], why: str) -> None:
        """Refuses where something of others, made beside the model, would make PostgreSQL refuse the change."""
        if used_by:
            self.refusals.append(
                f"{element}: used by {listed(used_by)}; {why}; drop that before, and create it again afterwards"
            )

    def live_column(self, table: str, column: str) -> Column | None:
        """The column as the database has it; None where it has none, or no such table."""
        columns = self.live[table].columns if table in self.live else ()
        return next((there for there in columns if there.name == column), None)

    def comes_back(self, table: str, column: str) -> bool:
        """Whether nobody can correct the column's values: the version that runs has no such attribute."""
        if self.runs is None:
            return False
        found = (entity for entity in self.runs.entities if physical(entity.key) == table)
        return all(physical(attribute.key) != column for entity in found for attribute in entity.attributes)

    def loses_default(self, table: str, column: str) -> bool:
        """Whether a column that the model no longer names has a default which a model gave it, so that new rows would
        get a value that nobody entered; one that an administrator added keeps its own."""
        there = self.live_column(table, column)
        if there is None or there.default is None:
            return False
        named = self.runs is not None and not self.comes_back(table, column)
        return there.annotation.dropped or named

    def holds(self, table: str, column: str) -> Referent | None:
        """Whose identifiers a column of the database holds, by its annotation, else by its reference; None: unknown."""
        there = self.live_column(table, column)
        if there is None:
            return None
        keys = self.live[table].foreign_keys
        referred = (Referent(key.target) for key in keys if key.column == column and key.own)
        return there.annotation.refers or next(referred, None)

    def retargeted(self, table: str, column: str) -> bool:
        """Whether what the column holds would be taken for something else: for another entity's identifiers, for
        identifiers where it is plain values, for plain values where it is identifiers."""
        there = self.live_column(table, column)
        new = next((one for one in self.target[table].columns if one.name == column), None)
        if there is None or new is None:
            return False
        held, wanted = self.holds(table, column), new.annotation.refers
        if held and wanted:
            return held.identity != wanted.identity
        return self._refers(table, column) != (wanted is not None)

    def turning(self, table: str, column: str) -> bool:
        """Whether the column is turned by this plan, or was by one that is half way: something keeps it empty."""
        checks = self.live[table].checks if table in self.live else ()
        half = any(check.column == column and check.kind is RuleKind.EMPTY for check in checks)
        return half or self.retargeted(table, column)

    def _refers(self, table: str, column: str) -> bool:
        """Whether a column of the database holds identifiers, also where no annotation says whose: a limit to a
        library's records says so, too."""
        limits = (check for check in self.live[table].checks if check.column == column)
        return self.holds(table, column) is not None or any(check.kind is RuleKind.KNOWN for check in limits)

    def meant(self, refers: Referent | None) -> str:
        """An entity in the words of the model; a library's static entity by its first name; empty for none."""
        if refers is None:
            return ""
        return refers.entity if refers.library else self.names(physical(refers.entity))

    def is_new(self, table: str, column: str) -> bool:
        """Whether the database does not have the column yet."""
        return self.live_column(table, column) is None
