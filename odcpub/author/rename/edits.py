"""Changes of a file's text at the marks of its nodes: everything else stays as it is, byte for byte. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from odcpub.author.rename import marks
from odcpub.author.rename.expressions import Mention
from odcpub.author.rename.lines import BREAK, Lines
from odcpub.author.rename.marks import Alias, Mapping, Scalar
from odcpub.author.rename.reading import Definition

KEY = "key"


class Edit(NamedTuple):
    """``new`` for the characters ``start`` to ``end`` of a text."""

    start: int
    end: int
    new: str


class Change(NamedTuple):
    """Lines of a file before and after; ``line`` is the first one's number before, from 1."""

    line: int
    before: tuple[str, ...]
    after: tuple[str, ...]


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text after edits that do not overlap."""
    parts, at = [], 0
    for edit in sorted(edits):
        parts += [text[at : edit.start], edit.new]
        at = edit.end
    return "".join((*parts, text[at:]))


def changes(lines: Lines, edits: Iterable[Edit]) -> tuple[Change, ...]:
    """The lines that the edits change."""
    found: list[tuple[int, int, list[Edit]]] = []
    for edit in sorted(edits):
        start, end = _around(lines, edit)
        if found and start < found[-1][1]:
            first, last, before = found.pop()
            found.append((first, max(end, last), [*before, edit]))
        else:
            found.append((start, end, [edit]))
    return tuple(_change(lines, *one) for one in found)


def _change(lines: Lines, start: int, end: int, edits: list[Edit]) -> Change:
    before = lines.text[start:end]
    after = applied(before, [Edit(edit.start - start, edit.end - start, edit.new) for edit in edits])
    return Change(lines.number(start), _split(before), _split(after))


def _split(text: str) -> tuple[str, ...]:
    lines = BREAK.split(text)
    return tuple(lines if lines[-1] else lines[:-1])


def _around(lines: Lines, edit: Edit) -> tuple[int, int]:
    """The whole lines that an edit is in; where it adds or removes whole ones, these alone."""
    start, end = lines.start(edit.start), edit.end
    is_whole = edit.start == start and lines.start(end) == end and (not edit.new or BREAK.search(edit.new[-1]))
    return start, end if is_whole else lines.end(end)


def renamed(text: str, node: Scalar, mentions: Iterable[Mention], new: str) -> Iterator[Edit]:
    """The new name where the mentions of a scalar are, in the quotes that are there. Raises ValueError where a name is
    not found again."""
    found = [(*marks.span(text, node, each.at, each.to), each) for each in mentions]
    for start, end, each in found:
        is_all = not node.style and each.to - each.at == len(node.value)
        yield Edit(start, end, marks.plain(new) if is_all else new)


def key_added(lines: Lines, definition: Definition, first: str) -> Edit:
    """``key: <first name>`` as the first of an element's keys, in the form of the others."""
    text, value = lines.text, definition.entry.value
    if isinstance(value, Alias):
        return Edit(value.start, value.end, f"{{ {_pair(first)}, <<: {text[value.start : value.end]} }}")
    if isinstance(value, Mapping) and value.flow:
        return _in_braces(text, value, first)
    if isinstance(value, Mapping):
        return _in_block(lines, definition.entry.key.end, value, first)
    at = marks.content(text, value) if isinstance(value, Scalar) else value.start
    colon = "" if ":" in text[definition.entry.key.end : at] else ": "
    blank = "" if colon or text[at - 1].isspace() else " "
    return Edit(at, value.end, f"{colon}{blank}{{ {_pair(first)} }}")


def _pair(first: str, quote: str = "") -> str:
    return f'"{KEY}": "{first}"' if quote == '"' else f"{KEY}: {marks.plain(first)}"


def _in_braces(text: str, mapping: Mapping, first: str) -> Edit:
    if mapping.entries:
        key = mapping.entries[0][0]
        quote = key.style if isinstance(key, Scalar) else ""
        return Edit(key.start, key.start, f"{_pair(first, quote)}, ")
    inside = mapping.start + 1
    return Edit(inside, inside, f" {_pair(first)}{' ' if text[inside] == '}' else ''}")


def _in_block(lines: Lines, name: int, mapping: Mapping, first: str) -> Edit:
    """A line of its own: right below the element's name, which ends at ``name``, before comments."""
    start = mapping.start
    indent = lines.text[lines.start(start) : start]
    if indent.strip(" "):  # something stands before it: ``: display: Name`` below ``? Ticket``
        return Edit(start, start, f"{_pair(first)}{lines.ending(start)}{' ' * len(indent)}")
    above = _header(lines.text, name, start)
    at = lines.end(above)
    return Edit(at, at, f"{indent}{_pair(first)}{lines.ending(above)}")


def _header(text: str, name: int, start: int) -> int:
    """The last place before a block mapping where something but a comment stands: behind the name's colon, or
    the mapping's anchor."""
    at = name
    for line in re.finditer(r"[^\r\n]+", text[name:start]):
        if line[0].lstrip()[:1] not in ("", "#"):
            at = name + line.start()
    return at


def key_removed(lines: Lines, definition: Definition) -> Edit | None:
    """Without the element's ``key``; None where it stands elsewhere, or with a comment that would go with it."""
    mapping = definition.entry.value
    if not isinstance(mapping, Mapping):
        return None
    for index, (key, value) in enumerate(mapping.entries):
        if isinstance(key, Scalar) and key.value == KEY and isinstance(value, Scalar):
            found = _from_braces(mapping, index) if mapping.flow else _from_block(lines, key, value)
            return None if found is None or "#" in lines.text[found.start : found.end] else found
    return None


def _from_braces(mapping: Mapping, index: int) -> Edit:
    entries = mapping.entries
    if index + 1 < len(entries):
        return Edit(entries[index][0].start, entries[index + 1][0].start, "")
    if index:
        return Edit(entries[index - 1][1].end, entries[index][1].end, "")
    return Edit(mapping.start + 1, mapping.end - 1, "")


def _from_block(lines: Lines, key: Scalar, value: Scalar) -> Edit | None:
    """The whole line, if the key has one of its own."""
    start, end = lines.start(key.start), lines.end(value.end)
    if (lines.text[start : key.start] + lines.text[value.end : end]).strip():
        return None
    return Edit(start, end, "")
