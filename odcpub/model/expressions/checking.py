"""What checking an operand or an argument needs: whether it fits, and what is said if not. No I/O."""

from __future__ import annotations

from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import rules, tree
from odcpub.model.expressions.catalog import GROUPS
from odcpub.model.expressions.scope import Scope
from odcpub.model.expressions.syntax import Fault, Syntax
from odcpub.model.expressions.tree import Expression

_SUGGESTIONS = 3
"""Unknown names of one expression for which a like one is sought, which takes time."""

OF_A_LIST = "use its Length, its Empty or one of its elements: …[0]"
"""The hint for a list where a single value is needed."""
_CONVERSIONS = tuple(
    (one.name, one.parameters[0].types, one.result)
    for one in GROUPS["Conversion"]
    if one.parameters and one.result and not one.name.endswith("Validate")
)
"""Functions that convert: name, the types that they take, the type that they give."""


class Checking:
    """Collects faults. A part that is wrong is None, and nothing that follows from it is told. ``in_query``: a query's
    row was named."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.faults: list[Fault] = []
        self.in_query = False
        self._sought = 0

    def node(self, syntax: Syntax) -> Expression | None:
        """The typed tree of ``syntax``."""
        raise NotImplementedError

    def fault(self, syntax: Syntax, message: str, hint: str, *, warning: bool = False) -> None:
        self.faults.append(Fault(message, hint, syntax.at, syntax.to, warning))

    def can_suggest(self) -> bool:
        """Whether another like name is sought: for the first unknown ones."""
        self._sought += 1
        return self._sought <= _SUGGESTIONS

    def as_wanted(
        self, node: Expression, syntax: Syntax, wanted: DataType, what: str, hint: str = ""
    ) -> Expression | None:
        """``node`` as a ``wanted``, or None with a fault: ``what`` names what asks for it."""
        node = rules.adapted(node, wanted)
        if rules.fits(node.type, wanted) and not self.mixed(node.type, wanted):
            return rules.converted(node, wanted)
        if rules.is_number(node.type) and rules.is_number(wanted) and not rules.calculable(node.type):
            message = f"{what} does not hold {_measured(node.type)}"
            self.fault(syntax, message, _FEWER)
            return None
        message = f"{what} needs {rules.spelled(wanted)}, and this is {rules.spelled(node.type)}"
        self.fault(syntax, message, hint or self.way(node.type, wanted))
        return None

    def number(self, node: Expression, syntax: Syntax) -> bool:
        """Whether ``node`` can be calculated with; if not, that is a fault."""
        if not rules.is_number(node.type):
            message = f"a number is needed, and this is {rules.spelled(node.type)}"
            self.fault(syntax, message, self.way(node.type, tree.DECIMAL))
            return False
        if not rules.calculable(node.type):
            self.fault(syntax, f"{_measured(node.type)} cannot be calculated with", _FEWER)
            return False
        return True

    def way(self, given: DataType, wanted: DataType) -> str:
        """The hint for a value of the wrong type: the function that converts it, where there is one."""
        if given.many and not wanted.many:
            return OF_A_LIST
        found = [
            (result.basic is wanted.basic, rules.width(result), name)
            for name, taken, result in _CONVERSIONS
            if any(rules.near(given, type_) and not self.mixed(given, type_) for type_ in taken)
            and rules.fits(result, wanted)
            and not self.mixed(result, wanted)
        ]
        return f"convert it: {max(found)[2]}(…)" if found else f"write a value of type {rules.spelled(wanted)}"

    def mixed(self, one: DataType, other: DataType) -> bool:
        """Whether the one is an identifier that is a number, and the other one that is a text."""
        both = one.basic is other.basic is Basic.IDENTIFIER
        return both and self._is_text(one) != self._is_text(other)

    def _is_text(self, identifier: DataType) -> bool:
        return bool(identifier.length) or identifier.target in self.scope.statics


_FEWER = "give the attribute at most 8 decimals and 20 digits before the point"


def _measured(type_: DataType) -> str:
    """A Decimal with more than calculated numbers have."""
    return f"a Decimal with {type_.digits} digits and {type_.decimals} decimals"
