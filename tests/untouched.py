"""What a refused command must leave as it is: databases, records, what runs. Reads only.

Of the records, an operation and its messages may be added: they tell that something was refused.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests import server
from tests.installation import Installation

RECORDS = ("assets", "revisions", "releases", "configuration_values", "deployments", "scripts", "alembic_version")
KINDS = {
    "api/v1": ("namespaces", "services", "configmaps", "secrets", "serviceaccounts"),
    "apis/apps/v1": ("deployments", "replicasets"),
    "apis/networking.k8s.io/v1": ("networkpolicies",),
}
OURS = re.compile("odc-(?!runner-|test-)")
"""The stages' namespaces. Those of contract tests and of kills are others', and change while other tests run."""
HEADS = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
SCHEMAS = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
DEFINITIONS = f"""
SELECT n.nspname, '', 'schema', '', obj_description(n.oid, 'pg_namespace') FROM pg_namespace n WHERE {SCHEMAS}
UNION ALL
SELECT n.nspname, c.relname, 'table', c.relkind::text, obj_description(c.oid, 'pg_class')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND {SCHEMAS}
UNION ALL
SELECT n.nspname, c.relname, 'column',
       concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                 pg_get_expr(d.adbin, d.adrelid)), col_description(c.oid, a.attnum)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm') AND {SCHEMAS}
UNION ALL
SELECT n.nspname, c.relname, 'constraint', k.conname || ' ' || pg_get_constraintdef(k.oid),
       obj_description(k.oid, 'pg_constraint')
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {SCHEMAS}
UNION ALL
SELECT n.nspname, c.relname, 'index', pg_get_indexdef(i.indexrelid) || ' ' || i.indisvalid,
       obj_description(i.indexrelid, 'pg_class')
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {SCHEMAS}
UNION ALL
SELECT '', 'roles', r.rolname, r.rolpassword, s.setconfig::text
FROM pg_db_role_setting s JOIN pg_authid r ON r.oid = s.setrole JOIN pg_database d ON d.oid = s.setdatabase
WHERE d.datname = current_database()
"""  # noqa: S608 - our own text
"""All that a database says of itself: schema, table, what it is, its definition, its comment. Roles are those of the
apps: each has a setting there."""


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
    return {**databases(odcpub), **_local(odcpub), **_namespaces(odcpub)}


def records(odcpub: Installation) -> dict[str, Any]:
    """The platform's records, and the files beside them: images, settings of engines."""
    data = odcpub.folder / "data"
    found: dict[str, Any] = {}
    if odcpub.store or (data / "platform.sqlite").exists():
        for table in RECORDS:
            found[table] = sorted(map(repr, odcpub.records(f"SELECT * FROM {table}")))  # noqa: S608
    files = (path for path in (data / "images").rglob("*") if path.is_file() and path.suffix != ".lock")
    found |= {str(path.relative_to(data)): _digest(path) for path in files}
    return found


def databases(odcpub: Installation) -> dict[str, Any]:
    """Every stage's database: definitions and comments of all that is in it, rows, its apps' roles."""
    found: dict[str, Any] = {}
    if not (url := superuser(odcpub)):
        return found
    with psycopg.connect(url) as connection:
        # Those of contract tests and of kills are others', and come and go.
        query = "SELECT datname FROM pg_database WHERE datname LIKE 'odc\\_%' AND datname NOT LIKE 'odc\\_test%'"
        names = connection.execute(query + " ORDER BY 1").fetchall()
    for (name,) in names:
        with psycopg.connect(url, dbname=name) as connection:
            found |= {f"{name}.{thing}": value for thing, value in contents(connection).items()}
    return found


def superuser(odcpub: Installation) -> str:
    """The URL of the server that the installation's stages are on; empty where there is none."""
    data = odcpub.folder / "data"
    if _settings(odcpub).get("database", "embedded") != "embedded":
        return server.superuser()
    if not (data / "postgres/cluster/postmaster.pid").exists():
        return ""
    password, port = (data / "postgres/superuser").read_text(), (data / "postgres/port").read_text()
    return f"postgresql://odcpub:{password}@127.0.0.1:{port}/postgres"


def _settings(odcpub: Installation) -> dict[str, Any]:
    """The engines that it chose; nothing where it chose none."""
    file = odcpub.folder / "data" / "engines.json"
    return dict(json.loads(file.read_text())) if file.exists() else {}


def contents(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    """One database's schemas, tables and roles, each with what is said of it and what is in it."""
    found: dict[str, Any] = {}
    counted = sql.SQL("SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t")
    for schema, table, *said in connection.execute(DEFINITIONS).fetchall():
        found.setdefault(f"{schema}.{table}", []).append(said)
        if said[0] == "table" and said[1] != "S":
            rows = connection.execute(counted.format(sql.Identifier(schema, table))).fetchone()
            found[f"{schema}.{table}"].append(["rows", *(rows or ())])
    return {name: sorted(said, key=repr) for name, said in found.items()}


def _local(odcpub: Installation) -> dict[str, Any]:
    """The local apps: which revision with which configuration serves, and that nothing else starts. Not the port: it
    moves where another program took it while the app was stopped."""
    kept = (odcpub.folder / "data" / "apps" / "apps").rglob("*.json")
    return {f"{path.parent.name}/{path.stem}": _served(json.loads(path.read_text())) for path in kept}


def _served(state: dict[str, Any]) -> tuple[Any, ...]:
    current = state["current"] or {}
    return (state["next"], *(current.get(name) for name in ("digest", "revision", "identity")))


def _namespaces(odcpub: Installation) -> dict[str, Any]:
    """What is in the stages' namespaces of the cluster that the installation deploys to. What has no generation has no
    status that changes by itself."""
    if not _settings(odcpub).get("cluster"):
        return {}
    found: dict[str, Any] = {}
    for path, kinds in KINDS.items():
        for kind in kinds:
            heads = [item["metadata"] for item in _listed(f"/{path}/{kind}")]
            found |= {
                f"{kind} {head.get('namespace', '')}/{head['name']}": (
                    head["uid"],
                    head.get("generation") or head["resourceVersion"],
                )
                for head in heads
                if OURS.match(head.get("namespace", head["name"]))
            }
    return found


def _listed(path: str) -> list[Any]:
    client = _cluster(os.environ["KUBECONFIG"])
    answer = client.call_api("GET", client.configuration.host + path, {"Accept": HEADS})
    content = json.loads(answer.read())
    assert answer.status == 200, content
    return content["items"] or []


@cache
def _cluster(kubeconfig: str) -> Any:
    """The cluster's client, with a connection that is kept: ``kubectl`` took longer than the command that is tested."""
    from kubernetes import config

    return config.new_client_from_config(kubeconfig)


def _digest(path: Path) -> str:
    now = path.stat()
    return _read(path, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns)


@cache
def _read(path: Path, *_identity: int) -> str:
    """A file that nobody has written to since is not read again: an image has a hundred megabytes."""
    return sha256(path.read_bytes()).hexdigest()
