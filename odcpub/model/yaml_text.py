"""YAML text → nodes with places; the YAML 1.2 core schema. No I/O.

PyYAML's C parser gives events; its own composer and resolver are not used: they are YAML 1.1 (``NO`` would be
False, ``12:30:00`` a number) and know no limits. Numbers with a fraction become ``Decimal``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, Protocol, cast

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]

from odcpub.errors import Place, Problem
from odcpub.model.characters import between, forbidden
from odcpub.model.problems import Code
from odcpub.model.yaml_values import TOO_LONG, resolve
from odcpub.text import shown

MAX_DEPTH = 64
MAX_ALIASED = 50_000
"""How many nodes aliases may add to one file: stops alias bombs, whose text is small and whose content is not."""
MAX_NOTES = 1_000
"""Double keys and the like told of in one file."""

_INDEX = re.compile(r"\{.*\w\[")
_CORE_TAG = re.compile(r"!|tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)")


@dataclass(slots=True)
class Scalar:
    """A scalar: its value by the core schema and its text as written. Lines and columns count from 1."""

    value: object
    text: str
    plain: bool
    line: int
    column: int


@dataclass(slots=True)
class Sequence:
    """A sequence and its items, in the order written."""

    items: list[Node]
    line: int
    column: int
    flow: bool = False


@dataclass(slots=True)
class Mapping:
    """``entries``: key text → (key, value), in the order written; merge keys are already merged."""

    entries: dict[str, tuple[Scalar, Node]]
    line: int
    column: int


Node = Scalar | Sequence | Mapping


class _Mark(Protocol):
    index: int
    line: int
    column: int


class _Event(Protocol):
    """An event of the parser, with what its kind has; the library's own types say that all of it may be missing."""

    start_mark: _Mark
    end_mark: _Mark
    anchor: str
    tag: str | None
    value: str
    implicit: tuple[bool, bool]


class _Finding(NamedTuple):
    """What is wrong at a place of the text; ``line`` and ``column`` count from 1."""

    code: Code
    message: str
    hint: str
    line: int
    column: int

    def problem(self, file: str) -> Problem:
        return Problem(str(self.code), self.message, self.hint, Place(file, self.line, self.column))


class _Bad(Exception):
    """What ends the reading of a text."""

    def __init__(self, finding: _Finding) -> None:
        self.finding = finding


def parse(text: str, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The root node of the one document in ``text``, None where it is empty or broken, and the problems."""
    composer = _Composer()
    try:
        root = composer.compose(text)
        for sign, line, column in islice(between(text, composer.told), MAX_NOTES):
            message, hint = f"the file holds the character {sign}", "remove it: the file reads otherwise than it looks"
            composer.problems.append(_Finding(Code.CHARACTER, message, hint, line, column))
        return root, tuple(one.problem(file) for one in composer.problems)
    except _Bad as bad:
        return None, (*(one.problem(file) for one in composer.problems), bad.finding.problem(file))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = ": ".join(str(part) for part in (error.context, error.problem) if part)
        return None, (
            _Finding(Code.SYNTAX, f"not valid YAML: {what}", _syntax_hint(text, line), line, column).problem(file),
        )
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0) or 0
        before = text.encode()[:position].decode(errors="ignore")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        reason = getattr(error, "reason", None) or "characters that YAML does not allow"
        hint = "remove the invisible character there, or write it as an escape within double quotes"
        return None, (_Finding(Code.SYNTAX, f"not valid YAML: {reason}", hint, line, column).problem(file),)


def _syntax_hint(text: str, line: int) -> str:
    lines = text.split("\n")
    written = lines[line - 1] if line <= len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return "indent with spaces: YAML allows no tabs there"
    if _INDEX.search(written):
        return "put an expression with square brackets within braces in quotes, such as 'Names[0]'"
    return "check the indentation, and put quotes around a text that holds ': ', '#' or begins with a special sign"


class _Composer:
    """Events → nodes by an explicit stack, so that depth costs no recursion."""

    def __init__(self) -> None:
        self.problems: list[_Finding] = []
        self.told: list[range] = []
        self.anchors: dict[str, tuple[Node | None, int]] = {}
        self.count = 0
        self.aliased = 0

    def compose(self, text: str) -> Node | None:
        events = _events(text)
        root: Node | None = None
        documents = 0
        for event in events:
            kind: type[object] = type(event)
            if kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise _at(
                        event,
                        Code.YAML_FEATURE,
                        "a second document in one file",
                        "remove the '---' line, or make it a file of its own",
                    )
            elif kind in (yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent, yaml.AliasEvent):
                root = self._node(event, events)
        return None if isinstance(root, Scalar) and root.value is None else root

    def _node(self, first: _Event, events: Iterator[_Event]) -> Node:
        """The node that begins with event ``first``. The stack holds (children, start event, count before)."""
        stack: list[tuple[list[Node], _Event, int]] = []
        event = first
        while True:
            kind: type[object] = type(event)
            if kind is yaml.ScalarEvent:
                node: Node = self._scalar(event)
            elif kind is yaml.AliasEvent:
                node = self._alias(event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._open(event, len(stack))
                stack.append(([], event, self.count))
                event = next(events)
                continue
            else:
                children, start, before = stack.pop()
                node = self._close(children, start)
                if start.anchor:
                    self.anchors[start.anchor] = (node, self.count - before + 1)
            if not stack:
                return node
            stack[-1][0].append(node)
            event = next(events)

    def _open(self, event: _Event, depth: int) -> None:
        self.count += 1
        if depth >= MAX_DEPTH:
            raise _at(event, Code.YAML_FEATURE, f"more than {MAX_DEPTH} levels deep", "use fewer")
        self._check_tag(event)
        if event.anchor:
            self.anchors[event.anchor] = (None, 0)

    def _check_tag(self, event: _Event) -> None:
        if event.tag and not _CORE_TAG.fullmatch(event.tag):
            mark = event.start_mark
            hint = "remove it: a model has plain values only"
            message = f"the tag {shown(event.tag)} is not allowed"
            self.problems.append(_Finding(Code.YAML_FEATURE, message, hint, mark.line + 1, mark.column + 1))

    def _scalar(self, event: _Event) -> Scalar:
        self.count += 1
        mark = event.start_mark
        text: str = event.value
        plain: bool = event.implicit[0]
        value: object = text
        if event.tag:
            self._check_tag(event)
            plain = not event.tag.endswith(":str") and event.tag != "!"
        if plain:
            value = resolve(text)
            if value is TOO_LONG:
                message, hint = "a number too long to be meant", "put quotes around it if it is a text"
                self.problems.append(_Finding(Code.BAD_VALUE, message, hint, mark.line + 1, mark.column + 1))
                value = 0
        node = Scalar(value, text, plain, mark.line + 1, mark.column + 1)
        if sign := forbidden(text):
            self.told.append(range(mark.index, event.end_mark.index))
            hint = "remove it; in a pattern, write its escape within single quotes"
            self._note(node, Code.CHARACTER, f"a text holds the character {sign}", hint)
        if event.anchor:
            self.anchors[event.anchor] = (node, 1)
        return node

    def _alias(self, event: _Event) -> Node:
        node, size = self.anchors.get(event.anchor, (None, -1))
        if node is None:
            why = "refers to itself" if size == 0 else "refers to an anchor that does not exist"
            raise _at(event, Code.YAML_FEATURE, f"the alias *{shown(event.anchor)} {why}", "write the value out")
        self.count += size
        self.aliased += size
        if self.aliased > MAX_ALIASED:
            hint = "write the values out, or use fewer aliases of aliases"
            raise _at(event, Code.YAML_FEATURE, f"aliases repeat more than {MAX_ALIASED:,} values", hint)
        return node

    def _close(self, children: list[Node], start: _Event) -> Node:
        mark = start.start_mark
        line, column = mark.line + 1, mark.column + 1
        if isinstance(start, yaml.SequenceStartEvent):
            return Sequence(children, line, column)
        entries: dict[str, tuple[Scalar, Node]] = {}
        merges: list[Node] = []
        for index in range(0, len(children), 2):
            key, value = children[index], children[index + 1]
            if type(key) is not Scalar:
                self._note(
                    key, Code.WRONG_SHAPE, "a key must be a plain word", "remove the brackets or braces around it"
                )
            elif key.plain and key.text == "<<":
                merges.append(value)
            elif key.text in entries:
                first = entries[key.text][0]
                message = f"the key {shown(key.text)} occurs twice: first in line {first.line}"
                self._note(key, Code.DUPLICATE_KEY, message, "remove or rename one of them")
            else:
                entries[key.text] = (key, value)
        for merge in merges:
            self._merge(entries, merge)
        return Mapping(entries, line, column)

    def _merge(self, entries: dict[str, tuple[Scalar, Node]], source: Node) -> None:
        for mapping in source.items if isinstance(source, Sequence) else (source,):
            if not isinstance(mapping, Mapping):
                self._note(mapping, Code.WRONG_SHAPE, "'<<' merges mappings only", "refer to a mapping's anchor")
                continue
            for text, entry in mapping.entries.items():
                entries.setdefault(text, entry)

    def _note(self, node: Node, code: Code, message: str, hint: str) -> None:
        if len(self.problems) < MAX_NOTES:
            self.problems.append(_Finding(code, message, hint, node.line, node.column))


def _events(text: str) -> Iterator[_Event]:
    parser = CParser(text)
    try:
        while True:
            event = cast(_Event, parser.get_event())
            yield event
            if isinstance(event, yaml.StreamEndEvent):
                return
    finally:
        parser.dispose()


def _at(event: _Event, code: Code, message: str, hint: str) -> _Bad:
    mark = event.start_mark
    return _Bad(_Finding(code, message, hint, mark.line + 1, mark.column + 1))
