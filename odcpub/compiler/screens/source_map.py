"""Source maps, version 3 (ECMA-426): which place of the model each line of a screen's module comes from. Pure, no I/O.

A template marks the lines that follow with ``//@ path``, the path of an element; the marks are taken out again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from odcpub.compiler.sources import MARK
from odcpub.errors import Place

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def unmarked(text: str, places: Mapping[str, Place]) -> tuple[str, tuple[Place, ...]]:
    """The text without its marks, and the place of each line of it."""
    lines: list[str] = []
    found: list[Place] = []
    place = Place("", 0, 0)
    for line in text.removesuffix("\n").split("\n"):
        if line.startswith(MARK):
            place = places[line[len(MARK) :]]
        else:
            lines.append(line)
            found.append(place)
    return "".join(f"{line}\n" for line in lines), tuple(found)


def source_map(file: str, places: Sequence[Place]) -> bytes:
    """The map of ``file``, whose lines come from these places; of a line without one it says nothing."""
    sources = sorted({place.file for place in places if place.file})
    value = {"version": 3, "file": file, "sources": sources, "names": [], "mappings": _mappings(places, sources)}
    return f"{json.dumps(value, separators=(',', ':'))}\n".encode()


def _mappings(places: Iterable[Place], sources: Sequence[str]) -> str:
    """A segment a line: from its first column to source, line and column, each told from the segment before."""
    lines: list[str] = []
    before = (0, 0, 0)
    for place in places:
        if not place.file:
            lines.append("")
            continue
        now = (sources.index(place.file), place.line - 1, place.column - 1)
        lines.append("A" + "".join(_digits(value - last) for value, last in zip(now, before, strict=True)))
        before = now
    return ";".join(lines)


def _digits(number: int) -> str:
    """Base 64 VLQ: five bits a digit, the lowest first, the sign in the lowest of all."""
    rest, text = (-number << 1) | 1 if number < 0 else number << 1, ""
    while True:
        rest, digit = rest >> 5, rest & 31
        text += _DIGITS[digit | 32 if rest else digit]
        if not rest:
            return text
