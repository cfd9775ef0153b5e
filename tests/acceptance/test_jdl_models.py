"""Models that others wrote in JDL import and publish without hand edits. They are found by ODCPUB_TEST_MODELS."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.absence import need
from tests.installation import Installation, call

SAMPLES = ("bug-tracker.jdl", "library.jh", "online-shop.jh")


@pytest.fixture(scope="module")
def samples() -> Path:
    need("sample models", "ODCPUB_TEST_MODELS")
    return Path(os.environ["ODCPUB_TEST_MODELS"]) / "jdl"


@pytest.mark.parametrize("sample", SAMPLES)
def test_sample_is_published(samples: Path, odcpub: Installation, sample: str) -> None:
    target = odcpub.folder / "models" / sample.partition(".")[0]
    odcpub.run("import", "jdl", str(samples / sample), "--out", str(target))
    address = odcpub.run("publish", str(target)).out.strip()
    app = call("GET", f"{address}/_odc/app.json").body
    lists = [screen["entity"] for screen in app["screens"] if screen["kind"] == "list"]
    assert lists
    for entity in lists:
        assert call("GET", f"{address}/api/{entity}").status == 200, entity
