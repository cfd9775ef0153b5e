"""The names that an expression may use. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from odcpub.errors import Place
from odcpub.model.elements import DataType
from odcpub.model.expressions.tree import Symbol


@dataclass(frozen=True, slots=True)
class Attribute:
    """What an expression knows of an attribute: its type and first name."""

    type: DataType
    key: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that an expression may use. ``symbols``: by what authors write (``Hours``, ``Settings.HourlyRate``,
    ``Status.Closed``); ``members``: entity or structure → its attributes; ``statics``: static entities, whose
    identifiers are texts."""

    symbols: Mapping[str, Symbol] = field(default_factory=dict)
    members: Mapping[str, Mapping[str, Attribute]] = field(default_factory=dict)
    statics: frozenset[str] = frozenset()


Hearer = Callable[[Place, str, Scope], None]
"""Is told of each expression before it is checked: the place of its text, the text, the names that it may use, which
change afterwards."""
