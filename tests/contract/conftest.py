"""The published helpdesk that suites of one subject share: compiled once, on a PostgreSQL of its own. Does I/O."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import Place
from tests.contract.published_app import App, own_postgres, published_helpdesk
from tests.toolchain import toolchain_of_tests

DESK = Place("development", "desk")


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
