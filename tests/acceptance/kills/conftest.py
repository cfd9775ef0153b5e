"""The app that kills are tried on: one a module, on the profile and the store that the module's ``PROFILE`` and
``STORE`` name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.absence import need
from tests.acceptance.conftest import NEEDED
from tests.acceptance.killed_app import KilledApp
from tests.acceptance.kills.killed import measured, published
from tests.acceptance.zygote import Zygote


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    made = Zygote()
    yield made
    made.close()


@pytest.fixture(scope="module")
def app(request: pytest.FixtureRequest, zygote: Zygote) -> Iterator[KilledApp]:
    profile = getattr(request.module, "PROFILE", "local")
    if profile == "kind":
        need("Kubernetes", *NEEDED)
    store = getattr(request.module, "STORE", "sqlite")
    if store == "postgresql":
        need("PostgreSQL server", "ODCPUB_TEST_DATABASE")
    with published(profile, zygote, store) as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(app: KilledApp) -> dict[str, Counter[str]]:
    return measured(app)
