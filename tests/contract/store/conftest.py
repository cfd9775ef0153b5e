"""An empty store on each engine: SQLite in a folder, and a database of its own on each PostgreSQL there is."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from psycopg import sql

from odcpub.engines.database.connection import Server
from odcpub.store.clock import now
from odcpub.store.postgres import Postgres
from odcpub.store.records import OperationKind, OperationRecord, Status
from odcpub.store.store import Store
from tests.databases import engine

ASSET = ("k1", "Helpdesk")
ENGINES = ("sqlite", "embedded", "server")
DATABASE = f"odc_test_{os.getpid()}_store"


@contextmanager
def _server(kind: str, folder: Path) -> Iterator[Server]:
    """A PostgreSQL server with a database of the tests' own."""
    with engine(kind, folder) as postgres:
        made = postgres.server()
        with made.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        try:
            yield replace(made, maintenance=DATABASE)
        finally:
            with made.connect() as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(DATABASE)))


@pytest.fixture(scope="session")
def embedded_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with _server("embedded", tmp_path_factory.mktemp("postgres")) as made:
        yield made


@pytest.fixture(scope="session")
def server_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with _server("server", tmp_path_factory.mktemp("postgres")) as made:
        yield made


@pytest.fixture(params=["embedded", "server"])
def postgres(request: pytest.FixtureRequest) -> Postgres:
    """A PostgreSQL database where no store is yet."""
    return emptied(request.getfixturevalue(f"{request.param}_server"))


def emptied(server: Server) -> Postgres:
    with server.connect() as connection:
        for (name,) in connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'odcpub%'").fetchall():
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
    return Postgres(f"postgresql://{server.user}@{server.place}/{DATABASE}", server)


@dataclass(frozen=True)
class Opener:
    """Opens a store on the engine that is tried, with the same records each time."""

    engine: str
    folder: Path
    postgres: Postgres | None

    def __call__(self) -> Store:
        return Store(self.folder, self.postgres, self.folder / "cache")


def opener_on(kind: str, request: pytest.FixtureRequest, folder: Path) -> Opener:
    """Opens an empty store on the engine."""
    if kind == "sqlite":
        return Opener("sqlite", folder, None)
    return Opener(kind, folder, emptied(request.getfixturevalue(f"{kind}_server")))


@pytest.fixture(params=ENGINES)
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    return opener_on(request.param, request, tmp_path)


@pytest.fixture
def store(opener: Callable[[], Store]) -> Iterator[Store]:
    made = opener()
    yield made
    made.close()


def begin(store: Store, stage: str = "development", asset: tuple[str, str] = ASSET, key: str = "") -> str:
    """Records a publish that runs; empty where another one runs there."""
    key = key or str(uuid.uuid4())
    record = OperationRecord(key, OperationKind.PUBLISH, *asset, stage, Status.RUNNING, "ada", now(), None, "{}", "{}")
    return key if store.journal.begin(record) else ""
