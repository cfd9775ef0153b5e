"""Checks operators: the types of their operands, and of what they give. No I/O."""

from __future__ import annotations

from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import rules, tree
from odcpub.model.expressions.checking import OF_A_LIST, Checking
from odcpub.model.expressions.syntax import Infix, Prefix
from odcpub.model.expressions.tree import Binary, Expression, Literal, Operator, Unary

_UNCOMPARED = frozenset({Basic.BINARY_DATA, Basic.STRUCTURE})
_UNORDERED = frozenset({Basic.BOOLEAN, Basic.IDENTIFIER})


class Operators(Checking):
    """The part of the checker that knows operators."""

    def prefix(self, prefix: Prefix) -> Expression | None:
        operand = self.node(prefix.operand)
        if operand is None:
            return None
        if prefix.operator is Operator.NOT:
            hint = "not binds first: write not (a = b)"
            found = self.as_wanted(operand, prefix.operand, tree.BOOLEAN, "not", hint)
            return found and Unary(Operator.NOT, found, tree.BOOLEAN, prefix.at)
        if not self.number(operand, prefix.operand):
            return None
        return Unary(prefix.operator, operand, rules.calculated(operand.type), prefix.at)

    def infix(self, infix: Infix) -> Expression | None:
        one, other = self.node(infix.left), self.node(infix.right)
        if one is None or other is None:
            return None
        left, right = rules.adapted(one, other.type), rules.adapted(other, one.type)
        if infix.operator in rules.LOGICAL:
            return self._alike(infix, left, right, tree.BOOLEAN)
        if infix.operator is Operator.LIKE:
            return self._alike(infix, left, right, tree.TEXT)
        if infix.operator is Operator.PLUS and (rules.is_text(left.type) or rules.is_text(right.type)):
            return self._joined(infix, left, right)
        if infix.operator in rules.COMPARED or infix.operator in rules.EQUALITY:
            return self._comparison(infix, left, right)
        return self._calculation(infix, left, right)

    def _alike(self, infix: Infix, left: Expression, right: Expression, wanted: DataType) -> Expression | None:
        what = str(infix.operator)
        one = self.as_wanted(left, infix.left, wanted, what)
        other = self.as_wanted(right, infix.right, wanted, what)
        return one and other and Binary(infix.operator, one, other, tree.BOOLEAN, infix.sign)

    def _joined(self, infix: Infix, left: Expression, right: Expression) -> Expression | None:
        for node, syntax in ((left, infix.left), (right, infix.right)):
            if not rules.can_be_text(node.type):
                message = f"a value of type {rules.spelled(node.type)} cannot be joined to a text"
                self.fault(syntax, message, _instead(node.type))
                return None
        one, other = rules.converted(left, tree.TEXT), rules.converted(right, tree.TEXT)
        return Binary(Operator.PLUS, one, other, tree.TEXT, infix.sign)

    def _calculation(self, infix: Infix, left: Expression, right: Expression) -> Expression | None:
        if Basic.DATE in (left.type.basic, right.type.basic) or Basic.DATE_TIME in (left.type.basic, right.type.basic):
            message = f"'{infix.operator.sign}' does not calculate with dates"
            self.fault(infix, message, "use AddDays(…) or DiffDays(…), or those for hours, minutes, months and years")
            return None
        if not all([self.number(left, infix.left), self.number(right, infix.right)]):
            return None
        type_ = rules.calculated(rules.common(left.type, right.type) or tree.DECIMAL)
        if infix.operator is Operator.OVER:
            type_ = tree.CURRENCY if left.type.basic is Basic.CURRENCY is not right.type.basic else tree.DECIMAL
            if isinstance(right, Literal) and not right.value:
                self.fault(infix.right, "a number is divided by 0", "divide by another number")
                return None
        one, other = rules.converted(left, type_), rules.converted(right, type_)
        return Binary(infix.operator, one, other, type_, infix.sign)

    def _comparison(self, infix: Infix, left: Expression, right: Expression) -> Expression | None:
        both = self._compared(infix, left.type, right.type)
        if both is None:
            return None
        unordered = infix.operator in rules.COMPARED and both.basic in _UNORDERED
        if both.many or both.basic in _UNCOMPARED or unordered:
            message = f"'{infix.operator}' does not compare values of type {rules.spelled(both)}"
            self.fault(infix, message, _instead(both))
            return None
        one, other = rules.converted(left, both), rules.converted(right, both)
        return Binary(infix.operator, one, other, tree.BOOLEAN, infix.sign)

    def _compared(self, infix: Infix, one: DataType, other: DataType) -> DataType | None:
        """The type as which values of two types are compared; None with a fault where they are not."""
        both = rules.common(one, other)
        if {one.basic, other.basic} == {Basic.DATE, Basic.DATE_TIME}:
            hint = "write DateTimeToDate(…) for the day alone, or DateToDateTime(…) for its first moment"
            self.fault(infix, f"'{infix.operator}' does not compare a Date with a Date Time", hint)
            return None
        if self.mixed(one, other):
            both = None
        elif both is None and one.basic is other.basic is Basic.IDENTIFIER:
            message = f"identifiers of {one.target} and {other.target} are compared"
            self.fault(infix, message, "compare identifiers of one entity", warning=True)
            return one
        if both is None:
            message = f"'{infix.operator}' does not compare {rules.spelled(one)} with {rules.spelled(other)}"
            self.fault(infix, message, self.way(other, one))
        return both


def _instead(type_: DataType) -> str:
    """The hint for a value that an operator does not take."""
    if type_.many:
        return OF_A_LIST
    if type_.basic is Basic.STRUCTURE:
        return "use one of its attributes, or ask HasValue(…)"
    return "ask HasValue(…)" if type_.basic is Basic.BINARY_DATA else "compare something else"
