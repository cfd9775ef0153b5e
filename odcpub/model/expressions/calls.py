"""Checks calls of functions: their arguments, and the types of what they give. No I/O."""

from __future__ import annotations

from odcpub.model.expressions import rules, tree
from odcpub.model.expressions.catalog import FUNCTIONS, LEFT_OUT
from odcpub.model.expressions.checking import Checking
from odcpub.model.expressions.functions import Function, Parameter
from odcpub.model.expressions.syntax import Argument, Invocation, Syntax, Value
from odcpub.model.expressions.tree import Call, Expression
from odcpub.text import listed, shown, suggest

_Given = tuple[Expression, Syntax]


class Calls(Checking):
    """The part of the checker that knows functions."""

    def call(self, call: Invocation) -> Expression | None:
        function = FUNCTIONS.get(call.name)
        if function is None:
            self._unknown(call)
        placed = self._placed(call, function) if function else None
        if function is None or placed is None:
            for argument in call.arguments:
                self.node(argument.value)
            return None
        found: list[_Given] = []
        for place, parameter in zip(placed, function.parameters, strict=True):
            syntax = place.value if place else _default(parameter, call.to)
            if (node := self.node(syntax)) is not None:
                found.append((node, syntax))
        if len(found) < len(placed):
            return None
        return self._if(call, found) if function.name == rules.IF else self._typed(call, function, found)

    def _unknown(self, call: Invocation) -> None:
        if call.name in self.scope.symbols:
            self.fault(call, f"{shown(call.name)} is no function", "remove the brackets")
            return
        if call.name in LEFT_OUT:
            message = f"there is no function {call.name}: {LEFT_OUT[call.name]}"
            self.fault(call, message, "see what is left out in docs/expressions.md")
            return
        hint = suggest(call.name, FUNCTIONS if self.can_suggest() else (), "see all functions in docs/expressions.md")
        self.fault(call, f"there is no function {shown(call.name)}", hint)

    def _placed(self, call: Invocation, function: Function) -> list[Argument | None] | None:
        """The arguments by position of their parameter, None where one is left out."""
        names = [parameter.name for parameter in function.parameters]
        write = f"write {function.signature}"
        placed: list[Argument | None] = [None] * len(names)
        before = len(self.faults)
        named = False
        for position, argument in enumerate(call.arguments):
            index = names.index(argument.name) if argument.name in names else position
            if argument.name and argument.name not in names:
                hint = suggest(argument.name, names, write)
                self.fault(argument.value, f"{function.name} has no argument {shown(argument.name)}", hint)
            elif named and not argument.name:
                self.fault(argument.value, "an argument without a name follows one with a name", write)
            elif index >= len(names):
                message = f"{function.name} takes {len(names) or 'no'} argument{'' if len(names) == 1 else 's'}"
                self.fault(argument.value, message, write)
            elif placed[index]:
                self.fault(argument.value, f"{names[index]} is given twice", "remove one of them")
            else:
                placed[index] = argument
            named = named or bool(argument.name)
        missing = [p.name for p, a in zip(function.parameters, placed, strict=True) if a is None and p.default is None]
        if missing and len(self.faults) == before:
            self.fault(call, f"{function.name} lacks {listed(missing)}", write)
        return placed if len(self.faults) == before else None

    def _typed(self, call: Invocation, function: Function, found: list[_Given]) -> Expression | None:
        arguments = [
            self._argument(node, syntax, parameter, function)
            for (node, syntax), parameter in zip(found, function.parameters, strict=True)
        ]
        every = tuple(argument for argument in arguments if argument)
        if len(every) < len(arguments):
            return None
        result = function.result
        if result is None:
            result = tree.INTEGER
            for argument in every:
                result = rules.common(result, argument.type) or result
            every = tuple(rules.converted(argument, result) for argument in every)
        return Call(function.name, every, result, call.at)

    def _argument(
        self, node: Expression, syntax: Syntax, parameter: Parameter, function: Function
    ) -> Expression | None:
        if not parameter.types:
            return node if self.number(node, syntax) else None
        if any(rules.same(node.type, type_) and not self.mixed(node.type, type_) for type_ in parameter.types):
            return node if not rules.is_number(node.type) or self.number(node, syntax) else None
        return self.as_wanted(node, syntax, parameter.types[0], f"{parameter.name} of {function.name}")

    def _if(self, call: Invocation, found: list[_Given]) -> Expression | None:
        (condition, where), (first, _), (second, _) = found
        test = self.as_wanted(condition, where, tree.BOOLEAN, "the condition of If")
        one, other = rules.adapted(first, second.type), rules.adapted(second, first.type)
        both = rules.common(one.type, other.type)
        if both is None or self.mixed(one.type, other.type):
            message = f"If gives {rules.spelled(one.type)} or {rules.spelled(other.type)}"
            self.fault(call, message, self.way(other.type, one.type))
            return None
        every = test and (test, rules.converted(one, both), rules.converted(other, both))
        return Call(rules.IF, every, both, call.at) if every else None


def _default(parameter: Parameter, at: int) -> Value:
    type_ = parameter.types[0] if parameter.types else tree.INTEGER
    return Value(0 if parameter.default is None else parameter.default, type_, at, at)
