"""What ``odcpub doctor`` tells of a PostgreSQL server: version, encryption, rights, free connections. Network I/O."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from odcpub.data.literals import quoted
from odcpub.engines.database import tls
from odcpub.engines.database.catalog import look
from odcpub.engines.database.connection import Server, login_grant, translated
from odcpub.engines.database.reach import Reach
from odcpub.engines.ports import Condition, Place
from odcpub.errors import Refused

_QUERY = """
SELECT split_part(current_setting('server_version'), ' ', 1), current_user::text,
       r.rolsuper OR r.rolcreatedb, r.rolsuper OR r.rolcreaterole,
       pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean,
       current_setting('max_connections')::int,
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
       - coalesce(current_setting('reserved_connections', true)::int, 0)
       - (SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL AND pid <> pg_backend_pid())::int,
       (SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid())
FROM pg_roles r WHERE r.rolname = current_user
"""
_DATABASES = """
SELECT datname::text, has_database_privilege(oid, 'CREATE'),
       has_database_privilege(oid, 'CONNECT') AND (has_database_privilege('public', oid, 'CONNECT')
                                                   OR has_database_privilege(oid, 'CONNECT WITH GRANT OPTION'))
FROM pg_database WHERE starts_with(datname, 'odc_') ORDER BY datname
"""
"""Stages', whether schemas may be made there, and whether the platform and its apps may log in there: an app's role may
where all may, or where the platform can let it in."""
_UNENCRYPTED = "what is read and written there can be read on the way: "
_UNVERIFIED = "anybody on the way could answer in its place: "
_HOW = "odcpub engines set 'database=postgresql://USER@HOST:5432/postgres?sslmode=verify-full&sslrootcert=FILE'"


@dataclass(frozen=True, slots=True)
class Rights:
    """What the platform's user may do. ``databases``: stages' that are there and that it can use; of the others
    ``closed`` are those in which it may not make schemas, ``shut`` those in which it and its apps may not log in."""

    user: str
    create_databases: bool
    create_roles: bool
    databases: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    shut: tuple[str, ...] = ()


def condition(server: Server, reach: Reach, places: Sequence[Place] = ()) -> Condition:
    """``reach``: how apps come there, and how many connections one process of theirs may want; ``places``: where their
    data is."""
    with translated(f"PostgreSQL at {server.place}"), server.connect() as connection:
        begun = time.monotonic()
        row = connection.execute(_QUERY).fetchone()
        seconds = time.monotonic() - begun
        there = connection.execute(_DATABASES).fetchall()
        encrypted = connection.pgconn.ssl_in_use
    assert row is not None  # noqa: S101 - whoever is logged in has a role
    version, user, makes_databases, makes_roles, frozen, most, free, protocol = row
    databases = tuple(name for name, creates, enters in there if creates and enters)
    closed, shut = (tuple(one[0] for one in there if not one[at]) for at in (1, 2))
    may, grants = told_rights(Rights(user, makes_databases, makes_roles, databases, closed, shut))
    way, advice = told_way(encrypted, protocol or "", dict(server.options), server.local)
    parts = [f"PostgreSQL {version} at {server.place}", way, may]
    parts += ["read only"] if frozen else []
    parts += [f"apps connect to {reach}"] if str(reach) else []
    parts += [f"{max(free, 0)} of {most} connections free", f"answers in {seconds * 1000:.1f} ms"]
    refused = list(_refused(server, [one for one in places if one.database in databases]))
    hints = [*grants, *refused, *advice]
    if frozen:
        hints.append("it is a standby, or default_transaction_read_only is set: nothing can be published there")
    if free < reach.connections and reach.pooling == "none":
        hints.append(
            f"an app may want {reach.connections}: raise max_connections, lower database_connections, or put a pooler "
            "before it (docs/operations.md)"
        )
    return Condition(
        "; ".join(part for part in parts if part),
        tuple(hints),
        bool(frozen or refused or not (makes_roles and (makes_databases or databases))),
    )


def _refused(server: Server, places: Sequence[Place]) -> Iterator[str]:
    """Why the schemas of apps can't be brought to another model: they are another's, or of another role."""
    for database in dict.fromkeys(one.database for one in places):
        with translated(database), server.connect(database) as connection:
            for place in (one for one in places if one.database == database):
                try:
                    look(connection, place)
                except Refused as refusal:
                    yield f"{refusal.message}; {refusal.hint}"


def told_rights(rights: Rights) -> tuple[str, tuple[str, ...]]:
    """What may be created, in words, and the statements that give what is missing."""
    user, lacks = quoted(rights.user), []
    if not rights.create_databases and not rights.databases:
        lacks.append("CREATEDB")
    if not rights.create_roles:
        lacks.append("CREATEROLE")
    may = [what for what, is_so in (("databases", rights.create_databases), ("roles", rights.create_roles)) if is_so]
    words = f"{rights.user} may create {' and '.join(may) or 'nothing'}"
    if not rights.create_databases and rights.databases:
        words += f", and schemas in {', '.join(rights.databases)}"
    statements = [f"ALTER ROLE {user} {' '.join(lacks)};"] if lacks else []
    if not rights.create_databases:
        statements += [f"GRANT CREATE ON DATABASE {quoted(name)} TO {user};" for name in rights.closed]
        statements += [login_grant(name, rights.user) for name in rights.shut]
    return words, tuple(f"let a superuser execute: {one}" for one in statements)


def told_way(encrypted: bool, protocol: str, options: Mapping[str, str], local: bool) -> tuple[str, tuple[str, ...]]:
    """How safe the way there is, in words, and what to do about it."""
    if not encrypted:
        return ("", ()) if local else ("not encrypted", (_UNENCRYPTED + _HOW,))
    mode = tls.mode(options)
    if mode == "verify-full":
        seen, advice = "certificate and host name verified", ""
    elif mode == "verify-ca":
        seen, advice = "certificate verified, its host name not", ""
    else:
        seen, advice = "certificate not verified", "" if local else _UNVERIFIED + _HOW
    return f"{protocol or 'TLS'}, {seen}", (advice,) if advice else ()
