"""Literals of the languages the compiler writes: C#, JSON for JavaScript, HTML, XML. Pure, no I/O.

Every text of a model is hostile until it has gone through one of these; the templates know them as filters.
"""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal

_KEYWORD_TEXT = """
    abstract as base bool break byte case catch char checked class const continue decimal default delegate do double
    else enum event explicit extern false finally fixed float for foreach goto if implicit in int interface internal is
    lock long namespace new null object operator out override params private protected public readonly ref return sbyte
    sealed short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe
    ushort using virtual void volatile while"""
"""C#'s reserved words. Contextual ones get an ``@`` too (below), since it never hurts."""

_CONTEXTUAL_TEXT = """
    add alias and ascending async await by descending dynamic equals file from get global group init into join let
    managed nameof nint not notnull nuint on or orderby partial record remove required scoped select set unmanaged value
    var when where with yield"""
_KEYWORDS = frozenset(f"{_KEYWORD_TEXT} {_CONTEXTUAL_TEXT}".split())
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_CSHARP_SAFE = re.compile(r"[ !#-\[\]-~]*\Z")
_CSHARP_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def csharp_string(text: str) -> str:
    """A C# string literal: printable ASCII as it is, everything else as UTF-16 escapes (lone surrogates too)."""
    if _CSHARP_SAFE.match(text):
        return f'"{text}"'
    return '"' + "".join(_csharp_character(character) for character in text) + '"'


def _csharp_character(character: str) -> str:
    if character in _CSHARP_ESCAPES:
        return _CSHARP_ESCAPES[character]
    if _CSHARP_SAFE.match(character):
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def csharp_identifier(name: str) -> str:
    """A C# identifier for a model's name: ``@class`` for keywords, a hash where C# could not spell the name."""
    if _PLAIN.match(name):
        return f"@{name}" if name in _KEYWORDS else name
    return f"N_{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def number_text(value: Decimal | int) -> str:
    """A number without exponent and without zeros at the end of its decimals: equal numbers, equal text."""
    text = format(Decimal(value), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def json_text(value: object) -> str:
    """JSON that is safe in HTML and JavaScript too: sorted keys, ASCII only, no ``<``, ``>`` or ``&``."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}


def html_text(text: str) -> str:
    """Text or attribute value in HTML; what HTML cannot hold (NUL, lone surrogates) becomes U+FFFD."""
    return "".join(
        _MARKUP.get(character, "\ufffd" if _unfit(character) and character not in "\t\n\r" else character)
        for character in text
    )


def xml_text(text: str) -> str:
    """Text or attribute value in XML 1.0; white space in attributes survives as character references."""
    return "".join(f"&#{ord(character)};" if character in "\t\n\r" else html_text(character) for character in text)


def _unfit(character: str) -> bool:
    """True for what neither HTML nor XML 1.0 may hold."""
    point = ord(character)
    return point < 0x20 or 0x7F <= point <= 0x9F or 0xD800 <= point <= 0xDFFF or point & 0xFFFE == 0xFFFE


def css_color(text: str) -> str:
    """A colour as ``#rrggbb``; anything else is refused, for CSS has no escape that would make it harmless."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise ValueError(f"not a colour: {text!r}")
    return text.lower()
