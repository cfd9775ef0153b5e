"""Tokens → syntax, by ODC's precedence. No I/O."""

from __future__ import annotations

from typing import NamedTuple

from odcpub.model.expressions import rules
from odcpub.model.expressions.syntax import (
    Argument,
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
from odcpub.model.expressions.tokens import DIVIDE, Kind, Token, numeral, tokens
from odcpub.model.expressions.tree import LEVELS, Operator
from odcpub.text import shown

MAX_DEPTH = 100
"""Operators, brackets, calls and points one within another, and operators of one level in a row."""
_BINDING = {operator: level for level, operators in enumerate(LEVELS) for operator in operators}
_INFIX = {operator.sign: operator for operator in _BINDING}


class _Part(NamedTuple):
    """A piece of syntax and how deep it is."""

    syntax: Syntax
    depth: int


def parse(text: str) -> Syntax:
    """The syntax of ``text``. Raises ExpressionError with the first thing that is wrong."""
    parser = _Parser(tokens(text))
    syntax = parser.operators(0, 0).syntax
    parser.end()
    return syntax


class _Parser:
    """Reads tokens from left to right; ``deep`` is how many brackets and calls are open."""

    def __init__(self, every: tuple[Token, ...]) -> None:
        self.every = every
        self.index = 0
        self.next = every[0]

    def take(self) -> Token:
        """The next token, and on to the one behind it; at the end that stays the next."""
        token = self.next
        self.index = min(self.index + 1, len(self.every) - 1)
        self.next = self.every[self.index]
        return token

    def sees(self, sign: str) -> bool:
        return self.next.kind is Kind.SIGN and self.next.text == sign

    def operators(self, level: int, deep: int) -> _Part:
        """Operands and operators of ``level`` or tighter, from the left."""
        left = self.operand(deep)
        while (operator := self._infix()) and _BINDING[operator] >= level:
            sign = self.take()
            right = self.operators(_BINDING[operator] + 1, deep + 1)
            node = Infix(operator, left.syntax, right.syntax, sign.at, left.syntax.at, right.syntax.to)
            left = self._deeper(node, max(left.depth, right.depth), deep)
        return left

    def _sign(self, sign: Token, deep: int) -> _Part:
        """A minus and what follows it: before a number it is a part of the number."""
        number = self.next
        if number.kind is Kind.VALUE and rules.is_number(number.type):
            self.take()
            value, type_ = numeral(f"-{number.text}")
            return _Part(Value(value, type_, sign.at, number.to), 0)
        return self._prefix(Operator.NEGATIVE, sign, deep)

    def _prefix(self, operator: Operator, sign: Token, deep: int) -> _Part:
        operand = self.operand(deep + 1)
        return self._deeper(Prefix(operator, operand.syntax, sign.at, operand.syntax.to), operand.depth, deep)

    def _infix(self) -> Operator | None:
        token = self.next
        return _INFIX.get(token.text) if token.kind in (Kind.SIGN, Kind.WORD) else None

    def _deeper(self, syntax: Syntax, depth: int, deep: int) -> _Part:
        if deep + depth >= MAX_DEPTH:
            raise _too_deep(syntax.at, syntax.to)
        return _Part(syntax, depth + 1)

    def operand(self, deep: int) -> _Part:
        token = self.take()
        if deep >= MAX_DEPTH:
            raise _too_deep(token.at, token.to)
        if token.kind is Kind.VALUE:
            return _Part(Value(token.value, token.type, token.at, token.to), 0)
        if token.kind is Kind.NAME:
            return self._members(self._name(token, deep), deep)
        if token.kind is Kind.WORD and token.text == "not":
            return self._prefix(Operator.NOT, token, deep)
        if token.kind is Kind.SIGN and token.text == "-":
            return self._sign(token, deep)
        if token.kind is Kind.SIGN and token.text == "(":
            inner = self.operators(0, deep + 1)
            self._close(token, ")")
            return self._members(inner, deep)
        raise _unexpected(token, "a value, a name or a bracket")

    def _close(self, opened: Token, sign: str) -> Token:
        if self.sees(sign):
            return self.take()
        if self.next.kind is Kind.END:
            fault = Fault("the bracket is not closed", f"add a {sign} at the end", opened.at, opened.to)
            raise ExpressionError((fault,))
        raise _unexpected(self.next, f"an operator or {sign}")

    def _name(self, first: Token, deep: int) -> _Part:
        names, last = [first.text], first
        while self.sees("."):
            last = self._behind_point()
            names.append(last.text)
        if not self.sees("("):
            if deep + len(names) > MAX_DEPTH:
                raise _too_deep(first.at, last.to)
            return _Part(Path(tuple(names), first.at, last.to), len(names) - 1)
        arguments, depth = self._arguments(deep + 1)
        node = Invocation(".".join(names), arguments, first.at, self.every[self.index - 1].to)
        return self._deeper(node, depth, deep)

    def _behind_point(self) -> Token:
        self.take()
        name = self.take()
        if name.kind is not Kind.NAME:
            raise _unexpected(name, "a name after the point")
        return name

    def _members(self, owner: _Part, deep: int) -> _Part:
        """What follows an operand: names behind points, and indexes."""
        while self.sees(".") or self.sees("["):
            start = owner.syntax.at
            if self.sees("."):
                name = self._behind_point()
                owner = self._deeper(Attribute(owner.syntax, name.text, start, name.to), owner.depth, deep)
                continue
            opened = self.take()
            index = self.operators(0, deep + 1)
            closed = self._close(opened, "]")
            item = Item(owner.syntax, index.syntax, opened.at, start, closed.to)
            owner = self._deeper(item, max(owner.depth, index.depth), deep)
        return owner

    def _arguments(self, deep: int) -> tuple[tuple[Argument, ...], int]:
        opened = self.take()
        found: list[Argument] = []
        depth = 0
        while not (self.sees(")") and not found):
            start, name = self.next, ""
            following = self.every[self.index + 1] if start.kind is Kind.NAME else start
            if following.kind is Kind.SIGN and following.text == ":":
                name = self.take().text
                self.take()
            value = self.operators(0, deep)
            depth = max(depth, value.depth)
            found.append(Argument(name, value.syntax, start.at))
            if not self.sees(","):
                break
            self.take()
        self._close(opened, ")")
        return tuple(found), depth

    def end(self) -> None:
        if self.next.kind is not Kind.END:
            raise _unexpected(self.next, "an operator")


def _unexpected(token: Token, wanted: str) -> ExpressionError:
    if token.kind is Kind.END:
        message, hint = f"the expression ends where {wanted} is expected", "complete it"
    else:
        message = f"'{shown(token.text)}' stands where {wanted} is expected"
        hint = "remove it, or write what is missing before it"
    return ExpressionError((Fault(message, hint, token.at, max(token.to, token.at + 1)),))


def _too_deep(at: int, to: int) -> ExpressionError:
    message = f"the expression has more than {MAX_DEPTH} operators, brackets, calls and points one within another"
    return ExpressionError((Fault(message, DIVIDE, at, to),))
