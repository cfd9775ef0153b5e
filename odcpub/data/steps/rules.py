"""Steps on constraints and indexes. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from odcpub.data.locks import HazardKind, Lock, TableLock
from odcpub.data.steps.base import Step


@dataclass(frozen=True, slots=True)
class AddCheck(Step):
    """For rows that are written from now on."""

    operation = "add_check"

    name: str
    expression: str

    @property
    def summary(self) -> str:
        return f"limit {self.table} by {self.expression}"


@dataclass(frozen=True, slots=True)
class AddForeignKey(Step):
    """``validated``: of a table that is new, so that there are no rows to be looked at."""

    operation = "add_foreign_key"

    name: str
    column: str
    target: str
    on_delete: str
    validated: bool = False

    @property
    def summary(self) -> str:
        return f"{self.table}.{self.column} refers to {self.target}, on delete {self.on_delete}"

    @property
    def locks(self) -> tuple[TableLock, ...]:
        target = TableLock(self.target, Lock.SHARE_ROW_EXCLUSIVE)
        if self.validated:
            return (target,) if self.target != self.table else ()
        return (TableLock(self.table, self.lock), *((target,) if self.target != self.table else ()))


@dataclass(frozen=True, slots=True)
class Validate(Step):
    """``target``: the table that is referred to, where it is a reference."""

    operation = "validate"
    lock = Lock.SHARE_UPDATE_EXCLUSIVE

    name: str
    target: str = ""

    @property
    def summary(self) -> str:
        return f"check all rows of {self.table} for {self.name}"

    @property
    def scans(self) -> bool:
        return True

    @property
    def locks(self) -> tuple[TableLock, ...]:
        return _both(self, self.target, Lock.ROW_SHARE)


@dataclass(frozen=True, slots=True)
class DropConstraint(Step):
    """``target``: the table that was referred to, where it is a reference."""

    operation = "drop_constraint"

    name: str
    target: str = ""

    @property
    def summary(self) -> str:
        return f"drop constraint {self.name} of {self.table}"

    @property
    def locks(self) -> tuple[TableLock, ...]:
        return _both(self, self.target, Lock.ACCESS_EXCLUSIVE)


def _both(step: Step, target: str, lock: Lock) -> tuple[TableLock, ...]:
    """The locks of a step on its own table and on the one that it refers to."""
    own = (TableLock(step.table, step.lock),)
    return own if target in ("", step.table) else (*own, TableLock(target, lock))


@dataclass(frozen=True, slots=True)
class CreateIndex(Step):
    """``concurrent``: False for a table that is new."""

    operation = "create_index"
    lock = Lock.SHARE_UPDATE_EXCLUSIVE

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    concurrent: bool = False

    @property
    def summary(self) -> str:
        return f"{'unique index' if self.unique else 'index'} on {self.table} ({', '.join(self.columns)})"

    @property
    def scans(self) -> bool:
        return self.concurrent

    @property
    def locks(self) -> tuple[TableLock, ...]:
        return (TableLock(self.table, self.lock),) if self.concurrent else ()

    def _kinds(self) -> Iterator[HazardKind]:
        if self.concurrent:
            yield from (HazardKind.SCANS_TABLE, HazardKind.BUILDS_INDEX)


@dataclass(frozen=True, slots=True)
class DropIndex(Step):
    """Beside reads and writes."""

    operation = "drop_index"
    lock = Lock.SHARE_UPDATE_EXCLUSIVE

    name: str

    @property
    def summary(self) -> str:
        return f"drop index {self.name}"

    @property
    def concurrent(self) -> bool:
        return True

    def _kinds(self) -> Iterator[HazardKind]:
        yield HazardKind.DROPS_INDEX


@dataclass(frozen=True, slots=True)
class RenameIndex(Step):
    """The index stays as it is; only its name is another."""

    operation = "rename_index"

    name: str
    to: str

    @property
    def summary(self) -> str:
        return f"rename index {self.name} to {self.to}"

    @property
    def locks(self) -> tuple[TableLock, ...]:
        return ()
