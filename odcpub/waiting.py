"""Looking again until something is so, or for long enough. Waits. Standard library only."""

from __future__ import annotations

import time
from collections.abc import Iterator


def looks(seconds: float, pause: float, longest: float | None = None, factor: float = 2.0) -> Iterator[None]:
    """``for _ in looks(30, 0.02): if …: break``, with ``else:`` for what has lasted too long. The first look is at once
    and the last one when the seconds have passed. With ``longest``, each pause is ``factor`` times the one before, up
    to that."""
    deadline = time.monotonic() + seconds
    while True:
        late = time.monotonic() >= deadline
        yield
        if late:
            return
        time.sleep(pause)
        pause = pause if longest is None else min(pause * factor, longest)
