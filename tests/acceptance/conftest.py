"""Installations for the acceptance tests, on every profile whose engines are there."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.installation import PROFILES, Installation, installation

NEEDED = ("KUBECONFIG", "ODCPUB_TEST_REGISTRY", "ODCPUB_TEST_DATABASE")


_PARAMS = [pytest.param(name, marks=pytest.mark.kubernetes if name == "kind" else ()) for name in PROFILES]


@pytest.fixture(scope="module", params=_PARAMS)
def profile(request: pytest.FixtureRequest) -> str:
    """``local``, and ``kind`` where its engines are named; required, they must be there."""
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if request.param == "kind" and missing:
        reason = f"the profile kind needs {', '.join(missing)}"
        assert os.environ.get("ODCPUB_TEST_REQUIRE") != "1", reason
        pytest.skip(reason)
    return str(request.param)


@pytest.fixture(scope="module")
def odcpub(profile: str) -> Iterator[Installation]:
    """One installation on the profile, shared by the tests of a module."""
    with installation() as made:
        made.use(profile)
        yield made
        if profile == "kind":
            _undeploy_all(made)


def _undeploy_all(made: Installation) -> None:
    for asset in made.json("status")["assets"]:
        for stage in asset["stages"]:
            made.run("undeploy", asset["name"], "--stage", stage["stage"], code=None)
