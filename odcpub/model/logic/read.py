"""Steps as they stand in a file → plain steps, judged by themselves: kinds, keys and shapes. No I/O.

A step that is wrong keeps what of it is right, so that what follows from it elsewhere is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from odcpub.model import yaml_text as yaml
from odcpub.model.elements import Clause, Step
from odcpub.model.fields import MAX_PROBLEMS
from odcpub.model.logic.steps import (
    CASE,
    CLAUSES,
    END,
    HANDLER,
    MAX_MEMBERS,
    MAX_NESTING,
    MAX_STEPS,
    ON_ERROR,
    STEPS,
    ClauseRule,
    Form,
)
from odcpub.model.logic.values import ValueReading, about, got
from odcpub.model.problems import Code
from odcpub.model.reading import Reading
from odcpub.model.yaml_text import Node, Scalar
from odcpub.text import listed, nearest, shown, suggest

_BEGIN = "begin each step with '- ' and what it does, such as '- get: Ticket'"
_Rules = Mapping[str, ClauseRule]
_NOTHING: Mapping[str, str] = {}


class StepReading(ValueReading):
    """Reads the steps of one action."""

    def __init__(self, reading: Reading, element: str) -> None:
        super().__init__(reading, element)
        self._count = 0
        self._too_deep = False

    def steps(self, node: Node, key: str, deep: int = 1) -> tuple[Step, ...]:
        """The steps of a list; ``key``: where it stands; ``deep``: within how many lists, with this one."""
        if not isinstance(node, yaml.Sequence):
            self.complain(Code.WRONG_SHAPE, node, f"{key} must be {Form.STEPS}, and is {got(node)}", _BEGIN)
            return ()
        if deep > MAX_NESTING:
            if not self._too_deep:
                message = f"steps stand more than {MAX_NESTING} blocks deep"
                self.complain(Code.LOGIC_LIMIT, node, message, "move the inner ones to an action of their own")
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
            self.complain(Code.LOGIC_LIMIT, node, message, "divide it into actions that call one another")

    def _step(self, node: Node, deep: int) -> Step | None:
        if isinstance(node, Scalar):
            if node.text == END and node.value is not None:
                return Step(END, (), self.reading.place(node))
            self._word(node)
        elif isinstance(node, yaml.Sequence):
            self.complain(Code.WRONG_SHAPE, node, "a step must be a mapping, and is a list", _BEGIN)
        else:
            return self._mapping(node, deep)
        return None

    def _word(self, node: Scalar) -> None:
        """A word where a step belongs: told with what it was probably meant to be."""
        if node.value is None:
            self.complain(Code.WRONG_SHAPE, node, "a step says nothing", "remove the '-', or write a step after it")
            return
        first, _, rest = node.text.partition(" ")
        if first in STEPS and first != END:
            hint = f"write {first}: {shown(rest)}" if rest else f"write {STEPS[first].example}"
        else:
            hint = suggest(first, STEPS, _kinds())
        self.complain(Code.BAD_STEP, node, f"'{shown(node.text)}' is no step", hint)

    def _mapping(self, node: yaml.Mapping, deep: int) -> Step | None:
        kinds = [key for key in node.entries if key in STEPS]
        if not kinds:
            return self._unknown(node, deep)
        kind = kinds[0]
        if kind == END:
            self.complain(Code.BAD_STEP, node.entries[kind][0], "end takes nothing", "write - end")
            return Step(END, (), self.reading.place(node))
        return Step(kind, self._clauses(node, kind, CLAUSES[kind], deep), self.reading.place(node))

    def _unknown(self, node: yaml.Mapping, deep: int) -> Step | None:
        """A step of no kind: read as the kind that was probably meant; else the variables that it would make are kept,
        and the steps within it looked at."""
        first = next((key for key, _ in node.entries.values()), None)
        if first is None:
            self.complain(Code.BAD_STEP, node, "a step says nothing", _kinds())
            return None
        is_clause = any(first.text in rules for rules in CLAUSES.values())
        kind = "" if is_clause or self._is_full() else nearest(first.text, STEPS)
        message = f"there is no step '{shown(first.text)}'"
        if is_clause:
            message = f"a step cannot be {shown(first.text)} alone: nothing says what it does"
        self.complain(Code.BAD_STEP, first, message, f"did you mean {kind}?" if kind else _kinds())
        if kind and kind != END:
            clauses = self._clauses(node, kind, CLAUSES[kind], deep, {first.text: kind})
            return Step(kind, clauses, self.reading.place(node))
        kept = []
        for key, (_, value) in node.entries.items():
            rule = _ANYWHERE.get(key)
            if rule and (clause := _FORMS[rule.form](self, rule, value, deep)):
                kept.append(clause)
        return Step("", tuple(kept), self.reading.place(node))

    def _clauses(
        self, node: yaml.Mapping, kind: str, rules: _Rules, deep: int, told: Mapping[str, str] = _NOTHING
    ) -> tuple[Clause, ...]:
        """The clauses of a mapping. ``told``: keys that are told to be wrong already, and what was meant by them. What
        was meant by a wrong key is read as such."""
        found = []
        meant: set[str] = set()
        for text, (key, value) in node.entries.items():
            name = text
            if text not in rules:
                name = told[text] if text in told else self._no_clause(key, kind, rules)
            if name in rules and (name == text or name not in node.entries) and name not in meant:
                meant.add(name)
                clause = (
                    self._clause(rules[name], value, deep) if name == text else self._guessed(rules[name], value, deep)
                )
                found += [clause] if clause else []
        for name, rule in rules.items():
            if rule.required and name not in meant:
                self.complain(Code.MISSING_KEY, node, f"{kind} needs the key '{name}'", f"{name}: {about(rule)}")
        return tuple(found)

    def _guessed(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        """The clause that was probably meant by a wrong key, if its value is one; nothing more is told of that."""
        before = len(self.reading.problems)
        clause = self._clause(rule, node, deep)
        if len(self.reading.problems) == before:
            return clause
        del self.reading.problems[before:]
        return None

    def _clause(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        if rule.form is not Form.STEPS and _size(node) > MAX_MEMBERS:
            message = f"{rule.name} has {_size(node):,} members, and {MAX_MEMBERS:,} are the most"
            self.complain(Code.LOGIC_LIMIT, node, message, "divide it into several steps")
            return None
        clause = _FORMS[rule.form](self, rule, node, deep)
        if clause and rule.required and rule.form in _FULL and not _size(node):
            self.complain(Code.BAD_STEP, node, f"{rule.name} says nothing", f"{rule.name}: {about(rule)}")
            return None
        return clause

    def _no_clause(self, key: Scalar, kind: str, rules: _Rules) -> str:
        """Tells of a key that is none of these; the one that was probably meant, empty for none."""
        name = shown(key.text)
        if key.text in STEPS and kind in STEPS and rules is CLAUSES[kind]:
            message = f"a step does one thing, and this one does {kind} and {name}"
            self.complain(Code.BAD_STEP, key, message, f"begin a step of its own: - {STEPS[key.text].example}")
            return ""
        meant = "" if self._is_full() else nearest(key.text, rules)
        hint = f"did you mean {meant}?" if meant else f"use one of its keys: {listed(rules, 20)}"
        if key.text in STEPS:
            hint = "put steps under do"
            meant = ""
        elif kind == "update" and key.text == "with":
            hint = "set its attributes before: - set: { Found.Name: … }"
        self.complain(Code.UNKNOWN_KEY, key, f"{kind} has no key '{name}'", hint)
        return meant

    def _is_full(self) -> bool:
        return len(self.reading.problems) > MAX_PROBLEMS

    def block(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        return Clause(rule.name, steps=self.steps(node, rule.name, deep + 1), place=self.reading.place(node))

    def cases(self, rule: ClauseRule, node: Node, deep: int) -> Clause | None:
        return Clause(rule.name, members=self._entries(node, rule.name, CASE, deep), place=self.reading.place(node))

    def _entries(self, node: Node, key: str, rules: _Rules, deep: int) -> tuple[Clause, ...]:
        """A list of mappings, each as a clause with its keys as members."""
        example = f"write a list: - {next(iter(rules))}: …"
        if not isinstance(node, yaml.Sequence):
            self.complain(Code.WRONG_SHAPE, node, f"{key} must be a list, and is {got(node)}", example)
            return ()
        found = []
        for item in node.items:
            if isinstance(item, yaml.Mapping):
                members = self._clauses(item, key, rules, deep)
                found.append(Clause("", members=members, place=self.reading.place(item)))
            else:
                self.complain(Code.WRONG_SHAPE, item, f"{key} is a list of mappings, and this is {got(item)}", example)
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


def _size(node: Node) -> int:
    """How many members a list or mapping has; 1 of a value."""
    if isinstance(node, yaml.Sequence):
        return len(node.items)
    return len(node.entries) if isinstance(node, yaml.Mapping) else 1


def _kinds(known: Collection[str] = tuple(STEPS)) -> str:
    return f"use one of the steps: {listed(known, 20)}"
