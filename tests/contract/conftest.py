"""The published helpdesk that suites of one subject share: compiled once, on a PostgreSQL of its own. Does I/O."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.engines.database.embedded import EmbeddedPostgres
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import Place
from tests.contract.published_app import App, environment, lay_out, migrate
from tests.helpdesk_asset import HELPDESK, LIBRARIES
from tests.toolchain import toolchain_of_tests

DESK = Place("development", "desk")


@pytest.fixture(scope="session")
def desk_database() -> Iterator[Postgres]:
    # A short path, for the server's unix socket is in it.
    with tempfile.TemporaryDirectory(prefix="odcpub-desk-") as folder:
        Path(folder).chmod(0o700)
        made = EmbeddedPostgres(Path(folder) / "data", Path(folder))
        yield made
        made.close(stop=True)


@pytest.fixture(scope="session")
def desk_prepared(desk_database: Postgres, tmp_path_factory: pytest.TempPathFactory) -> App:
    """The app's folder and environment, its schema in place."""
    folder = tmp_path_factory.mktemp("desk")
    parts = toolchain_of_tests()
    compiler = RoslynCompiler(lambda: parts)
    try:
        app = lay_out(compiler, HELPDESK, LIBRARIES, folder / "app")
        login = desk_database.prepare(DESK, secrets.token_hex(16))
        fingerprint = migrate(desk_database, DESK, HELPDESK, folder / "migrations")
        return App(app, environment(compiler, login, fingerprint))
    finally:
        compiler.close()


@pytest.fixture(scope="session")
def desk(desk_prepared: App) -> Iterator[App]:
    running = App(desk_prepared.folder, desk_prepared.environment).start()
    running.wait("/_odc/ready", 200)
    yield running
    running.stop()
