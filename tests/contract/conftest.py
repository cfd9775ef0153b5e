"""What suites share: a PostgreSQL of each kind, and the published helpdesk, compiled once, on one of its own. Does I/O.

A suite says of its own what differs: ``SCHEMA``, where its stage is; ``HEAP``, the memory that .NET may use, in bytes,
where it is not all; ``prepared``, the app where it is another.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from odcpub.engines.csharp.cached import CachedCompiler
from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler, Place
from odcpub.home import find_home
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
def compiler() -> Iterator[CSharpCompiler]:
    """As a server has it, with the user's cache in front: what another suite has compiled is not compiled again."""
    parts = toolchain_of_tests()
    made = CachedCompiler(RoslynCompiler(lambda: parts), find_home().cache)
    yield made
    made.close()


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    """A PostgreSQL of the suite's own, which it may change."""
    with own_postgres() as made:
        yield made


@pytest.fixture(scope="session")
def desk_database() -> Iterator[Postgres]:
    with own_postgres() as made:
        yield made


@pytest.fixture(scope="session")
def desk_prepared(compiler: CSharpCompiler, desk_database: Postgres, tmp_path_factory: pytest.TempPathFactory) -> App:
    """The app's folder and environment, its schema in place."""
    return published_helpdesk(compiler, desk_database, DESK, tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="session")
def desk(desk_prepared: App) -> Iterator[App]:
    running = App(desk_prepared.folder, desk_prepared.environment).start()
    running.wait("/_odc/ready", 200)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def prepared(desk_prepared: App) -> App:
    return desk_prepared


@pytest.fixture(scope="module")
def app(request: pytest.FixtureRequest, prepared: App) -> Iterator[App]:
    """It runs, in the suite's ``HEAP``."""
    running = App(prepared.folder, prepared.environment)
    heap = getattr(request.module, "HEAP", 0)
    running.start(**({"DOTNET_GCHeapHardLimit": f"{heap:x}"} if heap else {}))
    running.wait("/_odc/ready", 200)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def owner(app: App) -> int:
    """A customer's identifier."""
    made = app.request("POST", "/api/Customer", {"Name": "Acme", "Email": f"{secrets.token_hex(6)}@example.com"})
    return int(made.json["Id"])
