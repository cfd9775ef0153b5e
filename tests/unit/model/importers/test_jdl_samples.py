"""Other people's models, found by ODCPUB_TEST_MODELS (a folder with ``jdl/*.jdl`` and ``jdl/*.jh``)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from odcpub.errors import Severity
from odcpub.model.elements import Asset
from odcpub.model.importers.jdl import Imported
from tests.absence import need

Import = Callable[..., Imported]

# File: entities, static entities, references, unique indexes.
EXPECTED = {
    "bug-tracker.jdl": (7, 3, 11, 3),
    "library.jh": (6, 0, 5, 7),
    "online-shop.jh": (6, 1, 7, 1),
}


@pytest.fixture(scope="module")
def folder() -> Path:
    need("sample models", "ODCPUB_TEST_MODELS")
    return Path(os.environ["ODCPUB_TEST_MODELS"]) / "jdl"


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_imports_and_verifies_as_it_is(
    folder: Path, jdl: Import, read_back: Callable[[Imported], Asset], name: str
) -> None:
    asset = read_back(jdl((folder / name).read_text(encoding="utf-8"), None, name))
    references = [a for entity in asset.entities for a in entity.attributes if a.type.target]
    unique = [index for entity in asset.entities for index in entity.indexes if index.unique]
    found = (len(asset.entities), len(asset.static_entities), len(references), len(unique))
    assert found == EXPECTED[name]


def test_every_sample_imports(folder: Path, jdl: Import) -> None:
    samples = sorted(path for path in folder.iterdir() if path.suffix in (".jdl", ".jh"))
    assert len(samples) >= len(EXPECTED)
    for path in samples:
        imported = jdl(path.read_text(encoding="utf-8"), None, path.name)
        assert all(problem.severity is Severity.WARNING for problem in imported.problems)
        assert imported.files[0][0] == "app.yaml"
