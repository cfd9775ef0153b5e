"""Models that others wrote in JDL import and publish without hand edits. They are found by ODCPUB_TEST_MODELS.

On the cluster one is published each time and the others in `make long`: what they have in common with it is tested
there, and what tells them apart is the same on this machine.
"""

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


@pytest.mark.parametrize(
    "sample", [SAMPLES[0], *(pytest.param(one, marks=pytest.mark.long_on("kind")) for one in SAMPLES[1:])]
)
def test_sample_is_published(samples: Path, odcpub: Installation, sample: str) -> None:
    target = odcpub.folder / "models" / sample.partition(".")[0]
    odcpub.run("import", "jdl", str(samples / sample), "--out", str(target))
    address = odcpub.run("publish", str(target)).out.strip()
    app = call("GET", f"{address}/_odc/app.json").body
    lists = [screen["entity"] for screen in app["screens"] if screen["kind"] == "list"]
    assert lists
    for entity in lists:
        assert call("GET", f"{address}/api/{entity}").status == 200, entity
