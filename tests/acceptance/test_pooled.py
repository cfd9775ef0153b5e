"""Nobody notices behind a pooler either: the load of ``test_under_load`` through PgBouncer in transaction mode, which
has three connections to the server for it, while revisions that change the schema are published. Profile local.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from odcpub.engines.database.connection import Server
from tests.acceptance.load import Load
from tests.acceptance.test_under_load import AROUND_SECONDS, Model, check, rows
from tests.installation import Installation, call, database_url, installation
from tests.pooler import SERVER_CONNECTIONS, Pooler, introduce, pooler

pytestmark = [pytest.mark.serial, pytest.mark.database]
CHANGES = (
    "attribute added",
    "text widened",
    "entity and a reference to it added",
    "integer widened, which rewrites the table",
)
STAGES = ("odc_development", "odc_qa")


@pytest.fixture
def odcpub() -> Iterator[Installation]:
    with installation() as made:
        yield made


def test_publishes_and_a_promotion_under_load_behind_pgbouncer(
    odcpub: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = Model(odcpub.folder / "models" / "loaded")
    address = odcpub.run("publish", str(model.folder)).out.strip()
    server, user = embedded(odcpub), f"{model.label}__development"
    with pooler(server, introduce(server, *STAGES), tmp_path / "pgbouncer", "transaction") as pool:
        odcpub.run("engines", "set", f"database_address={pool.address}", "database_pooling=transaction")
        assert "revision 1 " in odcpub.run("publish", str(model.folder)).err, "the same revision, deployed anew"
        assert connections(pool, "CLIENTS", user) > 0
        load = Load(address)
        try:
            time.sleep(AROUND_SECONDS)
            for what in CHANGES:
                model.change(what)
                done = odcpub.run("publish", str(model.folder))
                assert done.out.strip() == address, done.err
            odcpub.run("promote", model.name, "--to", "qa")
            time.sleep(AROUND_SECONDS)
        finally:
            report = load.end()
        shared = connections(pool, "CLIENTS", user), connections(pool, "SERVERS", user)
        with capsys.disabled():
            print(f"\nPgBouncer: {report}; {shared[0]} connections to it, {shared[1]} to the server")
        check(report, rows(database_url(odcpub, "local", "development"), model.label))
        assert shared[0] > shared[1] <= SERVER_CONNECTIONS
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
