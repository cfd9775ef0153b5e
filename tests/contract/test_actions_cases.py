"""The table of cases of docs/logic.md on the real compiler, app and database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler
from tests.actions.cases import Case, cases, desk, money
from tests.actions.playing import hold
from tests.actions.published import Published, published


@pytest.fixture(scope="module")
def played(
    compiler: CSharpCompiler, database: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Published]:
    with published(desk(), compiler, database, tmp_path_factory.mktemp("desk"), money()) as found:
        yield found


@pytest.mark.parametrize("case", cases(), ids=str)
def test_the_app_does_what_the_sentence_says(case: Case, played: Published) -> None:
    hold(case, played)
