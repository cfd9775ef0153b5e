"""Executes a phase of a migration plan through the Alembic script in its chain. Network I/O.

Under a session advisory lock (a lock row would outlive a killed process) on a connection of its own, with a short
lock timeout and retries: a waiting ALTER TABLE makes everybody behind it wait. What a server that was killed has left
at work is ended first. What the plan was computed from and the row checks are looked at again under the lock.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from odcpub.data.fingerprint import EMPTY, fingerprint
from odcpub.data.migration import MigrationPlan
from odcpub.data.phases import EXPAND, TIGHTEN, Phase
from odcpub.data.schema import Schema
from odcpub.data.script import VERSION_TABLE, Part, PlanParts, marker_statement, plan_parts
from odcpub.data.steps import Annotate, CreateIndex
from odcpub.data.steps.base import LOCK_TIMEOUT
from odcpub.engines.database import catalog, chain, sessions
from odcpub.engines.database.checks import findings, refusal
from odcpub.engines.database.connection import Server, cause, in_use, translated
from odcpub.engines.ports import Place, Report, Scripts
from odcpub.errors import EngineError, Refused, system_failure
from odcpub.late import load_alembic

if TYPE_CHECKING:
    from alembic.migration import MigrationContext
    from sqlalchemy import Engine
    from sqlalchemy.exc import SQLAlchemyError

    from odcpub.data.script import Run
    from odcpub.engines.database.sessions import Connection

PATIENCE_SECONDS = 60.0
_OPTIONS = {"version_table": VERSION_TABLE, "transaction_per_migration": True}
_WENT_ON = f"UPDATE {VERSION_TABLE} SET version_num = %s WHERE version_num = %s"  # noqa: S608 - our own text
_BEGAN = f"INSERT INTO {VERSION_TABLE} VALUES (%s)"  # noqa: S608
_RETRIED = ("55P03", "40P01", "XX000")
"""A lock that is not free; a deadlock; and an internal error, which PostgreSQL calls it when somebody else grants or
revokes on the same table at the same moment (tuple concurrently updated)."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is migrated, how long to wait for locks, and what was read of the schema before."""

    server: Server
    place: Place
    patience: float = PATIENCE_SECONDS
    known: catalog.Known = field(default_factory=dict)

    @property
    def where(self) -> str:
        return f"{self.place.database}.{self.place.schema}"

    def connect(self) -> Connection:
        return self.server.connect(self.place.database, schema=self.place.schema, name=sessions.name(self.place))


def observe(target: Target) -> Schema | None:
    """The live schema in one closed snapshot. Whoever is at work there is left alone: it may be the migration of an
    installation that this one is a copy of."""
    with translated(target.where), target.connect() as connection:
        return _seen(connection, target)


def _seen(connection: Connection, target: Target) -> Schema | None:
    """The live schema as a connection in autocommit sees it; its settings are as before afterwards."""
    import psycopg

    connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
    try:
        with connection.transaction():
            # Names are spelled as the search path lets them be seen: always by the one that sessions begin with.
            connection.execute("SET LOCAL search_path TO DEFAULT")
            return catalog.read(connection, target.place, target.known)
    finally:
        if not connection.closed:
            connection.isolation_level, connection.read_only = None, None


def apply(target: Target, plan: MigrationPlan, phase: Phase, scripts: Scripts, report: Report) -> None:
    """Brings the phase about, or does nothing where it is there already."""
    if phase != EXPAND and all(step.phase != phase for step in plan.steps):
        return
    load_alembic()
    from alembic.util import CommandError

    try:
        with translated(target.where), target.connect() as lock:
            sessions.end_orphans(lock, target.place)
            sessions.hold(lock, target.place, target.patience)
            _Phase(target, plan, plan_parts(plan), phase, scripts, report, lock).run()
    except CommandError as error:
        raise EngineError(f"{scripts.where}: is broken: {error}", scripts.put_back) from None
    except OSError as error:
        raise system_failure(error, scripts.where) from None


@dataclass(frozen=True, slots=True)
class _Phase:
    """One execution under the lock; ``lock`` is the connection that holds it and looks around."""

    target: Target
    plan: MigrationPlan
    parts: PlanParts
    phase: Phase
    scripts: Scripts
    report: Report
    lock: Connection

    def run(self) -> None:
        current = self._current()
        chain.catch_up(self.scripts, current)
        if not self.plan.steps:
            self._record(current)
            return
        todo = self._todo(current)
        if not todo:
            return
        if self.phase != EXPAND or self.plan.base != EMPTY:
            chain.restore(self.scripts, self.target.place, current, [one.revision for one in todo])
        early = [script for script in todo if self._planned(script.part).early]
        engine = self._engine()
        try:
            for script in early:
                self._one(engine, script, current)
            self._check_rows()
            for script in todo[len(early) :]:
                self._one(engine, script, current)
        finally:
            engine.dispose()

    def _todo(self, current: str) -> tuple[chain.Script, ...]:
        """The scripts that remain; refused where the schema is another than the plan's. ``tighten`` follows its own
        ``expand`` and nothing else; parts of it may be there already."""
        found = chain.find(self.scripts, self.parts, self.phase)
        if [part for script in found for part in script.parts] != [one.number for one in self.parts.of(self.phase)]:
            raise EngineError(f"{self.scripts.where}: a script of this migration is missing", "publish again")
        number = found[0].number
        names = [self.parts.revision(EXPAND, number), *(one.revision for one in found)]
        if self.phase == EXPAND:
            if current == found[0].revision or current.startswith(self.parts.revision(TIGHTEN, number)):
                return ()
            live = _seen(self.lock, self.target)
            if fingerprint(live) == self.plan.base:
                self._refuse_other_comments(live)
                return found
        elif current in names:
            return found[names.index(current) :]
        raise self._stale()

    def _refuse_other_comments(self, live: Schema | None) -> None:
        """A comment is written whole: what somebody has written there since the plan was made would be lost."""
        tables = live.tables if live else ()
        words = {(table.name, ""): table.annotation.words for table in tables}
        words |= {(table.name, one.name): one.annotation.words for table in tables for one in table.columns}
        for step in self.plan.steps:
            if isinstance(step, Annotate) and words[step.table, step.column] != step.annotation.words:
                raise self._stale(f"the comment on {'.'.join(filter(None, (step.table, step.column)))} has changed")

    def _planned(self, number: int) -> Part:
        return self.parts.of(self.phase)[max(number, 1) - 1]

    def _one(self, engine: Engine, script: chain.Script, current: str) -> None:
        """A script enters the chain and is executed; what of it had no effect waits again."""
        begins = self.phase == EXPAND
        script = (
            chain.follow(self.scripts, self.parts, script, current) if begins else chain.enter(self.scripts, script)
        )
        try:
            self._stamp(script.down)
            self._execute(engine, script)
        except Exception:
            self._tidy(script)
            raise

    def _tidy(self, script: chain.Script) -> None:
        """After a failure. Where the server does not answer now, it will say later how far it came."""
        import psycopg

        with contextlib.suppress(psycopg.Error):
            chain.put_back(self.scripts, script, self._current())
            for step in self.plan.steps:
                if isinstance(step, CreateIndex) and step.concurrent:
                    self._drop_invalid(step.name)

    def _drop_invalid(self, name: str) -> None:
        """An index that could not be built is in nobody's plan, yet it may refuse rows."""
        from psycopg import sql

        query = "SELECT FROM pg_index WHERE indexrelid = to_regclass(quote_ident(%s)) AND NOT indisvalid"
        if self.lock.execute(query, [name]).fetchone() is not None:
            self.lock.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'".encode())
            drop = sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}")
            self.lock.execute(drop.format(sql.Identifier(name)))

    def _record(self, current: str) -> None:
        """No steps: the schema fits already; say so to readiness."""
        if self.phase == EXPAND:
            if self._live() != self.plan.base:
                raise self._stale()
            with contextlib.suppress(Refused):  # no script has to follow it now
                chain.restore(self.scripts, self.target.place, current)
            self.lock.execute(marker_statement(self.plan.target).encode())

    def _live(self) -> str:
        return fingerprint(_seen(self.lock, self.target))

    def _current(self) -> str:
        row = self.lock.execute(f"SELECT version_num FROM {VERSION_TABLE}".encode()).fetchone()  # noqa: S608
        return str(row[0]) if row is not None else ""

    def _stale(self, what: str = "the schema has changed") -> Refused:
        return Refused(
            f"{self.target.where}: the plan is stale: {what} since it was made",
            "run the same command again, which plans again",
        )

    def _check_rows(self) -> None:
        found = findings(self.lock, [check for check in self.plan.checks if self.phase in check.phases])
        if found:
            raise refusal(self.target.where, found, self.phase)

    def _execute(self, engine: Engine, script: chain.Script) -> None:
        """Runs the script through Alembic on another connection than the lock's, each part with its revision, and
        again what others stood in the way of. Every attempt is a whole one: what a part does is one transaction, or can
        be done again."""
        from alembic.migration import MigrationContext
        from sqlalchemy.exc import SQLAlchemyError

        steps, before = chain.steps(self.scripts, script), script.down
        end, pause = time.monotonic() + self.target.patience, sessions.FIRST_PAUSE
        while steps:
            try:
                with engine.connect() as connection:
                    context = MigrationContext.configure(connection, opts=_OPTIONS)
                    for at, step in zip(script.parts[-len(steps) :], tuple(steps), strict=True):
                        self._part(context, step, before, script.after(at), last=at == script.part)
                        before = script.after(at)
                        del steps[0]
                        end, pause = time.monotonic() + self.target.patience, sessions.FIRST_PAUSE
            except SQLAlchemyError as error:
                engine.dispose()
                self._wait(error, self._planned(script.parts[-len(steps)]), end, pause)
                pause = min(pause * 2, sessions.LONGEST_PAUSE)

    def _wait(self, error: SQLAlchemyError, part: Part, end: float, pause: float) -> None:
        """Until it may be tried again; raises where that is of no use, or was tried long enough."""
        original = cause(error)
        if original is None or original.sqlstate not in _RETRIED:
            raise error
        told, hint = sessions.in_the_way(self.lock, self.target.place.schema, part.tables, part.stage)
        if time.monotonic() + pause > end:
            if told:
                raise in_use(f"{self.target.where}: {told}", hint) from None
            raise error
        self.report(f"{self.target.where}: {told or 'a table is in use'}; trying again")
        time.sleep(pause)

    def _part(self, context: MigrationContext, step: Run, before: str, after: str, last: bool) -> None:
        """One part and its revision. To wait for the disk at the last one is enough: what a power cut takes away are
        the latest of them, and the database says how far it came."""
        from alembic.operations import Operations

        with context.begin_transaction(_per_migration=True):
            step(Operations(context))
            assert context.connection is not None  # noqa: S101 - it was made with one
            execute = context.connection.exec_driver_sql
            if last:
                execute("SET LOCAL synchronous_commit TO DEFAULT")
            done = execute(_WENT_ON, (after, before)) if before else execute(_BEGAN, (after,))
            if done.rowcount != 1:
                raise self._stale()

    def _engine(self) -> Engine:
        from sqlalchemy import create_engine

        # What is bound to a statement can be a row's value, and errors go to logs.
        return create_engine(
            "postgresql+psycopg://", creator=self._connect, pool_size=1, max_overflow=0, hide_parameters=True
        )

    def _connect(self) -> Connection:
        connection = self.target.connect()
        connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'; SET synchronous_commit = off".encode())
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
                self.lock.execute(_BEGAN.encode(), [down])
