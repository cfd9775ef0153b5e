"""The generated C# of the example app, as it stands in tests/golden/csharp; ``ODCPUB_TEST_UPDATE=1`` writes it anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from odcpub.compiler.compile import compile_app
from tests.helpdesk_asset import HELPDESK, LIBRARIES

GOLDEN = Path(__file__).parents[2] / "golden" / "csharp"
DRAFTS = {
    draft.path: draft.content.decode()
    for draft in compile_app(HELPDESK, LIBRARIES).project
    if not draft.path.startswith("runtime/")
}


@pytest.mark.parametrize("path", sorted(DRAFTS))
def test_generated_sources(path: str) -> None:
    if os.environ.get("ODCPUB_TEST_UPDATE") == "1":
        (GOLDEN / path).parent.mkdir(parents=True, exist_ok=True)
        (GOLDEN / path).write_text(DRAFTS[path])
    assert DRAFTS[path] == (GOLDEN / path).read_text()


def test_nothing_else_is_golden() -> None:
    assert {path.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("*") if path.is_file()} == set(DRAFTS)
