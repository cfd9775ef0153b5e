"""Which changes of a column's type keep every value, when they happen, and how rows that would lose are found. No I/O.

What is not here is refused: it would change values silently (1.6 → 2), or the version that still serves could not
read or write the column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from odcpub.data.phases import EXPAND, TIGHTEN, Phase
from odcpub.model.data_types import DATA_TYPES, MAX_DIGITS

_MEASURES = re.compile(r"\A(?P<family>[a-z ]+?)(?:\((?P<first>\d+)(?:,(?P<second>\d+))?\))?(?P<rest> [a-z ]+)?\Z")
_INTEGERS = {facts.sql: facts.whole for facts in DATA_TYPES.values() if facts.whole}


@dataclass(frozen=True, slots=True)
class Cast:
    """``loss``: a predicate over ``{column}`` that is true for values which would not survive; ``rewrites``: every
    row is written anew while the table is locked; ``between``: the type that holds, from ``expand`` to ``tighten``,
    what either version writes, where neither of their own types does."""

    phase: Phase
    loss: str = ""
    rewrites: bool = False
    between: str = ""


def cast(old: str, new: str) -> Cast | None:
    """How to go from one column type to another, or None where it is refused."""
    old_family, old_measures = _split(old)
    new_family, new_measures = _split(new)
    texts = ("character varying", "text")
    if old_family in texts and new_family in texts:
        return _text(old_measures, new_measures)
    if old_family in _INTEGERS and new_family in _INTEGERS:
        return _integer(new_family)
    if old_family in _INTEGERS and new_family == "numeric":
        digits, decimals = new_measures
        whole = len(str(_INTEGERS[old_family][1]))
        return Cast(EXPAND, rewrites=True) if digits - decimals >= whole else None
    if old_family == new_family == "numeric":
        return _numeric(old_measures, new_measures)
    return None


def _split(type_: str) -> tuple[str, tuple[int, ...]]:
    match = _MEASURES.match(type_)
    if match is None:
        return type_, ()
    measures = tuple(int(part) for part in match.group("first", "second") if part is not None)
    return match["family"] + (match["rest"] or ""), measures


def _text(old: tuple[int, ...], new: tuple[int, ...]) -> Cast:
    if not new or (old and new[0] >= old[0]):
        return Cast(EXPAND)
    return Cast(TIGHTEN, f"char_length({{column}}) > {new[0]}", rewrites=True)


def _integer(new: str) -> Cast:
    if new == "bigint":
        return Cast(EXPAND, rewrites=True)
    low, high = _INTEGERS[new]
    return Cast(TIGHTEN, f"{{column}} NOT BETWEEN {low} AND {high}", rewrites=True)


def _numeric(old: tuple[int, ...], new: tuple[int, ...]) -> Cast | None:
    if len(old) != 2 or len(new) != 2:
        return None
    whole, wholes, decimals = new[0] - new[1], max(new[0] - new[1], old[0] - old[1]), max(new[1], old[1])
    if (whole, new[1]) == (wholes, decimals):
        return Cast(EXPAND, rewrites=new[1] != old[1])
    loss = f"abs({{column}}) >= 1e{whole} OR {{column}} <> round({{column}}, {new[1]})"
    if (old[0] - old[1], old[1]) == (wholes, decimals):
        return Cast(TIGHTEN, loss, rewrites=True)
    # More of the one and fewer of the other: PostgreSQL rounds what has too many decimals, without a word.
    if wholes + decimals > MAX_DIGITS:
        return None  # More than either version can read.
    return Cast(TIGHTEN, loss, rewrites=True, between=f"numeric({wholes + decimals},{decimals})")
