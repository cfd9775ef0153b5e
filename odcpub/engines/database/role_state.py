"""Whether an app's role can still do what the app needs: administrators change passwords, dumps come back without roles
and rights. Network I/O; changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from odcpub.data.script import MARKER_TABLE
from odcpub.data.session import SETTINGS
from odcpub.data.target import RESERVED
from odcpub.engines.database.connection import Server, cause, translated
from odcpub.engines.database.roles import has_password, may_see_passwords, role_name
from odcpub.engines.ports import Place
from odcpub.errors import EngineError, TemporaryEngineError, counted

if TYPE_CHECKING:
    import psycopg

_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")
_ALL = " AND ".join(f"has_table_privilege(r.oid, c.oid, '{right}')" for right in _RIGHTS)
_STATE = f"""
SELECT r.rolcanlogin, r.rolvaliduntil <= now(), has_database_privilege(r.oid, current_database(), 'CONNECT'),
       has_schema_privilege(r.oid, n.oid, 'USAGE'),
       ARRAY(SELECT c.relname::text FROM pg_class c
             WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'USAGE')
               AND CASE WHEN c.relname = %(marker)s THEN NOT has_table_privilege(r.oid, c.oid, 'SELECT')
                        ELSE c.relname <> ALL (%(own)s) AND NOT ({_ALL}) END ORDER BY c.relname),
       ARRAY(SELECT w.name FROM unnest(%(names)s::text[] || text 'search_path',
                                       %(values)s::text[] || quote_ident(n.nspname)) AS w (name, value)
             WHERE NOT EXISTS (SELECT FROM pg_db_role_setting s, unnest(s.setconfig) AS one
                               WHERE s.setrole = r.oid
                                 AND s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
                                 AND lower(split_part(one, '=', 1)) = w.name
                                 AND substr(one, strpos(one, '=') + 1) = w.value) ORDER BY w.name)
FROM pg_namespace n LEFT JOIN pg_roles r ON r.rolname = %(role)s WHERE n.nspname = %(schema)s
"""  # noqa: S608 - our own text


def access_fault(server: Server, place: Place, password: str) -> str:
    """What keeps the role from the app's data and ``prepare`` sets right, in words; empty where nothing does, or no
    schema is there. Whether its password is another is seen in the catalog or, where that may not be read, by logging
    in."""
    role = role_name(place)
    with translated("the stage's database"), server.connect(place.database) as connection:
        given = {"names": [name for name, _ in SETTINGS], "values": [value for _, value in SETTINGS]}
        given |= {"role": role, "schema": place.schema, "own": list(RESERVED), "marker": MARKER_TABLE}  # type: ignore[dict-item]
        row = connection.execute(_STATE, given).fetchone()
        if row is None or row[0] is None:
            return f"the role {role} does not exist" if row else ""
        seen = may_see_passwords(connection)
        other = seen and not has_password(connection, role, password)
    found = list(_told(row))
    if not found and (other or (not seen and _refused(server, place, role, password))):
        found = ["has another password than the app"]
    return f"the role {role} {', '.join(found)}" if found else ""


def _told(row: tuple[Any, ...]) -> Iterator[str]:
    login, expired, connect, usage, tables, settings = row
    if not login:
        yield "may not log in"
    if expired:
        yield "has a password that has expired"
    if not connect:
        yield "may not connect to the stage's database"
    if not usage:
        yield "may not use the app's schema"
    if tables:
        more = ", …" if tables[3:] else ""
        yield f"may not read and write {counted(len(tables), 'table')} ({', '.join(tables[:3])}{more})"
    if settings:
        yield f"has lost the settings of its sessions ({', '.join(settings)})"


def _refused(server: Server, place: Place, role: str, password: str) -> bool:
    """Whether the server asks the role for its password and does not take it. Who is not let in from this machine, or
    asked for no password, may fare otherwise where apps run."""
    try:
        replace(server, user=role, password=lambda: password).connect(place.database).close()
    except TemporaryEngineError:
        return False
    except EngineError as error:
        failed: psycopg.Error | None = cause(error)
        return bool(failed and failed.sqlstate is None and failed.pgconn and failed.pgconn.used_password)
    return False
