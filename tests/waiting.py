"""Waiting for a condition, in tests."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS = 120.0


def wait_for(there: Callable[[], object], what: str = "what was waited for", seconds: float = SECONDS) -> None:
    """Until ``there`` says yes. ``what``: as the failure names it."""
    deadline = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.02)
