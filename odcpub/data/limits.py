"""Limits of a column: what they let pass as values, and as CHECK expressions. No I/O.

While two versions of an app write, a limit that changes must let pass what either of them may write, and nothing else:
no value that both forbid is ever let in. A target's limits are made of values (``check``); those of a database are read
where the catalog is (``read_check``), from our spelling in PostgreSQL's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

from odcpub.data.literals import number, quoted
from odcpub.data.literals import text as literal
from odcpub.data.rule_names import RuleKind, kind_of, named
from odcpub.data.schema import Check, Passes

_NUMBER = re.compile(r"[<>]=[ (]*'?(-?\d+(?:\.\d+)?)")
_TEXT = re.compile(r"'((?:[^']|'')*)'")


@dataclass(frozen=True, slots=True)
class _Kind:
    """``read``: what an expression lets pass; None where that is not to be seen. ``write``: the expression again, of a
    quoted column. ``upper``: whether it is the upper or the lower one, of two bounds of which more passes the other."""

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


def check(kind: RuleKind, passes: Passes, table: str, column: str) -> Check:
    """A limit of one column, called after what it says."""
    expression = _KINDS[kind].write(quoted(column), passes)
    return Check(named(kind, expression, table, column), expression, column=column, kind=kind, passes=passes)


def keeps_empty(table: str, column: str) -> Check:
    """What keeps a column from being written."""
    expression = f"{quoted(column)} IS NULL"
    return Check(named(RuleKind.EMPTY, expression, table, column), expression, column=column, kind=RuleKind.EMPTY)


def read_check(name: str, expression: str, validated: bool, column: str) -> Check:
    """A CHECK as a database has it, whoever made it."""
    kind = kind_of(name)
    how = _KINDS.get(kind) if kind is not None else None
    return Check(name, expression, validated, column, kind, how.read(expression) if how is not None else None)


def loosened(old: Sequence[Check], new: Check, table: str) -> Check | None:
    """What takes the place of ``old`` as long as either version writes: the limit that lets pass what ``old`` do or
    ``new`` does. None where ``old`` can stay until the new one is there: it lets pass no more than they do."""
    assert new.kind is not None  # noqa: S101 - it is the target's
    how = _KINDS[new.kind]
    known = [one.passes for one in old if one.passes is not None]
    if new.passes is None or len(known) != len(old):
        return None
    both = reduce(how.all_of, known)
    either = how.any_of(both, new.passes)
    if either == both:
        return None
    return new if either == new.passes else check(new.kind, either, table, new.column)


def _bound(expression: str) -> Decimal | None:
    found = _NUMBER.search(expression)
    return Decimal(found[1]) if found is not None else None


def _texts(expression: str) -> frozenset[str]:
    """All texts in an expression: the keys or patterns of a limit, as we or as PostgreSQL spells it."""
    return frozenset(found.replace("''", "'") for found in _TEXT.findall(expression))


def _patterns(expression: str) -> frozenset[str] | None:
    return _texts(expression) or None


def _fits_one(column: str, patterns: Passes) -> str:
    assert isinstance(patterns, frozenset)  # noqa: S101 - as read
    return " OR ".join(f"{column} ~ {literal(one)}" for one in sorted(patterns))


def _is_one(column: str, keys: Passes) -> str:
    assert isinstance(keys, frozenset)  # noqa: S101 - as read
    listed = ", ".join(literal(key) for key in sorted(keys))
    return f"{column} IN ({listed})" if listed else f"{column} IS NULL"


def _writes(form: str) -> Callable[[str, Passes], str]:
    def write(column: str, bound: Passes) -> str:
        assert isinstance(bound, Decimal)  # noqa: S101 - as read
        return form.format(column, number(bound))

    return write


_KINDS: Mapping[RuleKind, _Kind] = {
    RuleKind.KNOWN: _Kind(_texts, _is_one),
    RuleKind.PATTERN: _Kind(_patterns, _fits_one),
    RuleKind.NOT_BLANK: _Kind(_patterns, _fits_one),
    RuleKind.MIN_LENGTH: _Kind(_bound, _writes("char_length({}) >= {}"), upper=False),
    RuleKind.MAX_LENGTH: _Kind(_bound, _writes("char_length({}) <= {}"), upper=True),
    RuleKind.MINIMUM: _Kind(_bound, _writes("{} >= {}"), upper=False),
    RuleKind.MAXIMUM: _Kind(_bound, _writes("{} <= {}"), upper=True),
}
