"""Texts: positions and lengths count code points, as Python's own do. No I/O."""

from __future__ import annotations

import re
from urllib.parse import quote_plus

from odcpub.model.data_types import MAX_LENGTH
from odcpub.model.expressions.letters import lower

BLANKS = "\t\n\v\f\r "
"""What Trim takes away."""
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
_HTML |= {"\r\n": "<br/>", "\r": "<br/>", "\n": "<br/>"}
_IN_HTML = re.compile(r"\r\n|[&<>\"'\r\n]")
_IN_SCRIPT = re.compile(r"[^A-Za-z0-9 .,_-]")
_SURROGATES = range(0xD800, 0xE000)
_CODE_POINTS = 0x110000
MOST = MAX_LENGTH
"""Characters of a text that is computed."""


class TooLong(Exception):
    """A text of more than MOST characters, which need not be made to know that."""


def character(c: int) -> str | None:
    return chr(c) if 0 < c < _CODE_POINTS and c not in _SURROGATES else None


def for_html(text: str) -> str:
    return _IN_HTML.sub(lambda found: _HTML[found[0]], text)


def for_script(text: str) -> str:
    return _IN_SCRIPT.sub(lambda found: _units(found[0]), text)


def _units(sign: str) -> str:
    units = sign.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def for_address(text: str) -> str:
    return quote_plus(text)


def index(t: str, search: str, start: int, from_end: bool, ignore_case: bool) -> int:
    if not search:
        return -1
    text, sought = (lower(t), lower(search)) if ignore_case else (t, search)
    if from_end:
        return text.rfind(sought, 0, max(start, 0) if start else len(text))
    return text.find(sought, max(start, 0))


def length(t: str) -> int:
    return len(t)


def line_feed() -> str:
    return "\n"


def replaced(t: str, search: str, replace: str) -> str:
    if not search:
        return t
    if len(t) + t.count(search) * (len(replace) - len(search)) > MOST:
        raise TooLong
    return t.replace(search, replace)


def part(t: str, start: int, length: int) -> str:
    return t[max(start, 0) : max(start + length, 0)]


def trimmed(t: str) -> str:
    return t.strip(BLANKS)


def trimmed_start(t: str) -> str:
    return t.lstrip(BLANKS)


def trimmed_end(t: str) -> str:
    return t.rstrip(BLANKS)


def like(text: str, pattern: str) -> bool:
    """Whether the whole text is the pattern, whose ``%`` stand for any characters, or none."""
    first, *others = pattern.split("%")
    if not others:
        return text == pattern
    last = others.pop()
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for sought in others:
        found = text.find(sought, at, end)
        if found < 0:
            return False
        at = found + len(sought)
    return True
