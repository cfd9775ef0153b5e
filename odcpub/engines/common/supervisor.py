"""A thread that looks twice a second at what should run. I/O: only what it is given to do."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

SECONDS = 0.5
FIRST_PAUSE, LONGEST_PAUSE, QUIET_SECONDS = 0.5, 30.0, 60.0
"""Seconds between two starts of what ends again and again, twice as long each time; how long it must live to be trusted
anew."""
_MOST = 6
"""Doublings until the pause is the longest one."""


class Retries:
    """When what has ended is started again: at once, then later each time. By name."""

    def __init__(self) -> None:
        self._attempts: dict[str, tuple[int, float]] = {}

    def lives(self, name: str) -> None:
        """It runs; once it has for a while, its former ends are forgotten."""
        if time.monotonic() > self._attempts.get(name, (0, 0.0))[1] + QUIET_SECONDS:
            self._attempts.pop(name, None)

    def begin(self, name: str) -> bool:
        """Whether what has ended is to be started now, which counts as an attempt."""
        count, due = self._attempts.get(name, (0, 0.0))
        if time.monotonic() < due:
            return False
        pause = min(FIRST_PAUSE * 2.0 ** min(count, _MOST), LONGEST_PAUSE)
        self._attempts[name] = (count + 1, time.monotonic() + pause)
        return True


Look = Callable[[Retries], None]


class Supervisor:
    """Runs ``look`` until stopped."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._ended.clear()
                self._thread = threading.Thread(target=self._run, name="odcpub supervision", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        with self._lock:
            thread, self._thread = self._thread, None
        self._ended.set()
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        retries, logged = Retries(), ""
        while not self._ended.wait(SECONDS):
            try:
                self._look(retries)
            except Exception as error:
                if logged != (logged := repr(error)):
                    logging.getLogger(__name__).warning("a look at what should run failed", exc_info=error)
