"""SQL that people read and keep in files: nothing in its texts that does not show, or that an editor takes for a line
end. No I/O."""

from __future__ import annotations

import re

_PARTS = re.compile(
    r"""--[^\n]* | "(?:[^"]|"")*" | (\$\w*\$).*?\1 | [\w&]+'(?:[^']|'')*' | (?P<text>'(?:[^']|'')*')""",
    re.VERBOSE | re.DOTALL,
)


def visible(sql: str) -> str:
    """The same statements: a text that holds such signs is written with their escapes, ``U&'\\2028'``, as
    ``standard_conforming_strings`` lets it. Comments, names and bodies of functions stay."""
    return sql if _shows(sql) else _PARTS.sub(lambda part: _escaped(part[0]) if part["text"] else part[0], sql)


def _shows(text: str) -> bool:
    return text.isascii() or all(sign.isprintable() or sign in "\n\t" for sign in text)


def _escaped(literal: str) -> str:
    if _shows(literal):
        return literal
    return "U&" + "".join(map(_sign, literal))


def _sign(sign: str) -> str:
    if sign == "\\":
        return "\\\\"
    if sign.isprintable() or sign in "\n\t":
        return sign
    return f"\\{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\+{ord(sign):06x}"
