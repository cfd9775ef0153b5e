"""SQL that people read and keep in files: nothing in its texts that does not show, or that an editor takes for a line
end. No I/O."""

from __future__ import annotations

import re

_PARTS = re.compile(
    r"""--[^\n]* | "(?:[^"]|"")*" | (\$\w*\$).*?\1 | [\w&]+'(?:[^']|'')*' | (?P<text>'(?:[^']|'')*')""",
    re.VERBOSE | re.DOTALL,
)


FILE, LINE = "\n\t", ""
"""What need not show besides: in a file; in a text that must not begin a line of its own."""


def visible(sql: str, besides: str = FILE) -> str:
    """The same statements: a text that holds such signs is written with their escapes, ``U&'\\2028'``, as
    ``standard_conforming_strings`` lets it. Comments, names and bodies of functions stay. ``besides``: ``FILE``, or
    ``LINE``."""

    def shown(part: re.Match[str]) -> str:
        return _escaped(part[0], besides) if part["text"] else part[0]

    return sql if _shows(sql, besides) else _PARTS.sub(shown, sql)


def _shows(text: str, besides: str) -> bool:
    return text.isprintable() or all(sign.isprintable() or sign in besides for sign in text)


def _escaped(literal: str, besides: str) -> str:
    if _shows(literal, besides):
        return literal
    return "U&" + "".join(_sign(sign, besides) for sign in literal)


def _sign(sign: str, besides: str) -> str:
    if sign == "\\":
        return "\\\\"
    if sign.isprintable() or sign in besides:
        return sign
    return f"\\{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\+{ord(sign):06x}"
