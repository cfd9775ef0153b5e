"""What functions and operators give at their edges, which every other language is compared with too."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from odcpub.model.expressions.evaluate import Overflow, evaluate
from tests.expression_cases import EDGES
from tests.expression_edge import OVERFLOW, Edge


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.text)
def test_an_edge(edge: Edge) -> None:
    case = edge.case()
    try:
        found = evaluate(case.expression, case.names, datetime(2026, 1, 31, tzinfo=UTC))
    except Overflow:
        found = OVERFLOW
    assert (found, type(found)) == (edge.expected, type(edge.expected))
