"""Executes a phase of a migration plan through the Alembic script in its chain's folder. Network and file I/O.

Under a session advisory lock (a lock row would outlive a killed process) on a connection of its own, with a short
lock timeout and retries: a waiting ALTER TABLE makes everybody behind it wait. What the plan was computed from and
the row checks are looked at again under the lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from odcpub.data.fingerprint import fingerprint
from odcpub.data.migration import EXPAND, TIGHTEN, Finding, MigrationPlan, RowCheck
from odcpub.data.schema import Schema
from odcpub.data.script import VERSION_TABLE, marker_statement, revision_id
from odcpub.engines.database import catalog, chain
from odcpub.engines.database.connection import Server, cause, translated
from odcpub.engines.ports import Place
from odcpub.errors import EngineError, Refused, TemporaryEngineError, counted, system_failure

if TYPE_CHECKING:
    import psycopg
    from alembic.script import Script
    from alembic.script.revision import RevisionMap

PATIENCE_SECONDS = 60.0
LOCK_TIMEOUT = "1s"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0
_RETRIED = ("55P03", "40P01")
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Target:
    """What is migrated, and how long to wait for locks."""

    server: Server
    place: Place
    patience: float = PATIENCE_SECONDS

    @property
    def where(self) -> str:
        return f"{self.place.database}.{self.place.schema}"


def observe(target: Target) -> Schema | None:
    """The live schema in one closed snapshot."""
    with translated(target.where), target.server.connect(target.place.database) as connection:
        return _seen(connection, target.place)


def _seen(connection: psycopg.Connection[Any], place: Place) -> Schema | None:
    """The live schema as a connection in autocommit sees it; its settings are as before afterwards."""
    import psycopg

    connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
    try:
        with connection.transaction():
            # Names are spelled as the search path lets them be seen: always by the same one.
            connection.execute("SET LOCAL search_path TO DEFAULT")
            return catalog.read(connection, place)
    finally:
        if not connection.closed:
            connection.isolation_level, connection.read_only = None, None


def findings(connection: psycopg.Connection[Any], checks: Sequence[RowCheck]) -> tuple[Finding, ...]:
    """What the checks find; the connection's search path is the schema."""
    found = []
    for check in checks:
        row = connection.execute(check.count.encode()).fetchone()
        count = int(row[0]) if row is not None else 0
        if count:
            rows = connection.execute(check.query.encode()).fetchmany(check.limit)
            found.append(Finding(check, count, tuple((str(key), str(value)) for key, value in rows)))
    return tuple(found)


def refusal(where: str, found: Sequence[Finding], phase: str = EXPAND) -> Refused:
    """What rows stand in the way, all of them, as the platform's one refusal."""
    lines, hint = [finding.told for finding in found], found[0].check.hint
    if phase == EXPAND:
        return Refused(f"{where}: rows stand in the way of the new model; nothing was changed", hint, lines)
    rules = counted(len(found), "rule of it is", "rules of it are")
    return Refused(
        f"{where}: the new version runs, but {rules} not in force yet: rows stand in the way",
        "settle each point above, then publish or promote again",
        lines,
    )


def apply(target: Target, plan: MigrationPlan, phase: str, folder: Path, report: Report) -> None:
    """Brings the phase about, or does nothing where it is there already."""
    if phase != EXPAND and all(step.phase != phase for step in plan.steps):
        return
    from alembic.util import CommandError

    try:
        with translated(target.where), target.server.connect(target.place.database, schema=target.place.schema) as lock:
            _advisory_lock(lock, target)
            _Phase(target, plan, phase, folder, report, lock).run()
    except CommandError as error:
        raise EngineError(f"{folder}: the chain of scripts is broken: {error}", "Put back what is missing.") from None
    except OSError as error:
        raise system_failure(error, folder) from None


def _advisory_lock(connection: psycopg.Connection[Any], target: Target) -> None:
    """Waits for the schema's lock; a session lock that ends with the connection."""
    end, pause = time.monotonic() + target.patience, _FIRST_PAUSE
    query = "SELECT pg_try_advisory_lock(hashtextextended('odcpub:' || %s, 0))"
    while True:
        row = connection.execute(query, [target.place.schema]).fetchone()
        if row is not None and row[0]:
            return
        if time.monotonic() > end:
            raise TemporaryEngineError(
                f"{target.where}: another migration of the same schema runs", "Wait for it: odcpub log shows it."
            )
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class _Phase:
    """One execution under the lock; ``lock`` is the connection that holds it and looks around."""

    target: Target
    plan: MigrationPlan
    phase: str
    folder: Path
    report: Report
    lock: psycopg.Connection[Any]

    def run(self) -> None:
        if not self.plan.steps:
            self._record()
            return
        script = chain.find(self.folder, self.plan, self.phase)
        if script is None:
            raise EngineError(f"{self.folder}: the script of this migration is missing", "Publish again.")
        current = self._current()
        if current in (script.revision, revision_id(self.plan, TIGHTEN, script.number)):
            return
        before = self._live()
        self._check_base(script, current, before)
        self._check_rows()
        script = chain.promote(script)
        try:
            self._with_retries(script)
        except Exception:
            if self.phase != EXPAND and self._live() == before:
                chain.demote(script)
            raise

    def _record(self) -> None:
        """No steps: the schema fits already; say so to readiness."""
        if self.phase == EXPAND:
            if self._live() != self.plan.base:
                raise self._stale()
            self.lock.execute(marker_statement(self.plan.target).encode())

    def _live(self) -> str:
        return fingerprint(_seen(self.lock, self.target.place))

    def _current(self) -> str:
        row = self.lock.execute(f"SELECT version_num FROM {VERSION_TABLE}".encode()).fetchone()  # noqa: S608
        return str(row[0]) if row is not None else ""

    def _check_base(self, script: chain.Script, current: str, live: str) -> None:
        """``tighten`` follows its own ``expand`` and nothing else; parts of it may be there already."""
        if self.phase == EXPAND and live == self.plan.base:
            return
        if self.phase != EXPAND and current == revision_id(self.plan, EXPAND, script.number):
            return
        raise self._stale()

    def _stale(self) -> Refused:
        return Refused(
            f"{self.target.where}: the plan is stale: the schema has changed since it was made",
            "Plan again: run the same command once more.",
        )

    def _check_rows(self) -> None:
        found = findings(self.lock, [check for check in self.plan.checks if self.phase in check.phases])
        if found:
            raise refusal(self.target.where, found, self.phase)

    def _with_retries(self, script: chain.Script) -> None:
        """Every attempt is a whole one: ``expand`` is one transaction, what ``tighten`` did already is done again."""
        from sqlalchemy.exc import SQLAlchemyError

        end, pause = time.monotonic() + self.target.patience, _FIRST_PAUSE
        while True:
            try:
                self._execute(script)
                return
            except SQLAlchemyError as error:
                original = cause(error)
                if original is None or original.sqlstate not in _RETRIED or time.monotonic() + pause > end:
                    raise
            self.report(f"{self.target.where}: a table is in use; trying again")
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _execute(self, script: chain.Script) -> None:
        """Runs the file through Alembic on a connection of its own, and its revision with it."""
        from alembic.migration import MigrationContext, RevisionStep
        from alembic.operations import Operations
        from sqlalchemy import create_engine, pool

        revisions, revision = _loaded(script)
        engine = create_engine("postgresql+psycopg://", creator=self._connect, poolclass=pool.NullPool)
        with engine.connect() as connection:
            self._stamp(script.down)

            def steps(heads: Any, context: MigrationContext) -> list[RevisionStep]:
                return [RevisionStep(revisions, revision, True)]

            context = MigrationContext.configure(
                connection,
                opts={"version_table": VERSION_TABLE, "transaction_per_migration": True, "fn": steps},
            )
            with context.begin_transaction():
                context.run_migrations(op=Operations(context))

    def _connect(self) -> psycopg.Connection[Any]:
        connection = self.target.server.connect(self.target.place.database, schema=self.target.place.schema)
        connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'".encode())
        connection.autocommit = False
        return connection

    def _stamp(self, down: str) -> None:
        """The chain goes on from where this script does: the base was checked by the schema itself, which says more
        than a version that a restored or half tightened database remembers."""
        if self._current() == down:
            return
        with self.lock.transaction():
            self.lock.execute(f"DELETE FROM {VERSION_TABLE}".encode())  # noqa: S608
            if down:
                self.lock.execute(f"INSERT INTO {VERSION_TABLE} VALUES (%s)".encode(), [down])  # noqa: S608


def _loaded(script: chain.Script) -> tuple[RevisionMap, Script]:
    """The one script as Alembic's revision, after the one it follows. To read the whole chain, which ``find`` has
    seen to be whole, would cost more with every deployment."""
    from importlib.util import module_from_spec, spec_from_file_location

    from alembic.script import Script
    from alembic.script.revision import Revision, RevisionMap

    spec = spec_from_file_location(script.revision, script.path)
    assert spec is not None  # noqa: S101 - a path that ends in .py always has one
    assert spec.loader is not None  # noqa: S101
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    before = [Revision(script.down, None)] if script.down else []
    revisions = RevisionMap(lambda: [*before, Script(module, script.revision, str(script.path))])
    return revisions, cast("Script", revisions.get_revision(script.revision))
