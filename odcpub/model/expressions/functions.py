"""What a built-in function is: its signature, meaning and where it may stand. The table is in ``catalog``. No I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from odcpub.model.elements import DataType, Scalar

Evaluated = Scalar | None
"""A value as elements hold it (``odcpub.model.elements.Scalar``), None for no value; Date Time as ISO 8601 with Z."""


class InQueries(StrEnum):
    """What a query does with a function, as in ODC's aggregates: PostgreSQL computes it for each row; or it is computed
    once before the query, and so its arguments name no attribute of the rows."""

    TRANSLATED = "in the database"
    BEFORE = "before the query"


@dataclass(frozen=True, slots=True)
class Parameter:
    """``types``: those that an argument may have, the first of which it is converted to if it has none of them; empty
    for a number of any type. ``default``: what stands for an argument left out; None where it must be given."""

    name: str
    types: tuple[DataType, ...] = ()
    default: Scalar | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """A built-in function.

    ``result``: None for the type that the arguments have in common. ``meaning`` and ``edges`` are sentences of the
    documents. ``empty``: a sentence where an argument without a value does not give no value; only such a function is
    given arguments that are None, for a Text without a value is the empty text. ``examples``: (expression, the
    expression of its value). ``python``: computes it from the arguments; None for those that
    ``odcpub.model.expressions.evaluate`` knows itself.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: DataType | None
    meaning: str
    edges: str = ""
    empty: str = ""
    examples: tuple[tuple[str, str], ...] = ()
    in_queries: InQueries = InQueries.BEFORE
    python: Callable[..., Evaluated] | None = None

    @property
    def signature(self) -> str:
        """``Index(text, search, startIndex=0)``."""
        parts = (p.name if p.default is None else f"{p.name}={p.default}" for p in self.parameters)
        return f"{self.name}({', '.join(parts)})"
