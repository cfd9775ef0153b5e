"""Syntax → typed tree, or all problems at once: names, types, arguments. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from odcpub.model.elements import Basic, DataType, Scalar
from odcpub.model.expressions import rules, tree
from odcpub.model.expressions.catalog import FUNCTIONS, IF
from odcpub.model.expressions.functions import Function, Parameter
from odcpub.model.expressions.parse import parse
from odcpub.model.expressions.syntax import (
    Argument,
    ExpressionError,
    Fault,
    Infix,
    Invocation,
    Path,
    Prefix,
    Syntax,
    Value,
)
from odcpub.model.expressions.tree import Binary, Call, Expression, Kind, Literal, Member, Name, Operator, Symbol, Unary
from odcpub.model.types import spelled
from odcpub.text import listed, nearest, shown, suggest


@dataclass(frozen=True, slots=True)
class Attribute:
    """What an expression knows of an attribute: its type and first name."""

    type: DataType
    key: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that an expression may use. ``symbols``: by what authors write (``Hours``, ``Settings.HourlyRate``,
    ``Status.Closed``); ``members``: entity or structure → its attributes; ``statics``: static entities, whose
    identifiers are texts."""

    symbols: Mapping[str, Symbol] = field(default_factory=dict)
    members: Mapping[str, Mapping[str, Attribute]] = field(default_factory=dict)
    statics: frozenset[str] = frozenset()


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
    errors = tuple(fault for fault in checker.faults if not fault.warning)
    if errors or node is None:
        raise ExpressionError(tuple(sorted(errors, key=lambda fault: fault.at)))
    return Checked(node, tuple(checker.faults))


class _Checker:
    """Goes through the syntax once; a part that is wrong is None, and nothing that follows from it is told."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.faults: list[Fault] = []

    def fault(self, syntax: Syntax, message: str, hint: str, *, warning: bool = False) -> None:
        self.faults.append(Fault(message, hint, syntax.at, syntax.to, warning))

    def node(self, syntax: Syntax) -> Expression | None:
        if isinstance(syntax, Value):
            return Literal(None if syntax.value == "" else syntax.value, syntax.type, syntax.at)
        if isinstance(syntax, Path):
            return self._path(syntax)
        if isinstance(syntax, Prefix):
            return self._prefix(syntax)
        return self._infix(syntax) if isinstance(syntax, Infix) else self._call(syntax)

    # Names

    def _path(self, path: Path) -> Expression | None:
        for count in range(len(path.names), 0, -1):
            symbol = self.scope.symbols.get(".".join(path.names[:count]))
            if symbol:
                return self._members(Name(symbol, path.at), path, path.names[count:])
        whole = ".".join(path.names)
        if whole in FUNCTIONS:
            self.fault(path, f"{whole} is a function", f"call it: {FUNCTIONS[whole].signature}")
        else:
            self.fault(path, f"there is no {shown(whole)}", self._meant(path))
        return None

    def _meant(self, path: Path) -> str:
        """The hint for an unknown name: one that is like it, else those with the same beginning."""
        whole = ".".join(path.names)
        if found := nearest(whole, self.scope.symbols):
            return f"did you mean {found}?"
        beginning = f"{path.names[0]}."
        beside = [name for name in self.scope.symbols if name.startswith(beginning)]
        known = beside or sorted({name.partition(".")[0] for name in self.scope.symbols})
        return f"use one of {listed(known)}" if known else "write a value: no names can be used here"

    def _members(self, owner: Expression, path: Path, names: Iterable[str]) -> Expression | None:
        node = owner
        for name in names:
            known = self.scope.members.get(node.type.target, {}) if node.type.basic is Basic.STRUCTURE else {}
            attribute = known.get(name)
            if attribute is None:
                hint = suggest(name, known, f"use one of {listed(known)}" if known else "remove what follows the point")
                self.fault(path, f"{spelled(node.type)} has no attribute {shown(name)}", hint)
                return None
            node = Member(node, name, attribute.type, attribute.key, path.at)
        return node

    # Operators

    def _prefix(self, prefix: Prefix) -> Expression | None:
        operand = self.node(prefix.operand)
        if operand is None:
            return None
        if prefix.operator is Operator.NOT:
            found = self.as_wanted(operand, prefix.operand, tree.BOOLEAN, "not", "not binds first: write not (a = b)")
            return found and Unary(Operator.NOT, found, tree.BOOLEAN, prefix.at)
        if not self._number(operand, prefix.operand):
            return None
        return Unary(prefix.operator, operand, _plain(operand.type), prefix.at)

    def _number(self, node: Expression, syntax: Syntax) -> bool:
        if not rules.is_number(node.type):
            self.fault(
                syntax, f"a number is needed, and this is {spelled(node.type)}", rules.way(node.type, tree.DECIMAL)
            )
            return False
        if not rules.calculable(node.type):
            message = (
                f"a Decimal with {node.type.digits} digits and {node.type.decimals} decimals cannot be calculated with"
            )
            self.fault(syntax, message, "give the attribute at most 8 decimals and 20 digits before the point")
            return False
        return True

    def _infix(self, infix: Infix) -> Expression | None:
        one, other = self.node(infix.left), self.node(infix.right)
        if one is None or other is None:
            return None
        left, right = rules.adapted(one, other.type), rules.adapted(other, one.type)
        if infix.operator in rules.LOGICAL:
            return self._logical(infix, left, right)
        if infix.operator is Operator.PLUS and (rules.is_text(left.type) or rules.is_text(right.type)):
            return self._joined(infix, left, right)
        if infix.operator is Operator.LIKE:
            return self._like(infix, left, right)
        if infix.operator in rules.COMPARED or infix.operator in rules.EQUALITY:
            return self._comparison(infix, left, right)
        return self._calculation(infix, left, right)

    def _logical(self, infix: Infix, left: Expression, right: Expression) -> Expression | None:
        what = str(infix.operator)
        one = self.as_wanted(left, infix.left, tree.BOOLEAN, what)
        other = self.as_wanted(right, infix.right, tree.BOOLEAN, what)
        return one and other and Binary(infix.operator, one, other, tree.BOOLEAN, infix.at)

    def _joined(self, infix: Infix, left: Expression, right: Expression) -> Expression | None:
        for node, syntax in ((left, infix.left), (right, infix.right)):
            if not rules.can_be_text(node.type):
                self.fault(syntax, f"a {spelled(node.type)} cannot be joined to a text", "use one of its attributes")
                return None
        one, other = rules.converted(left, tree.TEXT), rules.converted(right, tree.TEXT)
        return Binary(Operator.PLUS, one, other, tree.TEXT, infix.at)

    def _like(self, infix: Infix, left: Expression, right: Expression) -> Expression | None:
        one = self.as_wanted(left, infix.left, tree.TEXT, "like")
        other = self.as_wanted(right, infix.right, tree.TEXT, "like")
        return one and other and Binary(Operator.LIKE, one, other, tree.BOOLEAN, infix.at)

    def _calculation(self, infix: Infix, left: Expression, right: Expression) -> Expression | None:
        if Basic.DATE in (left.type.basic, right.type.basic) or Basic.DATE_TIME in (left.type.basic, right.type.basic):
            message = f"'{_written(infix.operator)}' does not calculate with dates"
            self.fault(infix, message, "use AddDays(…) or DiffDays(…), or those for hours, minutes, months and years")
            return None
        if not (self._number(left, infix.left) and self._number(right, infix.right)):
            return None
        type_ = rules.common(left.type, right.type) or tree.DECIMAL
        if infix.operator is Operator.OVER:
            type_ = tree.CURRENCY if left.type.basic is Basic.CURRENCY != right.type.basic else tree.DECIMAL
            if isinstance(right, Literal) and not right.value:
                self.fault(infix.right, "a number is divided by 0", "divide by another number")
                return None
        one, other = rules.converted(left, _plain(type_)), rules.converted(right, _plain(type_))
        return Binary(infix.operator, one, other, _plain(type_), infix.at)

    def _comparison(self, infix: Infix, left: Expression, right: Expression) -> Expression | None:
        sign, one, other = str(infix.operator), left.type, right.type
        both = rules.common(one, other)
        if {one.basic, other.basic} == {Basic.DATE, Basic.DATE_TIME}:
            hint = "write DateTimeToDate(…) for the day alone, or DateToDateTime(…) for its first moment"
            self.fault(infix, f"'{sign}' does not compare a Date with a Date Time", hint)
            return None
        if both is None and one.basic is other.basic is Basic.IDENTIFIER and infix.operator in rules.EQUALITY:
            message = f"identifiers of {one.target} and {other.target} are compared"
            self.fault(infix, message, "compare identifiers of one entity", warning=True)
            both = one
        if both is None:
            message = f"'{sign}' does not compare {spelled(one)} with {spelled(other)}"
            self.fault(infix, message, rules.way(other, one))
            return None
        if both.basic in (Basic.BINARY_DATA, Basic.STRUCTURE) or (
            infix.operator in rules.COMPARED and _unordered(both)
        ):
            self.fault(infix, f"'{sign}' does not compare values of type {spelled(both)}", "compare something else")
            return None
        return Binary(infix.operator, rules.converted(left, both), rules.converted(right, both), tree.BOOLEAN, infix.at)

    def as_wanted(
        self, node: Expression, syntax: Syntax, wanted: DataType, what: str, hint: str = ""
    ) -> Expression | None:
        """``node`` as a ``wanted``, or None with a fault: ``what`` names what asks for it."""
        node = rules.adapted(node, wanted)
        if rules.fits(node.type, wanted):
            return rules.converted(node, wanted)
        message = f"{what} needs {spelled(wanted)}, and this is {spelled(node.type)}"
        self.fault(syntax, message, hint or rules.way(node.type, wanted))
        return None

    # Functions

    def _call(self, call: Invocation) -> Expression | None:
        function = FUNCTIONS.get(call.name)
        if function is None:
            hint = suggest(call.name, FUNCTIONS, "docs/expressions.md lists all functions")
            self.fault(call, f"there is no function {shown(call.name)}", hint)
            for argument in call.arguments:
                self.node(argument.value)
            return None
        placed = self._placed(call, function)
        if placed is None:
            return None
        found: list[tuple[Expression, Syntax]] = []
        for argument, parameter in zip(placed, function.parameters, strict=True):
            default = Value(_default(parameter), _default_type(parameter), call.to, call.to)
            syntax = argument.value if argument else default
            if (node := self.node(syntax)) is not None:
                found.append((node, syntax))
        if len(found) < len(function.parameters):
            return None
        return self._typed(call, function, found)

    def _placed(self, call: Invocation, function: Function) -> list[Argument | None] | None:
        """The arguments by position of their parameter, None where one is left out."""
        names = [parameter.name for parameter in function.parameters]
        placed: list[Argument | None] = [None] * len(names)
        before = len(self.faults)
        for position, argument in enumerate(call.arguments):
            index = names.index(argument.name) if argument.name in names else position
            if argument.name and argument.name not in names:
                hint = suggest(argument.name, names, f"write {function.signature}")
                self.fault(argument.value, f"{function.name} has no argument {shown(argument.name)}", hint)
            elif index >= len(names):
                self.fault(argument.value, f"{function.name} takes fewer arguments", f"write {function.signature}")
            elif placed[index]:
                self.fault(argument.value, f"{names[index]} is given twice", "remove one")
            else:
                placed[index] = argument
        missing = [p.name for p, a in zip(function.parameters, placed, strict=True) if a is None and p.default is None]
        if missing and len(self.faults) == before:
            self.fault(call, f"{function.name} lacks {listed(missing)}", f"write {function.signature}")
        return placed if len(self.faults) == before else None

    def _typed(self, call: Invocation, function: Function, found: list[tuple[Expression, Syntax]]) -> Expression | None:
        given = len(call.arguments)
        if function.name == IF:
            return self._if(call, found)
        arguments = [
            self._argument(node, syntax, parameter, function)
            for (node, syntax), parameter in zip(found, function.parameters, strict=True)
        ]
        if not all(arguments):
            return None
        every = tuple(argument for argument in arguments if argument)
        result = function.result
        if result is None:
            result = tree.INTEGER
            for argument in every:
                result = rules.common(result, argument.type) or result
            every = tuple(rules.converted(argument, result) for argument in every)
        return Call(function.name, every, result, given, call.at)

    def _argument(
        self, node: Expression, syntax: Syntax, parameter: Parameter, function: Function
    ) -> Expression | None:
        what = f"{parameter.name} of {function.name}"
        if not parameter.types:
            return node if self._number(node, syntax) else None
        if any(rules.same(node.type, type_) for type_ in parameter.types):
            return node if not rules.is_number(node.type) or self._number(node, syntax) else None
        return self.as_wanted(node, syntax, parameter.types[0], what)

    def _if(self, call: Invocation, found: list[tuple[Expression, Syntax]]) -> Expression | None:
        (condition, where), (first, _), (second, _) = found
        test = self.as_wanted(condition, where, tree.BOOLEAN, "the condition of If")
        one, other = rules.adapted(first, second.type), rules.adapted(second, first.type)
        both = rules.common(one.type, other.type)
        if both is None:
            message = f"If gives {spelled(one.type)} or {spelled(other.type)}"
            self.fault(call, message, rules.way(other.type, one.type))
            return None
        every = test and (test, rules.converted(one, both), rules.converted(other, both))
        return Call(IF, every, both, len(found), call.at) if every else None


def _plain(type_: DataType) -> DataType:
    """The type of a calculated number."""
    return tree.DECIMAL if type_.basic is Basic.DECIMAL else DataType(type_.basic)


def _unordered(type_: DataType) -> bool:
    return type_.basic in (Basic.BOOLEAN, Basic.IDENTIFIER)


def _written(operator: Operator) -> str:
    return "-" if operator is Operator.MINUS else str(operator)


def _default(parameter: Parameter) -> Scalar:
    return 0 if parameter.default is None else parameter.default


def _default_type(parameter: Parameter) -> DataType:
    return parameter.types[0] if parameter.types else tree.INTEGER
