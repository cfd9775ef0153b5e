"""Steps on tables, their columns and their records. No I/O."""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.data.locks import Lock, TableLock
from odcpub.data.schema import Annotation, Column, Record
from odcpub.data.steps.base import Step
from odcpub.errors import counted


@dataclass(frozen=True, slots=True)
class Clause:
    """A CHECK of a table that is made."""

    name: str
    expression: str


@dataclass(frozen=True, slots=True)
class CreateTable(Step):
    """With its checks, which hold for all rows there will be; its references and indexes are steps of their own."""

    operation = "create_table"

    columns: tuple[Column, ...]
    checks: tuple[Clause, ...] = ()

    @property
    def summary(self) -> str:
        return f"create table {self.table}"

    @property
    def locks(self) -> tuple[TableLock, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class AddColumn(Step):
    """Older rows get the column's default."""

    operation = "add_column"

    column: Column

    @property
    def summary(self) -> str:
        return f"add column {self.table}.{self.column.name} {self.column.type}"


@dataclass(frozen=True, slots=True)
class AlterType(Step):
    """``default``: the column's afterwards. ``had_default``: it has one, before or after, which goes meanwhile, so
    that none is cast by the way. ``guard``: an expression that holds for all values which survive, validated as a
    check first."""

    operation = "alter_type"

    column: str
    old: str
    type: str
    default: str | None = None
    had_default: bool = False
    guard: str = ""
    rewrites: bool = False

    @property
    def summary(self) -> str:
        return f"change {self.table}.{self.column} from {self.old} to {self.type}"

    @property
    def scans(self) -> bool:
        return self.rewrites or bool(self.guard)


@dataclass(frozen=True, slots=True)
class SetDefault(Step):
    """``default``: SQL; None where the column has none any more."""

    operation = "set_default"

    column: str
    default: str | None

    @property
    def summary(self) -> str:
        words = "set the default of" if self.default else "no default for"
        return f"{words} {self.table}.{self.column}"


@dataclass(frozen=True, slots=True)
class Annotate(Step):
    """Of a column, or of the table where ``column`` is empty."""

    operation = "annotate"
    lock = Lock.SHARE_UPDATE_EXCLUSIVE

    column: str
    annotation: Annotation

    @property
    def summary(self) -> str:
        what, kept = f"{self.table}.{self.column}" if self.column else self.table, self.annotation
        said = [f"was called {kept.name or kept.key}"] if kept.key else []
        said += [f"holds identifiers of {kept.refers.entity}"] if kept.refers else []
        said += ["is dropped"] if kept.dropped else []
        return f"note that {what} {' and '.join(said)}" if said else f"no note on {what}"


@dataclass(frozen=True, slots=True)
class DropNotNull(Step):
    """At once, for the version before as well."""

    operation = "drop_not_null"

    column: str

    @property
    def summary(self) -> str:
        return f"{self.table}.{self.column} may be empty"


@dataclass(frozen=True, slots=True)
class SetNotNull(Step):
    """By way of a check that is validated first, without the strong lock."""

    operation = "set_not_null"

    column: str

    @property
    def summary(self) -> str:
        return f"{self.table}.{self.column} is mandatory"

    @property
    def scans(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class AddFileRule(Step):
    """``column``: of the bytes."""

    operation = "add_file_rule"
    lock = Lock.SHARE_ROW_EXCLUSIVE

    name: str
    column: str

    @property
    def summary(self) -> str:
        return f"empty name and type of {self.table}.{self.column} where its bytes alone change"


@dataclass(frozen=True, slots=True)
class UpsertRecords(Step):
    """Of a static entity: new ones, and those of the same key that say something else."""

    operation = "upsert_records"
    lock = Lock.ROW_EXCLUSIVE

    records: tuple[Record, ...]

    @property
    def summary(self) -> str:
        return f"write {counted(len(self.records), 'record')} of {self.table}"


@dataclass(frozen=True, slots=True)
class DeactivateRecords(Step):
    """Of a static entity; rows that refer to them keep them. ``keys``: of the records."""

    operation = "deactivate_records"
    lock = Lock.ROW_EXCLUSIVE

    keys: tuple[str, ...]

    @property
    def summary(self) -> str:
        return f"deactivate {', '.join(self.keys)} of {self.table}"
