"""Nobody notices behind a pooler either: the load of ``test_under_load`` through PgBouncer, while revisions that change
the schema are published. Profile local.

In transaction mode PgBouncer has three connections to the server for the app; in session mode as few as
docs/operations.md says: twice what one process of it may open, since two versions hand over. There each connection to
it is one to the server, as without a pooler: `make long`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from odcpub.engines.database.connection import Server
from tests.acceptance.test_under_load import Model, changed_under_load, check, rows
from tests.installation import Installation, call, database_url, installation
from tests.pooler import SERVER_CONNECTIONS, Pooler, introduce, pooler

pytestmark = [pytest.mark.serial, pytest.mark.database]
CHANGES = ("entity and a reference to it added", "integer widened, which rewrites the table")
POOLS = {"session": (4, 8), "transaction": (20, SERVER_CONNECTIONS)}
"""The mode → how many connections one process opens at most, and how many to the server PgBouncer has for the app."""
STAGES = ("odc_development", "odc_qa")


@pytest.fixture
def odcpub() -> Iterator[Installation]:
    with installation() as made:
        yield made


@pytest.mark.parametrize("mode", [pytest.param("session", marks=pytest.mark.long), "transaction"])
def test_publishes_and_a_promotion_under_load_behind_pgbouncer(
    odcpub: Installation, mode: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = Model(odcpub.folder / "models")
    address = odcpub.run("publish", str(model.folder)).out.strip()
    server, user = embedded(odcpub), f"{model.label}__development"
    password, (most, size) = introduce(server, *STAGES), POOLS[mode]
    with pooler(server, password, tmp_path / "pgbouncer", mode, default_pool_size=str(size)) as pool:
        odcpub.run(
            *("engines", "set", f"database_address={pool.address}", f"database_pooling={mode}"),
            f"database_connections={most}",
        )
        assert "revision 1 " in odcpub.run("publish", str(model.folder)).err, "the same revision, deployed anew"
        assert connections(pool, "CLIENTS", user) > 0
        report = changed_under_load(odcpub, model, address, CHANGES)
        shared = connections(pool, "CLIENTS", user), connections(pool, "SERVERS", user)
        with capsys.disabled():
            print(f"\nPgBouncer, {mode}: {report}; {shared[0]} connections to it, {shared[1]} to the server")
        check(report, rows(database_url(odcpub, "local", "development"), model.label))
        assert 0 < shared[1] <= size and shared[0] <= most
        assert (shared[0] > shared[1]) == (mode == "transaction"), "in session mode each has one of its own"
        assert call("GET", f"{address}/_odc/about").body["revision"] == str(1 + len(CHANGES))
        odcpub.run("engines", "set", "database_address=", "database_pooling=none")
        odcpub.run("config", "apply", model.name, "--stage", "development")
        assert connections(pool, "CLIENTS", user) == 0
        assert call("GET", f"{address}/api/Note").status == 200


def embedded(made: Installation) -> Server:
    folder = made.folder / "data" / "postgres"
    password = (folder / "superuser").read_text()
    return Server("127.0.0.1", int((folder / "port").read_text()), "odcpub", lambda: password)


def connections(pool: Pooler, what: str, user: str) -> int:
    return len([each for each in pool.console(f"SHOW {what}") if each["user"] == user])
