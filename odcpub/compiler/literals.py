"""Literals of the languages the compiler writes. Pure, no I/O.

Every text of a model is hostile until one of these has marked it for its language (``odcpub.compiler.marked``); the
templates know them as filters, each those of its own language.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from odcpub.compiler.marked import CSharp, Css, Dockerfile, Html, JavaScript, Markdown, Marked, Sql, Xml
from odcpub.model.literals import as_text

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
_CSHARP_PLAIN = re.compile(r"[ -~]*\Z")
_CSHARP_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def csharp_string(text: str) -> CSharp:
    """A C# string literal: printable ASCII as it is, everything else as UTF-16 escapes (lone surrogates too)."""
    if _CSHARP_SAFE.match(text):
        return CSharp(f'"{text}"')
    return CSharp('"' + "".join(_csharp_character(character) for character in text) + '"')


def _csharp_character(character: str) -> str:
    if character in _CSHARP_ESCAPES:
        return _CSHARP_ESCAPES[character]
    if _CSHARP_SAFE.match(character):
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def csharp_literal(value: CSharp | str | int | bool | None) -> CSharp:
    """A value as C# writes it; what is C# already stays as it is."""
    if isinstance(value, CSharp):
        return value
    if isinstance(value, str):
        return csharp_string(value)
    return CSharp("null" if value is None else truth(value) if isinstance(value, bool) else str(value))


def csharp_type(name: str) -> CSharp:
    """A type or member of our own or .NET's, such as ``global::System.DateOnly?``; anything else is refused."""
    if not re.fullmatch(r"(global::)?[A-Za-z]+(\.[A-Za-z]+)*(\[\])?\??", name):
        raise ValueError(f"not a type: {name!r}")
    return CSharp(name)


def csharp_comment(text: str) -> CSharp:
    """The rest of a line that is a comment: it cannot end the line."""
    return CSharp(_one_line(text))


def _one_line(text: str) -> str:
    return text if text.isprintable() else "".join(sign if sign.isprintable() else "?" for sign in text)


def csharp_lines(lines: Sequence[str]) -> tuple[CSharp, ...]:
    """A text of lines as a literal of lines, all to be indented alike; one line where they are not plain."""
    if not all(_CSHARP_PLAIN.match(line) for line in lines) or any('"""' in line for line in lines):
        return (csharp_string("\n".join(lines)),)
    return (CSharp('"""'), *(CSharp(f"    {line}") for line in lines), CSharp('    """'))


def csharp_path(path: str) -> CSharp:
    """A file's name as ``#line`` has it, which knows no escapes."""
    return CSharp(f'"{"".join(sign if sign.isprintable() and sign != chr(34) else "?" for sign in path)}"')


def csharp_members(members: Mapping[str, CSharp | str | int | bool | None]) -> CSharp:
    """Initialisers (``Name = "Ticket", Mandatory = true``) of those members that have a value; names are our own."""
    given = (f"{name} = {csharp_literal(value)}" for name, value in members.items() if value is not None)
    return CSharp(", ".join(given))


def truth(value: bool) -> str:
    """``true`` or ``false``, as C#, JSON and MSBuild spell it."""
    return "true" if value else "false"


def csharp_identifier(name: str) -> CSharp:
    """A C# identifier for a model's name: ``@class`` for keywords, a hash where C# could not spell the name."""
    if _PLAIN.match(name):
        return CSharp(f"@{name}" if name in _KEYWORDS else name)
    return CSharp(f"N_{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}")


def csharp_number(value: Decimal | int) -> CSharp:
    """A number without the suffix of its type."""
    return CSharp(as_text(value))


def json_text(value: object, between: str = ",") -> str:
    """JSON that is safe in HTML and JavaScript too: sorted keys, ASCII only, no ``<``, ``>`` or ``&``."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(between, ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def js_text(text: str) -> JavaScript:
    """A JavaScript string literal, safe within HTML too."""
    return JavaScript(json_text(text))


def js_value(value: JavaScript | str | int | bool | tuple[str, ...] | None) -> JavaScript:
    """A value as JavaScript writes it; what is JavaScript already stays as it is."""
    if isinstance(value, JavaScript):
        return value
    return JavaScript(json_text(value, ", "))


def js_members(members: Mapping[str, JavaScript | str | int | bool | None]) -> JavaScript:
    """An object of those members that have a value (``{ name: "Fee", digits: 28 }``); names are our own."""
    given = (f"{name}: {js_value(value)}" for name, value in members.items() if value is not None)
    return JavaScript(f"{{ {', '.join(given)} }}")


def js_comment(text: str) -> JavaScript:
    """The rest of a line that is a comment: it cannot end the line."""
    return JavaScript(_one_line(text))


def js_number(value: int) -> JavaScript:
    """A whole number."""
    return JavaScript(str(int(value)))


_PLAIN_TEXT = re.compile(r"[\w .,:;/-]*\Z", re.ASCII)
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}


def html_text(text: str) -> Html:
    """Text or attribute value in HTML; what HTML cannot hold (NUL, lone surrogates) becomes U+FFFD."""
    if _PLAIN_TEXT.match(text):
        return Html(text)
    return Html("".join(map(_markup, text)))


def xml_text(text: str) -> Xml:
    """Text or attribute value in XML 1.0; white space in attributes survives as character references."""
    return Xml("".join(f"&#{ord(sign)};" if sign in "\t\n\r" else _markup(sign) for sign in text))


def xml_scalar(value: bool | int) -> Xml:
    """A truth value or whole number as MSBuild reads it."""
    return Xml(truth(value) if isinstance(value, bool) else str(value))


def _markup(sign: str) -> str:
    return _MARKUP.get(sign, "\ufffd" if _unfit(sign) and sign not in "\t\n\r" else sign)


def _unfit(character: str) -> bool:
    """True for what neither HTML nor XML 1.0 may hold."""
    point = ord(character)
    return point < 0x20 or 0x7F <= point <= 0x9F or 0xD800 <= point <= 0xDFFF or point & 0xFFFE == 0xFFFE


def css_color(text: str) -> Css:
    """A colour as ``#rrggbb``; anything else is refused, for CSS has no escape that would make it harmless."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise ValueError(f"not a colour: {text!r}")
    return Css(text.lower())


def markdown_word(value: str | int) -> Markdown:
    """A name or number, as text or in code."""
    return Markdown(_word(value))


def dockerfile_word(value: str | int) -> Dockerfile:
    """A name, or a value that needs no quotes."""
    return Dockerfile(_word(value))


def sql_word(value: str | int) -> Sql:
    """A name or number in a comment."""
    return Sql(_word(value))


def sql_text(text: str) -> Sql:
    """A text literal. What PostgreSQL reads does not depend on ``standard_conforming_strings``."""
    quoted = "'" + text.replace("'", "''") + "'"
    return Sql(f" E{quoted.replace(chr(92), chr(92) * 2)}".strip() if "\\" in text else quoted)


def sql_name(name: str) -> Sql:
    """The name of a table or column."""
    return Sql('"' + name.replace('"', '""') + '"')


def sql_number(value: Decimal | int) -> Sql:
    """A number without exponent."""
    return Sql(as_text(value))


def sql_script(statements: str) -> Sql:
    """Statements that ``odcpub.data`` wrote, which has literal filters of its own; no other text is a script."""
    return Sql(statements.strip())


def _word(value: str | int) -> str:
    """What means itself in every language; anything else is refused, since these have no escape that works in code."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", str(value)):
        raise ValueError(f"not a plain word: {value!r}")
    return str(value)


FILTERS: Mapping[type[Marked], Mapping[str, Callable[..., Marked]]] = {
    CSharp: {"cs": csharp_literal, "comment": csharp_comment},
    Css: {"color": css_color},
    Dockerfile: {"word": dockerfile_word},
    Html: {"e": html_text},
    JavaScript: {"js": js_value, "comment": js_comment},
    Markdown: {"word": markdown_word},
    Sql: {"word": sql_word},
    Xml: {"xml": xml_text, "scalar": xml_scalar},
}
"""Language → the filters that its templates have."""
