"""What limits of a column let pass, as values that can be joined. No I/O.

While two versions of an app write, a limit that changes must let pass what either of them may write, and nothing else:
no value that both forbid is ever let in. Read from the spelling of ``odcpub.data.target`` and from PostgreSQL's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

from odcpub.data.enumerations import keys_of, limit
from odcpub.data.literals import number, quoted
from odcpub.data.literals import text as literal
from odcpub.data.own import kind
from odcpub.data.schema import Check
from odcpub.data.target import column_check

Passes = frozenset[str] | Decimal
"""Texts (keys, patterns), of which one has to fit, or a bound."""
_NUMBER = re.compile(r"[<>]=[ (]*'?(-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class _Kind:
    """``read``: what an expression lets pass; None where that is not to be seen. ``write``: the expression again, of a
    quoted column. ``bound``: whether it is the upper or the lower one, of two of which more passes the other."""

    read: Callable[[str], Passes | None]
    write: Callable[[str, Passes], str]
    upper: bool | None = None

    def all_of(self, one: Passes, other: Passes) -> Passes:
        """What passes both."""
        if isinstance(one, Decimal) or isinstance(other, Decimal):
            return min(one, other) if self.upper else max(one, other)
        return one & other

    def any_of(self, one: Passes, other: Passes) -> Passes:
        """What passes one of them."""
        if isinstance(one, Decimal) or isinstance(other, Decimal):
            return max(one, other) if self.upper else min(one, other)
        return one | other


def loosened(old: Sequence[Check], new: Check, table: str) -> Check | None:
    """What takes the place of ``old`` as long as either version writes: the limit that lets pass what ``old`` do or
    ``new`` does. None where ``old`` can stay until the new one is there: it lets pass no more than they do."""
    how = _KINDS[kind(new.name)]
    before, now = [how.read(one.expression) for one in old], how.read(new.expression)
    known = [one for one in before if one is not None]
    if now is None or len(known) != len(before):
        return None
    both = reduce(how.all_of, known)
    either = how.any_of(both, now)
    if either == both:
        return None
    return new if either == now else column_check(kind(new.name), how.write(new.column, either), table, new.column)


def _bound(expression: str) -> Decimal | None:
    found = _NUMBER.search(expression)
    return Decimal(found[1]) if found is not None else None


def _patterns(expression: str) -> frozenset[str] | None:
    return keys_of(expression) or None


def _fits_one(column: str, patterns: Passes) -> str:
    assert isinstance(patterns, frozenset)  # noqa: S101 - as read
    return " OR ".join(f"{quoted(column)} ~ {literal(one)}" for one in sorted(patterns))


def _is_one(column: str, keys: Passes) -> str:
    assert isinstance(keys, frozenset)  # noqa: S101 - as read
    return limit(column, keys)


def _writes(form: str) -> Callable[[str, Passes], str]:
    def write(column: str, bound: Passes) -> str:
        assert isinstance(bound, Decimal)  # noqa: S101 - as read
        return form.format(quoted(column), number(bound))

    return write


_KINDS: Mapping[str, _Kind] = {
    "known": _Kind(keys_of, _is_one),
    "pattern": _Kind(_patterns, _fits_one),
    "filled": _Kind(_patterns, _fits_one),
    "shortest": _Kind(_bound, _writes("char_length({}) >= {}"), upper=False),
    "longest": _Kind(_bound, _writes("char_length({}) <= {}"), upper=True),
    "minimum": _Kind(_bound, _writes("{} >= {}"), upper=False),
    "maximum": _Kind(_bound, _writes("{} <= {}"), upper=True),
}
