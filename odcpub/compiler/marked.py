"""Text that is marked safe for one language: the only text that a template of that language prints. Pure, no I/O.

``odcpub.compiler.literals`` marks what comes from a model, ``odcpub.compiler.templates`` what a template made; nothing
else calls these types. Own code is composed of marked parts by ``code`` and ``joined``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import LiteralString, Self


class UnmarkedText(TypeError):
    """A value that is not marked for the language it should be printed in: a fault of a template, or of its caller."""


class Marked(str):
    """Text of one language, safe to print in it."""

    __slots__ = ()

    @classmethod
    def code(cls, form: LiteralString, *parts: Self) -> Self:
        """The compiler's own text with ``parts`` in its gaps (``{}``)."""
        for part in parts:
            if type(part) is not cls:
                cls.checked(part)
        return cls(form.format(*parts))

    @classmethod
    def joined(cls, between: LiteralString, parts: Iterable[Self]) -> Self:
        """The parts in one text, the compiler's own ``between`` them."""
        all_parts = tuple(parts)
        for part in all_parts:
            if type(part) is not cls:
                cls.checked(part)
        return cls(between.join(all_parts))

    @classmethod
    def checked(cls, value: object) -> Self:
        """The value itself. Raises UnmarkedText where it is not marked for this language."""
        if isinstance(value, cls):
            return value
        raise UnmarkedText(f"a {type(value).__name__} is not marked as {cls.__name__}: {value!r}")


class CSharp(Marked):
    """Tokens of C#: literals, identifiers, expressions, types; or the text of a comment."""

    __slots__ = ()


class Css(Marked):
    """A value of a property."""

    __slots__ = ()


class Dockerfile(Marked):
    """A word, without quotes."""

    __slots__ = ()


class Html(Marked):
    """Text, or an attribute's value between quotes."""

    __slots__ = ()


class JavaScript(Marked):
    """Tokens of JavaScript: literals, expressions."""

    __slots__ = ()


class Markdown(Marked):
    """A word, in code too."""

    __slots__ = ()


class Sql(Marked):
    """Whole statements; or the text of a comment."""

    __slots__ = ()


class Xml(Marked):
    """Text, or an attribute's value between quotes."""

    __slots__ = ()
