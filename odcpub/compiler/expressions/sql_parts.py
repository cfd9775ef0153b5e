"""Pieces of SQL with what is known of their values; what the printer of queries is made of. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString, Protocol

from odcpub.compiler.marked import Sql
from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import tree
from odcpub.model.expressions.tree import Call, Expression, Member, Name
from odcpub.model.expressions.written import written


@dataclass(frozen=True, slots=True)
class Part:
    """``sql`` gives a value of its type. ``nullable``: False where it never is NULL; ``nothing``: it always is.
    ``atom``: needs no brackets. ``plain``: a column or parameter, which costs nothing where it is written twice."""

    sql: Sql
    nullable: bool = True
    atom: bool = True
    nothing: bool = False
    plain: bool = False

    @property
    def inner(self) -> Sql:
        """As an operand."""
        return self.sql if self.atom else Sql.code("({})", self.sql)


class Names(Protocol):
    """Where values come from: a column or parameter for each name."""

    def symbol(self, name: Name) -> Part: ...

    def member(self, member: Member) -> Part: ...

    def constant(self, name: str) -> Sql:
        """One of the texts in ``odcpub.model.expressions.letters``."""


class NotInQueries(ValueError):
    """A part that PostgreSQL cannot compute as everywhere else; ``part`` is what must be computed before the query."""

    def __init__(self, part: Expression) -> None:
        what = part.function if isinstance(part, Call) else written(part)
        super().__init__(f"{what} cannot be computed in the database")
        self.part = part


TYPES: Mapping[Basic, LiteralString] = {
    Basic.TEXT: "text",
    Basic.EMAIL: "text",
    Basic.PHONE_NUMBER: "text",
    Basic.INTEGER: "integer",
    Basic.LONG_INTEGER: "bigint",
    Basic.DECIMAL: "numeric",
    Basic.CURRENCY: "numeric",
    Basic.BOOLEAN: "boolean",
    Basic.DATE: "date",
    Basic.TIME: "time",
    Basic.DATE_TIME: "timestamptz",
    Basic.BINARY_DATA: "bytea",
}


def null(type_: DataType) -> Part:
    """No value of a type."""
    sql = Sql.code("NULL")
    if type_ == tree.IDENTIFIER:
        sql = Sql.code("NULL::bigint")
    elif type_ == tree.TEXT_IDENTIFIER:
        sql = Sql.code("NULL::text")
    elif type_.basic is not Basic.IDENTIFIER:
        sql = Sql.code("NULL::" + TYPES[type_.basic])
    return Part(sql, nothing=True)


def text_of(part: Part) -> Sql:
    """A text that is '' instead of NULL."""
    return Sql.code("coalesce({}, '')", part.sql) if part.nullable else part.sql


_AS_TEXT: Mapping[Basic, LiteralString] = {
    Basic.INTEGER: "{}::text",
    Basic.LONG_INTEGER: "{}::text",
    Basic.DECIMAL: "trim_scale({})::text",
    Basic.CURRENCY: "trim_scale({})::text",
    Basic.BOOLEAN: "CASE {} WHEN true THEN 'True' WHEN false THEN 'False' END",
    Basic.DATE: "to_char({}, 'YYYY-MM-DD')",
    Basic.TIME: "rtrim(rtrim(to_char(date '2000-01-01' + {}, 'HH24:MI:SS.US'), '0'), '.')",
    Basic.DATE_TIME: "rtrim(rtrim(to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), '0'), '.')",
    Basic.IDENTIFIER: "{}::text",
}


def as_text(part: Part, type_: DataType) -> Part:
    """A value as the functions …ToText write it."""
    form: LiteralString | None = _AS_TEXT.get(type_.basic)
    return part if form is None else Part(Sql.code(form, part.inner), part.nullable)
