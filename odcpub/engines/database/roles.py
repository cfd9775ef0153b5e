"""A stage's database, an app's schema and its role, which reads and writes rows and nothing else. Network I/O.

The password never reaches the server in plain: the SCRAM verifier is computed here, so neither the server's log nor
``pg_stat_activity`` ever shows more than that.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from odcpub.data.literals import quoted
from odcpub.data.script import MARKER_DDL, MARKER_TABLE, VERSION_TABLE
from odcpub.data.session import SETTINGS
from odcpub.data.target import RESERVED
from odcpub.engines.database.connection import HINTS, Server, translated
from odcpub.engines.database.ownership import OWNED, marked, refuse_foreign
from odcpub.engines.database.sessions import end_orphans, name
from odcpub.engines.ports import Place
from odcpub.errors import EngineError, OdcpubError, Refused
from odcpub.model.physical import physical

if TYPE_CHECKING:
    from odcpub.engines.database.sessions import Connection

_VERIFIER = re.compile(r"SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)")
_PREPARE = 0x6F6463
"""The advisory lock under which databases and roles are made: two at once would trip over each other."""

_POWERS = """
(SELECT array_remove(ARRAY[CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
                           CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
                           CASE WHEN rolreplication THEN 'REPLICATION' END,
                           CASE WHEN rolbypassrls THEN 'BYPASSRLS' END], NULL)
        || ARRAY(SELECT 'a member of ' || g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                 WHERE m.member = r.oid ORDER BY g.rolname)
 FROM pg_roles r WHERE r.rolname = %(role)s)
"""
"""What the app's role may do besides what an app needs; NULL where there is none of this name."""
_THERE = f"""
SELECT {_POWERS}, {OWNED}
FROM (SELECT) AS always LEFT JOIN pg_namespace n ON n.nspname = %(schema)s
"""  # noqa: S608 - our own text
_DATABASE = (
    "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT ON DATABASE {database} TO {role}",
)
_SCHEMA = (
    # Where an administrator has done so before, or has dropped it, whoever has no right to it is refused even this.
    "DO 'BEGIN IF EXISTS (SELECT FROM pg_namespace WHERE nspname = ''public'' "
    "AND has_schema_privilege(''public'', oid, ''USAGE, CREATE'')) "
    "THEN REVOKE ALL ON SCHEMA public FROM PUBLIC; END IF; END'",
    "CREATE SCHEMA IF NOT EXISTS {schema}",
    "SET search_path TO {schema}",
    MARKER_DDL,
    f"CREATE TABLE IF NOT EXISTS {VERSION_TABLE} (version_num varchar(32) NOT NULL, "
    f"CONSTRAINT {VERSION_TABLE}_pkc PRIMARY KEY (version_num))",
    "REVOKE ALL ON SCHEMA {schema} FROM {role}",
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    f"REVOKE ALL ON {VERSION_TABLE}, {MARKER_TABLE} FROM {{role}}",
    f"GRANT SELECT ON {MARKER_TABLE} TO {{role}}",
    "ALTER ROLE {role} IN DATABASE {database} SET search_path TO {schema}",
    *(f"ALTER ROLE {{role}} IN DATABASE {{database}} SET {name} TO '{value}'" for name, value in SETTINGS),
)

_LACKING = """
SELECT c.relkind = 'S', c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relname <> ALL(%(own)s) AND CASE WHEN c.relkind = 'S'
  THEN NOT (has_sequence_privilege(%(role)s, c.oid, 'USAGE') AND has_sequence_privilege(%(role)s, c.oid, 'SELECT'))
  WHEN c.relkind IN ('r', 'p', 'v', 'm', 'f')
  THEN NOT (has_table_privilege(%(role)s, c.oid, 'SELECT') AND has_table_privilege(%(role)s, c.oid, 'INSERT')
            AND has_table_privilege(%(role)s, c.oid, 'UPDATE') AND has_table_privilege(%(role)s, c.oid, 'DELETE')) END
ORDER BY c.relname
"""
"""Sequences (true) and tables that the role may not use as an app does: others made them, or took rights away. To
grant all of them anew would write a row of the catalog for each."""


def role_name(place: Place) -> str:
    """``helpdesk__qa``: schema and stage, told apart by what neither can hold."""
    return physical(place.schema, place.database.removeprefix("odc_"))


def prepare(server: Server, place: Place, password: str) -> None:
    """Makes what is missing of database, schema, role and rights, and marks the schema as its owner's. Refused, and
    nothing touched, where it is another's."""
    from psycopg import sql

    role = role_name(place)
    with translated("the stage's database"), _connected(server, place) as connection:
        end_orphans(connection, place)
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_PREPARE])
        there, comment = _found(connection, place, role)
        _role(connection, role, password, there)
        _run(connection, (*_DATABASE, *_SCHEMA), place, role)
        _grant(connection, place, role)
        if place.owner is not None and (text := marked(place.owner, comment)) is not None:
            statement = sql.SQL("COMMENT ON SCHEMA {} IS {}")
            connection.execute(statement.format(sql.Identifier(place.schema), sql.Literal(text)))


_RIGHTS = f"""
SELECT rolsuper OR rolcreatedb OR EXISTS (SELECT FROM pg_database WHERE datname = %(database)s),
       rolsuper OR rolcreaterole OR EXISTS (SELECT FROM pg_roles WHERE rolname = %(role)s),
       {_POWERS}
FROM pg_roles WHERE rolname = current_user
"""  # noqa: S608


def check(server: Server, place: Place) -> None:
    """Refuses a platform's user who may not make what is missing, in PostgreSQL's own words, and a role that is there
    and may do more than an app."""
    role = role_name(place)
    with translated("the stage's database"), server.connect() as connection:
        found = connection.execute(_RIGHTS, {"database": place.database, "role": role}).fetchone()
    *rights, powers = found or (None,)
    for may, what in zip(rights, ("database", "role"), strict=False):
        if not may:
            raise EngineError(f"the stage's database: permission denied to create {what} (42501)", HINTS["42501"])
    _refuse_powerful(role, powers)


def _refuse_powerful(role: str, powers: Sequence[str] | None) -> None:
    """A role that somebody made must not get the app's password and keep what it may do."""
    if powers:
        raise Refused(
            f"the role {role} exists already and may do more than an app: it is {', '.join(powers)}; "
            "nothing was changed",
            f"take that from it in the database (ALTER ROLE {quoted(role)} NO…, REVOKE … FROM {quoted(role)}), drop it "
            "where it is of no use, or give the app or the stage another name",
        )


def _connected(server: Server, place: Place) -> Connection:
    """A transaction in the database, which is made where it is missing: logging in costs more than all the rest, so
    the usual case has one connection."""
    try:
        return server.connect(place.database, autocommit=False, name=name(place))
    except OdcpubError:
        with server.connect() as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [_PREPARE])
            _database(connection, place.database)
        return server.connect(place.database, autocommit=False, name=name(place))


def _run(connection: Connection, statements: tuple[str, ...], place: Place, role: str) -> None:
    from psycopg import sql

    names = {
        "database": sql.Identifier(place.database),
        "schema": sql.Identifier(place.schema),
        "role": sql.Identifier(role),
    }
    for statement in statements:
        connection.execute(sql.SQL(statement).format(**names))


def _grant(connection: Connection, place: Place, role: str) -> None:
    """The rights on what is in the schema already; what is made later has them by default."""
    from psycopg import sql

    found = connection.execute(_LACKING, {"schema": place.schema, "role": role, "own": list(RESERVED)}).fetchall()
    kinds = ((False, "TABLE", "SELECT, INSERT, UPDATE, DELETE"), (True, "SEQUENCE", "USAGE, SELECT"))
    for sequence, kind, rights in kinds:
        names = [sql.Identifier(place.schema, name) for is_sequence, name in found if is_sequence == sequence]
        if names:
            statement = sql.SQL("GRANT {} ON {} {} TO {}")
            listed = sql.SQL(", ").join(names)
            connection.execute(statement.format(sql.SQL(rights), sql.SQL(kind), listed, sql.Identifier(role)))


def _database(connection: Connection, wanted: str) -> None:
    from psycopg import sql

    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [wanted]).fetchone() is None:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'")
        connection.execute(statement.format(sql.Identifier(wanted)))


def _found(connection: Connection, place: Place, role: str) -> tuple[bool, str | None]:
    """Whether the role is there, and the schema's comment, once it is seen that neither is another's."""
    arguments = {"role": role, "schema": place.schema, "own": list(RESERVED)}
    row = connection.execute(_THERE, arguments).fetchone()
    powers, comment, *whose = row or (None, None, False, None)
    refuse_foreign(place, comment, *whose)
    _refuse_powerful(role, powers)
    return powers is not None, comment


def _role(connection: Connection, role: str, password: str, there: bool) -> None:
    """Makes the role, or gives it the password where it has another, may not log in or has one that has expired."""
    from psycopg import sql

    if there and may_see_passwords(connection) and has_password(connection, role, password):
        return
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    rights = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT" if not there else _lasting(connection, role)
    statement = sql.SQL("{} ROLE {} LOGIN {} PASSWORD {}").format(
        sql.SQL("ALTER" if there else "CREATE"), sql.Identifier(role), sql.SQL(rights), sql.Literal(verifier)
    )
    connection.execute(statement)


def _lasting(connection: Connection, role: str) -> str:
    """A new password does not expire where the one before has; an end that is still to come stays."""
    query = "SELECT FROM pg_roles WHERE rolname = %s AND rolvaliduntil <= now()"
    return "VALID UNTIL 'infinity'" if connection.execute(query, [role]).fetchone() is not None else ""


def may_see_passwords(connection: Connection) -> bool:
    """Only a superuser may, unless somebody has allowed it."""
    allowed = connection.execute("SELECT has_table_privilege('pg_authid', 'SELECT')").fetchone()
    return bool(allowed and allowed[0])


def has_password(connection: Connection, role: str, password: str) -> bool:
    """Whether the role can log in with this password, by its stored verifier."""
    lasts = "rolcanlogin AND coalesce(rolvaliduntil > now(), true)"
    query = f"SELECT rolpassword FROM pg_authid WHERE rolname = %s AND {lasts}"  # noqa: S608 - our own text
    row = connection.execute(query, [role]).fetchone()
    match = _VERIFIER.fullmatch(row[0]) if row is not None and row[0] else None
    if match is None:
        return False
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(match[2]), int(match[1]))
    client = hmac.digest(salted, b"Client Key", "sha256")
    return hmac.compare_digest(hashlib.sha256(client).digest(), base64.b64decode(match[3]))
