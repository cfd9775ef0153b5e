"""Our sessions in a database by name, those that a killed server left, and who is in the way. Network I/O.

PostgreSQL does not notice that a client was killed while a statement runs: a rewrite, an index build or a lock goes on
for nobody. A session's application name says which installation, schema and process it is of; one server runs an
installation, so a session of the same installation and schema, yet of another process, is of a server that has ended.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from odcpub.data.script_lines import Stage
from odcpub.engines.ports import Place
from odcpub.errors import TemporaryEngineError
from odcpub.waiting import looks

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import TupleRow

    Connection = psycopg.Connection[TupleRow]
    """Whose rows are tuples, as everywhere here."""

PLAIN = "odcpub"
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 3.0
"""Seconds between two tries, of those that wait for others."""
_LIMIT = 63
_PROCESS = secrets.token_hex(4)
"""Numbers of processes are given again, and are all alike in containers."""

_ORPHANS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
  AND starts_with(application_name, %s) AND NOT starts_with(application_name, %s)
"""
_WHO = "a.pid, a.usename, a.application_name, a.backend_type, a.state"
_HOLDER = f"""
SELECT {_WHO}, a.backend_start
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended(%s, 0)
"""  # noqa: S608 - our own text
_USERS = f"""
SELECT {_WHO}, a.xact_start, string_agg(DISTINCT c.relname, ', ' ORDER BY c.relname)
FROM pg_locks l JOIN pg_class c ON c.oid = l.relation LEFT JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'relation' AND l.granted AND l.pid IS DISTINCT FROM pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s) AND c.relname = ANY(%s)
  AND l.mode <> ALL(%s)
  AND coalesce(a.xact_start, '-infinity') < clock_timestamp() - interval '0.5 s'
GROUP BY a.pid, a.usename, a.application_name, a.backend_type, a.state, a.xact_start
ORDER BY a.xact_start NULLS FIRST LIMIT 3
"""  # noqa: S608
_OLD = f"""
SELECT {_WHO}, a.xact_start FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_xmin IS NOT NULL
  AND a.xact_start < clock_timestamp() - interval '0.5 s'
ORDER BY a.xact_start LIMIT 3
"""  # noqa: S608


def name(place: Place) -> str:
    """What sessions that work on a schema are called: ``odcpub <installation and schema> <process> ada@laptop-…``."""
    if place.owner is None:
        return PLAIN
    return f"{_ours(place)}{_PROCESS} {place.owner.installation}"[:_LIMIT]


def _ours(place: Place) -> str:
    whose = f"{place.owner.installation if place.owner is not None else ''} {place.schema}"
    return f"{PLAIN} {hashlib.sha256(whose.encode()).hexdigest()[:16]} "


def end_orphans(connection: Connection, place: Place) -> None:
    """Ends what a server of this installation that was killed has left at work on the schema, and nothing else. What
    it had not committed is rolled back. Sessions of another login are left alone: to end them may not be allowed."""
    if place.owner is not None:
        connection.execute(_ORPHANS, [_ours(place), _ours(place) + _PROCESS])


def hold(connection: Connection, place: Place, patience: float) -> None:
    """Takes the schema's lock, which ends with the session; waits so many seconds for whoever holds it."""
    key = f"odcpub:{place.schema}"
    for _ in looks(patience, FIRST_PAUSE, LONGEST_PAUSE):
        row = connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key]).fetchone()
        if row is not None and row[0]:
            return
    who, where = holder(connection, key), f"{place.database}.{place.schema}"
    raise TemporaryEngineError(
        f"{where}: another migration of the same schema runs{f': {who}' if who else ''}",
        "wait for it: odcpub log",
    )


def holder(connection: Connection, key: str) -> str:
    """Who holds the advisory lock of this key, in words; nothing where nobody does any more."""
    row = connection.execute(_HOLDER, [key]).fetchone()
    return str(Session(*row)) if row is not None else ""


_READS, _WRITES = ("AccessShareLock", "RowShareLock"), ("RowExclusiveLock",)
_BESIDE = {Stage.VALIDATE: (*_READS, *_WRITES), Stage.BUILD: _READS}
"""Locks of others that are in nobody's way there; elsewhere each of them is."""


def in_the_way(connection: Connection, schema: str, tables: Sequence[str], stage: Stage) -> tuple[str, str]:
    """Whose transactions keep what waits from its tables, and have for a while, in words, and how that is ended;
    nothing where nobody's do any more. An index that is built waits for every older transaction in the database, too.
    """
    held = connection.execute(_USERS, [schema, list(tables), list(_BESIDE.get(stage, ()))]).fetchall()
    told = [f"{table} is in use by {Session(*who)}" for *who, table in held]
    if told:
        return "; ".join(told), _ENDED.format(pid=held[0][0] or "…")
    older = connection.execute(_OLD).fetchall() if stage is Stage.BUILD else []
    told = [f"an older transaction runs: {Session(*who)}" for who in older]
    return "; ".join(told), f"{_BUILT} {_ENDED.format(pid=older[0][0])}" if older else ""


_ENDED = (
    "end that transaction (pg_stat_activity shows it, SELECT pg_terminate_backend({pid}) ends it) or wait for its end, "
    "then run the command again"
)
_BUILT = (
    "an index that is built beside other work waits for every older transaction in the database, whatever tables it "
    "uses;"
)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody's session, as pg_stat_activity has it; None is what may not be seen, and all of a prepared transaction.
    ``since``: when it, or its transaction, began."""

    pid: int | None
    user: str | None
    program: str | None
    kind: str | None
    state: str | None
    since: datetime | None

    def __str__(self) -> str:
        """``process 4711 (user ada, psql, idle in transaction, since 2026-01-31 12:30:00 UTC)``."""
        if self.pid is None:
            return "a prepared transaction (pg_prepared_xacts shows it)"
        parts = [f"user {self.user}" if self.user else "", self.program or self.kind or "", self.state or ""]
        parts.append(f"since {self.since:%Y-%m-%d %H:%M:%S} UTC" if isinstance(self.since, datetime) else "")
        return f"process {self.pid} ({', '.join(part for part in parts if part)})"
