"""YAML text → nodes with their places in it, aliases and merge keys as written: for who edits a text. No I/O.

The text has been read by ``odcpub.model.yaml_text`` without an error, so that its depth and its aliases are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]

from odcpub.model.yaml_values import resolve


@dataclass(eq=False, slots=True)
class Scalar:
    """``value``: as YAML reads it; ``style``: empty for a plain one, else ``'``, ``"``, ``|`` or ``>``. Characters
    ``start`` to ``end`` of the text are the scalar with its anchor and tag."""

    value: str
    style: str
    start: int
    end: int


@dataclass(eq=False, slots=True)
class Sequence:
    """The items in the order written."""

    items: list[Node]
    start: int
    end: int


@dataclass(eq=False, slots=True)
class Mapping:
    """``entries``: keys and values in the order written, merge keys among them. ``start``: where its brace stands, or
    its first key; ``flow``: whether it has braces."""

    entries: list[tuple[Node, Node]]
    start: int
    end: int
    flow: bool


@dataclass(eq=False, slots=True)
class Alias:
    """``*name``, and the node that it stands for."""

    node: Scalar | Sequence | Mapping
    start: int
    end: int


Node = Scalar | Sequence | Mapping | Alias


def parse(text: str) -> Node | None:
    """The root node, None for a text without one."""
    parser = CParser(text)
    try:
        while not isinstance(event := parser.get_event(), yaml.StreamEndEvent):
            if isinstance(event, yaml.NodeEvent):
                return _Composer(parser).node(event)
        return None
    finally:
        parser.dispose()


class _Composer:
    """Events → nodes. The library's own types say that an event may lack what its kind has."""

    def __init__(self, parser: Any) -> None:
        self.parser = parser
        self.anchors: dict[str, Scalar | Sequence | Mapping] = {}

    def node(self, event: Any) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        kind: type[object] = type(event)
        if kind is yaml.AliasEvent:
            return Alias(self.anchors[event.anchor], start, end)
        made: Scalar | Sequence | Mapping
        if kind is yaml.ScalarEvent:
            made = Scalar(event.value, event.style or "", start, end)
        elif kind is yaml.SequenceStartEvent:
            items, end = self._children()
            made = Sequence(items, start, end)
        else:
            begin = event.end_mark.index - bool(event.flow_style)  # behind an anchor
            children, end = self._children()
            made = Mapping(list(zip(children[::2], children[1::2], strict=True)), begin, end, bool(event.flow_style))
        if event.anchor:
            self.anchors[event.anchor] = made
        return made

    def _children(self) -> tuple[list[Node], int]:
        """All nodes up to the end of the collection, and where it ends."""
        found: list[Node] = []
        event: Any = self.parser.get_event()
        while type(event) not in (yaml.SequenceEndEvent, yaml.MappingEndEvent):
            found.append(self.node(event))
            event = self.parser.get_event()
        return found, event.end_mark.index


def target(node: Node) -> Scalar | Sequence | Mapping:
    """The node itself, or what an alias stands for."""
    return node.node if isinstance(node, Alias) else node


class Entry(NamedTuple):
    """A key and its value in a mapping. ``name``: the key itself, or what it stands for as an alias."""

    name: Scalar
    key: Node
    value: Node


def entries(mapping: Mapping) -> Iterator[Entry]:
    """What counts: the mapping's own entries, then those that it merges and does not have."""
    seen: set[str] = set()
    for each in layers(mapping):
        for key, value in each.entries:
            name = target(key)
            if isinstance(name, Scalar) and not is_merge(name) and name.value not in seen:
                seen.add(name.value)
                yield Entry(name, key, value)


def layers(mapping: Mapping) -> Iterator[Mapping]:
    """The mapping, then those that it merges, the one that counts first."""
    yield mapping
    for key, value in mapping.entries:
        if is_merge(target(key)):
            source = target(value)
            for each in source.items if isinstance(source, Sequence) else (source,):
                if isinstance(merged := target(each), Mapping):
                    yield from layers(merged)


def is_merge(key: Node) -> bool:
    """Whether a key is the merge key ``<<``."""
    return isinstance(key, Scalar) and not key.style and key.value == "<<"


_PROPERTIES = re.compile(r"(?:[&!]\S*\s+(?:#[^\r\n]*\s+)*)*")
_HEADER = re.compile(r"[^\r\n]*")
_ESCAPE = re.compile(r"\\(?:x..|u.{4}|U.{8}|\r\n|.)", re.DOTALL)
_ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v", "N": "\x85", "_": "\xa0"} | {
    "t": "\t", "n": "\n", "r": "\r", "L": "\u2028", "P": "\u2029", "\r": "", "\n": "", "\r\n": "",
}  # fmt: skip


def content(text: str, node: Scalar) -> int:
    """Where a scalar begins behind its anchor and tag."""
    found = _PROPERTIES.match(text, node.start, node.end)
    return found.end() if found else node.start


def span(text: str, node: Scalar, at: int, to: int) -> tuple[int, int]:
    """The characters of the text that are ``at`` to ``to`` of the scalar's value, which are no blanks. Raises
    ValueError where they cannot be told."""
    before = sum(not sign.isspace() for sign in node.value[:at])
    found: list[tuple[int, int]] = []
    for sign, start, end in _signs(text, node):
        if before:
            before -= 1
        elif sign == node.value[at + len(found)]:
            found.append((start, end))
            if len(found) == to - at:
                return found[0][0], found[-1][1]
        else:
            break
    raise ValueError(f"{node.value!r} is not found again")


def _signs(text: str, node: Scalar) -> Iterator[tuple[str, int, int]]:
    """The characters of a scalar's value but for blanks, which folding changes, each with its place in the text."""
    at, end = content(text, node), node.end
    if node.style in ("|", ">"):
        header = _HEADER.match(text, at)
        at = header.end() if header else at
    elif node.style:
        at, end = at + 1, end - 1
    while at < end:
        sign, size = text[at], 1
        if node.style == "'" and sign == "'":
            size = 2
        elif node.style == '"' and sign == "\\" and (escape := _ESCAPE.match(text, at, end)):
            sign, size = _escaped(escape[0][1:]), len(escape[0])
        if sign and not sign.isspace():
            yield sign, at, at + size
        at += size


def _escaped(escape: str) -> str:
    if escape[0] in "xuU" and len(escape) > 1:
        return chr(int(escape[1:], 16))
    return _ESCAPES.get(escape, escape)


def plain(name: str) -> str:
    """A name as YAML takes it for a text, in quotes where need be (``'True'``)."""
    return name if resolve(name) == name else f"'{name}'"
