"""Runs operations so that a killed server goes on where it was: DBOS, in this process alone. Does I/O.

One executor id per installation (the caller holds the installation's exclusive lock) and an explicit application
version: with the defaults a second process would take over a live workflow, and an upgrade would strand what is
pending. A workflow is given the operation's key and nothing else, so nothing secret is ever stored by it.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import Engine, create_engine, event

from odcpub.errors import EngineError, OdcpubError, system_failure
from odcpub.model.elements import Kind
from odcpub.operations import room
from odcpub.operations.deploying import failed
from odcpub.operations.pipelines import PIPELINES, Step
from odcpub.operations.platform import Platform, Run
from odcpub.operations.voice import heard_by
from odcpub.store.records import OperationKind, OperationRecord, Status

LOG = logging.getLogger("odcpub.operations")
APPLICATION_VERSION = "1"
"""Rises only when the steps of ``PIPELINES`` change so that an operation begun before could not go on."""

ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
"""States of a workflow that DBOS does not run again."""

RECORDS = "operations.sqlite"
RETRY_SECONDS = 1.0
"""Between two attempts to record that an operation has failed."""

GRACE_SECONDS = 10.0
"""How long the end of the server waits for steps that are at work."""

_platform: Platform | None = None


class _Work:
    """Who is at work. When the server ends, threads are held where a step begins, fails or ends, and for good: to the
    operation that looks like a kill, after which it goes on; engines that go under its feet are not its failure."""

    def __init__(self) -> None:
        self.ending = False
        self._steps = 0
        self._changed = threading.Condition()

    @contextmanager
    def step(self) -> Iterator[None]:
        self._count(1)
        self.hold_if_ending()
        try:
            yield
        finally:
            self.hold_if_ending()
            self._count(-1)

    def hold_if_ending(self) -> None:
        if self.ending:
            self._count(-1)
            threading.Event().wait()

    def _count(self, change: int) -> None:
        with self._changed:
            self._steps += change
            self._changed.notify_all()

    def end(self, seconds: float) -> None:
        """No step begins from now on; waits for those at work, up to ``seconds``."""
        with self._changed:
            self.ending = True
            self._changed.wait_for(lambda: self._steps == 0, seconds)


_work = _Work()


def check_records(folder: Path) -> None:
    """Fails, with what to do, where the file that says how far operations are is damaged; other troubles show when it
    is opened for good. All of it is read only after a server that did not end well, which left a log that is not
    empty: it grows with every operation, and a start must not."""
    records, log, why = folder / RECORDS, folder / f"{RECORDS}-wal", ""
    if not records.exists():
        return
    whole = "PRAGMA quick_check(1)" if log.exists() and log.stat().st_size else "SELECT 'ok' FROM sqlite_master"
    try:
        with closing(sqlite3.connect(records)) as connection:
            said = str((connection.execute(whole).fetchone() or ("ok",))[0])
            why = "" if said == "ok" else " ".join(said.split())
    except sqlite3.DatabaseError as error:
        why = str(error) if any(sign in str(error) for sign in ("not a database", "malformed")) else ""
    if why:
        raise EngineError(
            f"{records}: cannot be opened: {why}",
            f"move it and {RECORDS}-wal, {RECORDS}-shm away: a new one is made, and operations that were running begin "
            "anew at their first step; or put the data folder's backup back",
        )


def launch(platform: Platform, folder: Path) -> None:
    """Starts DBOS, which resumes what was pending; then begins what was recorded but never begun."""
    global _platform
    _platform = platform
    records = folder / RECORDS
    config: DBOSConfig = {
        "name": "odcpub",
        "system_database_url": f"sqlite:///{records}",
        "system_database_engine": _engine(records),
        "application_version": APPLICATION_VERSION,
        "executor_id": "odcpub",
        "log_level": "WARNING",
    }
    DBOS(config=config)
    DBOS.launch()
    for operation in platform.store.journal.operations(status=Status.RUNNING, limit=1000):
        _resume(operation.key)


def _resume(key: str) -> None:
    """A workflow that ended without telling the journal is run anew: its steps can run again."""
    known = DBOS.get_workflow_status(key)
    if known is not None and known.status in ENDED:
        with SetWorkflowID(f"{key}#{uuid.uuid4()}"):
            DBOS.start_workflow(_operation, key)
    else:
        begin(key)


def _engine(records: Path) -> Engine:
    """What DBOS sets for SQLite, and besides: a write-ahead log, so that a commit waits for the disk once and not three
    times, and the milliseconds that it asks for from Python 3.12 on, which SQLite only knows from 3.42 on."""
    engine = create_engine(f"sqlite:///{records}", hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("busy_timeout=30000", "journal_mode=WAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        if sqlite3.sqlite_version_info < (3, 42):
            connection.create_function("unixepoch", 1, lambda _: time.time())

    return engine


def shut_down() -> None:
    """Ends DBOS; running workflows stay pending and go on at the next launch. The process must end then."""
    _work.end(GRACE_SECONDS)
    DBOS.destroy(workflow_completion_timeout_sec=0)
    if _platform is not None:
        empty_log(_platform.home.data)


def empty_log(folder: Path) -> None:
    """Takes the records' log into the records, which tells the next start that this end was a clean one. Where an
    operation that goes on then holds them, the log stays."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(folder / RECORDS, timeout=1)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def begin(key: str) -> None:
    """Runs the operation in the background; one that is running or has run is left alone. A server that ends leaves
    it to the next one."""
    if _work.ending:
        return
    assert _platform is not None  # noqa: S101 - launch() comes first
    room.keep(_platform.home.data)
    with SetWorkflowID(key):
        DBOS.start_workflow(_operation, key)


@DBOS.workflow(name="operation")
def _operation(key: str) -> None:
    try:
        for step in _steps(key):
            if not DBOS.run_step({"name": step.name}, _execute, key, step.name):
                return
        DBOS.run_step({"name": "end"}, _end, key)
    except Exception as error:  # of DBOS's own records: to leave it Running would lock the stage for good
        with _work.step():
            _fail(_run(key, ""), _told(error, "operation", _run(key, "")))


def _steps(key: str) -> tuple[Step, ...]:
    run = _run(key, "")
    return PIPELINES[OperationKind(run.operation.kind), Kind(run.asset.kind)]


def _execute(key: str, name: str) -> bool:
    """One step; False ends the operation. Errors are told here and never reach the workflow's own records."""
    step = next(step for step in _steps(key) if step.name == name)
    with _work.step():
        return _perform(_run(key, step.marker), step)


def _perform(run: Run, step: Step) -> bool:
    if run.operation.status != Status.RUNNING:  # killed after its failure was told and before that was recorded
        return False
    if run.state.get("unchanged") and not step.always:
        return True
    began, journal = time.monotonic(), run.platform.store.journal
    try:
        journal.say(run.operation.key, step.marker, "", data={"step": step.name, "event": "began"})
        with heard_by(run.progress):
            step.run(run)
        ended = {"step": step.name, "event": "ended", "seconds": round(time.monotonic() - began, 3)}
        journal.say(run.operation.key, step.marker, "", data=ended)
    except Exception as error:
        return _fail(run, _told(error, step.name, run))
    return True


def _told(error: Exception, step: str, run: Run) -> OdcpubError:
    """What users are told of an error that ended a step; what nobody foresaw is in the log whole."""
    if isinstance(error, OdcpubError):
        return error
    LOG.error("operation %s, step %s", run.operation.key, step, exc_info=error)
    if isinstance(error, OSError):
        return system_failure(error, run.platform.home.data)
    log = run.platform.home.data / "server.log"
    return EngineError(f"{step}: {type(error).__name__}: internal error", f"see {log}, and report it")


def _fail(run: Run, error: OdcpubError) -> bool:
    """Records the failure, however long that takes: an operation that nobody ends would keep its stage for ever."""
    while True:
        _work.hold_if_ending()
        room.give(run.platform.home.data)
        try:
            failed(run)
            run.fail(error)
        except Exception:
            LOG.exception("operation %s: its failure cannot be recorded yet: %s", run.operation.key, error.message)
            time.sleep(RETRY_SECONDS)
        else:
            return False


def _end(key: str) -> None:
    run = _run(key, "")
    if run.operation.status != Status.RUNNING:
        return
    with _work.step():
        try:
            if run.operation.kind == OperationKind.PUBLISH:
                run.platform.store.assets.register(run.asset)
            run.say("Nothing changed" if run.state.get("unchanged") else "Done", address=run.state.get("address", ""))
            run.platform.store.journal.finish(key, Status.FINISHED)
        except Exception as error:
            _fail(run, _told(error, "end", run))


def _run(key: str, marker: str) -> Run:
    assert _platform is not None  # noqa: S101 - launch() comes first
    operation: OperationRecord | None = _platform.store.journal.operation(key)
    assert operation is not None  # noqa: S101 - it is recorded before it is begun
    return Run(_platform, operation, marker)
