"""A Jinja2 extension: whatever a template prints goes through a last filter, which refuses unmarked text. Pure, no I/O.

Jinja2's ``finalize`` sees the value alone; here the message can name the expression and its line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from odcpub.compiler.literals import FILTERS
from odcpub.compiler.marked import Marked, UnmarkedText


class OnlyMarked(Extension):
    """Reads ``{{ expression }}`` as ``{{ (expression) | only_marked("template:line: expression") }}``."""

    FILTER = "only_marked"

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            yield token
            if token.type == "variable_begin":
                yield from self._checked(stream, token.lineno)

    def _checked(self, stream: TokenStream, line: int) -> Iterator[Token]:
        inside: list[Token] = []
        for token in stream:
            if token.type == "variable_end":
                break
            inside.append(token)
        where = f"{stream.name}:{line}: {' '.join(str(one.value) for one in inside).replace(' . ', '.')}"
        yield Token(line, "lparen", "(")
        yield from inside
        for type_, value in (
            ("rparen", ")"), ("pipe", "|"), ("name", self.FILTER), ("lparen", "("), ("string", where), ("rparen", ")"),
        ):  # fmt: skip
            yield Token(line, type_, value)
        yield Token(line, "variable_end", "}}")


def checker(language: type[Marked]) -> Callable[[object, str], Marked]:
    """The last filter of a language: the value itself where it is marked."""

    def check(value: object, where: str) -> Marked:
        if isinstance(value, language):
            return value
        hint = f"end it with a filter of {language.__name__}: {', '.join(FILTERS[language])}"
        raise UnmarkedText(f"{where}: a {type(value).__name__} that no filter has marked: {hint}")

    return check
