"""Installations for the acceptance tests, on every profile whose engines are there. Where a module repeats tests of
another on other engines or another store, ``EACH_TIME`` are those of a covering choice, and the others are `long`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.absence import need
from tests.installation import PROFILES, Installation, installation

NEEDED = ("KUBECONFIG", "ODCPUB_TEST_REGISTRY", "ODCPUB_TEST_DATABASE")


_PARAMS = [pytest.param(name, marks=pytest.mark.kubernetes if name == "kind" else ()) for name in PROFILES]


def pytest_itemcollected(item: pytest.Item) -> None:
    assert isinstance(item, pytest.Function)
    if item.name not in getattr(item.module, "EACH_TIME", {item.name}):
        item.add_marker(pytest.mark.long)


@pytest.fixture(scope="module", params=_PARAMS)
def profile(request: pytest.FixtureRequest) -> str:
    """``local``, and ``kind`` where its engines are named; required, they must be there."""
    if request.param == "kind":
        need("Kubernetes", *NEEDED)
    return str(request.param)


@pytest.fixture(scope="module")
def odcpub(profile: str) -> Iterator[Installation]:
    """One installation on the profile, shared by the tests of a module."""
    with installation() as made:
        made.use(profile)
        yield made
