"""Steps as they stand in a file → plain steps, judged by themselves: kinds, keys and shapes. No I/O.

A step that is wrong keeps what of it is right, so that what follows from it elsewhere is not told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from odcpub.model import yaml_text as yaml
from odcpub.model.elements import NOWHERE, Clause, Step
from odcpub.model.expressions.in_yaml import can_be, cut_short, quoted
from odcpub.model.fields import MAX_PROBLEMS, Reading
from odcpub.model.language import NAME_LENGTH, NAME_PATTERN
from odcpub.model.logic.steps import (
    CASE,
    CLAUSES,
    DIRECTION,
    END,
    HANDLER,
    MAX_NESTING,
    MAX_STEPS,
    ON_ERROR,
    STEPS,
    ClauseRule,
    Form,
)
from odcpub.model.problems import Code
from odcpub.model.yaml_text import Node, Scalar
from odcpub.text import listed, nearest, shown, suggest

_NAME = re.compile(NAME_PATTERN)
_DOTTED = re.compile(rf"{NAME_PATTERN}(?:\.{NAME_PATTERN})*")
_BEGIN = "begin each step with '- ' and what it does, such as '- get: Ticket'"
_Rules = Mapping[str, ClauseRule]


class StepReading:
    """Reads the steps of one action."""

    def __init__(self, reading: Reading, element: str) -> None:
        self.reading = reading
        self.element = element
        self._count = 0
        self._too_deep = False

    def steps(self, node: Node, key: str, deep: int = 1) -> tuple[Step, ...]:
        """The steps of a list; ``key``: where it stands; ``deep``: within how many lists, with this one."""
        if not isinstance(node, yaml.Sequence):
            self._problem(Code.WRONG_SHAPE, node, f"{key} must be {Form.STEPS}, and is {_got(node)}", _BEGIN)
            return ()
        if deep > MAX_NESTING:
            if not self._too_deep:
                message = f"steps stand more than {MAX_NESTING} blocks deep"
                self._problem(Code.LOGIC_LIMIT, node, message, "move the inner ones to an action of their own")
            self._too_deep = True
            return ()
        found = []
        for item in node.items:
            self._count += 1
            if self._count > MAX_STEPS:
                self._too_many(item)
                break
            if step := self._step(item, deep):
                found.append(step)
        return tuple(found)

    def handlers(self, node: Node) -> tuple[Step, ...]:
        """The entries of ``on_error``, as steps of that kind."""
        return tuple(Step(ON_ERROR, one.members, one.place) for one in self._entries(node, ON_ERROR, HANDLER, 0))

    def _too_many(self, node: Node) -> None:
        if self._count == MAX_STEPS + 1:
            message = f"the action has more than {MAX_STEPS:,} steps"
            self._problem(Code.LOGIC_LIMIT, node, message, "divide it into actions that call one another")

    def _problem(self, code: Code, node: Node, message: str, hint: str) -> None:
        self.reading.problem(code, node, self.element, message, hint)

    def _step(self, node: Node, deep: int) -> Step | None:
        if isinstance(node, Scalar):
            if node.text == END and node.value is not None:
                return Step(END, (), self.reading.place(node))
            self._word(node)
        elif isinstance(node, yaml.Sequence):
            self._problem(Code.WRONG_SHAPE, node, "a step must be a mapping, and is a list", _BEGIN)
        else:
            return self._mapping(node, deep)
        return None

    def _word(self, node: Scalar) -> None:
        """A word where a step belongs: told with what it was probably meant to be."""
        if node.value is None:
            self._problem(Code.WRONG_SHAPE, node, "a step says nothing", "remove the '-', or write a step after it")
            return
        first, _, rest = node.text.partition(" ")
        if first in STEPS and first != END:
            hint = f"write {first}: {shown(rest)}" if rest else f"write {STEPS[first].example}"
        else:
            hint = suggest(first, STEPS, _kinds())
        self._problem(Code.BAD_STEP, node, f"'{shown(node.text)}' is no step", hint)

    def _mapping(self, node: yaml.Mapping, deep: int) -> Step | None:
        kinds = [key for key in node.entries if key in STEPS]
        if not kinds:
            return self._unknown(node, deep)
        kind = kinds[0]
        if kind == END:
            self._problem(Code.BAD_STEP, node.entries[kind][0], "end takes nothing", "write - end")
            return Step(END, (), self.reading.place(node))
        clauses = self._clauses(node, kind, CLAUSES[kind], deep)
        return Step(kind, clauses, self.reading.place(node))

    def _unknown(self, node: yaml.Mapping, deep: int) -> Step | None:
        """A step of no kind: the variables that it would make are kept, and the steps within it looked at."""
        first = next((key for key, _ in node.entries.values()), None)
        if first is None:
            self._problem(Code.BAD_STEP, node, "a step says nothing", _kinds())
            return None
        hint = _kinds() if self._is_full() else suggest(first.text, STEPS, _kinds())
        if any(first.text in rules for rules in CLAUSES.values()):
            message, hint = f"a step cannot be {shown(first.text)} alone: nothing says what it does", _kinds()
        else:
            message = f"there is no step '{shown(first.text)}'"
        self._problem(Code.BAD_STEP, first, message, hint)
        kept = []
        for key, (_, value) in node.entries.items():
            rule = _ANYWHERE.get(key)
            if rule and (clause := _FORMS[rule.form](self, rule, value, deep)):
                kept.append(clause)
        return Step("", tuple(kept), self.reading.place(node))

    def _clauses(self, node: yaml.Mapping, kind: str, rules: _Rules, deep: int) -> tuple[Clause, ...]:
        found = []
        meant: set[str] = set()
        for text, (key, value) in node.entries.items():
            rule = rules.get(text)
            if rule is None:
                meant.add(self._no_clause(key, kind, rules))
            elif clause := self._clause(rule, value, deep):
                found.append(clause)
        for name, rule in rules.items():
            if rule.required and name not in node.entries and name not in meant:
                self._problem(Code.MISSING_KEY, node, f"{kind} needs the key '{name}'", f"{name}: {_about(rule)}")
        return tuple(found)

    def _clause(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        clause = _FORMS[rule.form](self, rule, node, deep)
        if clause and rule.required and rule.form in _FULL and _is_empty(node):
            self._problem(Code.BAD_STEP, node, f"{rule.name} says nothing", f"{rule.name}: {_about(rule)}")
            return None
        return clause

    def _no_clause(self, key: Scalar, kind: str, rules: _Rules) -> str:
        """Tells of a key that is none of these; the one that was probably meant, empty for none."""
        name = shown(key.text)
        if key.text in STEPS and kind in STEPS and rules is CLAUSES[kind]:
            message = f"a step does one thing, and this one does {kind} and {name}"
            self._problem(Code.BAD_STEP, key, message, f"begin a step of its own: - {STEPS[key.text].example}")
            return ""
        meant = "" if self._is_full() else nearest(key.text, rules)
        hint = f"did you mean {meant}?" if meant else f"use one of its keys: {listed(rules, 20)}"
        if key.text in STEPS:
            hint = "put steps under do"
        elif kind == "update" and key.text == "with":
            hint = "set its attributes before: - set: { Found.Name: … }"
        self._problem(Code.UNKNOWN_KEY, key, f"{kind} has no key '{name}'", hint)
        return meant

    def _is_full(self) -> bool:
        return len(self.reading.problems) > MAX_PROBLEMS

    def _wrong(self, rule: ClauseRule, node: Node, key: str = "") -> None:
        """A value of another shape than its key takes; ``key``: of a member of it."""
        hint = f"{rule.name}: {_about(rule)}"
        if isinstance(node, Scalar) and node.value is None:
            hint = hint if rule.required or key else f"write a value, or leave {rule.name} out"
        message = f"{shown(key) or rule.name} must be {Form.EXPRESSION if key else rule.form}, and is {_got(node)}"
        self._problem(Code.WRONG_SHAPE, node, message, hint)

    def expression(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        if isinstance(node, Scalar) and node.value is not None:
            return self._expression(rule.name, node)
        self._wrong(rule, node)
        return None

    def _expression(self, key: str, node: Scalar, key_node: Scalar | None = None) -> Clause | None:
        """The clause of an expression; None where it is already known to be wrong. ``key_node``: its key, of pairs."""
        text, place = node.text, self.reading.text_place(node)
        what = shown(key) or "the expression"
        meant = self._cut(node) if node.plain else self._bare(node)
        if meant:
            message = f"{what}: YAML takes only '{shown(text)}' of the expression"
            if not node.plain:
                message = f"{what}: YAML takes the quotes away, so these are names: {shown(text)}"
            self._problem(Code.EXPRESSION, node, message, f"put it in quotes: {shown(quoted(meant, ''), 500)}")
            if node.plain:
                self.reading.cut(node, meant)
            return None
        if text.startswith("="):
            message = f"{what}: an expression begins with '='"
            self._problem(Code.EXPRESSION, node, message, "remove the '=': here every value is an expression")
            return None
        if not text.strip():
            message = f"{what}: there is no expression"
            self._problem(Code.EXPRESSION, node, message, "write NoValue() for no value")
            return None
        return Clause(key, text, place=place, key_place=self.reading.text_place(key_node) if key_node else NOWHERE)

    def _cut(self, node: Scalar) -> str:
        """The expression of which YAML took only a part, empty where it took all."""
        line = self.reading.line(node)
        at = node.column - 1
        if not line.startswith(node.text, at):
            return ""
        behind = line[at + len(node.text) :].lstrip()
        open_ = node.text.count("(") > node.text.count(")") or node.text.count('"') % 2
        if behind.startswith("#") or (open_ and behind.startswith(",")):
            return cut_short(line, at, node.text)
        return ""

    def _bare(self, node: Scalar) -> str:
        """The text that an author meant who put it between quotes, which YAML took; empty where it is an expression."""
        if '"' in node.text or "\n" in node.text or not node.text.strip() or can_be(DIRECTION.sub("", node.text)):
            return ""
        return '"' + node.text + '"'

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
            self._problem(Code.BAD_NAME, node, f"'{shown(node.text)}' is not a name", hint)
            return None
        if not self._is_name(node, pattern):
            return None
        return Clause(rule.name, node.text, place=self.reading.text_place(node))

    def _is_name(self, node: Scalar, pattern: re.Pattern[str]) -> bool:
        if not pattern.fullmatch(node.text):
            hint = "begin with a letter A to Z, then use letters, digits and underscores"
            self._problem(Code.BAD_NAME, node, f"'{shown(node.text)}' is not a name", hint)
            return False
        if pattern is _NAME and len(node.text) > NAME_LENGTH:
            message = f"the name {shown(node.text)} has {len(node.text)} characters"
            self._problem(Code.BAD_NAME, node, message, f"use at most {NAME_LENGTH}")
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
            self._problem(Code.WRONG_SHAPE, node, f"{rule.name} must be {rule.form}, and is {_got(node)}", hint)
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

    def block(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        return Clause(rule.name, steps=self.steps(node, rule.name, deep + 1), place=self.reading.place(node))

    def cases(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        return Clause(rule.name, members=self._entries(node, rule.name, CASE, deep), place=self.reading.place(node))

    def _entries(self, node: Node, key: str, rules: _Rules, deep: int) -> tuple[Clause, ...]:
        """A list of mappings, each as a clause with its keys as members."""
        example = f"write a list: - {next(iter(rules))}: …"
        if not isinstance(node, yaml.Sequence):
            self._problem(Code.WRONG_SHAPE, node, f"{key} must be a list, and is {_got(node)}", example)
            return ()
        found = []
        for item in node.items:
            if isinstance(item, yaml.Mapping):
                members = self._clauses(item, key, rules, deep)
                found.append(Clause("", members=members, place=self.reading.place(item)))
            else:
                self._problem(Code.WRONG_SHAPE, item, f"{key} is a list of mappings, and this is {_got(item)}", example)
        return tuple(found)


_FORMS: Mapping[Form, Callable[[StepReading, ClauseRule, Node, int], Clause | None]] = {
    Form.EXPRESSION: StepReading.expression,
    Form.ELEMENT: StepReading.element_name,
    Form.VARIABLE: StepReading.name,
    Form.TARGET: StepReading.target,
    Form.NAME: StepReading.name,
    Form.INTO: StepReading.into,
    Form.PAIRS: StepReading.pairs,
    Form.ASSIGNMENTS: StepReading.assignments,
    Form.SORT: StepReading.sort,
    Form.FLAG: StepReading.flag,
    Form.STEPS: StepReading.block,
    Form.CASES: StepReading.cases,
}
_FULL = frozenset({Form.ASSIGNMENTS, Form.SORT, Form.CASES})
"""Forms that say something; a list of steps may well be empty."""
_ANYWHERE: _Rules = {
    name: rule
    for rules in CLAUSES.values()
    for name, rule in rules.items()
    if rule.form in (Form.VARIABLE, Form.INTO, Form.STEPS)
}
"""Keys of a step of no kind that are looked at all the same."""


def _is_empty(node: Node) -> bool:
    return not (
        node.items if isinstance(node, yaml.Sequence) else node.entries if isinstance(node, yaml.Mapping) else node
    )


def _about(rule: ClauseRule) -> str:
    return rule.about[0].lower() + rule.about[1:].removesuffix(".")


def _kinds(known: Collection[str] = tuple(STEPS)) -> str:
    return f"use one of the steps: {listed(known, 20)}"


def _got(node: Node) -> str:
    if isinstance(node, Scalar):
        return "nothing" if node.value is None else f"'{shown(node.text)}'"
    return "a list" if isinstance(node, yaml.Sequence) else "a mapping"
