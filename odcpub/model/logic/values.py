"""What stands behind the keys of steps: expressions, names, pairs, orders. What YAML takes of it is seen. No I/O."""

from __future__ import annotations

import re

from odcpub.model import yaml_text as yaml
from odcpub.model.elements import NOWHERE, Clause
from odcpub.model.expression_texts import expression
from odcpub.model.language import NAME_LENGTH, NAME_PATTERN
from odcpub.model.logic.steps import ClauseRule, Form
from odcpub.model.problems import Code
from odcpub.model.reading import Reading
from odcpub.model.yaml_text import Node, Scalar
from odcpub.text import shown

_NAME = re.compile(NAME_PATTERN)
_DOTTED = re.compile(rf"{NAME_PATTERN}(?:\.{NAME_PATTERN})*")


def about(rule: ClauseRule) -> str:
    """What a key means, as a hint says it."""
    return rule.about[0].lower() + rule.about[1:].removesuffix(".")


def got(node: Node) -> str:
    """What stands there, as messages call it."""
    if isinstance(node, Scalar):
        return "nothing" if node.value is None else f"'{shown(node.text)}'"
    return "a list" if isinstance(node, yaml.Sequence) else "a mapping"


class ValueReading:
    """Reads values of one action's steps; what is wrong is told, and None. ``deep``: within how many lists of steps."""

    def __init__(self, reading: Reading, element: str) -> None:
        self.reading = reading
        self.element = element

    def complain(self, code: Code, node: Node, message: str, hint: str) -> None:
        self.reading.problem(code, node, self.element, message, hint)

    def _wrong(self, rule: ClauseRule, node: Node, key: str = "") -> None:
        """A value of another shape than its key takes; ``key``: of a member of it."""
        hint = f"{rule.name}: {about(rule)}"
        if isinstance(node, Scalar) and node.value is None:
            hint = hint if rule.required or key else f"write a value, or leave {rule.name} out"
        message = f"{shown(key) or rule.name} must be {Form.EXPRESSION if key else rule.form}, and is {got(node)}"
        self.complain(Code.WRONG_SHAPE, node, message, hint)

    def expression(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        if isinstance(node, Scalar) and node.value is not None:
            return self._expression(rule.name, node)
        self._wrong(rule, node)
        return None

    def _expression(self, key: str, node: Scalar, key_node: Scalar | None = None) -> Clause | None:
        """The clause of an expression; None where it is already known to be wrong. ``key_node``: its key, of pairs."""
        found = expression(self.reading, shown(key) or "the expression", node, self.element)
        if found is None:
            return None
        key_place = self.reading.text_place(key_node) if key_node else NOWHERE
        return Clause(key, found.text, place=found.place, key_place=key_place)

    def name(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        return self._named(rule, node, _NAME)

    def element_name(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        return self._named(rule, node, _DOTTED)

    def target(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        if isinstance(node, Scalar) and isinstance(node.value, str) and node.text.strip():
            return Clause(rule.name, node.text, place=self.reading.text_place(node))
        self._wrong(rule, node)
        return None

    def _named(self, rule: ClauseRule, node: Node, pattern: re.Pattern[str]) -> Clause | None:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            self._wrong(rule, node)
            return None
        if rule.name == "call" and "(" in node.text:
            hint = f"write call: {shown(node.text.partition('(')[0])}, and its inputs under with"
            self.complain(Code.BAD_NAME, node, f"'{shown(node.text)}' is not a name", hint)
            return None
        if not self._is_name(node, pattern):
            return None
        return Clause(rule.name, node.text, place=self.reading.text_place(node))

    def _is_name(self, node: Scalar, pattern: re.Pattern[str]) -> bool:
        if not pattern.fullmatch(node.text):
            hint = "begin with a letter A to Z, then use letters, digits and underscores"
            self.complain(Code.BAD_NAME, node, f"'{shown(node.text)}' is not a name", hint)
            return False
        if pattern is _NAME and len(node.text) > NAME_LENGTH:
            message = f"the name {shown(node.text)} has {len(node.text)} characters"
            self.complain(Code.BAD_NAME, node, message, f"use at most {NAME_LENGTH}")
            return False
        return True

    def into(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        if not isinstance(node, yaml.Mapping):
            return self._named(rule, node, _NAME)
        members = []
        for key, value in node.entries.values():
            if not isinstance(value, Scalar) or not isinstance(value.value, str):
                self._wrong(rule, value)
            elif self._is_name(key, _NAME) and self._is_name(value, _NAME):
                place, key_place = self.reading.text_place(value), self.reading.text_place(key)
                members.append(Clause(key.text, value.text, place=place, key_place=key_place))
        return Clause(rule.name, members=tuple(members), place=self.reading.place(node))

    def pairs(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        return self._pairs(rule, node, _NAME)

    def assignments(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        return self._pairs(rule, node, None)

    def _pairs(self, rule: ClauseRule, node: Node, pattern: re.Pattern[str] | None) -> Clause | None:
        if not isinstance(node, yaml.Mapping):
            self._wrong(rule, node)
            return None
        members = []
        for key, value in node.entries.values():
            if pattern and not self._is_name(key, pattern):
                continue
            if not isinstance(value, Scalar) or value.value is None:
                self._wrong(rule, value, key.text)
            elif clause := self._expression(key.text, value, key):
                members.append(clause)
        return Clause(rule.name, members=tuple(members), place=self.reading.place(node))

    def sort(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        if not isinstance(node, yaml.Sequence):
            is_text = isinstance(node, Scalar) and node.value is not None
            hint = (
                f"write [{shown(node.text)}]" if is_text and isinstance(node, Scalar) else f"{rule.name}: {rule.about}"
            )
            self.complain(Code.WRONG_SHAPE, node, f"{rule.name} must be {rule.form}, and is {got(node)}", hint)
            return None
        members = []
        for item in node.items:
            if not isinstance(item, Scalar) or item.value is None:
                self._wrong(rule, item, rule.name)
            elif clause := self._expression("", item):
                members.append(clause)
        return Clause(rule.name, members=tuple(members), place=self.reading.place(node))

    def flag(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        if not isinstance(node, Scalar) or not isinstance(node.value, bool):
            self._wrong(rule, node)
            return None
        return Clause(rule.name, "true", place=self.reading.place(node)) if node.value else None
