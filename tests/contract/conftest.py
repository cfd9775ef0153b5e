"""What suites share: a PostgreSQL of each kind, and the published helpdesk, compiled once, on one of its own. Does I/O.

A suite says of its own what differs: ``SCHEMA``, where its stage is; ``HEAP``, the memory that .NET may use, in bytes.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import Place
from tests.contract.published_app import App, own_postgres, published_helpdesk
from tests.databases import ENGINES, Stage, engine
from tests.toolchain import toolchain_of_tests

DESK = Place("development", "desk")


@pytest.fixture(scope="module", params=ENGINES)
def postgres(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with engine(request.param, tmp_path_factory.mktemp(request.param)) as made:
        yield made


@pytest.fixture
def stage(request: pytest.FixtureRequest, postgres: Postgres, tmp_path: Path) -> Stage:
    """A new one, in the suite's ``SCHEMA``."""
    return Stage(postgres, tmp_path / "chain", request.module.SCHEMA)


@pytest.fixture(scope="session")
def desk_database() -> Iterator[Postgres]:
    with own_postgres() as made:
        yield made


@pytest.fixture(scope="session")
def desk_prepared(desk_database: Postgres, tmp_path_factory: pytest.TempPathFactory) -> App:
    """The app's folder and environment, its schema in place."""
    parts = toolchain_of_tests()
    compiler = RoslynCompiler(lambda: parts)
    try:
        return published_helpdesk(compiler, desk_database, DESK, tmp_path_factory.mktemp("desk"))
    finally:
        compiler.close()


@pytest.fixture(scope="session")
def desk(desk_prepared: App) -> Iterator[App]:
    running = App(desk_prepared.folder, desk_prepared.environment).start()
    running.wait("/_odc/ready", 200)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def app(request: pytest.FixtureRequest, desk_prepared: App) -> Iterator[App]:
    """The helpdesk in the suite's ``HEAP``."""
    running = App(desk_prepared.folder, desk_prepared.environment)
    running.start(DOTNET_GCHeapHardLimit=f"{request.module.HEAP:x}")
    running.wait("/_odc/ready", 200)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def owner(app: App) -> int:
    """A customer's identifier."""
    made = app.request("POST", "/api/Customer", {"Name": "Acme", "Email": f"{secrets.token_hex(6)}@example.com"})
    return int(made.json["Id"])
