"""What the tests of importers share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from odcpub.errors import Problem, Severity
from odcpub.model.elements import Asset
from odcpub.model.importers.jdl import Imported, import_jdl
from odcpub.model.load import RawModel, parts_of
from odcpub.model.verify import verify

KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10"


def verified(imported: Imported) -> Asset:
    """The asset that the written files are; fails with their problems when they are wrong."""
    raw = RawModel(tuple(parts_of(text.encode(), path) for path, text in imported.files))
    assert [str(problem) for part in raw.parts for problem in part.problems] == []
    asset, problems = verify(raw, {})
    assert problems == ()
    return asset


@pytest.fixture
def read_back() -> Callable[[Imported], Asset]:
    return verified


@pytest.fixture
def jdl() -> Callable[..., Imported]:
    """Imports a text that must be right, and whose files must verify as they are."""

    def run(text: str, name: str | None = None, file: str = "shop.jdl") -> Imported:
        imported = import_jdl(text, name, KEY, file)
        assert [str(problem) for problem in imported.problems if problem.severity is Severity.ERROR] == []
        verified(imported)
        return imported

    return run


@pytest.fixture
def errors() -> Callable[[str], tuple[Problem, ...]]:
    """The errors of a text that must be wrong; there are no files then."""

    def run(text: str) -> tuple[Problem, ...]:
        imported = import_jdl(text, None, KEY, "shop.jdl")
        found = tuple(problem for problem in imported.problems if problem.severity is Severity.ERROR)
        assert found
        assert imported.files == ()
        assert all(problem.place and problem.hint and problem.place.file == "shop.jdl" for problem in found)
        return found

    return run
