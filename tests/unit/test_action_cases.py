"""The Python model of actions does what docs/logic.md says: the table of cases, which the real engine runs as well."""

from __future__ import annotations

import pytest

from tests.actions.cases import Case, actions_of, cases, desk, money
from tests.actions.playing import InPython, hold


@pytest.fixture(scope="module")
def played() -> InPython:
    return InPython(desk(), actions_of(desk(), money()), money())


@pytest.mark.parametrize("case", cases(), ids=str)
def test_the_model_does_what_the_sentence_says(case: Case, played: InPython) -> None:
    hold(case, played)
