"""An app whose password on the database server is another now, as after an administrator's change or a restored dump:
status says so, a publish that changes nothing else sets it right, and nothing of it needs a new version."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg
import pytest

from odcpub.engines.database.connection import Server
from tests.acceptance.test_pooled import embedded
from tests.installation import Installation, call, database_url, installation
from tests.pooler import Pooler, introduce, pooler

MODEL = """\
app: LostPassword
key: 6d1f0b52-3c7e-4a18-9e40-2b5d7c9f1a36
entities:
  Note:
    attributes:
      Text: { type: Text, length: 50 }
"""
ROLE = "lost_password__development"
CHANGES = (f"ALTER ROLE {ROLE} PASSWORD 'another'", f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")

POOL = {"default_pool_size": "4"}


@pytest.fixture(scope="module")
def published(odcpub: Installation) -> tuple[Path, str]:
    """The model's folder and the app's address."""
    folder = odcpub.folder / "lost"
    folder.mkdir()
    (folder / "app.yaml").write_text(MODEL)
    return folder, odcpub.run("publish", str(folder)).out.strip()


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_told_and_set_right(odcpub: Installation, published: tuple[Path, str], profile: str, change: str) -> None:
    folder, address = published
    lost(odcpub, profile, change)
    answered(address, 503)
    health = odcpub.stage("LostPassword", "Development")["health"]
    assert health.startswith("not ready: the database at "), health
    plan = odcpub.run("publish", str(folder), "--plan").out
    assert f"repair for the app: the role {ROLE} " in plan
    done = odcpub.run("publish", str(folder))
    assert f"warning: the role {ROLE} " in done.err
    assert "Nothing changed" not in done.err
    assert done.out.strip() == address
    answered(address, 200)
    assert odcpub.stage("LostPassword", "Development")["health"] == "ready"
    assert "Nothing changed: LostPassword is at revision 1." in odcpub.run("publish", str(folder)).err


@pytest.mark.parametrize(("mode", "own_list"), [("session", False), ("transaction", True)])
def test_behind_a_pooler_its_operator_is_told_what_to_do(mode: str, own_list: bool, tmp_path: Path) -> None:
    """Nothing, where it asks the server (auth_query); one with a list of its own needs the new verifier in it."""
    with installation() as odcpub:
        folder = odcpub.folder / "lost"
        folder.mkdir()
        (folder / "app.yaml").write_text(MODEL)
        address = odcpub.run("publish", str(folder)).out.strip()
        server = embedded(odcpub)
        with pooler(server, introduce(server, "odc_development"), tmp_path / "pgbouncer", mode, **POOL) as pool:
            if own_list:
                listed(server, pool, tmp_path)
            odcpub.run(
                *("engines", "set", f"database_address={pool.address}", f"database_pooling={mode}"),
                "database_connections=2",
            )
            odcpub.run("publish", str(folder))
            lost(odcpub, "local", CHANGES[0])
            answered(address, 503)
            assert odcpub.stage("LostPassword", "Development")["health"].startswith("not ready: ")
            done = odcpub.run("publish", str(folder), code=3 if own_list else 0)
            assert f"a pooler at {pool.address} with a list of passwords (auth_file) needs the " in done.err
            assert f"needs the new one of {ROLE} from pg_authid" in done.err
            if own_list:
                assert "did not become ready" in done.err
                listed(server, pool, tmp_path)
            answered(address, 200)
            assert odcpub.stage("LostPassword", "Development")["health"] == "ready"


def listed(server: Server, pool: Pooler, folder: Path) -> None:
    """Has the pooler a list with the role's verifier, as its operator writes it."""
    with server.connect() as connection:
        row = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [ROLE]).fetchone()
    lines = (f'"pgbouncer" "{pool.password}"', f'"{ROLE}" "{row[0] if row else ""}"')
    (folder / "pgbouncer" / "userlist.txt").write_text("\n".join(lines) + "\n")
    pool.console("RELOAD")


def lost(odcpub: Installation, profile: str, change: str) -> None:
    with psycopg.connect(database_url(odcpub, profile, "development"), autocommit=True) as superuser:
        superuser.execute(change.encode())
        superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [ROLE])


def answered(address: str, status: int) -> None:
    deadline = time.monotonic() + 30
    while (found := call("GET", f"{address}/api/Note").status) != status:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
