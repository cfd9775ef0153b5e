"""Runs operations so that a killed server goes on where it was: DBOS, in this process alone. Does I/O.

One executor id per installation (the caller holds the installation's exclusive lock) and an explicit application
version: with the defaults a second process would take over a live workflow, and an upgrade would strand what is
pending. A workflow is given the operation's key and nothing else, so nothing secret is ever stored by it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from dbos import DBOS, DBOSConfig, SetWorkflowID, WorkflowStatus

from odcpub.errors import OdcpubError
from odcpub.model.elements import Kind
from odcpub.operations import disk_reserve
from odcpub.operations.at_work import Work
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import Step, Waits
from odcpub.operations.durable_records import durable_records, empty_log
from odcpub.operations.failed_deployments import end_deployment
from odcpub.operations.failing import as_user_error, not_begun
from odcpub.operations.handover import ServerEnding
from odcpub.operations.kinds import KINDS
from odcpub.operations.missing_values import still_waits
from odcpub.operations.model_files import published
from odcpub.operations.platform import Platform
from odcpub.operations.progress_sink import reporting_to
from odcpub.store.again import Undone
from odcpub.store.postgres import DURABLE_SCHEMA
from odcpub.store.records import Status

T = TypeVar("T")
LOG = logging.getLogger("odcpub.operations")
APPLICATION_VERSION = "1"
"""Rises when the steps of ``KINDS`` change so that DBOS's records of an operation fit no more: it numbers steps, and
checks their names. Such an operation begins anew at its first step, which can run again."""

ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
"""States of a workflow that DBOS does not run again."""

Outcome = bool | str
"""Of a step, as DBOS records it: True goes on, False ends the operation, ``WAITS`` begins the step anew when told."""
WAITS, GO_ON = "waits", "go on"
FOR_EVER = 100 * 365 * 86400.0
RETRY_SECONDS = 1.0
"""Between two attempts to record that an operation has failed."""

GRACE_SECONDS = 10.0
"""How long the end of the server waits for steps that are at work."""

_platform: Platform | None = None


_work = Work()


def launch(platform: Platform, folder: Path) -> None:
    """Starts DBOS, which resumes what was pending; then begins what was recorded but never begun."""
    global _platform
    _platform = platform
    url, engine = durable_records(platform.store.postgres, folder)
    config: DBOSConfig = {
        "name": "odcpub",
        "system_database_url": url,
        "system_database_engine": engine,
        "dbos_system_schema": DURABLE_SCHEMA,
        "application_version": APPLICATION_VERSION,
        "executor_id": "odcpub",
        "log_level": "WARNING",
    }
    DBOS(config=config)
    DBOS.launch()
    for operation in platform.ledger.running():
        _resume(operation.key)
        # Told to go on by a server that was killed before the workflow heard it, or before it could say so.
        if operation.waiting is None or not still_waits(platform, operation):
            platform.ledger.go_on(operation.key)
            go_on(operation.key)


def _resume(key: str) -> None:
    """The ledger alone says what runs: where every workflow of it has ended without telling it, it is run anew, for
    its steps can run again. One that DBOS goes on with is left to it."""
    known = _workflows(key)
    for one in known:
        if one.status not in ENDED and one.app_version != APPLICATION_VERSION:  # DBOS leaves it for ever
            DBOS.cancel_workflow(one.workflow_id)
    if not _alive(known):
        _start(f"{key}#{len(known)}" if known else key, key)


def _workflows(key: str) -> list[WorkflowStatus]:
    return DBOS.list_workflows(workflow_id_prefix=key, load_input=False, load_output=False)


def _alive(known: Iterable[WorkflowStatus]) -> list[WorkflowStatus]:
    return [one for one in known if one.status not in ENDED and one.app_version == APPLICATION_VERSION]


def go_on(key: str) -> None:
    """Lets an operation that waits begin its step anew. One that no workflow runs, since it could not be started, is
    run. The message only wakes the workflow: whether the operation still waits, the ledger alone says, so that one
    message too many changes nothing."""
    alive = _alive(_workflows(key))
    for one in alive:
        DBOS.send(one.workflow_id, "", GO_ON)
    if not alive:
        _resume(key)


def shut_down() -> None:
    """Ends DBOS; running workflows stay pending and go on at the next launch. The process must end then."""
    _work.ending = True  # first: a wait that is told to end raises, and that is held and no failure
    if _platform is not None:
        _platform.ending.set()
    _work.end(GRACE_SECONDS)
    DBOS.destroy(workflow_completion_timeout_sec=0)
    if _platform is not None and _platform.store.postgres is None:
        empty_log(_platform.home.data)


def begin(key: str) -> None:
    """Runs the operation in the background; one that is running or has run is left alone. A server that ends leaves
    it to the next one. One that cannot be run has failed: it would keep its stage for ever."""
    if _work.ending:
        return
    try:
        _start(key, key)
    except Exception as error:
        run = _run(key)
        found = as_user_error(error, "begin", run)
        not_begun(run, found)
        raise found from None


def _start(workflow: str, key: str) -> None:
    assert _platform is not None  # noqa: S101 - launch() comes first
    disk_reserve.keep(_platform.home.data)
    with SetWorkflowID(workflow):
        DBOS.start_workflow(_operation, key)


@DBOS.workflow(name="operation")
def _operation(key: str) -> None:
    try:
        for name in _names(key):
            while (outcome := DBOS.run_step({"name": name}, _execute, key, name)) == WAITS:
                DBOS.recv(GO_ON, FOR_EVER)
            if not outcome:
                return
        DBOS.run_step({"name": "end"}, _end, key)
    except Exception as error:  # of DBOS's own records: to leave it Running would lock the stage for good
        with _work.step():
            run = _answered(lambda: _run(key))
            _fail(run, as_user_error(error, "operation", run))


def _line(run: Run) -> list[tuple[str, tuple[Run, Step]]]:
    """Every step of every unit in its order, by the name that DBOS keeps: a server that goes on finds it by that."""
    units = [replace(run, number=number) for number in range(len(run.operation.units))]
    steps = [(unit, step) for unit in units for step in KINDS[Kind(unit.asset.kind)].steps[run.operation.kind]]
    return [(f"{step.name}{f' {unit.number}' if unit.number else ''}", (unit, step)) for unit, step in steps]


def _names(key: str) -> list[str]:
    with _work.step():
        return _answered(lambda: [name for name, _ in _line(_run(key))])


def _answered(act: Callable[[], T]) -> T:
    """``act``, again while the store does not answer: an operation waits for it as it does for its server."""
    while True:
        try:
            return act()
        except Undone as error:
            LOG.warning("%s; it is asked again", error.message)
        _work.hold_if_ending()
        _pause()


def _execute(key: str, name: str) -> Outcome:
    """One step; False ends the operation. Errors are told here and never reach the workflow's own records."""
    with _work.step():
        return _answered(lambda: _step(key, name))


def _step(key: str, name: str) -> Outcome:
    line = dict(_line(_run(key)))
    unit, step = line[name]
    if unit.operation.serves and not _cleans_up(name, line):
        return True
    return _perform(replace(unit, marker=step.marker), step)


def _cleans_up(name: str, line: Mapping[str, tuple[Run, Step]]) -> bool:
    """Whether it is a step after the one with which the new version serves. Those up to it are never done again, also
    where the workflow begins anew: another operation may be at work there by now."""
    names = list(line)
    served = [at for at, one in enumerate(names) if line[one][1].serves]
    return not served or names.index(name) > max(served)


def _perform(run: Run, step: Step) -> Outcome:
    if run.operation.status != Status.RUNNING:  # killed after its failure was told and before that was recorded
        return False
    if run.operation.cancelled_by:
        return _fail(run, run.cancelled())
    if run.operation.waiting:  # killed after that was told and before it was recorded
        return WAITS
    if run.unit.unchanged and not step.always:
        return True
    began, journal = time.monotonic(), run.platform.store.journal
    try:
        journal.say(run.key, step.marker, "", data={"step": step.name, "event": "began"})
        with reporting_to(run.progress):
            step.perform(run)
        ended = {"step": step.name, "event": "ended", "seconds": round(time.monotonic() - began, 3)}
        journal.say(run.key, step.marker, "", data=ended | ({"serves": True} if step.serves else {}))
    except Waits as waits:
        return _wait(run, step, waits)
    except ServerEnding:
        _work.hold_if_ending()
        return False
    except Undone:
        raise
    except Exception as error:
        return _fail(run, as_user_error(error, step.name, run))
    return True


def _wait(run: Run, step: Step, waits: Waits) -> Outcome:
    command = waits.command or f"odcpub continue {run.key[:8]}"
    run.warn(f"waiting for {waits.wants}; {waits.who} can continue it: {command}", event="waits")
    run.platform.ledger.wait(run.key, waits.wants, waits.who, command)
    if still_waits(run.platform, run.refreshed().operation):
        return WAITS
    run.platform.ledger.go_on(run.key)  # it came before anybody could see that this operation waits for it
    return _perform(run.refreshed(), step)


def _fail(run: Run, error: OdcpubError) -> bool:
    """Records the failure, however long that takes: an operation that nobody ends would keep its stage for ever."""
    while True:
        _work.hold_if_ending()
        disk_reserve.release(run.platform.home.data)
        try:
            run.fail(error, end_deployment(run))
        except Exception:
            LOG.exception("operation %s: its failure cannot be recorded yet: %s", run.key, error.message)
            _pause()
        else:
            return False


def _pause() -> None:
    """Between two attempts; none once the server ends."""
    assert _platform is not None  # noqa: S101 - launch() comes first
    _platform.ending.wait(RETRY_SECONDS)


def _end(key: str) -> None:
    with _work.step():
        _answered(lambda: _finish(_run(key)))


def _finish(run: Run) -> None:
    if run.operation.status != Status.RUNNING:
        return
    try:
        if not run.operation.serves:
            published(run)
        run.say("Nothing changed" if run.unit.unchanged else "Done", address=run.unit.address)
        run.platform.ledger.finish(run.key)
    except Undone:
        raise
    except Exception as error:
        _fail(run, as_user_error(error, "end", run))


def _run(key: str) -> Run:
    assert _platform is not None  # noqa: S101 - launch() comes first
    operation = _platform.ledger.operation(key)
    assert operation is not None  # noqa: S101 - it is recorded before it is begun
    return Run(_platform, operation)
