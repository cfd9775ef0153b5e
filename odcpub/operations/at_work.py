"""Which steps run in this process, so that its end can wait for them. No I/O."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Work:
    """Counts the steps that run. When the server ends, threads are held where a step begins, fails or ends, and for
    good: to the operation that looks like a kill, after which it goes on; engines that go under its feet are not its
    failure. The process ends by ``os._exit``, which drops the threads that are held."""

    def __init__(self) -> None:
        self.ending = False
        self._steps = 0
        self._changed = threading.Condition()

    @contextmanager
    def step(self) -> Iterator[None]:
        """Within it a step runs."""
        self._count(1)
        self.hold_if_ending()
        try:
            yield
        finally:
            self.hold_if_ending()
            self._count(-1)

    def hold_if_ending(self) -> None:
        """Returns at once, or never again where the server ends."""
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
