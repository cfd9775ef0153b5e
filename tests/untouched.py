"""What a refused command must leave as it is: databases, records, what runs. Reads only.

Of the records, an operation and its messages may be added: they tell that something was refused.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.installation import Installation

RECORDS = ("assets", "revisions", "releases", "configuration_values", "deployments", "alembic_version")
KINDS = "deployments,replicasets,services,configmaps,secrets,serviceaccounts,networkpolicies"


@contextmanager
def untouched(odcpub: Installation) -> Iterator[None]:
    """Whatever happens within changes nothing."""
    before = fingerprints(odcpub)
    yield
    after = fingerprints(odcpub)
    names = [name for name in before | after if before.get(name) != after.get(name)]
    changed = {name: (before.get(name), after.get(name)) for name in names}
    assert not changed, changed


def fingerprints(odcpub: Installation) -> dict[str, Any]:
    """One value for each thing that matters, by its name."""
    return {**records(odcpub), **deployed(odcpub)}


def deployed(odcpub: Installation) -> dict[str, Any]:
    """Of these what lies in engines: databases, what runs here and on the cluster."""
    return {**databases(odcpub), **_local(odcpub), **_namespaces()}


def records(odcpub: Installation) -> dict[str, Any]:
    """The platform's records, and the files beside them: images, migrations, settings of engines."""
    data = odcpub.folder / "data"
    found: dict[str, Any] = {}
    if (data / "platform.sqlite").exists():
        with sqlite3.connect(f"file:{data / 'platform.sqlite'}?mode=ro", uri=True) as connection:
            for table in RECORDS:
                found[table] = sorted(map(repr, connection.execute(f"SELECT * FROM {table}")))  # noqa: S608
    for folder in ("images", "migrations"):
        files = (path for path in (data / folder).rglob("*") if path.is_file() and path.suffix != ".lock")
        found |= {str(path.relative_to(data)): _digest(path) for path in files}
    return found


def databases(odcpub: Installation) -> dict[str, Any]:
    """Every table of every stage's database: its columns and rows."""
    found: dict[str, Any] = {}
    if not (url := superuser(odcpub)):
        return found
    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'odc\\_%' ORDER BY 1").fetchall()
    for (name,) in names:
        with psycopg.connect(url, dbname=name) as connection:
            found |= {f"{name}.{table}": value for table, value in _tables(connection)}
    return found


def superuser(odcpub: Installation) -> str:
    """The URL of the server that the installation's stages are on; empty where there is none."""
    data = odcpub.folder / "data"
    settings = json.loads((data / "engines.json").read_text()) if (data / "engines.json").exists() else {}
    if settings.get("database", "embedded") != "embedded":
        return os.environ["ODCPUB_TEST_DATABASE"]
    if not (data / "postgres/cluster/postmaster.pid").exists():
        return ""
    password, port = (data / "postgres/superuser").read_text(), (data / "postgres/port").read_text()
    return f"postgresql://odcpub:{password}@127.0.0.1:{port}/postgres"


def _tables(connection: psycopg.Connection[Any]) -> Iterator[tuple[str, Any]]:
    tables = connection.execute(
        "SELECT table_schema, table_name, string_agg(column_name || ' ' || data_type || ' ' || is_nullable, ', '"
        " ORDER BY column_name) FROM information_schema.columns"
        " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    for schema, table, columns in tables:
        rows = sql.SQL("SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t")
        yield f"{schema}.{table}", (columns, connection.execute(rows.format(sql.Identifier(schema, table))).fetchone())


def _local(odcpub: Installation) -> dict[str, Any]:
    """The local apps: which revision with which configuration serves, and that nothing else starts. Not the port: it
    moves where another program took it while the app was stopped."""
    kept = (odcpub.folder / "data" / "apps" / "apps").rglob("*.json")
    return {f"{path.parent.name}/{path.stem}": _served(json.loads(path.read_text())) for path in kept}


def _served(state: dict[str, Any]) -> tuple[Any, ...]:
    current = state["current"] or {}
    return (state["next"], *(current.get(name) for name in ("digest", "revision", "identity")))


def _namespaces() -> dict[str, Any]:
    if not os.environ.get("KUBECONFIG"):
        return {}
    command = ["kubectl", "get", KINDS, "--all-namespaces", "--output", "json"]
    items = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["items"]
    heads = [(item["kind"], item["metadata"]) for item in items]
    return {
        f"{kind} {head['namespace']}/{head['name']}": (head["uid"], head.get("generation"))
        for kind, head in heads
        if head["namespace"].startswith("odc-")
    }


def _digest(path: Path) -> str:
    now = path.stat()
    return _read(path, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns)


@cache
def _read(path: Path, *_identity: int) -> str:
    """A file that nobody has written to since is not read again: an image has a hundred megabytes."""
    return sha256(path.read_bytes()).hexdigest()
