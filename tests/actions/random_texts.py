"""Random expressions over whatever variables there are. No I/O.

The expressions of ``tests.expressions`` name variables like ``Text1``; here each stands for another: a variable, a part
of a row, or one that the action then has by that very name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from odcpub.model.elements import Scalar
from odcpub.model.expressions.catalog import FUNCTIONS
from odcpub.model.expressions.functions import InQueries
from tests.expression_values import values
from tests.expressions import REPEATABLE, TYPES, VARIABLES, texts

_MOVING = {"CurrDate", "CurrTime", "CurrDateTime", "GetAppName"}
ANYWHERE = frozenset(REPEATABLE) - _MOVING
IN_ROWS = frozenset(name for name in ANYWHERE if FUNCTIONS[name].in_queries is InQueries.TRANSLATED) - {"Index"}
"""Functions that take attributes of a query's rows."""
_PIECE = re.compile(r'"(?:[^"]|"")*"|#[^#]*#|[A-Za-z][A-Za-z0-9_.]*')
KIND_OF = {name: name[:-1] for name in VARIABLES}
Paths = Mapping[str, Sequence[str]]
"""Kind → what an author writes for such values."""


class Texts:
    """A store of random expressions and values, of which the same number gives the same."""

    def __init__(self, number: int, each: int) -> None:
        self._texts = {
            (name, functions): _typed(_drawn(texts(type_, functions, depth=2, budget=4), number, each))
            for name, type_ in TYPES.items()
            for functions in (ANYWHERE, IN_ROWS)
        }
        known = {"CustomerId": st.integers(1, 4), "StatusId": st.sampled_from(["Open", "Closed"])}
        self._values = {name: _drawn(known.get(name, values(type_)), number, each) for name, type_ in TYPES.items()}

    def text(self, random: Random, kind: str, paths: Paths, used: set[str], in_rows: bool = False) -> str:
        """An expression of a kind, which shows its type by itself. ``used``: gets the variables that it names by their
        own names."""
        known = self._texts[kind, IN_ROWS if in_rows else ANYWHERE]

        def replaced(found: re.Match[str]) -> str:
            name = found[0]
            if name not in KIND_OF:
                return name
            others = paths.get(KIND_OF[name], ())
            if others and random.random() < 0.7:
                return random.choice(others)
            used.add(name)
            return name

        return _PIECE.sub(replaced, random.choice(known))

    def values(self, random: Random, kind: str) -> Scalar | None:
        """A value of a kind, now and then none."""
        return random.choice(self._values[kind]) if random.random() < 0.85 else None


def _typed(found: list[str]) -> list[str]:
    """Those that show their type by themselves."""
    return [text for text in found if text != "NoValue()"]


def _drawn(strategy: st.SearchStrategy[Any], number: int, each: int) -> list[Any]:
    """Different values, the same for the same ``number``."""
    found: list[Any] = []

    @seed(number)
    @settings(
        max_examples=each,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def run(one: Any) -> None:
        found.append(one)

    run()
    return list(dict.fromkeys(found))
