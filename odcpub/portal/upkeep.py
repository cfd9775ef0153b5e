"""What the server does once a day: removes stored contents and plans that nothing refers to. Does I/O."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime

from odcpub.operations.platform import Platform
from odcpub.operations.pruning import prune

LOG = logging.getLogger("odcpub.portal")
FIRST_SECONDS, DAILY_SECONDS = 600.0, 86_400.0
"""After the start, when users wait for other things, and between two runs."""


class Upkeep:
    """Knows when it is due."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._next = time.monotonic() + FIRST_SECONDS

    def look(self) -> None:
        """Does it where it is due; a failure is logged, and it is tried the next day."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + DAILY_SECONDS
        try:
            plans, contents = prune(self._platform, datetime.now(UTC))
        except Exception:
            LOG.warning("old contents and plans could not be removed", exc_info=True)
            return
        if plans or contents:
            LOG.info("removed %d plans and %d contents that nothing refers to", plans, contents)
