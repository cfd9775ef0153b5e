"""An expression's text → tokens. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

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

_SPACE = re.compile(r"\s+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_TEXT = re.compile(r'"([^"]*(?:""[^"]*)*)"')
_MOMENT = re.compile(r"#([^#]*)#")
_SIGNS = re.compile(r"<>|<=|>=|!=|==|&&|\|\||[-+*/=<>(),.:]")
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


@dataclass(frozen=True, slots=True)
class Token:
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
        raise ExpressionError((Fault(message, "divide it: put parts of it into variables", 0, len(text)),))
    found: list[Token] = []
    at = 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        token = _token(text, at)
        found.append(token)
        at = token.to
        if len(found) > MAX_TOKENS:
            message = f"the expression has more than {MAX_TOKENS:,} names, values and signs"
            raise ExpressionError((Fault(message, "divide it: put parts of it into variables", 0, at),))
    return (*found, Token(Kind.END, "", len(text), len(text)))


def _token(text: str, at: int) -> Token:
    if name := _NAME.match(text, at):
        word = name[0].lower()
        if word in ("true", "false"):
            return Token(Kind.VALUE, name[0], at, name.end(), word == "true", tree.BOOLEAN)
        if word in WORDS:
            return Token(Kind.WORD, word, at, name.end())
        return Token(Kind.NAME, name[0], at, name.end())
    for start, read in _READERS.items():
        if text[at] in start:
            return read(text, at)
    if (sign := _SIGNS.match(text, at)) and sign[0] not in _OTHER:
        return Token(Kind.SIGN, sign[0], at, sign.end())
    raise _stranger(text, at, sign[0] if sign else text[at])


def _stranger(text: str, at: int, sign: str) -> ExpressionError:
    meant = _OTHER.get(sign)
    hint = f"write {meant} instead" if meant else "remove it, or put a text between double quotes"
    if sign == "'":
        hint = 'put a text between double quotes: "…"'
    return _fault(f"'{shown(sign)}' means nothing in an expression", hint, at, at + len(sign))


def _number(text: str, at: int) -> Token:
    found = _NUMBER.match(text, at)
    assert found  # noqa: S101 - a digit stands there
    try:
        return Token(Kind.VALUE, found[0], at, found.end(), *numeral(found[0]))
    except ValueError:
        hint = "use at most 20 digits before the point and 8 after it"
        raise _fault(f"the number {shown(found[0])} is too long", hint, at, found.end()) from None


def numeral(text: str) -> tuple[Scalar, DataType]:
    """The number of ``text``, of the narrowest type that holds it. Raises ValueError where none does."""
    number = Decimal(text)
    for type_ in (tree.INTEGER, tree.LONG_INTEGER) if "." not in text else ():
        low, high = DATA_TYPES[type_.basic].whole or (0, 0)
        if low <= number <= high:
            return int(number), type_
    return canonical(number, tree.DECIMAL), tree.DECIMAL


def _text(text: str, at: int) -> Token:
    found = _TEXT.match(text, at)
    if not found:
        raise _fault("the text is not closed", 'end it with "; a " within it is written twice', at, len(text))
    value = found[1].replace('""', '"')
    if sign := forbidden(value):
        raise _fault(
            f"a text cannot hold the character {sign}", "remove it, or use NewLine() or Chr()", at, found.end()
        )
    return Token(Kind.VALUE, found[0], at, found.end(), value, tree.TEXT)


def _moment(text: str, at: int) -> Token:
    found = _MOMENT.match(text, at)
    if not found:
        raise _fault("the date is not closed", "end it with #, as in #2026-01-31#", at, len(text))
    inner = found[1].strip()
    both = _DATE_TIME.fullmatch(inner)
    type_ = tree.DATE_TIME if both else tree.TIME if ":" in inner else tree.DATE
    try:
        value = canonical(f"{both[1]}T{both[2]}Z" if both else inner, type_)
    except ValueError:
        hint = "write #2026-01-31#, #12:30:00# or #2026-01-31 12:30:00#, which is in UTC"
        raise _fault(f"#{shown(inner)}# is no date and no time", hint, at, found.end()) from None
    return Token(Kind.VALUE, found[0], at, found.end(), value, type_)


_READERS: dict[str, Callable[[str, int], Token]] = {"0123456789": _number, '"': _text, "#": _moment}
"""The first characters of a value → what reads it."""


def _fault(message: str, hint: str, at: int, to: int) -> ExpressionError:
    return ExpressionError((Fault(message, hint, at, to),))
