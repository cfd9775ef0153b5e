"""How a failure of an operation is told to users, and recorded where nobody runs the operation. Does I/O."""

from __future__ import annotations

import logging
from dataclasses import replace

from odcpub.errors import EngineError, OdcpubError, system_failure
from odcpub.model.elements import Kind
from odcpub.operations import disk_reserve
from odcpub.operations.core.run import Run
from odcpub.operations.kinds import KINDS
from odcpub.waiting import looks

LOG = logging.getLogger("odcpub.operations")
NOT_BEGUN_SECONDS, PAUSE_SECONDS = 2.0, 1.0
"""How long, and how often, it is tried to record that an operation could not begin: somebody waits for the answer."""


def as_user_error(error: Exception, step: str, run: Run) -> OdcpubError:
    """What users are told of an error that ended a step; what nobody foresaw is in the log whole."""
    if isinstance(error, OdcpubError):
        return error
    LOG.error("operation %s, step %s", run.key, step, exc_info=error)
    if isinstance(error, OSError):
        return system_failure(error, run.platform.home.data)
    log = run.platform.home.data / "server.log"
    return EngineError(f"{step}: {type(error).__name__}: internal error", f"see {log}, and report it")


def not_begun(run: Run, error: OdcpubError) -> None:
    """Records that it has failed. Where that cannot be done either, it stays as it is recorded, Running: it begins when
    it is asked for again or at the next start of the server, and it can be cancelled."""
    first = KINDS[Kind(run.asset.kind)].steps[run.operation.kind][0]
    for _ in looks(NOT_BEGUN_SECONDS, PAUSE_SECONDS):
        disk_reserve.release(run.platform.home.data)
        try:
            replace(run, marker=first.marker).fail(error)
        except Exception:
            LOG.exception("operation %s: its failure cannot be recorded: %s", run.key, error.message)
        else:
            return
