"""Looks after the embedded database: one that has ended is started again. I/O: what starting it does."""

from __future__ import annotations

from odcpub.engines.common.supervisor import Retries
from odcpub.engines.database.embedded import EmbeddedPostgres
from odcpub.engines.ports import Report
from odcpub.errors import EngineError

_NAME = "embedded PostgreSQL"


def keep_running(database: EmbeddedPostgres, retries: Retries, report: Report) -> None:
    """One look: apps can't live without it."""
    if not database.died():
        retries.lives(_NAME)
        return
    if not retries.begin(_NAME):
        return
    try:
        database.server()
        report(f"{_NAME}: had ended by itself; started again")
    except EngineError as error:
        report(f"{_NAME}: does not run and could not be started: {error.message}")
