"""One query in PostgreSQL: its table, joins for the references that its expressions follow, parameters. Pure, no I/O.

What names nothing of the row is a parameter, computed once before the query. Where it could be refused (an overflow, an
index without element) and a condition of the same kind stands before it, as in ``Words.Empty or Ticket.Subject =
Words[0]``, it is computed only if that condition asks for it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import LiteralString

from odcpub.compiler.expressions import sql
from odcpub.compiler.expressions.sql_parts import TYPES, Part
from odcpub.compiler.literals import sql_name, sql_number
from odcpub.compiler.marked import Sql
from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import rules, tree
from odcpub.model.expressions.queries import is_attribute, of_row
from odcpub.model.expressions.tree import (
    Binary,
    Call,
    Convert,
    Expression,
    Followed,
    Index,
    Kind,
    Literal,
    Member,
    Name,
    Operator,
    Symbol,
    Unary,
    children,
)
from odcpub.model.physical import physical

_Guard = tuple[Expression, ...]
"""Conditions without attributes of the row, all of which are True where a part is needed."""


class Query:
    """What the expressions of one query need: print them first, then ask for ``source`` and ``parameters``.

    ``row``: the symbol of kind ROW, whose type has its entity's first name. ``statics``: static entities, whose
    identifiers are texts. ``sure``: variables that always have a value. The row is ``t`` in the SQL, its tables are
    those of the search path."""

    def __init__(self, row: Symbol, statics: Collection[str], sure: Collection[Symbol] = ()) -> None:
        self._row = row
        self._statics = statics
        self._sure = sure
        self._aliases: dict[Followed, Sql] = {}
        self._numbers: dict[Expression, int] = {}

    def condition(self, node: Expression) -> Sql:
        """SQL that is true exactly for the rows where ``node`` is True."""
        return sql.condition(self._lifted(node, ()), self)

    def value(self, node: Expression) -> Sql:
        """SQL that gives the value of ``node``."""
        return sql.value(self._lifted(node, ()), self).sql

    def order(self, node: Expression, descending: bool = False) -> Sql:
        """What rows are sorted by: texts by code points, no value last."""
        form: LiteralString = "{}"
        if rules.is_text(node.type) or self._cast(node.type) == TYPES[Basic.TEXT]:
            form += ' COLLATE "C"'
        elif isinstance(node, Literal):
            form += "::" + self._cast(node.type)  # else the number of a column
        form += " DESC NULLS LAST" if descending else ""
        return Sql.code(form, sql.value(self._lifted(node, ()), self).inner)

    @property
    def source(self) -> Sql:
        """What stands behind FROM: the row's table and those that are joined, in the order they were first named."""
        return Sql.joined(" ", (Sql.code("{} t", _table(self._row.type)), *self.joins))

    @property
    def joins(self) -> Sequence[Sql]:
        """The joins of ``source`` alone."""
        form: LiteralString = 'LEFT JOIN {0} {1} ON {1}."id" = {2}'
        return tuple(
            Sql.code(form, _table(followed.type), alias, self._reference(followed).sql)
            for followed, alias in self._aliases.items()
        )

    @property
    def parameters(self) -> Sequence[Expression]:
        """What is computed before the query: the value of $1, $2 …"""
        return tuple(self._numbers)

    # Where values come from

    def symbol(self, name: Name) -> Part:
        cast: LiteralString = "${}::" + self._cast(name.type)
        number = int(name.symbol.name)
        nullable = not self._has_value(self.parameters[number - 1])
        return Part(Sql.code(cast, sql_number(number)), nullable, plain=True)

    def _has_value(self, node: Expression) -> bool:
        """Whether a parameter is known to have a value."""
        if isinstance(node, Convert):
            return self._has_value(node.operand)
        if isinstance(node, Member):
            # Others may have an attribute that is called so.
            identifies = node.type.basic is Basic.IDENTIFIER and node.type.target == node.owner.type.target
            return identifies and node.key == _ID and self._has_value(node.owner)
        if isinstance(node, Name):
            return node.symbol in self._sure
        return isinstance(node, Literal) or (isinstance(node, Call) and node.function in _ALWAYS)

    def constant(self, name: str) -> Sql:
        return self.symbol(self._parameter(Name(Symbol(name, Kind.CONSTANT, tree.TEXT)))).sql

    def member(self, member: Member) -> Part:
        owner = member.owner
        if isinstance(owner, Followed) and member.key == _ID:
            return self._reference(owner)
        column = Sql.code("{}.{}", self._alias(owner), sql_name(physical(member.key)))
        return Part(column, nullable=isinstance(owner, Followed) or member.key != _ID, plain=True)

    def _alias(self, owner: Expression) -> Sql:
        if not isinstance(owner, Followed):
            return Sql.code("t")
        if owner not in self._aliases:
            self._reference(owner)  # joined before
            self._aliases[owner] = Sql.code("t{}", sql_number(len(self._aliases) + 1))
        return self._aliases[owner]

    def _reference(self, followed: Followed) -> Part:
        assert isinstance(followed.owner, Member)  # noqa: S101 - what a query follows is an attribute
        return self.member(followed.owner)

    # What is computed before

    def _lifted(self, node: Expression, guard: _Guard) -> Expression:
        """``node`` with parameters for what names nothing of the row."""
        if is_attribute(node) or _is_fixed(node):
            return node
        if not of_row(node):
            return self._parameter(_where(guard, node))
        if isinstance(node, Binary) and node.operator in rules.LOGICAL:
            right = (*guard, *_asked(node.left, node.operator is Operator.AND))
            return replace(node, left=self._lifted(node.left, guard), right=self._lifted(node.right, right))
        if isinstance(node, Call) and node.function == rules.IF:
            test, one, other = node.arguments
            lifted = (
                self._lifted(test, guard),
                self._lifted(one, (*guard, *_asked(test, True))),
                self._lifted(other, (*guard, *_asked(test, False))),
            )
            return replace(node, arguments=lifted)
        return _with(node, tuple(self._lifted(part, guard) for part in children(node)))

    def _parameter(self, value: Expression) -> Name:
        number = self._numbers.setdefault(value, len(self._numbers) + 1)
        return Name(Symbol(str(number), Kind.VARIABLE, value.type))

    def _cast(self, type_: DataType) -> LiteralString:
        if type_.basic is not Basic.IDENTIFIER:
            return TYPES[type_.basic]
        return TYPES[Basic.TEXT if type_.length or type_.target in self._statics else Basic.LONG_INTEGER]


_ID = "Id"
_ALWAYS = frozenset({"CurrDate", "CurrDateTime", "CurrTime", "GenerateGuid", "HasValue", "Length"})
"""Functions that always give a value."""


def _table(rows: DataType) -> Sql:
    return sql_name(physical(rows.target_key or rows.target))


def _is_fixed(node: Expression) -> bool:
    """Whether it is written into the statement as it is."""
    if isinstance(node, Convert):
        return _is_fixed(node.operand)
    if isinstance(node, Name):
        return node.symbol.kind is Kind.RECORD
    return isinstance(node, Literal) or (isinstance(node, Call) and node.function in rules.NULLS)


def _asked(condition: Expression, wanted: bool) -> _Guard:
    """What tells before the query that ``condition`` is ``wanted``; nothing where it names the row."""
    if of_row(condition):
        return ()
    return (condition if wanted else Unary(Operator.NOT, condition, tree.BOOLEAN),)


def _where(guard: _Guard, node: Expression) -> Expression:
    """``node`` where all of ``guard`` is True, else no value; as it is where nothing refuses it."""
    if not _can_be_refused(node):
        return node
    for condition in reversed(guard):
        nothing = Call(rules.NO_VALUE, (), node.type)
        node = Call(rules.IF, (condition, node, nothing), node.type)
    return node


def _can_be_refused(node: Expression) -> bool:
    calculated = isinstance(node, Unary | Binary) and rules.is_number(node.type)
    return calculated or isinstance(node, Index) or any(map(_can_be_refused, children(node)))


def _with(node: Expression, parts: tuple[Expression, ...]) -> Expression:
    """``node`` with other parts."""
    if isinstance(node, Binary):
        return replace(node, left=parts[0], right=parts[1])
    if isinstance(node, Call):
        return replace(node, arguments=parts)
    assert isinstance(node, Unary | Convert)  # noqa: S101 - nothing else has a part that names the row
    return replace(node, operand=parts[0])
