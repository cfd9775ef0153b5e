"""Syntax → typed tree, or all problems at once: names, types, arguments. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from odcpub.model.elements import DataType
from odcpub.model.expressions import rules
from odcpub.model.expressions.calls import Calls
from odcpub.model.expressions.catalog import FUNCTIONS
from odcpub.model.expressions.members import Members
from odcpub.model.expressions.operators import Operators
from odcpub.model.expressions.parse import parse
from odcpub.model.expressions.queries import faults
from odcpub.model.expressions.scope import Scope
from odcpub.model.expressions.syntax import (
    Attribute,
    ExpressionError,
    Fault,
    Infix,
    Invocation,
    Item,
    Path,
    Prefix,
    Syntax,
    Value,
)
from odcpub.model.expressions.tree import Expression, Kind, Literal, Name
from odcpub.text import listed, nearest, shown

_NOTHING = frozenset({"null", "nil", "none", "nothing", "undefined"})
"""Names of no value in other languages."""


@dataclass(frozen=True, slots=True)
class Checked:
    """An expression without errors, and its warnings."""

    expression: Expression
    warnings: tuple[Fault, ...] = ()


def check(text: str, scope: Scope, wanted: DataType | None = None) -> Checked:
    """The expression that ``text`` says, of type ``wanted`` if given. Raises ExpressionError with all faults."""
    syntax = parse(text)
    checker = _Checker(scope)
    node = checker.node(syntax)
    if node and wanted:
        node = checker.as_wanted(node, syntax, wanted, "the expression")
    if node and node.type == rules.NOTHING:
        checker.fault(syntax, "nothing says which type NoValue() has", "put it beside a value, or in the place of one")
    if node and checker.in_query:
        checker.faults.extend(faults(node))
    errors = tuple(fault for fault in checker.faults if not fault.warning)
    if errors or node is None:
        raise ExpressionError(tuple(sorted(errors, key=lambda fault: fault.at)))
    return Checked(node, tuple(checker.faults))


class _Checker(Operators, Calls, Members):
    """Goes through the syntax once."""

    def node(self, syntax: Syntax) -> Expression | None:
        return _CHECKED[type(syntax)](self, syntax)

    def value(self, value: Value) -> Expression | None:
        return Literal(None if value.value == "" else value.value, value.type, value.at)

    def path(self, path: Path) -> Expression | None:
        for count in range(len(path.names), 0, -1):
            symbol = self.scope.symbols.get(".".join(path.names[:count]))
            if symbol:
                self.in_query = self.in_query or symbol.kind is Kind.ROW
                node: Expression | None = Name(symbol, path.at)
                for name in path.names[count:]:
                    node = node and self.member(node, name, path)
                return node
        whole = ".".join(path.names)
        if whole in FUNCTIONS:
            self.fault(path, f"{whole} is a function", f"call it: {FUNCTIONS[whole].signature}")
        else:
            self.fault(path, f"there is no {shown(whole)}", self._meant(path))
        return None

    def _meant(self, path: Path) -> str:
        """The hint for an unknown name: one that is like it, else those with the same beginning."""
        first, whole = path.names[0], ".".join(path.names)
        if first.lower() in _NOTHING:
            return f"write {rules.NO_VALUE}() for no value"
        if not self.can_suggest():
            return "correct the names before it first"
        beginnings = dict.fromkeys(name.partition(".")[0] for name in self.scope.symbols)
        begins = first if first in beginnings else nearest(first, beginnings)
        beside = [name for name in self.scope.symbols if begins in (name, name.partition(".")[0])]
        if found := nearest(whole, beside) or self._ending_with(whole):
            return f"did you mean {found}?"
        known = beside or sorted(beginnings)
        return f"use one of {listed(known)}" if known else "write a value: no names can be used here"

    def _ending_with(self, name: str) -> str:
        """A record's or setting's name that was written without what stands before it."""
        return next((one for one in self.scope.symbols if one.endswith(f".{name}")), "")


_CHECKED: Mapping[type, Callable[..., Expression | None]] = {
    Value: _Checker.value,
    Path: _Checker.path,
    Attribute: _Checker.attribute,
    Item: _Checker.item,
    Prefix: _Checker.prefix,
    Infix: _Checker.infix,
    Invocation: _Checker.call,
}
