"""What an expression gives at one edge of a function or operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from odcpub.model.expressions.check import check
from odcpub.model.expressions.functions import Evaluated
from tests.expressions import SCOPE, Case, variables

LAST = Decimal("99999999999999999999.99999999")
"""The greatest number that is calculated with."""
OVERFLOW = "overflow"
"""Instead of a value: the calculation's type cannot hold it."""
OUT_OF_RANGE = "out of range"
"""Instead of a value: the list has no such element."""


@dataclass(frozen=True)
class Edge:
    """``names``: values of variables of ``tests.expressions``; the others have none."""

    text: str
    expected: Evaluated
    names: Mapping[str, Evaluated] = field(default_factory=dict)

    def case(self) -> Case:
        expression = check(self.text, SCOPE).expression
        names = {name: self.names.get(name) for name in sorted(variables(expression))}
        return Case(self.text, expression.type, expression, names)
