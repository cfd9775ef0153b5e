"""Who hears what engines tell while they work: the step that runs in this thread, else the log. No I/O of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOG = logging.getLogger("odcpub.engines")
_listener: ContextVar[Callable[[str], None] | None] = ContextVar("listener", default=None)


@contextmanager
def heard_by(listener: Callable[[str], None]) -> Iterator[None]:
    """Within it, what engines tell in this thread goes to ``listener``."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(text: str) -> None:
    """An engine's line of progress."""
    (_listener.get() or LOG.info)(text)
