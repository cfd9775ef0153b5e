"""A Jinja2 environment in which all that a template prints goes through a last filter, which refuses unmarked text.

``finalize`` sees the value alone; here the message can name the expression and its line. ``{{ expression }}`` is read
as ``{{ (expression) | only_marked("template:line: expression") }}``, as an extension's ``filter_stream`` would do it,
but for the time that importing ``jinja2.ext`` takes. Pure, no I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jinja2 import Environment
from jinja2.lexer import Token, TokenStream

from odcpub.compiler.literals import FILTERS
from odcpub.compiler.marked import Marked, UnmarkedText

FILTER = "only_marked"


class OnlyMarked(Environment):
    """An environment of templates that print only what is marked."""

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        stream = super()._tokenize(source, name, filename, state)
        return TokenStream(_filtered(stream), name, filename)


def _filtered(stream: TokenStream) -> Iterator[Token]:
    for token in stream:
        yield token
        if token.type == "variable_begin":
            yield from _checked(stream, token.lineno)


def _checked(stream: TokenStream, line: int) -> Iterator[Token]:
    inside: list[Token] = []
    for token in stream:
        if token.type == "variable_end":
            break
        inside.append(token)
    where = f"{stream.name}:{line}: {' '.join(str(one.value) for one in inside).replace(' . ', '.')}"
    yield Token(line, "lparen", "(")
    yield from inside
    for type_, value in (
        ("rparen", ")"), ("pipe", "|"), ("name", FILTER), ("lparen", "("), ("string", where), ("rparen", ")"),
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
