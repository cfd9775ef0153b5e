"""A thread that looks twice a second at what should run. I/O: only what it is given to do."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from odcpub.errors import EngineError

SECONDS = 0.5

Look = Callable[[dict[str, tuple[int, float]]], None]
"""Looks once; is given what it remembers: what should run → (attempts, earliest moment of the next)."""


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
        attempts: dict[str, tuple[int, float]] = {}
        while not self._ended.wait(SECONDS):
            # A full disk or a vanished file must not end the supervision; the next look tries again.
            with contextlib.suppress(OSError, EngineError):
                self._look(attempts)
