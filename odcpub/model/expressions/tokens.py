"""An expression's text → tokens. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from odcpub.model.characters import forbidden
from odcpub.model.data_types import DATA_TYPES
from odcpub.model.elements import DataType, Scalar
from odcpub.model.expressions import tree
from odcpub.model.expressions.syntax import ExpressionError, Fault
from odcpub.model.literals import canonical
from odcpub.text import shown

MAX_LENGTH = 10_000
"""Characters of an expression."""
MAX_TOKENS = 2_000
DIVIDE = "divide it: put parts of it into variables"
"""The hint of what is too long or too deep."""

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<name>[A-Za-z][A-Za-z0-9_]*)
      | (?P<number>[0-9]+(?:\.[0-9]+)?)
      | (?P<sign><>|<=|>=|=(?!=)|[-+*/<>(),.:\[\]])
      | (?P<text>"[^"]*(?:""[^"]*)*")
      | (?P<moment>\#[^#]*\#)
    )""",
    re.VERBOSE,
)
_STRANGER = re.compile(r"\s*(!=|==|&&|\|\||\S)")
_OTHER = {"!=": "<>", "==": "=", "&&": "and", "||": "or", "&": "+", "!": "not", "%": "Mod(a, b)", "^": "Power(a, b)"}
"""Signs of other languages → what ODC writes."""
_DATE_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)")
WORDS = frozenset({"and", "or", "not", "like", "true", "false"})
"""Words that are no names, whatever their case."""


class Kind(StrEnum):
    """Kinds of token; ``value`` is how messages call it."""

    NAME = "a name"
    VALUE = "a value"
    WORD = "a word"
    SIGN = "a sign"
    END = "the end"


class Token(NamedTuple):
    """``text``: as written, a WORD in small letters. ``value`` and ``type``: of a VALUE."""

    kind: Kind
    text: str
    at: int
    to: int
    value: Scalar = ""
    type: DataType = tree.TEXT


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of ``text``, the last of which is the END. Raises ExpressionError."""
    if len(text) > MAX_LENGTH:
        message = f"the expression has {len(text):,} characters, and {MAX_LENGTH:,} are the most"
        raise ExpressionError((Fault(message, DIVIDE, 0, len(text)),))
    tokens: list[Token] = []
    at = 0
    while found := _TOKEN.match(text, at):
        at = found.end()
        group = found.lastgroup or ""
        tokens.append(_READERS[group](found[group], found.start(group), at))
        if len(tokens) > MAX_TOKENS:
            message = f"the expression has more than {MAX_TOKENS:,} names, values and signs"
            raise ExpressionError((Fault(message, DIVIDE, 0, at),))
    if stranger := _STRANGER.match(text, at):
        raise _stranger(stranger[1], stranger.start(1), len(text))
    return (*tokens, Token(Kind.END, "", len(text), len(text)))


def _stranger(sign: str, at: int, end: int) -> ExpressionError:
    if sign == '"':
        return _fault("the text is not closed", 'end it with "; a " within it is written twice', at, end)
    if sign == "#":
        return _fault("the date is not closed", "end it with #, as in #2026-01-31#", at, end)
    hint = f"write {_OTHER[sign]} instead" if sign in _OTHER else "remove it, or put a text between double quotes"
    if sign == "'":
        hint = 'put a text between double quotes: "…"'
    return _fault(f"'{shown(sign)}' means nothing in an expression", hint, at, at + len(sign))


def _sign(text: str, at: int, to: int) -> Token:
    return Token(Kind.SIGN, text, at, to)


def _name(text: str, at: int, to: int) -> Token:
    word = text.lower()
    if word not in WORDS:
        return Token(Kind.NAME, text, at, to)
    if word in ("true", "false"):
        return Token(Kind.VALUE, text, at, to, word == "true", tree.BOOLEAN)
    return Token(Kind.WORD, word, at, to)


def _number(text: str, at: int, to: int) -> Token:
    try:
        return Token(Kind.VALUE, text, at, to, *numeral(text))
    except ValueError:
        hint = "use at most 20 digits before the point and 8 after it"
        raise _fault(f"the number {shown(text)} is too long", hint, at, to) from None


def numeral(text: str) -> tuple[Scalar, DataType]:
    """The number of ``text``, of the narrowest type that holds it. Raises ValueError where none does."""
    number = Decimal(text)
    for type_ in (tree.INTEGER, tree.LONG_INTEGER) if "." not in text else ():
        low, high = DATA_TYPES[type_.basic].whole or (0, 0)
        if low <= number <= high:
            return int(number), type_
    return canonical(number, tree.DECIMAL), tree.DECIMAL


def _text(text: str, at: int, to: int) -> Token:
    if sign := forbidden(text):
        raise _fault(f"a text cannot hold the character {sign}", "remove it, or use NewLine() or Chr()", at, to)
    return Token(Kind.VALUE, text, at, to, text[1:-1].replace('""', '"'), tree.TEXT)


def _moment(text: str, at: int, to: int) -> Token:
    inner = text[1:-1].strip()
    both = _DATE_TIME.fullmatch(inner)
    type_ = tree.DATE_TIME if both else tree.TIME if ":" in inner else tree.DATE
    try:
        value = canonical(f"{both[1]}T{both[2]}Z" if both else inner, type_)
    except ValueError:
        hint = "write #2026-01-31#, #12:30:00# or #2026-01-31 12:30:00#, which is in UTC"
        raise _fault(f"#{shown(inner)}# is no date and no time", hint, at, to) from None
    return Token(Kind.VALUE, text, at, to, value, type_)


_READERS: dict[str, Callable[[str, int, int], Token]] = {
    "name": _name,
    "number": _number,
    "sign": _sign,
    "text": _text,
    "moment": _moment,
}
"""Groups of _TOKEN → what makes their tokens."""


def _fault(message: str, hint: str, at: int, to: int) -> ExpressionError:
    return ExpressionError((Fault(message, hint, at, to),))
