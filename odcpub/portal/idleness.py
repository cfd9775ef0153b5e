"""Ends a server that nobody has asked for long and that nothing needs; once a day it tidies up. Does I/O."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from odcpub.engines.settings import read_settings
from odcpub.errors import OdcpubError
from odcpub.operations.platform import Platform
from odcpub.portal.upkeep import Upkeep
from odcpub.store.records import Status
from odcpub.store.store import Store

LOG = logging.getLogger("odcpub.portal")
IDLE_SECONDS = 8 * 3600
LOOK_SECONDS = 60.0


class Idleness:
    """``end``: ends the server."""

    def __init__(self, platform: Platform, end: Callable[[], None]) -> None:
        self._platform, self._end = platform, end
        self._upkeep = Upkeep(platform)
        self._last_request = time.monotonic()

    def touched(self) -> None:
        """Somebody has asked."""
        self._last_request = time.monotonic()

    def watch(self) -> None:
        """Looks from time to time, as long as the server lives."""
        while True:
            time.sleep(LOOK_SECONDS)
            self._upkeep.look()
            try:
                idle = self.is_idle()
            except Exception:
                LOG.warning("whether the server is idle cannot be found out yet", exc_info=True)
                continue
            if idle:
                self._end()

    def is_idle(self) -> bool:
        """Whether nobody has asked for long and nothing needs this process: no operation, and nothing that runs on
        this machine alone."""
        if time.monotonic() - self._last_request < IDLE_SECONDS or self._platform.ledger.running():
            return False
        return not (self._looks_after() and deployed(self._platform.store))

    def _looks_after(self) -> bool:
        """Whether apps or their database are processes in its care; for all it knows, where the settings are lost."""
        try:
            settings = read_settings(self._platform.home.data)
        except OdcpubError:
            return True
        return settings.runner == "local" or settings.database == "embedded"


def deployed(store: Store) -> bool:
    """Whether any app is meant to run in any stage: it needs its database, and locally its sockets too."""
    every = (one for asset in store.assets.all() for one in store.stages.deployments(asset.key))
    return any(one.status == Status.FINISHED for one in every)
