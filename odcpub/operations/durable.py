"""Runs operations so that a killed server goes on where it was: DBOS, in this process alone. Does I/O.

One executor id per installation (the caller holds the installation's exclusive lock) and an explicit application
version: with the defaults a second process would take over a live workflow, and an upgrade would strand what is
pending. A workflow is given the operation's key and nothing else, so nothing secret is ever stored by it.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path

from dbos import DBOS, DBOSConfig, SetWorkflowID

from odcpub.errors import EngineError, OdcpubError
from odcpub.model.elements import Kind
from odcpub.operations.deploying import failed
from odcpub.operations.pipelines import PIPELINES, Step
from odcpub.operations.platform import Platform, Run
from odcpub.operations.voice import heard_by
from odcpub.store.records import OperationKind, OperationRecord, Status

LOG = logging.getLogger("odcpub.operations")
APPLICATION_VERSION = "1"
"""Rises only when the steps of ``PIPELINES`` change so that an operation begun before could not go on."""

_platform: Platform | None = None


def launch(platform: Platform, folder: Path) -> None:
    """Starts DBOS, which resumes what was pending; then begins what was recorded but never begun."""
    global _platform
    _platform = platform
    config: DBOSConfig = {
        "name": "odcpub",
        "system_database_url": f"sqlite:///{folder / 'operations.sqlite'}",
        "application_version": APPLICATION_VERSION,
        "executor_id": "odcpub",
        "log_level": "WARNING",
    }
    DBOS(config=config)
    DBOS.launch()
    for operation in platform.store.journal.operations(status=Status.RUNNING, limit=1000):
        begin(operation.key)


def shut_down() -> None:
    """Ends DBOS; running workflows stay pending and go on at the next launch."""
    DBOS.destroy(workflow_completion_timeout_sec=0)


def begin(key: str) -> None:
    """Runs the operation in the background; one that is running or has run is left alone."""
    with SetWorkflowID(key):
        DBOS.start_workflow(_operation, key)


@DBOS.workflow(name="operation")
def _operation(key: str) -> None:
    for step in _steps(key):
        if not DBOS.run_step({"name": step.name}, _execute, key, step.name):
            return
    DBOS.run_step({"name": "end"}, _end, key)


def _steps(key: str) -> tuple[Step, ...]:
    run = _run(key, "")
    return PIPELINES[OperationKind(run.operation.kind), Kind(run.asset.kind)]


def _execute(key: str, name: str) -> bool:
    """One step; False ends the operation. Errors are told here and never reach the workflow's own records."""
    step = next(step for step in _steps(key) if step.name == name)
    run = _run(key, step.marker)
    if run.state.get("unchanged") and not step.always:
        return True
    began = time.monotonic()
    platform = run.platform
    try:
        platform.store.journal.say(key, step.marker, "", data={"step": name, "event": "began"})
        with heard_by(run.progress):
            step.run(run)
    except OdcpubError as error:
        return _fail(run, error)
    except Exception as error:
        LOG.exception("operation %s, step %s", key, name)
        log = platform.home.data / "server.log"
        return _fail(run, EngineError(f"{name}: {type(error).__name__}: internal error", f"see {log}, and report it"))
    seconds = round(time.monotonic() - began, 3)
    platform.store.journal.say(key, step.marker, "", data={"step": name, "event": "ended", "seconds": seconds})
    return True


def _fail(run: Run, error: OdcpubError) -> bool:
    failed(run)
    run.note(exit_code=error.exit_code)
    run.fail(error)
    run.platform.store.journal.finish(run.operation.key, Status.FAILED)
    return False


def _end(key: str) -> None:
    run = _run(key, "")
    run.say("Nothing changed" if run.state.get("unchanged") else "Done", address=run.state.get("address", ""))
    run.platform.store.journal.finish(key, Status.FINISHED)


def _run(key: str, marker: str) -> Run:
    assert _platform is not None  # noqa: S101 - launch() comes first
    operation: OperationRecord | None = _platform.store.journal.operation(key)
    assert operation is not None  # noqa: S101 - it is recorded before it is begun
    return Run(_platform, operation, marker)
