"""JDL's lexer: text → tokens with places. Comments vanish, documentation comments stay. No I/O.

Works in one pass and never fails: what is no token becomes a problem.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from odcpub.errors import Place
from odcpub.model.importers.jdl.findings import Code, Findings


class TokenKind(StrEnum):
    """The kinds of token, as messages call them."""

    NAME = "name"
    NUMBER = "number"
    STRING = "text in quotes"
    REGEX = "regular expression"
    DOC = "comment"
    SYMBOL = "symbol"
    END = "end of the file"


@dataclass(frozen=True, slots=True)
class Token:
    """``text`` is the meaning: a string without its quotes, a comment without its stars."""

    kind: TokenKind
    text: str
    place: Place
    first_on_line: bool = False

    def __str__(self) -> str:
        return str(self.kind) if self.kind is TokenKind.END else f"'{self.text[:40]}'"


_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<doc>/\*\*(?!/).*?\*/)
    | (?P<ignored>/\*.*?\*/ | //[^\n]*)
    | (?P<open_comment>/\*.*)
    | (?P<string>"[^"\n]*")
    | (?P<open_string>"[^\n]*)
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_-]*)
    | (?P<symbol>[{}()\[\],=@*.:;/])
    | (?P<stray>[^\s{}()\[\],=@*.:;/"A-Za-z0-9_]+)
    """,
    re.VERBOSE | re.DOTALL,
)
# A slash ends the expression when a parenthesis follows; not inside a class, not behind a backslash.
_REGEX = re.compile(r"/((?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n])*\]|[^\\\n\[/]|/(?!\s*\)))*)/(?=\s*\))")
_LOOSE_REGEX = re.compile(r"/([^\n]*)/(?=\s*\))")
_STAR = re.compile(r"[ \t]*\*?[ \t]?")


def tokenize(text: str, file: str, findings: Findings) -> tuple[Token, ...]:
    """All tokens of ``text`` (line ends are ``\\n``), closed by an END token."""
    return tuple(_Lexer(text, file, findings).tokens())


class _Lexer:
    def __init__(self, text: str, file: str, findings: Findings) -> None:
        self._text, self._file, self._findings = text, file, findings
        self._line, self._line_start, self._last_line = 1, 0, 0

    def tokens(self) -> list[Token]:
        found: list[Token] = []
        position = 0
        while position < len(self._text):
            kind, value, end = self._match(position, found)
            place = self._place(position)
            first = place.line != self._last_line
            self._advance(position, end)
            position = end
            if kind in _PROBLEMS:
                self._report(kind, value, place)
            if kind in _KINDS:
                self._last_line = self._line
                found.append(Token(_KINDS[kind], _meaning(kind, value), place, first))
        found.append(Token(TokenKind.END, "", self._place(position), True))
        return found

    def _match(self, position: int, found: list[Token]) -> tuple[str, str, int]:
        """Kind, text and end of what stands at ``position``; a regular expression only after ``pattern(``."""
        opened = len(found) > 1 and found[-1].text == "(" and found[-2].text == "pattern"
        if opened and self._text[position] == "/":
            regex = _REGEX.match(self._text, position) or _LOOSE_REGEX.match(self._text, position)
            if regex:
                return "regex", regex[1], regex.end()
        match = _TOKEN.match(self._text, position)
        if match is None:
            return "stray", self._text[position], position + 1
        return match.lastgroup or "", match[0], match.end()

    def _place(self, position: int) -> Place:
        return Place(self._file, self._line, position - self._line_start + 1)

    def _advance(self, start: int, end: int) -> None:
        lines = self._text.count("\n", start, end)
        if lines:
            self._line += lines
            self._line_start = self._text.rindex("\n", start, end) + 1

    def _report(self, kind: str, value: str, place: Place) -> None:
        code, message, hint = _PROBLEMS[kind]
        self._findings.error(code, place, message.format(value=value[:20]), hint)


_KINDS = {
    "doc": TokenKind.DOC,
    "string": TokenKind.STRING,
    "open_string": TokenKind.STRING,
    "number": TokenKind.NUMBER,
    "name": TokenKind.NAME,
    "symbol": TokenKind.SYMBOL,
    "regex": TokenKind.REGEX,
}
_PROBLEMS = {
    "open_comment": (Code.UNCLOSED, "the comment that starts here is never closed", "end it with */"),
    "open_string": (Code.UNCLOSED, "the quoted text that starts here is not closed on its line", 'end it with "'),
    "stray": (
        Code.SYNTAX,
        "unexpected {value!r}",
        "write names in ASCII letters, digits and _, and other text in double quotes",
    ),
}


def _meaning(kind: str, value: str) -> str:
    if kind == "string":
        return value[1:-1]
    if kind == "open_string":
        return value[1:]
    if kind == "regex":
        # JDL escapes the slash because slashes delimit; elsewhere it is an ordinary character.
        return re.sub(r"\\(.)", lambda match: "/" if match[1] == "/" else match[0], value)
    if kind == "doc":
        return _without_stars(value[3:-2])
    return value


def _without_stars(comment: str) -> str:
    first, *rest = comment.split("\n")
    lines = [first.strip(" \t"), *(_STAR.sub("", line, count=1).rstrip(" \t") for line in rest)]
    return "\n".join(lines).strip("\n")
